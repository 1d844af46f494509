"""What would a change of the file change? Two rehearsals of the same time, held against each other call by call."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sagebase_ops.domain.escalation import Person
from sagebase_ops.domain.results import Sentence
from sagebase_ops.jobs.rehearse import Heard

SAME_CALL_WITHIN = timedelta(hours=2)
"""Calls of one person about one entry that lie further apart are two calls, not one that came later."""


class Shift(StrEnum):
    """What becomes of one call under the file that is rehearsed."""

    MORE = "more"
    LESS = "less"
    EARLIER = "earlier"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Called:
    """One person called once. `of_unknown`: because something could not be looked at."""

    at: datetime
    person: Person
    project: str
    entry: str
    title: Sentence
    of_unknown: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """`call` as it is under the rehearsed file (of `LESS`: as it was); `other_at` its time under the other one, if any."""

    shift: Shift
    call: Called
    other_at: datetime | None = None


def calls(heard: Iterable[Heard]) -> list[Called]:
    """Every call of every person, in order."""
    return [
        Called(one.at, person, lead.entry.project, lead.entry.name, lead.entry.title, lead.fingerprint.of_unknown)
        for one in heard
        for lead in [one.group.lead]
        for person in one.people
    ]


def differences(ours: Sequence[Called], others: Sequence[Called]) -> list[Difference]:
    """Calls of `ours` that `others` does not have, those that it alone has, and those at another time; by time."""
    by_subject: defaultdict[tuple[str, ...], tuple[list[Called], list[Called]]] = defaultdict(lambda: ([], []))
    for side, made in enumerate((ours, others)):
        for call in made:
            key = (call.person.slack, call.project, call.entry, str(call.of_unknown))
            by_subject[key][side].append(call)
    found = [one for mine, theirs in by_subject.values() for one in _of_one_subject(mine, theirs)]
    return sorted(found, key=lambda one: one.call.at)


def _of_one_subject(ours: Sequence[Called], others: Sequence[Called]) -> Iterator[Difference]:
    pairs = _pairs(ours, others)
    for number, call in enumerate(ours):
        other = others[pairs[number]].at if number in pairs else None
        if other is None:
            yield Difference(Shift.MORE, call)
        elif other != call.at:
            yield Difference(Shift.EARLIER if call.at < other else Shift.LATER, call, other)
    taken = set(pairs.values())
    yield from (Difference(Shift.LESS, call, call.at) for number, call in enumerate(others) if number not in taken)


def _pairs(ours: Sequence[Called], others: Sequence[Called]) -> dict[int, int]:
    """Which call is which, by number: the nearest ones first."""
    near = sorted(
        (abs(mine.at - theirs.at), one, other)
        for one, mine in enumerate(ours)
        for other, theirs in enumerate(others)
        if abs(mine.at - theirs.at) <= SAME_CALL_WITHIN
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, one, other in near:
        if one not in pairs and other not in taken:
            pairs[one] = other
            taken.add(other)
    return pairs
