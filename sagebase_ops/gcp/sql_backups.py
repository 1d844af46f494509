"""Which backups does Cloud SQL hold, and how is it told to make them? Source: Cloud SQL Admin API v1."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.errors import Question
from sagebase_ops.gcp.rest import Json
from sagebase_ops.gcp.rest_lists import integer, objects, pages, sure_moment, text

PAGE_SIZE = 100
AUTOMATED, ON_DEMAND = "AUTOMATED", "ON_DEMAND"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """`settings.backupConfiguration`; None or "" where Google says nothing, but for what it leaves out when it is false.

    `start` is `HH:MM` in UTC. `tier` ENHANCED means that the Backup and DR service holds the backups.
    """

    enabled: bool = False
    start: str = ""
    retained: int | None = None
    point_in_time_recovery: bool = False
    log_days: int | None = None
    location: str = ""
    tier: str = ""


@dataclass(frozen=True, slots=True)
class BackupRun:
    """One backup that was made, is being made, or was not. Words are Google's, times aware UTC and None until they come.

    `type` is `AUTOMATED` or `ON_DEMAND`; `size` is what it is charged for, in bytes.
    """

    instance: str
    type: str
    status: str
    window_start: datetime | None = None
    enqueued_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str = ""
    size: int | None = None

    @property
    def at(self) -> datetime:
        """When it was finished, or came as far as it came."""
        return self.finished_at or self.started_at or self.enqueued_at or self.window_start or _LONG_AGO

    @property
    def automated(self) -> bool:
        return self.type == AUTOMATED

    @property
    def successful(self) -> bool:
        """It is there: one that was deleted no longer says SUCCESSFUL."""
        return self.status == "SUCCESSFUL"


async def read_backups(connections: Connections, question: Question) -> tuple[BackupRun, ...]:
    """All runs of all instances of the question's project, newest first. Raises GcpError."""
    path = f"/v1/projects/{question.project}/instances/-/backupRuns"
    found: list[BackupRun] = []
    async for page in pages(connections, question, path, {"maxResults": PAGE_SIZE}):
        found += [read_backup(item, question) for item in objects(page, "items", question)]
    return tuple(sorted(found, key=lambda run: run.at, reverse=True))


def read_backup(item: Json, question: Question) -> BackupRun:
    """A BackupRun resource as we see it. Raises GcpError for a time that is none."""
    code, message = text(item, "error", "code"), text(item, "error", "message")
    return BackupRun(
        instance=text(item, "instance"),
        type=text(item, "type"),
        status=text(item, "status"),
        window_start=sure_moment(item, "windowStartTime", question),
        enqueued_at=sure_moment(item, "enqueuedTime", question),
        started_at=sure_moment(item, "startTime", question),
        finished_at=sure_moment(item, "endTime", question),
        error=": ".join(filter(None, (code, message))),
        size=integer(item, "maxChargeableBytes"),
    )


def read_backup_settings(settings: Json) -> BackupSettings | None:
    """The `backupConfiguration` of an instance's settings; None where there is none."""
    found = settings.get("backupConfiguration")
    if not isinstance(found, dict):
        return None
    return BackupSettings(
        enabled=found.get("enabled") is True,
        start=text(found, "startTime"),
        retained=integer(found, "backupRetentionSettings", "retainedBackups"),
        point_in_time_recovery=found.get("pointInTimeRecoveryEnabled") is True,
        log_days=integer(found, "transactionLogRetentionDays"),
        location=text(found, "location"),
        tier=text(found, "backupTier"),
    )
