"""What happened to a pretend Cloud SQL instance: its backup runs and its operations, as JSON.

They were never recorded but for single operations; the rest of their shape is that of the discovery document.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sagebase_ops.sandbox.rest_answers import Json, stamp, without
from sagebase_ops.sandbox.sql_scenario import OnDemandBackup, SqlInstance, SqlOperation
from sagebase_ops.sandbox.world import World

_HOST = "https://sqladmin.googleapis.com/sql/v1beta4"
_STARTS_AFTER, _TAKES = timedelta(minutes=6), timedelta(minutes=4)
_DAY = timedelta(days=1)
_NEWEST_MB, _GROWS_MB = 2048.0, 12.0
_UNBEGUN, _UNFINISHED = {"SKIPPED", "OVERDUE"}, {"RUNNING", "ENQUEUED"}


def backups(world: World, project: str, instance: SqlInstance) -> list[Json]:
    """One of each night, in the window that the settings name, and those that people made."""
    nightly = (_nightly(project, instance, begin, night) for night, begin in enumerate(_nights(world, instance)))
    found = [run for run in nightly if run["status"]]
    return found + [_on_demand(world, project, instance, one) for one in instance.on_demand]


def operations(world: World, project: str, instance: SqlInstance) -> list[Json]:
    """The newest first by their start, the backups among them; those that have none come last (believed).

    Those that failed are DONE and have an error.
    """
    nights = zip(instance.nights, _nights(world, instance), strict=True)
    nightly = [_of_backup(instance, status, begin) for status, begin in nights if status and status not in _UNBEGUN]
    others = [(world.anchor - one.age, one) for one in instance.operations]
    every = sorted([*nightly, *others], key=lambda pair: pair[0], reverse=True)
    return sorted((_operation(project, instance, at, one) for at, one in every), key=lambda one: "startTime" not in one)


def _nights(world: World, instance: SqlInstance) -> Iterator[datetime]:
    """When the window of each night began, the newest that is through first."""
    start = time.fromisoformat(instance.backup.start if instance.backup else "18:00")
    through = world.now() - _STARTS_AFTER - _TAKES
    newest = datetime.combine(through.date(), start, through.tzinfo)
    newest -= _DAY if newest > through else timedelta(0)
    yield from (newest - night * _DAY for night in range(len(instance.nights)))


def _nightly(project: str, instance: SqlInstance, begin: datetime, night: int) -> Json:
    status, started = instance.nights[night], begin + _STARTS_AFTER
    run = {**_run(project, instance, begin), "type": "AUTOMATED", "status": status, "windowStartTime": stamp(begin)}
    if status in _UNBEGUN or status == "ENQUEUED":
        return run
    run["startTime"] = stamp(started)
    if status in _UNFINISHED:
        return run
    run["endTime"] = stamp(started + _TAKES)
    if status == "FAILED":
        error = {"kind": "sql#operationError", "code": "INTERNAL_ERROR", "message": instance.backup_error}
        return {**run, "error": error}
    size = _size_mb(instance, night)
    return run if size is None else {**run, "maxChargeableBytes": str(int(size * 1_000_000))}


def _size_mb(instance: SqlInstance, night: int) -> float | None:
    told = instance.backup_sizes_mb
    return told[night] if night < len(told) else _NEWEST_MB - _GROWS_MB * night


def _on_demand(world: World, project: str, instance: SqlInstance, one: OnDemandBackup) -> Json:
    begin = world.anchor - one.age
    run = _run(project, instance, begin)
    made = {"type": "ON_DEMAND", "status": one.status, "description": "by hand", "windowStartTime": stamp(begin)}
    return {**run, **made, "startTime": stamp(begin), "endTime": stamp(begin + _TAKES)}


def _run(project: str, instance: SqlInstance, begin: datetime) -> Json:
    number = str(int(begin.timestamp() * 1000))
    return {
        "kind": "sql#backupRun",
        "id": number,
        "instance": instance.name,
        "selfLink": f"{_HOST}/projects/{project}/instances/{instance.name}/backupRuns/{number}",
        "enqueuedTime": stamp(begin + timedelta(minutes=1)),
        "backupKind": "SNAPSHOT",
        "location": (instance.backup.location if instance.backup else None) or "asia",
    }


def _of_backup(instance: SqlInstance, status: str, begin: datetime) -> tuple[datetime, SqlOperation]:
    error = ("INTERNAL_ERROR", instance.backup_error) if status == "FAILED" else None
    took = None if status in _UNFINISHED else _TAKES
    return begin + _STARTS_AFTER, SqlOperation(type="BACKUP_VOLUME", age=timedelta(0), took=took, error=error)


def _operation(project: str, instance: SqlInstance, at: datetime, one: SqlOperation) -> Json:
    name = f"{int(at.timestamp()):08x}-0000-4000-8000-000000000000"
    status = one.status or ("RUNNING" if one.took is None else "DONE")
    operation: Json = {
        "kind": "sql#operation",
        "name": name,
        "operationType": one.type,
        "status": status,
        "insertTime": stamp(at),
        **({} if status == "PENDING" else {"startTime": stamp(at)}),
        "selfLink": f"{_HOST}/projects/{project}/operations/{name}",
        "targetId": instance.name,
        "targetLink": f"{_HOST}/projects/{project}/instances/{instance.name}",
        "targetProject": project,
    }
    if one.took is not None:
        operation["endTime"] = stamp(at + one.took)
    if one.user:
        operation["user"] = one.user
    if one.error:
        code, message = one.error
        errors = [{"kind": "sql#operationError", "code": code, "message": message}]
        operation["error"] = {"kind": "sql#operationErrors", "errors": errors}
    return without(operation, one.unsaid)
