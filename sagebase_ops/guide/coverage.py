"""Guide + answers + schedules.yaml -> which line is answered by what, and which line nothing answers."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from operator import ge, le
from typing import Annotated, Any

from pydantic import TypeAdapter

from sagebase_ops.checks.base import CheckParams
from sagebase_ops.config.model import ScheduleEntry, Schedules
from sagebase_ops.domain.quantities import write_duration
from sagebase_ops.domain.results import Sentence
from sagebase_ops.guide.answers import Answer, EscalationStep, Section, actions, readings
from sagebase_ops.guide.reading import GuideLine

ALIKE = 0.6
"""From this likeness on (difflib's ratio) a line of the same section counts as the old one with other words."""
EVERYBODY = "default"


class State(StrEnum):
    """How a line of the guide stands."""

    CHECK = "check"
    SETTING = "setting"
    ACTION = "action"
    READING = "reading"
    LOST = "lost"
    """An answer is known, but schedules.yaml no longer holds it, or holds it to less than the guide says."""
    CHANGED = "changed"
    """The guide's words changed: somebody must say whether the answer still is one."""
    NEW = "new"
    """Nothing is known to answer it."""


UNANSWERED = frozenset({State.LOST, State.CHANGED, State.NEW})


@dataclass(frozen=True, slots=True)
class Covered:
    """One line and what answers it.

    `by` are entries (`daily/run_ready`), a step or a key of schedules.yaml; `words` say what a person does; `missing` are the
    checks that no entry asks; `before` is how a changed line read.
    """

    line: GuideLine
    state: State
    by: tuple[str, ...] = ()
    words: Sentence | None = None
    missing: tuple[str, ...] = ()
    before: str | None = None
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """All lines in the guide's order; `gone` are answers whose line the guide no longer has."""

    lines: tuple[Covered, ...]
    gone: tuple[tuple[str, str], ...]

    @property
    def unanswered(self) -> tuple[Covered, ...]:
        return tuple(one for one in self.lines if one.state in UNANSWERED)

    @property
    def counts(self) -> dict[State, int]:
        found = Counter(one.state for one in self.lines)
        return {state: found[state] for state in State}


def cover(lines: Sequence[GuideLine], sections: Iterable[Section], schedules: Schedules) -> Coverage:
    """A line's answer is the one for its section and words; where only the section is another, it still holds.

    Later sections win over earlier ones, so that a team's own answers stand above the shipped ones.
    """
    known = {(section.section, answer.line): answer for section in sections for answer in section.lines}
    exact = {line: known.pop((line.heading, line.text)) for line in dict.fromkeys(lines) if _key(line) in known}
    return _paired(lines, exact, known, schedules)


def _key(line: GuideLine) -> tuple[str, str]:
    return line.heading, line.text


def _paired(
    lines: Sequence[GuideLine],
    exact: dict[GuideLine, Answer],
    left: dict[tuple[str, str], Answer],
    schedules: Schedules,
) -> Coverage:
    found: dict[GuideLine, Covered] = {line: _answered(line, answer, schedules) for line, answer in exact.items()}
    for line in lines:
        if line not in found and (moved := _moved(line, left)):
            found[line] = _answered(line, left.pop(moved), schedules)
    for line in lines:
        if line not in found and (old := _alike(line, left)):
            answer = left.pop(old)
            by, _ = _entries(answer.checks, schedules)
            found[line] = Covered(line, State.CHANGED, by, before=answer.line, conflicts=answer.conflicts)
    covered = tuple(found.get(line) or Covered(line, State.NEW) for line in lines)
    return Coverage(covered, tuple(left))


def _moved(line: GuideLine, left: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    return next((key for key in left if key[1] == line.text), None)


def _alike(line: GuideLine, left: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """The likest line of the same section that the guide no longer has."""
    near = [(_likeness(line.text, key[1]), key) for key in left if key[0] == line.heading]
    likeness, key = max(near, default=(0.0, None))
    return key if likeness >= ALIKE else None


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _answered(line: GuideLine, answer: Answer, schedules: Schedules) -> Covered:
    if answer.action:
        return Covered(line, State.ACTION, words=actions()[answer.action], conflicts=answer.conflicts)
    if answer.reading:
        return Covered(line, State.READING, words=readings()[answer.reading])
    by, missing = _held(answer, schedules)
    kind = State.CHECK if answer.checks else State.SETTING
    return Covered(line, State.LOST if missing else kind, by, missing=missing, conflicts=answer.conflicts)


def _held(answer: Answer, schedules: Schedules) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What of schedules.yaml answers, and what it would need but does not hold."""
    if answer.checks:
        by, missing = _entries(answer.checks, schedules)
        return by, (*missing, *_looser(answer, by, schedules))
    if answer.step is not None:
        step = f"escalation.{EVERYBODY}[{answer.step.number - 1}] ≤ {write_duration(answer.step.within)}"
        return ((step,), ()) if _tells_by(answer.step, schedules) else ((), (step,))
    setting = answer.setting or ""
    return ((setting,), ()) if getattr(schedules, setting, None) else ((), (setting,))


def _entries(names: Iterable[str], schedules: Schedules) -> tuple[tuple[str, ...], tuple[str, ...]]:
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
    bounds = [("≤", le, answer.at_most), ("≥", ge, answer.at_least)]
    for place in places:
        entry = every[place]
        asked = (entry.params, *entry.params_by_project.values())
        for sign, holds, wanted in bounds:
            for name, bound in wanted.items():
                if not all(_holds(params, name, bound, holds) for params in asked):
                    yield f"{place} {name} {sign} {bound}"


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
    policy = schedules.escalation.get(EVERYBODY)
    return policy is not None and sum(one.after <= step.within for one in policy.steps) >= step.number
