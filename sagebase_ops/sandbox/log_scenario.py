"""What a scenario says of log buckets, sinks and volumes. What it leaves out is as a new project has it."""

from datetime import timedelta

from sagebase_ops.sandbox.scenario_parts import Part, Span


class LogBucket(Part):
    name: str
    location: str = "global"
    retention_days: int = 30
    locked: bool = False
    state: str = "ACTIVE"


class Exclusion(Part):
    name: str
    filter: str
    disabled: bool = False


class LogSink(Part):
    name: str
    bucket: str
    destination: str | None = None
    """Where it leads in place of a bucket of this project."""
    filter: str = ""
    disabled: bool = False
    exclusions: list[Exclusion] = []


class LogVolume(Part):
    """What one log stored, in MB (powers of ten) a day, between two moments."""

    log: str
    mb_a_day: float
    since: Span = timedelta(days=60)
    until: Span = timedelta(0)


class LogStorage(Part):
    """All of it. Google makes two buckets and two sinks with each project."""

    buckets: list[LogBucket] = [
        LogBucket(name="_Default"),
        LogBucket(name="_Required", retention_days=400, locked=True),
    ]
    sinks: list[LogSink] = [
        LogSink(
            name="_Default",
            bucket="_Default",
            filter='NOT LOG_ID("cloudaudit.googleapis.com/activity") AND NOT LOG_ID("cloudaudit.googleapis.com/system_event")',
        ),
        LogSink(
            name="_Required",
            bucket="_Required",
            filter='LOG_ID("cloudaudit.googleapis.com/activity") OR LOG_ID("cloudaudit.googleapis.com/system_event")',
        ),
    ]
    volumes: list[LogVolume] = [
        LogVolume(log="run.googleapis.com/requests", mb_a_day=38),
        LogVolume(log="run.googleapis.com/stdout", mb_a_day=22),
        LogVolume(log="cloudsql.googleapis.com/postgres.log", mb_a_day=9),
        LogVolume(log="run.googleapis.com/stderr", mb_a_day=1.5),
        LogVolume(log="cloudaudit.googleapis.com/activity", mb_a_day=0.8),
    ]
