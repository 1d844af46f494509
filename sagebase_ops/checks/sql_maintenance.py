"""Does Cloud SQL's maintenance window lie where schedules.yaml mutes the watch?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.sql.connections import absent
from sagebase_ops.domain.console import sql_instance_page
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, failing, passing, warning
from sagebase_ops.domain.silences import Maintenance
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.metrics import SQL_INSTANCE
from sagebase_ops.gcp.sql import SqlInstance
from sagebase_ops.gcp.sql_upkeep import WeeklyHour

AGREES = Sentence(
    ja="次のメンテナンスウィンドウは {starts} から1時間（API の値は UTC で {utc}）。この間は通知を止めます（{muted_by}）",
    en="the next maintenance window begins at {starts} (the API says {utc}, in UTC) and is muted ({muted_by})",
)
ELSEWHERE = Sentence(
    ja="メンテナンスウィンドウが {starts} からになっています（UTC で {utc}）。schedules.yaml では {wanted} から（{muted_by}）",
    en="the maintenance window begins at {starts} ({utc} in UTC), but schedules.yaml mutes from {wanted} on ({muted_by})",
)
ANY_TIME = Sentence(
    ja="メンテナンスウィンドウが未設定のため、Google がいつでもメンテナンスを行います",
    en="no maintenance window is set: Google may work on it at any time",
)
NOT_MUTED = Sentence(
    ja="メンテナンス中（{starts} から、UTC で {utc}）も担当者を呼びます。schedules.yaml の maintenance に該当する期間がありません",
    en="people are paged during the maintenance ({starts}, {utc} in UTC): no window of schedules.yaml's maintenance fits",
)
BACKUP_TOO = Sentence(
    ja="手順書ではバックアップが毎日 03:00 JST（18:00 UTC）に始まるため、実行中のバックアップとメンテナンスが重なることがあります",
    en="the guide's backups begin at 03:00 JST (18:00 UTC) each day, so a maintenance may meet a running one",
)
WINDOW = timedelta(hours=1)
_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_ALERT = "sql_connected"


class Params(CheckParams):
    """None: what is wanted are the windows under `maintenance` in schedules.yaml."""


@check(
    Params,
    question=Sentence(
        ja="Cloud SQL のメンテナンスウィンドウは手順書どおりで、その間の通知は止まるか",
        en="Is Cloud SQL's maintenance window the guide's, and is the watch muted in it?",
    ),
    runbook=Sentence(
        ja=(
            "1. メンテナンスウィンドウが違う場合は、表示されたコマンドで手順書の日曜 4:00 JST に戻す。"
            "API と gcloud の曜日・時刻は UTC なので、土曜 19:00 と表示されるのが正しい値です。\n"
            "2. 意図して変更した場合は、schedules.yaml の maintenance の cron を合わせる（こちらはファイルの timezone）。"
        ),
        en=(
            "1. If the window lies elsewhere, put it back to the guide's Sunday 4:00 JST with the command shown. Day and "
            "hour of API and gcloud are UTC, so Saturday 19:00 is right.\n"
            "2. If it was moved on purpose, change the cron under maintenance in schedules.yaml (in the file's zone)."
        ),
    ),
    permissions=["cloudsql.instances.list"],
    command='gcloud sql instances describe {target} --project={project} --format="value(settings.maintenanceWindow)"',
    example="{check: sql_maintenance}",
)
async def sql_maintenance(_params: Params, context: CheckContext) -> list[Finding]:
    """One finding per instance: fail where its window is not muted as a whole, warn where it has none.

    Source: sqladmin v1, `settings.maintenanceWindow`: day (1 = Monday) and hour are UTC.
    """
    listing = await context.gcp.sql.instances(context.project.id)
    return [_judge(name, listing, context) for name in context.project.sql_instances]


def _judge(name: str, listing: Listing[SqlInstance], context: CheckContext) -> Finding:
    target, project, now = Target(SQL_INSTANCE, name), context.project.id, context.now
    asked = {"method": "sqladmin.instances.list", "field": "settings.maintenanceWindow", "project": project}
    given: dict[str, Any] = {"asked": asked, "link": sql_instance_page(project, name)}  # fields of Finding by name
    instance = next((one for one in listing.items if one.name == name), None)
    if instance is None:
        return absent(target, listing, given)
    muting = [one for one in context.maintenance if _mutes(one, project, name)]
    nearest = min(muting, key=lambda one: one.calendar.next_after(now), default=None)
    if nearest is not None:
        given["remedy"] = _command(name, nearest.calendar.next_after(now), project)
    if instance.upkeep.window is None:
        return warning(target, ANY_TIME, reason="no_window", **given)
    starts = next_start(instance.upkeep.window, now)
    given |= {"starts": starts, "utc": f"{_day(starts)} {starts:%H:%M}"}
    if nearest is None:
        return failing(target, NOT_MUTED, reason="not_muted", **given)
    covering = next((one for one in muting if _covers(one, starts)), None)
    if covering is None:
        wanted = nearest.calendar.next_after(now)
        return failing(target, ELSEWHERE, reason="other_window", wanted=wanted, muted_by=nearest.title, **given)
    del given["remedy"]
    return passing(target, AGREES, muted_by=covering.title, notes=(Note(BACKUP_TOO),), **given)


def next_start(window: WeeklyHour, now: datetime) -> datetime:
    """When the window begins that is not over yet. Aware UTC."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    this_week = today + timedelta(days=window.day - today.isoweekday(), hours=window.hour)
    weeks = (this_week + timedelta(weeks=week) for week in (-1, 0, 1))
    return next(start for start in weeks if start + WINDOW > now)


def _mutes(maintenance: Maintenance, project: str, instance: str) -> bool:
    """It is about this instance's alert, whatever the entry is called."""
    return replace(maintenance.matcher, name="*").matches(project, _ALERT, "", instance)


def _covers(maintenance: Maintenance, starts: datetime) -> bool:
    window = maintenance.window_at(starts)
    return window is not None and window.until >= starts + WINDOW


def _command(instance: str, starts: datetime, project: str) -> str:
    flags = f"--maintenance-window-day={_day(starts)} --maintenance-window-hour={starts.hour}"
    return f"gcloud sql instances patch {instance} {flags} --project={project}"


def _day(moment: datetime) -> str:
    return _DAYS[moment.weekday()]
