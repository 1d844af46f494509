"""What the store remembers of the past: runs, planned times that never ran, jumps of the clock, what one check saw."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sagebase_ops.app.desk import Desk
from sagebase_ops.config.mistakes import allowed_words, nearest
from sagebase_ops.config.model import RECHECK
from sagebase_ops.domain.digests import Row, rows_in_order
from sagebase_ops.domain.incident_groups import Group
from sagebase_ops.domain.incidents import fingerprint_of
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Note
from sagebase_ops.domain.runs import Run
from sagebase_ops.domain.slots import Missed
from sagebase_ops.errors import ConfigError
from sagebase_ops.language.words import CLOCK_LEAPT, CLOCK_SET_BACK
from sagebase_ops.store.base import ClockJump

AROUND_AN_INCIDENT = timedelta(minutes=30)
"""So much of the time before it began is shown with an incident: how it was when all was well; and as much after its end."""

_DIRECTIONS = {CLOCK_LEAPT: 1, CLOCK_SET_BACK: -1}


@dataclass(frozen=True, slots=True)
class Past:
    """All of it newest first. What no digest told yet is among `missed` and `jumps` too, each of them once.

    Of what started before `thinned_until` the store holds only what stays by `domain.thinning`; None: it holds all.
    """

    runs: tuple[Run, ...]
    missed: tuple[Missed, ...]
    jumps: tuple[ClockJump, ...]
    thinned_until: datetime | None = None

    @property
    def has_gaps(self) -> bool:
        """Whether some of these runs are of the time that was thinned."""
        return bool(self.thinned_until and self.runs and self.runs[-1].started_at < self.thinned_until)


@dataclass(frozen=True, slots=True)
class Look:
    """One finding, in the run that saw it."""

    run: Run
    row: Row


async def past_of(desk: Desk, job: str | None, limit: int, group: Group | None = None) -> Past:
    """The newest `limit` runs of each job (or of one), of a group those until a while after it ended.

    Raises ConfigError where no such job is known.
    """
    known = list(dict.fromkeys([*desk.book.schedules.checklists, *await desk.store.jobs(), RECHECK]))
    if job is not None and job not in known:
        raise ConfigError(f"no job is called {job!r}; {allowed_words(known)}{nearest(job, known)}")
    over = group.resolved_at if group else None
    return await _past(desk, known if job is None else [job], limit, over and over + AROUND_AN_INCIDENT)


async def _past(desk: Desk, jobs: Iterable[str], limit: int, before: datetime | None) -> Past:
    runs, missed, jumps = list[Run](), list[Missed](), list[ClockJump]()
    for job in jobs:
        untold = await desk.store.untold(job)
        runs += await desk.store.runs(job, limit, before)
        missed += untold.missed
        jumps += untold.jumps
    missed += [one for run in runs for one in run.missed]
    jumps += [jump for run in runs for note in run.notes if (jump := _jump(note))]
    return Past(
        tuple(sorted(runs, key=lambda run: run.started_at, reverse=True)),
        tuple(sorted(set(missed), key=lambda one: one.last, reverse=True)),
        tuple(sorted(set(jumps), key=lambda jump: jump.at, reverse=True)),
        await desk.store.thinned_until(),
    )


def looks_of_entry(desk: Desk, past: Past, name: str) -> tuple[Look, ...]:
    """What the entry saw. Raises ConfigError where neither the file nor these runs have an entry of that name."""
    of_file = [entry.name for one in desk.book.schedules.checklists.values() for entry in one.entries]
    known = list(dict.fromkeys([*of_file, *(entry.name for run in past.runs for entry in run.expected)]))
    if name not in known:
        raise ConfigError(f"no entry is called {name!r}; {allowed_words(known)}{nearest(name, known)}")
    return _looks(past.runs, lambda row: row.entry.name == name)


def looks_of_group(past: Past, group: Group) -> tuple[Look, ...]:
    """What was seen where its incidents are, from a while before they began."""
    since = group.since - AROUND_AN_INCIDENT
    marks = {one.fingerprint for one in group.incidents}
    unseen = {
        (mark.project, name) for one in group.incidents for name in one.names if (mark := one.fingerprint).of_unknown
    }

    def is_meant(row: Row) -> bool:
        entry = row.entry
        return fingerprint_of(entry, row.finding.target) in marks or (entry.project, entry.name) in unseen

    return _looks([run for run in past.runs if run.started_at >= since], is_meant)


def _looks(runs: Sequence[Run], is_meant: Callable[[Row], bool]) -> tuple[Look, ...]:
    return tuple(Look(run, row) for run in runs for row in rows_in_order(run) if is_meant(row))


def _jump(note: Note) -> ClockJump | None:
    """As the digest told it, read back."""
    at, time = note.values.get("at"), note.values.get("time")
    direction = _DIRECTIONS.get(note.sentence)
    if direction is None or not isinstance(time, Quantity) or not isinstance(at, datetime):
        return None
    return ClockJump(at, direction * time.amount)
