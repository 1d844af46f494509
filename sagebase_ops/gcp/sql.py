"""Which Cloud SQL instances exist, do they run, and what happened to them? Source: Cloud SQL Admin API v1 over REST."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sagebase_ops.gcp.asked import Asked, Listing
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.errors import Question, in_part
from sagebase_ops.gcp.rest import Json
from sagebase_ops.gcp.rest_lists import labels, moment, objects, pages, text, texts
from sagebase_ops.gcp.sql_backups import BackupRun, BackupSettings, read_backup_settings, read_backups
from sagebase_ops.gcp.sql_operations import Operation, read_operations
from sagebase_ops.gcp.sql_upkeep import Upkeep, read_upkeep

API = "sqladmin.googleapis.com"
PAGE_SIZE = 500
_REPLICAS = {"READ_REPLICA_INSTANCE", "READ_POOL_INSTANCE"}
_RUNNING = {"RUNNABLE", "ONLINE_MAINTENANCE"}
_HARMLESS_WARNINGS = {"COMPROMISED_CREDENTIALS", "MAX_RESULTS_EXCEEDS_LIMIT"}


@dataclass(frozen=True, slots=True)
class SqlInstance:
    """One instance in Google's own words, "" where absent; `flags` are the database flags that were set.

    A stopped instance keeps the state RUNNABLE: only its activation policy (`ALWAYS`, `NEVER`, `ON_DEMAND`) tells.
    """

    name: str
    state: str = ""
    activation_policy: str = ""
    database_version: str = ""
    tier: str = ""
    flags: Mapping[str, str] = field(default_factory=dict)
    suspension_reasons: tuple[str, ...] = ()
    instance_type: str = ""
    region: str = ""
    created_at: datetime | None = None
    backups: BackupSettings | None = None
    upkeep: Upkeep = field(default_factory=Upkeep)
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def replica(self) -> bool:
        """It follows another instance, which has the backups of both."""
        return self.instance_type in _REPLICAS

    @property
    def stopped(self) -> bool:
        """Stopped by a person, which the state does not say."""
        return self.activation_policy == "NEVER"

    @property
    def running(self) -> bool:
        return self.state in _RUNNING and not self.stopped and not self.suspension_reasons


class SqlReader:
    """The instances of a project, their backups and their operations."""

    def __init__(self, connections: Connections, asked: Asked) -> None:
        self._connections = connections
        self._asked = asked

    async def instances(self, project: str) -> Listing[SqlInstance]:
        """Every instance of the project; regions that did not answer are `unreachable`. Raises GcpError.

        Source: sqladmin v1, instances.list and its `warnings`.
        """
        return await self._asked.once(("sql.instances", project), lambda: self._instances(project))

    async def backups(self, project: str) -> tuple[BackupRun, ...]:
        """Every backup run of every instance, newest first. Raises GcpError.

        Source: sqladmin v1, backupRuns.list over all instances (`instances/-`).
        """
        question = self._question("backupRuns.list", "cloudsql.backupRuns.list", project)
        return await self._asked.once(("sql.backups", project), lambda: read_backups(self._connections, question))

    async def operations(self, project: str, instance: str, since: datetime) -> tuple[Operation, ...]:
        """What ended at one instance at or after `since` (aware), and what goes on, newest first. Raises GcpError.

        Source: sqladmin v1, operations.list, which knows one instance at a time.
        """
        question = self._question("operations.list", "cloudsql.instances.get", project)
        key = ("sql.operations", project, instance, since)
        return await self._asked.once(key, lambda: read_operations(self._connections, question, instance, since))

    def _question(self, method: str, permission: str, project: str) -> Question:
        return self._connections.question(API, f"sqladmin.{method}", permission, project)

    async def _instances(self, project: str) -> Listing[SqlInstance]:
        question = self._question("instances.list", "cloudsql.instances.list", project)
        path = f"/v1/projects/{project}/instances"
        found: list[SqlInstance] = []
        unreachable: list[str] = []
        async for page in pages(self._connections, question, path, {"maxResults": PAGE_SIZE}):
            found += map(read_instance, objects(page, "items", question))
            unreachable += filter(None, map(_missing_place, objects(page, "warnings", question)))
        return Listing(tuple(found), tuple(unreachable), in_part(unreachable, question))


def read_instance(item: Json) -> SqlInstance:
    """A DatabaseInstance resource as we see it; fields that are absent become empty."""
    settings = item.get("settings")
    settings = settings if isinstance(settings, dict) else {}
    return SqlInstance(
        name=text(item, "name"),
        state=text(item, "state"),
        activation_policy=text(item, "settings", "activationPolicy"),
        database_version=text(item, "databaseVersion"),
        tier=text(item, "settings", "tier"),
        flags=_flags(settings),
        suspension_reasons=texts(item, "suspensionReason"),
        instance_type=text(item, "instanceType"),
        region=text(item, "region"),
        created_at=moment(item, "createTime"),
        backups=read_backup_settings(settings),
        upkeep=read_upkeep(item),
        labels=labels(settings, "userLabels"),
    )


def _flags(settings: Json) -> dict[str, str]:
    flags = settings.get("databaseFlags") or ()
    return {text(flag, "name"): text(flag, "value") for flag in flags if isinstance(flag, dict)}


def _missing_place(warning: Json) -> str | None:
    """The region that a warning says was left out; one of an unknown kind may have left out anything."""
    code = text(warning, "code")
    return None if code in _HARMLESS_WARNINGS else text(warning, "region") or code or "?"
