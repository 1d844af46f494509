"""While Slack is down for long: open incidents are told over the second route, each step once, and once that it is over."""

import hashlib
from collections.abc import Sequence

import structlog

from sagebase_ops.casebook import Casebook
from sagebase_ops.domain.incident_groups import Group, groups_of
from sagebase_ops.domain.incidents import Incident
from sagebase_ops.errors import PagerError
from sagebase_ops.jobs.line import Line
from sagebase_ops.language import incidents as said
from sagebase_ops.language import pager_words as words
from sagebase_ops.pager.base import Page, Pager
from sagebase_ops.store.base import Audit, Decision

log = structlog.get_logger()

LOOK_SECONDS = 30.0
_BY, _VIA, _TOLD, _OVER = "sagebase-ops", "fallback", "paged_outside", "slack_is_back"
_REMEMBERED = 500  # lines of the audit


class PageOutside:
    """Sends first and remembers then: a page that was sent twice, after a crash between, is the lesser evil.

    `problem` is why the second route itself does not work, for /health.
    """

    def __init__(self, book: Casebook, line: Line, pager: Pager) -> None:
        self._book = book
        self._line = line
        self._pager = pager
        self.problem: str | None = None
        self._told: frozenset[str] | None = None

    async def look(self) -> float:
        """Page what nobody could hear; the seconds until the next look. Raises StoreError.

        What was paged is read at the start, for a process that ended meanwhile, and while Slack is down, for one that runs
        beside this one: else it is known, and each line that is read is billed.
        """
        if self._told is None or self._line.down_since is not None:
            self._told = (self._told or frozenset()) | await self._told_since_over()
        if self._line.down_for_long:
            live = await self._book.live()
            await self._page([one for one in live if one.is_open and one.told and not one.finding.muted_by])
        elif self._told and self._line.down_since is None:
            voice = self._book.route.telling.voice
            await self._send(_OVER, "over", voice.say(words.OVER_SUBJECT), voice.say(words.OVER))
        return LOOK_SECONDS

    async def _page(self, incidents: Sequence[Incident]) -> None:
        new = [one for one in incidents if _step_of(one) not in (self._told or ())]
        if not new:
            return
        now, voice = self._book.clock.now(), self._book.route.telling.voice
        since = self._line.down_since or now
        head = voice.say(words.DOWN, since=since, error=self._line.error or "-")
        text = "\n".join([head, *(f"- {self._about(group)}" for group in groups_of(new))])
        await self._send(_TOLD, " ".join(sorted(map(_step_of, new))), voice.say(words.DOWN_SUBJECT), text)

    def _about(self, group: Group) -> str:
        now, voice = self._book.clock.now(), self._book.route.telling.voice
        seen = said.wrong(group.lead, voice)
        return f"{said.scope(group, voice)} {said.subject(group, voice)}: {seen} / {said.next_step(group, now, voice)}"

    async def _told_since_over(self) -> frozenset[str]:
        """The steps of incidents that were paged since Slack was last back."""
        steps: set[str] = set()
        for entry in await self._book.store.audit(_REMEMBERED):
            if entry.via == _VIA and entry.what == _OVER:
                break
            if entry.via == _VIA and entry.what == _TOLD:
                steps |= set(entry.subject.split())
        return frozenset(steps)

    async def _send(self, what: str, about: str, subject: str, text: str) -> None:
        now = self._book.clock.now()
        page_id = hashlib.sha256(f"{self._book.route.installation} {what} {about}".encode()).hexdigest()[:24]
        try:
            await self._pager.send(Page(page_id, subject, text))
        except PagerError as error:
            self.problem = str(error)
            log.critical("pager.failed", error=str(error))
            return
        self.problem = None
        self._told = frozenset() if what == _OVER else (self._told or frozenset()) | frozenset(about.split())
        log.warning("pager.sent", what=what, about=about)
        audit = Audit(now, _BY, what, about, text.splitlines()[0], _VIA)
        await self._book.store.decide(Decision(audit=(audit,), once=f"{what}:{page_id}:{now.isoformat()}"), now)


def _step_of(incident: Incident) -> str:
    return f"{incident.id}:{incident.steps_taken}"
