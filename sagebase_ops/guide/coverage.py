"""Guide + answers + schedules.yaml -> which line is answered by what, and which line nothing answers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum

from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.results import Sentence
from sagebase_ops.guide.answers import Answer, Section, actions, readings
from sagebase_ops.guide.held import entries, held
from sagebase_ops.guide.reading import GuideLine
from sagebase_ops.guide.rhythm import asked_every

ALIKE = 0.6
"""From this likeness on (difflib's ratio) a line of the same section counts as the old one with other words."""


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
    checks that no entry asks; `before` is how a changed line read, `moved_from` the heading under which one stood that moved.
    """

    line: GuideLine
    state: State
    by: tuple[str, ...] = ()
    words: Sentence | None = None
    missing: tuple[str, ...] = ()
    before: str | None = None
    moved_from: str | None = None
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


@dataclass(frozen=True, slots=True)
class _Book:
    """What the lines are held against."""

    schedules: Schedules
    sections: Sequence[Section]


def cover(lines: Sequence[GuideLine], sections: Iterable[Section], schedules: Schedules) -> Coverage:
    """A line's answer is the one for its section and words; where only the section is another, it still holds.

    An entry answers only what the guide asks for no more often than its checklist comes up. Later sections win over earlier
    ones, so that a team's own answers stand above the shipped ones.
    """
    sections = tuple(sections)
    known = {(section.section, answer.line): answer for section in sections for answer in section.lines}
    exact = {line: known.pop((line.heading, line.text)) for line in dict.fromkeys(lines) if _key(line) in known}
    return _paired(lines, exact, known, _Book(schedules, sections))


def _key(line: GuideLine) -> tuple[str, str]:
    return line.heading, line.text


def _paired(
    lines: Sequence[GuideLine],
    exact: dict[GuideLine, Answer],
    left: dict[tuple[str, str], Answer],
    book: _Book,
) -> Coverage:
    found: dict[GuideLine, Covered] = {line: _answered(line, answer, book) for line, answer in exact.items()}
    for line in lines:
        if line not in found and (moved := _moved(line, left)):
            found[line] = replace(_answered(line, left.pop(moved), book), moved_from=moved[0])
    for line in lines:
        if line not in found and (old := _alike(line, left)):
            answer = left.pop(old)
            by, _ = entries(answer.checks, book.schedules)
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


def _answered(line: GuideLine, answer: Answer, book: _Book) -> Covered:
    if answer.action:
        return Covered(line, State.ACTION, words=actions()[answer.action], conflicts=answer.conflicts)
    if answer.reading:
        return Covered(line, State.READING, words=readings()[answer.reading])
    by, missing = held(answer, asked_every(line, book.sections), book.schedules)
    kind = State.CHECK if answer.checks else State.SETTING
    return Covered(line, State.LOST if missing else kind, by, missing=missing, conflicts=answer.conflicts)
