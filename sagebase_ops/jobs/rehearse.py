"""Who would have heard what, and when, under this file? The daemon's own rules over given rounds, in a time that is only counted.

Nothing is written and nobody is told. What a person pressed is not pressed again: only the silences of that time hold.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import cast

from sagebase_ops.casebook import Casebook
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.escalation import Person, Step
from sagebase_ops.domain.incident_groups import Group, Standing, Told
from sagebase_ops.domain.incidents import Incident, State, notice_of
from sagebase_ops.domain.notifications import Action, Notification, Priority
from sagebase_ops.domain.results import Verdict
from sagebase_ops.domain.runs import Run
from sagebase_ops.domain.silences import Silence
from sagebase_ops.jobs.incidents import Incidents
from sagebase_ops.slack.messages.telling import Telling
from sagebase_ops.store.base import Decision, Store
from sagebase_ops.telling import Route

_AWAKE_EVERY = timedelta(minutes=1)
"""While something is open: so soon it is noticed that a silence or a maintenance window has ended."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

_Decided = Callable[[Mapping[str, Incident], Sequence[Notification]], None]

_WITHOUT_NEWS = {Verdict.PASS, Verdict.WARN, Verdict.SKIPPED}


class Happening(StrEnum):
    """What people would have heard of."""

    DETECTED = "detected"
    BACK = "back"
    STEP = "step"
    RESOLVED = "resolved"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Heard:
    """One post: the incidents of its message as they then stood, and whom it calls. `steps` are counted from 1."""

    at: datetime
    what: Happening
    group: Group
    people: tuple[Person, ...] = ()
    steps: tuple[int, ...] = ()


@dataclass
class Rehearsal:
    """What came of it. `since` and `until` are the first and the last round's times, None where there was no round."""

    rounds: int = 0
    since: datetime | None = None
    until: datetime | None = None
    heard: list[Heard] = field(default_factory=list)
    incidents: dict[str, Incident] = field(default_factory=dict)

    @property
    def opened(self) -> list[Incident]:
        return [one for one in self.incidents.values() if one.opened_at is not None]

    @property
    def unheard(self) -> list[Incident]:
        """Opened, and muted until they were over or the rehearsal was."""
        return [one for one in self.opened if not one.told]


class Stage:
    """A daemon's work with incidents, round by round, over what is only remembered here."""

    def __init__(self, schedules: Schedules, silences: Sequence[Silence] = ()) -> None:
        self.rehearsal = Rehearsal()
        self.clock = CountedClock(_BEGINNING)
        self._memory = _Memory(silences, self.rehearsal.incidents, self._decided)
        self._route = Route(
            "rehearsal", schedules.slack.channel, None, Telling(schedules.language, schedules.timezone.key)
        )
        # A casebook asks its store for incidents and silences, and no more.
        self._incidents = Incidents(Casebook(schedules, cast("Store", self._memory), self._route, self.clock))

    async def play(self, run: Run) -> None:
        """All that falls due before the round, then the round."""
        await self.reach(run.finished_at)
        seen = self.rehearsal
        seen.rounds, seen.since, seen.until = seen.rounds + 1, seen.since or run.started_at, run.finished_at
        if self._memory.has_unfinished() or run.verdict not in _WITHOUT_NEWS:
            await self._memory.decide(await self._incidents.after(run), self.clock.now())

    async def live(self) -> Sequence[Incident]:
        """What is open, or may be again."""
        return await self._incidents.live()

    async def reach(self, moment: datetime) -> None:
        """Time goes on until then; each step that falls due on the way is told at its time."""
        while self._memory.has_open() and self.clock.now() < moment:
            due, now = await self._incidents.escalate(), self.clock.now()
            awake = now + _AWAKE_EVERY
            self.clock.set(min(moment, awake, due if due and due > now else awake))
        self.clock.set(max(moment, self.clock.now()))

    def _decided(self, before: Mapping[str, Incident], rows: Sequence[Notification]) -> None:
        for row in rows:
            if row.action is Action.POST:
                members = [one for one in self.rehearsal.incidents.values() if self._notice(one) == row.notice]
                self.rehearsal.heard += _heard(row, before, members)

    def _notice(self, incident: Incident) -> str:
        return notice_of(self._route.installation, incident.group)


