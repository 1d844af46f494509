"""The incidents that are known, and the one way to change them: read, decide, write; again where somebody was faster."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from sagebase_ops.clock import Clock
from sagebase_ops.config.model import NOBODY, Schedules
from sagebase_ops.domain.incidents import Incident, State
from sagebase_ops.domain.results import Target
from sagebase_ops.domain.runs import EntryRef
from sagebase_ops.domain.silences import Muting, Silence, failing
from sagebase_ops.errors import StaleError
from sagebase_ops.store.base import Audit, Decision, Store
from sagebase_ops.telling import Folded, Route, tell

log = structlog.get_logger()

REMEMBERED = timedelta(hours=24)
"""A resolved incident may come back; so long it is looked at again, or as long as an entry's window reaches back, so that
what was resolved is not opened anew by what was before. Longer than any `reopen`."""

_ROOM = timedelta(hours=1)
"""For the time after which Google has the data."""

NOTHING = Folded()

ChangeOf = Callable[[Sequence[Incident], datetime], Folded]
"""What to change of the live incidents at this time. Pure: it may be asked twice."""


def after(folded: Folded, live: Sequence[Incident]) -> Sequence[Incident]:
    """The live incidents as they are then."""
    changed = {one.incident.id: one.incident for one in folded.changed}
    gone = {one.id for one in folded.forgotten}
    return list(({one.id: one for one in live if one.id not in gone} | changed).values())


def depends_of(schedules: Schedules) -> dict[tuple[str, str], str]:
    """The entry that an entry (check, name) depends on, where it says so."""
    entries = (entry for checklist in schedules.checklists.values() for entry in checklist.entries)
    return {(entry.definition.name, entry.name): entry.depends_on for entry in entries if entry.depends_on}


class Casebook:
    """One file's incidents over one store. Every method may raise StoreError."""

    def __init__(self, schedules: Schedules, store: Store, route: Route, clock: Clock) -> None:
        self.schedules = schedules
        self.store = store
        self.route = route
        self.clock = clock
        entries = [(one, entry) for one in schedules.checklists.values() for entry in one.entries]
        self._depends = depends_of(schedules)
        self._rounds = {(entry.definition.name, entry.name): one.every for one, entry in entries}
        windows = [entry.window for _, entry in entries if entry.window and entry.escalation != NOBODY]
        self._remembered = max([REMEMBERED, *(window + _ROOM for window in windows)])

    async def live(self) -> Sequence[Incident]:
        """Every incident that a finding or a person may change."""
        return await self.store.live_incidents(self.clock.now() - self._remembered)

    async def muting(
        self, live: Iterable[Incident], seen: Iterable[tuple[EntryRef, Target]] = (), more: Sequence[Silence] = ()
    ) -> Muting:
        """What keeps what untold now. `seen` is what a run just saw failing; `more` are new silences.

        An entry that could not look, or has not for a while, says nothing of what depends on it, and mutes nothing.
        """
        now = self.clock.now()
        down = [(one.entry, one.finding.target) for one in live if self._is_down(one, now)]
        silences = {one.id: one for one in (*await self.store.silences(now), *more)}
        return Muting(
            now, tuple(silences.values()), self.schedules.windows_at(now), self._depends, failing((*down, *seen))
        )

    def _is_down(self, one: Incident, now: datetime) -> bool:
        """Whether it fails, as far as is known: under `hold` too, and seen to within three rounds of its checklist."""
        if one.state is State.RESOLVED or one.fingerprint.of_unknown:
            return False
        every = self._rounds.get((one.entry.check, one.entry.name))
        return every is None or now - one.seen_at <= max(3 * every, one.rules.unknown_after)

    def decision(self, folded: Folded, live: Sequence[Incident], muting: Muting, now: datetime) -> Decision:
        """What was changed, and what is told of it and of all that is due."""
        changes = {one.incident.id: one for one in folded.changed}
        told = tell(changes, after(folded, live), muting, self.route, now)
        written = {id_: one.incident for id_, one in changes.items()} | {one.id: one for one in told.incidents}
        return Decision(tuple(written.values()), folded.forgotten, told.notifications)

    async def settle(
        self,
        change: ChangeOf,
        *,
        silences: Sequence[Silence] = (),
        audit: Sequence[Audit] = (),
        once: str | None = None,
    ) -> bool:
        """Decide and write; `audit` and `once` only of what changes something.

        False where `once` was decided before, or there was nothing to decide.
        """
        while True:
            live, now = await self.live(), self.clock.now()
            folded = change(live, now)
            if not live and not silences and folded == NOTHING:
                return False  # which costs no look at the silences
            muting = await self.muting(after(folded, live), more=silences)
            decided = self.decision(folded, live, muting, now)
            changing = bool(silences) or folded != NOTHING
            if changing:
                decided = replace(decided, silences=tuple(silences), audit=tuple(audit), once=once)
            if decided == Decision():
                return False
            try:
                written = await self.store.decide(decided, now)
            except StaleError as error:
                log.info("incidents.stale", error=str(error))
            else:
                return written and (changing or once is None)
