"""What of schedules.yaml answers a line of the guide, and is it held to no less than the line says?"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from operator import eq, ge, le
from typing import Annotated, Any

from pydantic import TypeAdapter

from sagebase_ops.checks.base import CheckParams
from sagebase_ops.config.model import ScheduleEntry, Schedules
from sagebase_ops.domain.escalation import Person
from sagebase_ops.domain.projects import BUCKETS
from sagebase_ops.domain.quantities import parse_duration, write_duration
from sagebase_ops.guide.answers import Answer, EscalationStep
from sagebase_ops.guide.rhythm import comes_within

EVERYBODY = "default"
_HOLD = "hold"
"""What an entry says of its incidents, whatever its check is."""


def held(answer: Answer, every: timedelta | None, schedules: Schedules) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What of schedules.yaml answers, and what it would need but does not hold; `every`: so often the guide asks for it."""
    if answer.checks:
        by, missing = entries(answer.checks, schedules)
        rarer = _rarer(answer, every, schedules) if every else ()
        return by, (*missing, *_looser(answer, by, schedules), *_unwatched(answer, schedules), *rarer)
    if answer.step is not None:
        step = f"escalation.{EVERYBODY}[{answer.step.number - 1}] ≤ {write_duration(answer.step.within)}"
        return ((step,), ()) if _tells_by(answer.step, schedules) else ((), (step,))
    setting = answer.setting or ""
    return ((setting,), ()) if getattr(schedules, setting, None) else ((), (setting,))


def entries(names: Iterable[str], schedules: Schedules) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The entries of these names (`daily/run_ready`), and the names of which there is none."""
    found = {name: tuple(_entries_of(name, schedules)) for name in names}
    missing = tuple(name for name, entries in found.items() if not entries)
    return tuple(dict.fromkeys(entry for entries in found.values() for entry in entries)), missing


def _entries_of(name: str, schedules: Schedules) -> Iterator[str]:
    """The entries of that name; where there is none, those whose check has it."""
    every = _by_place(schedules)
    named = [place for place, entry in every.items() if entry.name == name]
    yield from named or (place for place, entry in every.items() if entry.definition.name == name)


def _by_place(schedules: Schedules) -> dict[str, ScheduleEntry]:
    """Every entry by where it stands: `daily/run_ready`."""
    checklists = schedules.checklists.values()
    return {f"{checklist.name}/{entry.name}": entry for checklist in checklists for entry in checklist.entries}


def _looser(answer: Answer, places: Iterable[str], schedules: Schedules) -> Iterator[str]:
    """What the guide wants of a parameter and an entry, in one project at least, does not hold."""
    every = _by_place(schedules)
    bounds = [("≤", le, answer.at_most), ("≥", ge, answer.at_least), ("=", eq, answer.exactly)]
    for place in places:
        entry = every[place]
        asked = (entry.params, *entry.params_by_project.values())
        for sign, holds, wanted in bounds:
            for name, bound in wanted.items():
                loose = not all(_holds(params, name, bound, holds) for params in asked)
                if loose or (name == _HOLD and not holds(entry.rules.hold, parse_duration(bound))):
                    yield f"{place} {name} {sign} {bound}"


def _unwatched(answer: Answer, schedules: Schedules) -> Iterator[str]:
    """The bucket that the line names, where no project has it among those that are watched."""
    if answer.bucket is None:
        return
    for project in schedules.projects:
        if project.selector(BUCKETS) or answer.bucket.format(project=project.id) in project.buckets:
            return
    yield f"buckets: {answer.bucket}"


def _rarer(answer: Answer, every: timedelta, schedules: Schedules) -> Iterator[str]:
    """The entries that come up more rarely than the guide asks, where none of that name comes up so often."""
    for name in answer.checks:
        places = tuple(_entries_of(name, schedules))
        calendars = (schedules.checklists[place.partition("/")[0]].calendar(schedules.timezone) for place in places)
        if places and not any(comes_within(one, every) for one in calendars):
            yield f"{places[0]} every ≤ {write_duration(every)}"


def _holds(params: CheckParams, name: str, bound: str | int, holds: Callable[[Any, Any], bool]) -> bool:
    """Whether the parameter lies on the right side of `bound`, which is read as a value of the file would be."""
    field = type(params).model_fields.get(name)
    if field is None:
        return True
    read: TypeAdapter[Any] = TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]  # known at run time
    wanted = read.validate_python(bound)
    held = params.held(name)
    return held is not None and holds(held, params.model_copy(update={name: wanted}).held(name))


def _tells_by(step: EscalationStep, schedules: Schedules) -> bool:
    """Whether so many steps come in time, of those that reach somebody who did not hear yet, or everybody."""
    policy, everybody = schedules.escalation.get(EVERYBODY), set(schedules.contacts.values())
    reaching, heard = 0, set[Person]()
    for one in policy.steps if policy else ():
        reaching += one.after <= step.within and not (set(one.tell) <= heard and everybody - set(one.tell))
        heard |= set(one.tell)
    return reaching >= step.number