def _heard(row: Notification, before: Mapping[str, Incident], members: Iterable[Incident]) -> Iterable[Heard]:
    """What one post says. The thread of details below an opening says nothing new."""
    group = Group.of(one for one in members if one.opened_at is not None)
    at = row.created_at
    if row.priority == Priority.OPENING and not row.message.in_thread:
        first = [step for one in group.open for step in one.policy.steps[:1] if not step.after]
        yield Heard(at, Happening.DETECTED, group, _people(first))
    elif row.broadcast and row.priority != Priority.ESCALATION:
        yield Heard(at, Happening.BACK, group, _people(_as_before(group, before).told))
    elif row.priority == Priority.ESCALATION:
        taken = [(number, step) for one in group.open for number, step in _taken_now(one, before)]
        numbers = tuple(sorted({number for number, _ in taken}))
        yield Heard(at, Happening.STEP, group, _people(step for _, step in taken), numbers)
    elif row.priority == Priority.CHANGE:
        over = Happening.ENDED if group.standing is Standing.ENDED else Happening.RESOLVED
        yield Heard(at, over, group)


def _as_before(group: Group, before: Mapping[str, Incident]) -> Group:
    """What is back calls who was told before: a step that is due at the same moment is a post of its own."""
    taken = {one.id: one.steps_taken for one in before.values()}
    return Group.of(replace(one, steps_taken=taken.get(one.id, 0)) for one in group.incidents)


def _taken_now(incident: Incident, before: Mapping[str, Incident]) -> list[tuple[int, Step]]:
    """The steps that waited and were taken just now, counted from 1."""
    known = before.get(incident.id)
    taken = known.steps_taken if known else 0
    steps = list(enumerate(incident.policy.steps, start=1))[taken : incident.steps_taken]
    return [(number, step) for number, step in steps if step.after]


def _people(steps: Iterable[Step | Told]) -> tuple[Person, ...]:
    """Each once."""
    return tuple(dict.fromkeys(one for step in steps for one in (step.people if isinstance(step, Told) else step.tell)))


class _Memory:
    """As much of a store as a casebook asks of it. Whoever wants to know hears of each decision, with what was before."""

    def __init__(self, silences: Sequence[Silence], known: dict[str, Incident], decided: _Decided) -> None:
        self._silences, self._known, self._decided = silences, known, decided
        self._live: dict[str, Incident] = {}

    def has_open(self) -> bool:
        return any(one.is_open for one in self._live.values())

    def has_unfinished(self) -> bool:
        """Whether a finding that passes would change anything."""
        return any(one.state is not State.RESOLVED or one.failing_since for one in self._live.values())

    async def live_incidents(self, resolved_after: datetime) -> Sequence[Incident]:
        for one in list(self._live.values()):
            if one.resolved_at is not None and one.resolved_at <= resolved_after:
                del self._live[one.id]
        return list(self._live.values())

    async def silences(self, until_after: datetime) -> Sequence[Silence]:
        return [one for one in self._silences if one.ends > until_after]

    async def decide(self, decision: Decision, _now: datetime) -> bool:
        before = {one.id: self._known[one.id] for one in decision.incidents if one.id in self._known}
        for one in decision.forgotten:
            del self._live[one.id], self._known[one.id]
        changed = {one.id: one for one in decision.incidents}
        self._live |= changed
        self._known |= changed
        self._decided(before, decision.notifications)
        return True


class CountedClock:
    """Time that goes on only by `set`."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def set(self, moment: datetime) -> None:
        self._now = moment

    def monotonic(self) -> float:
        return self._now.timestamp()

    async def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
