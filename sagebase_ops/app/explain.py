"""Why is a check as it is? Its entry, who would hear, the lines of the guide it answers, what it saw last."""

from collections.abc import Sequence
from dataclasses import dataclass

from sagebase_ops.app.desk import Desk
from sagebase_ops.app.history import Look, looks_of_entry, past_of
from sagebase_ops.config.mistakes import allowed_words, nearest
from sagebase_ops.config.model import Checklist, ScheduleEntry, Schedules
from sagebase_ops.errors import ConfigError
from sagebase_ops.guide.answers import Conflict, conflicts, conflicts_of, shipped_answers, shipped_guide
from sagebase_ops.guide.coverage import Covered, cover
from sagebase_ops.guide.reading import GuideLine, lines_of


@dataclass(frozen=True, slots=True)
class Explained:
    """One entry of one checklist. `lines` are those of the shipped guide that it answers."""

    checklist: Checklist
    entry: ScheduleEntry
    lines: tuple[GuideLine, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def place(self) -> str:
        """`daily/run_ready`, as `coverage` names it."""
        return f"{self.checklist.name}/{self.entry.name}"


def explained(schedules: Schedules, name: str, job: str | None = None) -> tuple[Explained, ...]:
    """Each entry of that name, else of that check; of `job` alone where it is given. Raises ConfigError for no such name."""
    checklists = [schedules.named(job)] if job else list(schedules.checklists.values())
    every = [(checklist, entry) for checklist in checklists for entry in checklist.entries]
    found = [pair for pair in every if pair[1].name == name] or [
        pair for pair in every if pair[1].definition.name == name
    ]
    if not found:
        known = dict.fromkeys(entry.name for _, entry in every)
        raise ConfigError(f"no entry is called {name!r}; {allowed_words(known)}{nearest(name, known)}")
    covered = cover(lines_of(shipped_guide()), shipped_answers(), schedules).lines
    return tuple(_explained(*pair, covered) for pair in found)


def _explained(checklist: Checklist, entry: ScheduleEntry, covered: Sequence[Covered]) -> Explained:
    """With what is said where the guide asks for it, else with all that touches its check."""
    answered = [one for one in covered if f"{checklist.name}/{entry.name}" in one.by]
    named = dict.fromkeys(name for one in answered for name in one.conflicts)
    of_lines = tuple(conflicts()[name] for name in named)
    return Explained(
        checklist,
        entry,
        tuple(one.line for one in answered),
        of_lines if answered else conflicts_of(entry.definition.name),
    )


async def last_looks(desk: Desk, one: Explained) -> Sequence[Look]:
    """What the entry saw in the newest run of its checklist that asked it, a look for each target."""
    past = await past_of(desk, one.checklist.name, 20)
    looks = looks_of_entry(desk, past, one.entry.name)
    return [look for look in looks if look.run is looks[0].run]
