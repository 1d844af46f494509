"""How do the incidents of one message stand, taken together? One cause may have opened five hundred."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from sagebase_ops.domain.escalation import Person, Step, next_due
from sagebase_ops.domain.incident_transitions import GONE, RETIRED
from sagebase_ops.domain.incidents import Incident, State
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Sentence, Verdict


class Standing(StrEnum):
    """Where a group stands. `ended` is not `resolved`: what was watched is gone, nobody saw it well again."""

    FAILING = "failing"
    UNKNOWN = "unknown"
    IN_PROGRESS = "in_progress"
    SILENCED = "silenced"
    RESOLVED = "resolved"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Told:
    """Step `number` of a policy (0 is the first post) and whom it tells."""

    number: int
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class NextStep:
    """When the next step is due while nothing is resolved, and who hears then."""

    due: datetime
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Group:
    """Incidents that share one message, those that are open first, the worst of them at the head. At least one.

    What each text asks of all of them is found once: there may be thousands.
    """

    incidents: tuple[Incident, ...]

    @classmethod
    def of(cls, incidents: Iterable[Incident]) -> "Group":
        return cls(tuple(sorted(incidents, key=_worst_first)))

    @property
    def lead(self) -> Incident:
        return self.incidents[0]

    @cached_property
    def open(self) -> tuple[Incident, ...]:
        return tuple(one for one in self.incidents if one.is_open)

    @property
    def concerned(self) -> tuple[Incident, ...]:
        """Those that are open; when none is, all."""
        return self.open or self.incidents

    @property
    def standing(self) -> Standing:
        if not self.open:
            return Standing.ENDED if all(ended_unseen(one) for one in self.incidents) else Standing.RESOLVED
        if all(one.finding.muted_by for one in self.open):
            return Standing.SILENCED
        if self.taken:
            return Standing.IN_PROGRESS
        failing = any(one.finding.verdict is not Verdict.UNKNOWN for one in self.open)
        return Standing.FAILING if failing else Standing.UNKNOWN

    @property
    def is_over(self) -> bool:
        return not self.open

    @property
    def since(self) -> datetime:
        """The oldest evidence of what is still wrong (of all, when nothing is)."""
        return min(one.since for one in self.concerned)

    @property
    def opened_at(self) -> datetime:
        """What the waits of the steps count from."""
        return min(_opened(one) for one in self.concerned)

    @property
    def resolved_at(self) -> datetime | None:
        """When the last of them ended; None while one is open."""
        times = [one.resolved_at for one in self.incidents if one.resolved_at]
        return max(times) if times and not self.open else None

    @property
    def taken(self) -> bool:
        """Whether somebody has everything that is open."""
        return bool(self.open) and all(one.state is State.ACKNOWLEDGED for one in self.open)

    @property
    def owner(self) -> Incident | None:
        """The incident that somebody took last, among those that are open."""
        taken = [one for one in self.open if one.acknowledged_at]
        return max(taken, key=lambda one: one.acknowledged_at or one.since, default=None)

    @property
    def flapping(self) -> bool:
        return any(one.flapping for one in self.open)

    @cached_property
    def titles(self) -> tuple[Sentence, ...]:
        """What the entries of those that are concerned are called, each once."""
        return tuple(dict.fromkeys(one.entry.title for one in self.concerned))

    @cached_property
    def steps(self) -> int:
        """How many steps there are, by the longest policy among them."""
        return max(len(one.policy.steps) for one in self.concerned)

    @cached_property
    def told(self) -> tuple[Told, ...]:
        """The steps that were taken, the first post among them, with all whom they told."""
        taken = [(_taken(one), one.policy.steps) for one in self.concerned]
        return tuple(
            Told(number, _people(steps[number] for count, steps in taken if count > number))
            for number in range(max(count for count, _ in taken))
        )

    @cached_property
    def next_step(self) -> NextStep | None:
        """The step that is due first among those that are open; None when there is none left."""
        waiting = [(due, one) for one in self.open if (due := _next_due(one))]
        if not waiting:
            return None
        first = min(due for due, _ in waiting)
        return NextStep(first, _people(one.policy.steps[_taken(one)] for due, one in waiting if due == first))

    def people_of(self, number: int) -> tuple[Person, ...]:
        """Whom step `number` tells, over all that are concerned."""
        return _people(one.policy.steps[number] for one in self.concerned if number < len(one.policy.steps))


def groups_of(incidents: Iterable[Incident]) -> tuple[Group, ...]:
    """Incidents by the message that they share, the oldest first."""
    together: dict[str, list[Incident]] = {}
    for one in incidents:
        together.setdefault(one.group, []).append(one)
    return tuple(sorted(map(Group.of, together.values()), key=lambda group: group.since))


def ended_unseen(incident: Incident) -> bool:
    """Whether it ended because nothing could be seen of it any more: gone or retired, which is not well."""
    return bool(incident.story) and incident.story[-1].note.sentence in {GONE, RETIRED}


def excess(value: Quantity | None, limit: Quantity | None) -> float:
    """How far past its limit, as a share of the limit; 0 where that cannot be said."""
    if value is None or limit is None or value.unit != limit.unit:
        return 0.0
    return abs(value.amount - limit.amount) / (abs(limit.amount) or 1.0)


def _worst_first(incident: Incident) -> tuple[bool, bool, float, datetime, str]:
    finding = incident.finding
    unknown = finding.verdict is Verdict.UNKNOWN
    return not incident.is_open, unknown, -excess(finding.value, finding.limit), incident.since, incident.id


def _opened(incident: Incident) -> datetime:
    return incident.opened_at or incident.since


def _taken(incident: Incident) -> int:
    """Steps taken; the one after 0m is the first post itself, so that it is taken wherever the message is read."""
    steps = incident.policy.steps
    at_once = 1 if steps and not steps[0].after else 0
    return min(max(incident.steps_taken, at_once), len(steps))


def _next_due(incident: Incident) -> datetime | None:
    return next_due(incident.policy, _taken(incident), _opened(incident), incident.eta)


def _people(steps: Iterable[Step]) -> tuple[Person, ...]:
    """Each once, in the order of the file. Thousands of incidents have a handful of lists of them."""
    return tuple(dict.fromkeys(person for people in dict.fromkeys(step.tell for step in steps) for person in people))
