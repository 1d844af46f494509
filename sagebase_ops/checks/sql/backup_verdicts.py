"""Is the week of backups of one Cloud SQL instance in order? The decision of `sql_backups`."""

import shlex
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.sql import backup_words as words
from sagebase_ops.checks.sql.backup_week import BROKEN, TAKES, UNDER_WAY, WINDOW, BackupWeek, Night, week_of
from sagebase_ops.checks.sql.targets import of_a_replica, target_of
from sagebase_ops.domain.console import sql_instance_page
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Series, Target, failing, passing, skipped, unknown, warning
from sagebase_ops.domain.steps import Steps
from sagebase_ops.domain.trends import trend_of
from sagebase_ops.gcp.sql import SqlInstance
from sagebase_ops.gcp.sql_backups import BackupRun

BACKUPS = "{backups}"
ENHANCED = "ENHANCED"
"""The tier whose backups Google's Backup and DR service holds, by a plan of its own."""
_KNOWN = {*BROKEN, *UNDER_WAY, "SUCCESSFUL", "DELETED", "DELETION_PENDING", "DELETION_FAILED"}

_THERE = {None, "nights_missing"}
"""Why the newest automated backup is not found wanting."""
DAY = timedelta(days=1)


class Wanted(Protocol):
    """What a week of backups is held against."""

    @property
    def max_age(self) -> timedelta: ...
    @property
    def days(self) -> int: ...
    @property
    def size_change(self) -> float | None: ...


def judged(instance: SqlInstance, runs: Sequence[BackupRun], wanted: Wanted, context: CheckContext) -> list[Finding]:
    """The backups; and where they are there but not their size, that as well: neither says anything of the other."""
    found = _judged(instance, runs, wanted, context)
    week = week_of(instance, runs, wanted.days, context.now)
    if found.reason not in _THERE or wanted.size_change is None or not week.unsized:
        return [found]
    target = Target("sql_backup_size", instance.name)
    return [found, unknown(target, words.UNSIZED, reason="no_size", asked=found.asked, link=found.link)]


def _judged(instance: SqlInstance, runs: Sequence[BackupRun], wanted: Wanted, context: CheckContext) -> Finding:
    """Where backups are to be expected, held against the age of the newest, then against every night, then its size."""
    target, project = target_of(instance.name), context.project
    given = _given(instance, wanted, project)
    if instance.replica:
        return of_a_replica(target, given)
    if instance.backups is None or not instance.backups.enabled:
        return failing(target, words.OFF, reason="backups_off", **{**given, "remedy": _switch_on(instance, project)})
    week = week_of(instance, runs, wanted.days, context.now)
    given |= {"notes": tuple(_notes(week)), "series": _sizes(week)}
    if instance.stopped:
        return warning(target, words.STOPPED, reason="stopped", **given)
    if not week.nights:
        return skipped(target, words.TOO_YOUNG, reason="too_young", **given)
    if instance.backups.tier == ENHANCED and week.tried is None:
        remedy = f"gcloud sql backups list --filter=instance:{shlex.quote(instance.name)} --project={project.id}"
        return unknown(target, words.ELSEWHERE, reason="backup_and_dr", **{**given, "remedy": remedy})
    return _by_age(target, week, wanted, context.now, given)


def _by_age(target: Target, week: BackupWeek, wanted: Wanted, now: datetime, given: dict[str, Any]) -> Finding:
    """Until a window is over or settled, the backup of the one before may be as much older."""
    allowed = wanted.max_age + (WINDOW + TAKES if week.open else timedelta(0))
    told = {**given, "limit": Quantity.of(allowed)}
    if week.newest is None:
        return _without(target, week, now - allowed, told)
    told["value"] = Quantity.of(now - week.newest.at)
    if now - week.newest.at > allowed or week.failed:
        return _without(target, week, now - allowed, told)
    return _young(target, week, wanted.size_change, {**told, "remedy": None})


