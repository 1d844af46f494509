"""Does Cloud SQL's maintenance window lie where schedules.yaml mutes the watch?"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.sql.targets import target_of, watched_instances
from sagebase_ops.domain.console import sql_instance_page
from sagebase_ops.domain.results import Finding, Note, Sentence, Value, failing, passing, skipped, warning
from sagebase_ops.domain.silences import Maintenance
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
REPLICA = Sentence(
    ja="リードレプリカのため対象外です（メンテナンスはプライマリのウィンドウで行われます）",
    en="a read replica: it is worked on in its primary's window",
)
ALERT_ELSEWHERE = Sentence(
    ja="Google 側のアラート「{alert}」は、{starts} からのメンテナンス（UTC で {utc}）の間も知らされます。schedules.yaml の maintenance で、open_alerts の cron も合わせてください",
    en="Google's own alert {alert} is told during the maintenance from {starts} ({utc} in UTC): set the cron for open_alerts as well",
)
ALERT_TOLD = Sentence(
    ja="Google 側のアラート「{alert}」を open_alerts で見ている場合、メンテナンス中も知らされます（maintenance に該当する期間がありません）",
    en="Google's own alert {alert} is told during a maintenance where open_alerts looks at it: no window of the file is about it",
)
GUIDES_ALERT = "Database Connection Failures"
"""What the guide calls the policy of its sixth alert."""
WINDOW, WEEK, WEEKS = timedelta(hours=1), timedelta(weeks=1), 5
"""A month has at most five windows, and is looked at once."""
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
    """One finding per instance: fail where one of its windows until the next month is not muted, warn where it has none.

    Source: sqladmin v1, `settings.maintenanceWindow`: day (1 = Monday) and hour are UTC.
    """
    watched = await watched_instances(context)
    return [*(_judge(one, context) for one in watched.instances), *watched.lost]


def _judge(instance: SqlInstance, context: CheckContext) -> Finding:
    target, project, now = target_of(instance.name), context.project.id, context.now
    asked = {"method": "sqladmin.instances.list", "field": "settings.maintenanceWindow", "project": project}
    given: dict[str, Any] = {
        "asked": asked,
        "link": sql_instance_page(project, instance.name),
    }  # fields of Finding by name
    if instance.replica:
        return skipped(target, REPLICA, reason="replica", **given)
    muting = _muting(context, _ALERT, instance.name)
    if muting:
        given["remedy"] = _command(instance.name, _soonest(muting, now), project)
    if instance.upkeep.window is None:
        return warning(target, ANY_TIME, reason="no_window", **given)
    starts = next_start(instance.upkeep.window, now)
    coming = [starts + week * WEEK for week in range(WEEKS)]
    if not muting:
        return failing(target, NOT_MUTED, reason="not_muted", **_said(starts), **given)
    if told := _first_told(muting, coming):
        wanted = {"wanted": _soonest(muting, now), "muted_by": muting[0].title}
        return failing(target, ELSEWHERE, reason="other_window", **_said(told), **wanted, **given)
    del given["remedy"]
    of_google = _muting(context, "open_alerts", GUIDES_ALERT)
    if of_google and (told := _first_told(of_google, coming)):
        return failing(target, ALERT_ELSEWHERE, reason="alert_told", alert=GUIDES_ALERT, **_said(told), **given)
    notes = (Note(BACKUP_TOO), *(() if of_google else [Note(ALERT_TOLD, {"alert": GUIDES_ALERT})]))
    return passing(target, AGREES, muted_by=muting[0].title, notes=notes, **_said(starts), **given)


def next_start(window: WeeklyHour, now: datetime) -> datetime:
    """When the window begins that is not over yet. Aware UTC."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    this_week = today + timedelta(days=window.day - today.isoweekday(), hours=window.hour)
    weeks = (this_week + timedelta(weeks=week) for week in (-1, 0, 1))
    return next(start for start in weeks if start + WINDOW > now)


def _muting(context: CheckContext, check: str, target: str) -> list[Maintenance]:
    """The file's windows that are about this target, whatever the entry is called; the soonest first."""
    about = (
        one
        for one in context.maintenance
        if replace(one.matcher, name="*").matches(context.project.id, check, "", target)
    )
    return sorted(about, key=lambda one: one.calendar.next_after(context.now))


def _soonest(muting: Sequence[Maintenance], now: datetime) -> datetime:
    return muting[0].calendar.next_after(now)


def _first_told(muting: Sequence[Maintenance], coming: Iterable[datetime]) -> datetime | None:
    """The first window that the file does not mute as a whole. One is not every one: a file may say `1-7 * sun`."""
    return next((starts for starts in coming if not any(_covers(one, starts) for one in muting)), None)


def _said(starts: datetime) -> dict[str, Value]:
    return {"starts": starts, "utc": f"{_day(starts)} {starts:%H:%M}"}


def _covers(maintenance: Maintenance, starts: datetime) -> bool:
    window = maintenance.window_at(starts)
    return window is not None and window.until >= starts + WINDOW


def _command(instance: str, starts: datetime, project: str) -> str:
    flags = f"--maintenance-window-day={_day(starts)} --maintenance-window-hour={starts.hour}"
    return f"gcloud sql instances patch {instance} {flags} --project={project}"


def _day(moment: datetime) -> str:
    return _DAYS[moment.weekday()]
