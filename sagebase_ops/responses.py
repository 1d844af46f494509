"""What a person does about incidents, by a press or a command: decided and stored first, answered after that."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from glob import escape

from sagebase_ops.casebook import NOTHING, Casebook, ChangeOf
from sagebase_ops.domain.incident_transitions import SILENCED_BY, acknowledge, noted, resolve
from sagebase_ops.domain.incidents import Advanced, Incident, State
from sagebase_ops.domain.silences import Matcher, Silence
from sagebase_ops.slack.messages.incident_details import details_messages
from sagebase_ops.store.base import Audit, Decision
from sagebase_ops.telling import Changed, Folded, post_of


class Done(StrEnum):
    """What became of it. `REPEATED`: the same press was worked before; `TOO_LATE`: nothing of the group is open.

    `TAKEN`: others have all of it.
    """

    DONE = "done"
    REPEATED = "repeated"
    TAKEN = "taken"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, and from where (`slack`, `cli`). `once` is one press's own name; a command has none."""

    name: str
    via: str
    once: str | None = None


class Responses:
    """The same for Slack and for the command line. Every method may raise StoreError."""

    def __init__(self, book: Casebook) -> None:
        self._book = book

    async def take(self, group: str, actor: Actor) -> Done:
        """Has what nobody has yet; what somebody has, and what that one said of when, stays."""

        def has_the_free(incident: Incident, now: datetime) -> Advanced:
            free = incident.state is State.OPEN
            return acknowledge(incident, actor.name, now) if free else Advanced(incident)

        done = await self._changed(group, actor, "acknowledge", "", has_the_free)
        if done is not Done.REPEATED:
            return done
        owners = {one.acknowledged_by for one in await self.open_members(group)} - {None}
        return Done.TAKEN if owners and actor.name not in owners else done

    async def acknowledge(self, group: str, actor: Actor, eta: timedelta | None = None) -> Done:
        """Has all of it, whoever had it before. With `eta` the next step waits so long, once; without, for nothing."""
        until = self._book.clock.now() + eta if eta else None

        def has_it(incident: Incident, now: datetime) -> Advanced:
            return acknowledge(incident, actor.name, now, until)

        return await self._changed(group, actor, "acknowledge", until.isoformat() if until else "", has_it)

    async def resolve(self, group: str, actor: Actor, reason: str) -> Done:
        """It is over, for this reason, until newer evidence fails."""

        def over(incident: Incident, now: datetime) -> Advanced:
            return resolve(incident, actor.name, reason, now)

        return await self._changed(group, actor, "resolve", reason, over)

    async def silence_group(self, group: str, actor: Actor, lasting: timedelta, reason: str) -> Done:
        """What the group's incidents are about is not told for a while; they are recorded on, and lose nothing."""
        members = await self.open_members(group)
        if not members:
            return Done.TOO_LATE
        about = dict.fromkeys(matcher for one in members for matcher in _matchers(one))
        until = self._book.clock.now() + lasting

        def of(live: Sequence[Incident], now: datetime) -> Folded:
            told = [one for one in live if one.group == group and one.is_open]
            return Folded(
                tuple(Changed(noted(one, now, SILENCED_BY, actor.name, until=until, reason=reason)) for one in told)
            )

        return await self.silence(list(about), actor, lasting, reason, of)

    async def silence(
        self,
        matchers: Sequence[Matcher],
        actor: Actor,
        lasting: timedelta,
        reason: str,
        noting: ChangeOf = lambda _live, _now: NOTHING,
    ) -> Done:
        """Nothing that one of them matches is told until then. `noting` writes it into the story of whom it is about."""
        now = self._book.clock.now()
        new = [Silence(uuid.uuid4().hex[:8], one, now, now + lasting, actor.name, reason) for one in matchers]
        audit = [_audit(now, actor, "silence", str(one.matcher), f"{one.until.isoformat()}: {reason}") for one in new]
        written = await self._book.settle(noting, silences=new, audit=audit, once=actor.once)
        return Done.DONE if written else Done.REPEATED

    async def lift(self, silence: Silence, actor: Actor) -> Done:
        """End a silence before its time: what it kept untold is told now, unless something else mutes it."""
        now = self._book.clock.now()
        if not silence.holds(now):
            return Done.TOO_LATE
        ended, audit = replace(silence, ended_at=now), _audit(now, actor, "lift", silence.id, str(silence.matcher))
        await self._book.settle(lambda _live, _now: NOTHING, silences=[ended], audit=[audit], once=actor.once)
        return Done.DONE

    async def show_details(self, group: str, actor: Actor) -> Done:
        """Evidence, targets and story go into the group's thread."""
        members = [one for one in await self._book.live() if one.group == group and one.opened_at]
        if not members:
            return Done.TOO_LATE
        now, route = self._book.clock.now(), self._book.route
        messages = details_messages(members, route.telling)
        posts = tuple(post_of(route, group, message, now) for message in messages)
        audit = (_audit(now, actor, "details", group, ""),)
        written = await self._book.store.decide(Decision(notifications=posts, audit=audit, once=actor.once), now)
        return Done.DONE if written else Done.REPEATED

    async def note_recheck(self, group: str, actor: Actor) -> bool:
        """That somebody wanted it looked at again, for the audit; False where the same press was noted before."""
        now = self._book.clock.now()
        audit = (_audit(now, actor, "recheck", group, ""),)
        return await self._book.store.decide(Decision(audit=audit, once=actor.once), now)

    async def note_refused(self, group: str, actor: Actor, why: str) -> bool:
        """A press that was none for us, for the audit; False where the same press was noted before."""
        now = self._book.clock.now()
        audit = (_audit(now, actor, "refused", group, why),)
        return await self._book.store.decide(Decision(audit=audit, once=actor.once), now)

    async def open_members(self, group: str) -> tuple[Incident, ...]:
        """The incidents of the group that are open now."""
        return tuple(one for one in await self._book.live() if one.group == group and one.is_open)

    async def _changed(
        self, group: str, actor: Actor, what: str, detail: str, change: Callable[[Incident, datetime], Advanced]
    ) -> Done:
        """One change of every open incident of the group, audited."""
        if not await self.open_members(group):
            return Done.TOO_LATE

        def of(live: Sequence[Incident], now: datetime) -> Folded:
            advanced = [(one, change(one, now)) for one in live if one.group == group and one.is_open]
            changed = [new for one, new in advanced if new.incident is not one]
            return Folded(tuple(Changed(one.incident, one.change) for one in changed if one.incident is not None))

        audit = [_audit(self._book.clock.now(), actor, what, group, detail)]
        written = await self._book.settle(of, audit=audit, once=actor.once)
        return Done.DONE if written else Done.REPEATED


def _matchers(incident: Incident) -> list[Matcher]:
    """Just this: names are taken literally, though a matcher may be a pattern.

    Of what could not be looked at each entry, since any of them may be the one that is told of next.
    """
    entry, target = incident.entry, incident.finding.target
    names = incident.names or (entry.name,)
    return [Matcher(*map(escape, (entry.project, entry.check, name, target.name))) for name in names]


def _audit(at: datetime, actor: Actor, what: str, subject: str, detail: str) -> Audit:
    return Audit(at, actor.name, what, subject, detail, actor.via)
