"""What do the backup runs of one Cloud SQL instance add up to? Night by night, since a row is not yet a day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median

from sagebase_ops.gcp.sql import SqlInstance
from sagebase_ops.gcp.sql_backups import ON_DEMAND, BackupRun

WINDOW = timedelta(hours=4)
"""Google begins an automated backup at some time of the four hours after its start."""
TAKES = timedelta(hours=2)
"""What it then may take; a night counts once both are over."""
UNDER_WAY = {"RUNNING", "ENQUEUED"}
FAILURES = {"FAILED", "OVERDUE"}
BROKEN = {*FAILURES, "SKIPPED"}
"""What came to nothing."""
_DAY = timedelta(days=1)
_LAST_MINUTE = time(23, 59)  # where the start is not known, a night counts once the whole day is over
_ENOUGH_SIZES = 3


@dataclass(frozen=True, slots=True)
class Night:
    """One window, from `begin` (aware UTC) on, and the automated runs that belong to it, newest first."""

    begin: datetime
    runs: tuple[BackupRun, ...]

    @property
    def saved(self) -> bool:
        return any(run.successful for run in self.runs)

    @property
    def smooth(self) -> bool:
        """Saved at the first try."""
        return self.saved and not any(run.status in BROKEN for run in self.runs)

    @property
    def settled(self) -> bool:
        """Something came of it already, be it good or bad."""
        return any(run.status not in UNDER_WAY for run in self.runs)


@dataclass(frozen=True, slots=True)
class BackupWeek:
    """`newest` is the newest automated success, `tried` the newest automated run whatever came of it.

    `nights` are the last ones that are over or settled, newest first, none of them before the instance existed. `open` says
    that a window is neither yet, so that its backup may still come. `others` are the runs of people.
    """

    newest: BackupRun | None
    tried: BackupRun | None
    nights: tuple[Night, ...]
    others: tuple[BackupRun, ...]
    deleted: int
    open: bool
    sizes: tuple[tuple[datetime, float], ...]
    """Of the automated successes, newest first, in bytes."""

    @property
    def failed(self) -> bool:
        """Google's last try came to nothing, however young the success before it is."""
        return self.tried is not None and self.tried.status in FAILURES

    @property
    def unsaved(self) -> tuple[Night, ...]:
        return tuple(night for night in self.nights if not night.saved)

    @property
    def by_hand(self) -> BackupRun | None:
        """The newest that a person made and that is there."""
        return next((run for run in self.others if run.type == ON_DEMAND and run.successful), None)

    @property
    def unsized(self) -> bool:
        """Google does not say how large the newest is."""
        return self.newest is not None and self.newest.size is None

    @property
    def size_change(self) -> float | None:
        """The newest size against the median of those before, 0.5 for half as much again; None with too few of them.

        An empty one is -1 whatever was before.
        """
        if self.unsized:
            return None
        if self.sizes and not self.sizes[0][1]:
            return -1.0
        before = [size for _, size in self.sizes[1:]]
        if len(before) < _ENOUGH_SIZES or (usual := median(before)) <= 0:
            return None
        return self.sizes[0][1] / usual - 1


def week_of(instance: SqlInstance, runs: Sequence[BackupRun], days: int, now: datetime) -> BackupWeek:
    """`runs` are those of the project, newest first; `days` how many nights to look at."""
    own = [run for run in runs if run.instance == instance.name]
    automated = [run for run in own if run.automated]
    saved = [run for run in automated if run.successful]
    begin = _newest_begin(_start(instance), now)
    tonight = _night(begin, automated)
    is_open = begin + WINDOW + TAKES > now and not tonight.settled
    newest = begin - _DAY if is_open else begin
    return BackupWeek(
        newest=saved[0] if saved else None,
        tried=automated[0] if automated else None,
        nights=tuple(_nights(instance, automated, newest, days)),
        others=tuple(run for run in own if not run.automated),
        deleted=sum(run.status.startswith("DELET") for run in own),
        open=is_open,
        sizes=tuple((run.at, float(run.size)) for run in saved if run.size is not None),
    )


def _nights(instance: SqlInstance, automated: Sequence[BackupRun], newest: datetime, days: int) -> Iterator[Night]:
    for begin in (newest - night * _DAY for night in range(days)):
        if instance.created_at is None or begin >= instance.created_at:
            yield _night(begin, automated)


def _night(begin: datetime, automated: Sequence[BackupRun]) -> Night:
    return Night(begin, tuple(run for run in automated if _day(run) == begin.date()))


def _newest_begin(start: time, moment: datetime) -> datetime:
    """When the newest window that has begun by `moment` did so."""
    today = datetime.combine(moment.astimezone(UTC).date(), start, UTC)
    return today if today <= moment else today - _DAY


def _day(run: BackupRun) -> date:
    """The UTC day of the window that a run belongs to."""
    return (run.window_start or run.enqueued_at or run.at).date()


def _start(instance: SqlInstance) -> time:
    try:
        return time.fromisoformat(instance.backups.start if instance.backups else "")
    except ValueError:
        return _LAST_MINUTE
