"""When may Google work on an instance, what is there to update, how large is its disk? Read from a DatabaseInstance."""

from dataclasses import dataclass
from datetime import datetime

from sagebase_ops.gcp.rest import Json
from sagebase_ops.gcp.rest_lists import moment, text, texts


@dataclass(frozen=True, slots=True)
class WeeklyHour:
    """An hour of each week in UTC, as Google counts: `day` 1 is Monday, 7 Sunday."""

    day: int
    hour: int


@dataclass(frozen=True, slots=True)
class DenyPeriod:
    """Google keeps away from `start` to `end` (`2026-12-20`, or `12-20` of every year), at `time` in UTC."""

    start: str
    end: str
    time: str


@dataclass(frozen=True, slots=True)
class Upkeep:
    """In Google's own words, "" where absent. `window` None is "whenever Google likes"; sizes in GB as Google counts.

    `resize_limit_gb` 0 is none and None not to be read, `auto_resize` None is unsaid. `updates` are the maintenance versions that may be applied; Google leaves out an empty list.
    A maintenance may be `announced` without the time when it is scheduled.
    """

    version: str = ""
    updates: tuple[str, ...] = ()
    window: WeeklyHour | None = None
    announced: bool = False
    scheduled_at: datetime | None = None
    deny_periods: tuple[DenyPeriod, ...] = ()
    certificate_ends: datetime | None = None
    disk_gb: int | None = None
    auto_resize: bool | None = None
    resize_limit_gb: int | None = 0


def read_upkeep(item: Json) -> Upkeep:
    """Of a DatabaseInstance of sqladmin v1; what is absent keeps Google's default."""
    given = item.get("settings")
    settings: Json = given if isinstance(given, dict) else {}
    return Upkeep(
        version=text(item, "maintenanceVersion"),
        updates=texts(item, "availableMaintenanceVersions"),
        window=_weekly_hour(settings.get("maintenanceWindow")),
        announced=isinstance(item.get("scheduledMaintenance"), dict),
        scheduled_at=moment(item, "scheduledMaintenance", "startTime"),
        deny_periods=tuple(_deny_periods(settings.get("denyMaintenancePeriods"))),
        certificate_ends=moment(item, "serverCaCert", "expirationTime"),
        disk_gb=_whole(settings.get("dataDiskSizeGb")) or None,
        auto_resize=resizes if isinstance(resizes := settings.get("storageAutoResize"), bool) else None,
        resize_limit_gb=_whole(settings.get("storageAutoResizeLimit", 0)),
    )


def _weekly_hour(given: object) -> WeeklyHour | None:
    """Without a day there is no window; without an hour it is 0, which JSON leaves out."""
    if not isinstance(given, dict) or not (day := _whole(given.get("day"))):
        return None
    return WeeklyHour(day, _whole(given.get("hour")) or 0)


def _deny_periods(given: object) -> list[DenyPeriod]:
    periods = given if isinstance(given, list) else []
    return [
        DenyPeriod(text(one, "startDate"), text(one, "endDate"), text(one, "time"))
        for one in periods
        if isinstance(one, dict)
    ]


def _whole(given: object) -> int | None:
    """64-bit numbers come as texts, 32-bit ones as numbers."""
    return int(given) if isinstance(given, int | str) and str(given).isdecimal() else None
