"""What a scenario says of Cloud SQL. What it leaves out is as the operations guide wants it."""

from datetime import timedelta
from typing import Any

from sagebase_ops.sandbox.loads import Load
from sagebase_ops.sandbox.scenario_parts import Part, Span


class BackupSettings(Part):
    """`settings.backupConfiguration`. The start is UTC: 03:00 in Tokyo is 18:00 of the day before."""

    enabled: bool = True
    start: str = "18:00"
    retained: int = 7
    point_in_time_recovery: bool = True
    log_days: int = 7
    location: str | None = "asia-northeast1"
    tier: str = "STANDARD"


class MaintenanceWindow(Part):
    """`settings.maintenanceWindow`, in UTC: Sunday 04:00 in Tokyo is Saturday (6) 19:00."""

    day: int = 6
    hour: int = 19
    track: str = "stable"


class OnDemandBackup(Part):
    """One that a person made."""

    age: Span
    status: str = "SUCCESSFUL"


class SqlOperation(Part):
    """Something done to an instance, beside its nightly backups. `took` None: it is still going on."""

    type: str
    age: Span
    took: Span | None = timedelta(minutes=3)
    user: str = ""
    error: tuple[str, str] | None = None
    """Code and message."""
    status: str = ""
    """Google's word; "" is DONE or RUNNING by `took`. One that is PENDING has not been started."""
    unsaid: list[str] = []
    """Fields that Google leaves out."""


class DenyPeriod(Part):
    """One of `settings.denyMaintenancePeriods`: `yyyy-mm-dd`, or `mm-dd` for every year; the time is UTC."""

    start: str
    end: str
    time: str = "00:00:00"


class SqlInstance(Part):
    name: str = "sagebase-db"
    state: str = "RUNNABLE"
    activation_policy: str = "ALWAYS"
    version: str = "POSTGRES_15"
    minor: int = 7
    tier: str = "db-custom-2-8192"
    labels: dict[str, str] = {}
    edition: str = "ENTERPRISE"
    instance_type: str = "CLOUD_SQL_INSTANCE"
    age: Span = timedelta(days=400)
    availability: str = "ZONAL"
    disk_gb: int = 20
    disk_type: str = "PD_SSD"
    auto_resize: bool = True
    auto_resize_limit_gb: int = 0
    """0: without a limit."""
    backup: BackupSettings | None = BackupSettings()
    nights: list[str] = ["SUCCESSFUL"] * 7
    """What became of each night's automated backup, the newest first, "" for none at all."""
    backup_error: str = "The backup could not be taken because the instance was busy."
    backup_sizes_mb: list[float | None] = []
    """Of the nights, the newest first (null: Google does not say); where it ends, they shrink by 12 MB a night into the past."""
    on_demand: list[OnDemandBackup] = []
    operations: list[SqlOperation] = []
    maintenance: MaintenanceWindow | None = MaintenanceWindow()
    updates: list[str] = []
    """Maintenance versions that may be applied now."""
    scheduled_in: Span | None = None
    """How soon an announced maintenance begins; None: none is announced."""
    deny_periods: list[DenyPeriod] = []
    checkpoints: bool = True
    """Whether PostgreSQL's own lines reach the log: it writes some whatever happens."""
    disk_used_gb: float | None = 7.2
    disk_growth_gb: float = 0.02
    """What is used of the disk now, and by how much more that is each day."""
    disk_grows_since: Span = timedelta(days=60)
    """Before that it did not grow."""
    certificate_days: int | None = 3000
    connections: int | None = 18
    connections_become: int | None = None
    """How many there are now, where they grew from `connections` over 65 days."""
    nobody_for: Span | None = None
    """How long ago its last client went away; None: they are connected."""
    google_sessions: int = 0
    """Of Google's own agent, in a database of its own: they stay when everybody else has gone."""
    other_databases: dict[str, list[Load]] = {}
    """Databases beside the application's, and how many are connected to each: the `requests` of its loads."""
    flags: dict[str, str] = {}
    unsaid: list[str] = []
    """Fields that Google leaves out, such as `scheduledMaintenance.startTime`."""
    odd: dict[str, Any] = {}  # Any: JSON
    """Fields that Google answers with this instead, by their path, whatever a client makes of it."""
