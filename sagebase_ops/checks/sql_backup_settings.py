"""Does Cloud SQL make its backups as the guide wants them: when, how many, with which logs, and where?"""

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, time, tzinfo
from typing import Annotated, Any

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.settings_judged import Mistake, judged
from sagebase_ops.checks.sql.backup_verdicts import ENHANCED
from sagebase_ops.checks.sql.targets import of_a_replica, target_of, watched_instances
from sagebase_ops.domain.console import sql_instance_page
from sagebase_ops.domain.results import Finding, Note, Sentence, Verdict
from sagebase_ops.gcp.sql import SqlInstance
from sagebase_ops.gcp.sql_backups import BackupSettings

RIGHT = Sentence(
    ja="自動バックアップ {start}、{kept} 世代、ポイントインタイムリカバリ {logs}日分、保存先 {location}",
    en="automated backups at {start}, {kept} kept, point-in-time recovery over {logs} days, in {location}",
)
OFF = Sentence(ja="自動バックアップが無効です", en="automated backups are switched off")
START = Sentence(
    ja="開始時刻は {found} です（手順書では {wanted}）", en="they start at {found}, where {wanted} is wanted"
)
KEPT = Sentence(ja="保持は {found} 世代です（手順書では {wanted}）", en="{found} are kept, where {wanted} are wanted")
NO_PITR = Sentence(ja="ポイントインタイムリカバリが無効です", en="point-in-time recovery is switched off")
LOGS = Sentence(
    ja="トランザクションログの保持は {found}日分です（手順書では {wanted}日分）",
    en="the transaction log is kept for {found} days, where {wanted} are wanted",
)
LOCATION = Sentence(ja="保存先は {found} です（指定は {wanted}）", en="they lie in {found}, where {wanted} is wanted")
UNSAID = Sentence(
    ja="確認できません：{what} を Google が答えていません", en="could not look: Google does not say its {what}"
)
LIES_IN = Sentence(ja="保存先は {place} です（指定なし）", en="they lie in {place} (the file names no place)")
BY_PLAN = "Backup and DR"
NEAREST = "(multi-region)"
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Params(CheckParams):
    """What the guide wants."""

    start: Annotated[str, Field(pattern=_CLOCK.pattern)] = "03:00"
    """When they start, HH:MM in the file's time zone; the API says it in UTC (03:00 in Tokyo is 18:00 of the day before)."""
    kept: Annotated[int, Field(ge=1, le=365)] = 7
    """So many automated backups are kept, at least."""
    log_days: Annotated[int, Field(ge=1, le=35)] = 7
    """Any second of so many last days can be restored, at least."""
    location: str | None = None
    """Where they lie (`asia-northeast1`, `asia`); anywhere when left out."""