def _young(target: Target, week: BackupWeek, jump: float | None, given: dict[str, Any]) -> Finding:
    told = {**given, "nights": Quantity(len(week.nights), "{days}")}
    if week.unsaved:
        holes = Quantity(len(week.unsaved), "{days}")
        return warning(target, words.HOLES, holes=holes, reason="nights_missing", **told)
    change = week.size_change
    if change is not None and jump is not None and (change <= -1 or abs(change) > jump):
        size, by = Quantity(week.sizes[0][1], "By"), Quantity(abs(change), "1")
        return warning(target, words.JUMPED, size=size, change=by, reason="size_changed", **told)
    return passing(target, words.IN_ORDER, **told)


def _without(target: Target, week: BackupWeek, since: datetime, given: dict[str, Any]) -> Finding:
    """None is young enough: why, as far as Google says it."""
    status = week.tried.status if week.tried else ""
    if status and status not in _KNOWN:
        return unknown(target, words.STRANGE, status=status, reason="unknown_status", **given)
    if week.by_hand and week.by_hand.at >= since and status not in BROKEN:
        return warning(target, words.ONLY_BY_HAND, at=week.by_hand.at, reason="only_by_hand", **given)
    if week.newest is None:
        return failing(target, words.NONE, reason="no_backup", **given)
    if status in BROKEN:
        return failing(target, words.DID_NOT_SUCCEED, status=status, reason=status.lower(), **given)
    return failing(target, words.TOO_OLD, reason="too_old", **given)


def _given(instance: SqlInstance, wanted: Wanted, project: Project) -> dict[str, Any]:  # fields of Finding by name
    return {
        "asked": {"method": "sqladmin.backupRuns.list", "instance": instance.name, "days": wanted.days},
        "link": sql_instance_page(project.id, instance.name, "backups"),
        "remedy": f"gcloud sql backups create --instance={shlex.quote(instance.name)} --project={project.id}",
    }


def _switch_on(instance: SqlInstance, project: Project) -> str:
    start = (instance.backups.start if instance.backups else "") or "18:00"
    return f"gcloud sql instances patch {instance.name} --backup-start-time={start} --project={project.id}"


def _notes(week: BackupWeek) -> Iterator[Note]:
    yield from (_of_night(night) for night in week.nights if not night.smooth)
    if week.tried and week.tried.status in UNDER_WAY:
        yield Note(words.UNDER_WAY, {"status": week.tried.status, "at": week.tried.at})
    yield from _by_hand(week)
    if week.deleted:
        yield Note(words.DELETED, {"count": Quantity(week.deleted, BACKUPS)})
    if week.sizes and not week.unsized:
        yield _size(week)


def _of_night(night: Night) -> Note:
    if not night.runs:
        return Note(words.NIGHT_EMPTY, {"at": night.begin})
    return Note(words.NIGHT, {"at": night.begin, "status": "; ".join(map(_outcome, night.runs))})


def _by_hand(week: BackupWeek) -> Iterator[Note]:
    if week.by_hand:
        count = sum(run.successful for run in week.others)
        yield Note(words.BY_HAND, {"count": Quantity(count, BACKUPS), "at": week.by_hand.at})
    for run in week.others:
        if run.status in BROKEN:
            yield Note(words.BY_HAND_FAILED, {"at": run.at, "status": _outcome(run)})


def _outcome(run: BackupRun) -> str:
    return " ".join(filter(None, (run.status, run.error)))


def _sizes(week: BackupWeek) -> tuple[Series, ...]:
    """Night by night, for a chart; of a single backup there is none."""
    if len(week.sizes) < 2:  # noqa: PLR2004 (a line has two ends)
        return ()
    newest, oldest = week.sizes[0][0], week.sizes[-1][0]
    start = oldest - DAY / 2  # so that a backup that began an hour sooner or later is still that night's
    sizes = Steps.of(start, newest + DAY / 2, DAY, week.sizes)
    nights = range((newest - start) // DAY + 1)
    values = tuple(sizes.get(start + DAY * night) for night in nights)
    return (Series(words.SIZE_BY_NIGHT, words.AUTOMATED, "By", oldest, DAY, values),)


def _size(week: BackupWeek) -> Note:
    size, trend = Quantity(week.sizes[0][1], "By"), trend_of(week.sizes)
    if trend is None:
        return Note(words.SIZE, {"size": size})
    return Note(words.SIZE_TREND, {"size": size, "per_day": Quantity(trend.per_day, "By")})