@check(
    Params,
    question=Sentence(
        ja="自動バックアップの設定は手順書どおりか（時刻、世代数、ポイントインタイムリカバリ）",
        en="Are automated backups set as the guide wants: when, how many, with point-in-time recovery?",
    ),
    runbook=Sentence(
        ja=(
            "1. 意図した変更かを確認する。意図したものなら schedules.yaml の値を直す。\n"
            "2. そうでなければ、表示されたコマンドで戻す。"
            "ポイントインタイムリカバリを有効にするとインスタンスが再起動するため、利用の少ない時間に行う（ほかの設定では再起動しない）。\n"
            "注意：API とコマンドの時刻は UTC。手順書の 3:00 JST は前日の 18:00 と書く。03:00 と書くと 12:00 JST になる。"
        ),
        en=(
            "1. Was it changed on purpose? Then write it into schedules.yaml.\n"
            "2. If not, put it back with the command shown. "
            "Switching point-in-time recovery on restarts the instance, so do it in a quiet hour; the rest does not.\n"
            "The API and the command speak UTC: the guide's 3:00 JST is 18:00 of the day before, and 03:00 would be 12:00 JST."
        ),
    ),
    permissions=["cloudsql.instances.list"],
    command="gcloud sql instances describe {target} --project={project} --format='yaml(settings.backupConfiguration)'",
    example='{check: sql_backup_settings, start: "03:00", kept: 7, log_days: 7}',
)
async def sql_backup_settings(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per SQL instance: fail without backups or point-in-time recovery, warn where a value is another.

    Source: sqladmin v1, instances.list, `settings.backupConfiguration`.
    """
    watched = await watched_instances(context)
    return [*(_judge(one, params, context) for one in watched.instances), *watched.lost]


def _judge(instance: SqlInstance, params: Params, context: CheckContext) -> Finding:
    target, project = target_of(instance.name), context.project
    found = instance.backups or BackupSettings()
    given: dict[str, Any] = {
        "asked": {"method": "sqladmin.instances.list", "field": "settings.backupConfiguration"},
        "link": sql_instance_page(project.id, instance.name, "backups"),
    }
    if instance.replica:
        return of_a_replica(target, given)
    mistakes = list(_mistakes(found, params, context.zone, context.now))
    if mistakes:
        given["remedy"] = _put_back(instance.name, params, context)
    kept = BY_PLAN if found.tier == ENHANCED else str(found.retained)
    said: dict[str, Any] = {
        "start": _both(found.start, context.zone, context.now) if _CLOCK.fullmatch(found.start) else found.start
    }
    said |= {"kept": kept, "logs": str(found.log_days), "location": found.location or NEAREST}
    return judged(target, RIGHT, mistakes, list(_unasked(found, params)) if mistakes else [], **given, **said)


def _unasked(found: BackupSettings, params: Params) -> Iterator[Note]:
    """A pass names the place; so does what is wrong, where nobody said which place is right."""
    if found.enabled and params.location is None:
        yield Note(LIES_IN, {"place": found.location or NEAREST})


def _mistakes(found: BackupSettings, params: Params, zone: tzinfo, now: datetime) -> Iterator[Mistake]:
    if not found.enabled:
        yield Mistake(Verdict.FAIL, "backups_off", OFF)
        return
    wanted = _in_utc(params.start, zone, now)
    if not _CLOCK.fullmatch(found.start):
        yield Mistake(Verdict.UNKNOWN, "no_data", UNSAID, {"what": "startTime"})
    elif found.start != wanted:
        values = {"found": _both(found.start, zone, now), "wanted": _both(wanted, zone, now)}
        yield Mistake(Verdict.WARN, "start", START, values)
    if found.tier != ENHANCED:  # there a plan of the Backup and DR service says how many
        yield from _fewer(found.retained, params.kept, KEPT, "retainedBackups")
    if not found.point_in_time_recovery:
        yield Mistake(Verdict.FAIL, "recovery_off", NO_PITR)
    else:
        yield from _fewer(found.log_days, params.log_days, LOGS, "transactionLogRetentionDays")
    if params.location and found.location != params.location:
        values = {"found": found.location or NEAREST, "wanted": params.location}
        yield Mistake(Verdict.WARN, "location", LOCATION, values)


def _fewer(found: int | None, wanted: int, sentence: Sentence, field: str) -> Iterator[Mistake]:
    if found is None:
        yield Mistake(Verdict.UNKNOWN, "no_data", UNSAID, {"what": field})
    elif found < wanted:
        yield Mistake(Verdict.WARN, field, sentence, {"found": found, "wanted": wanted})


def _in_utc(clock: str, zone: tzinfo, now: datetime) -> str:
    """`03:00` in Tokyo is `18:00`."""
    local = datetime.combine(now.astimezone(zone).date(), time.fromisoformat(clock), zone)
    return f"{local.astimezone(UTC):%H:%M}"


def _both(clock: str, zone: tzinfo, now: datetime) -> str:
    """A clock of UTC in both zones: `03:00 JST (18:00 UTC)`."""
    utc = datetime.combine(now.astimezone(UTC).date(), time.fromisoformat(clock), UTC)
    local = utc.astimezone(zone)
    return f"{local:%H:%M} {local:%Z} ({clock} UTC)"


def _put_back(instance: str, params: Params, context: CheckContext) -> str:
    start = _in_utc(params.start, context.zone, context.now)
    place = f" --backup-location={shlex.quote(params.location)}" if params.location else ""
    return (
        f"gcloud sql instances patch {shlex.quote(instance)} --project={context.project.id} --backup-start-time={start}"
        f" --retained-backups-count={params.kept} --enable-point-in-time-recovery"
        f" --retained-transaction-log-days={params.log_days}{place}"
    )
