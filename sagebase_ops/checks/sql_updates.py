"""Is Cloud SQL up to date: maintenance version, database version, announced maintenance, server certificate?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.settings_judged import Mistake, judged
from sagebase_ops.checks.sql.targets import target_of, watched_instances
from sagebase_ops.checks.sql.versions import AS_OF, END_OF_LIFE, SOURCE
from sagebase_ops.domain.console import sql_instance_page
from sagebase_ops.domain.quantities import Duration, Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Value, Verdict
from sagebase_ops.gcp.sql import SqlInstance
from sagebase_ops.gcp.sql_upkeep import Upkeep

CURRENT = Sentence(
    ja="更新はありません（{version}）。{database} のサポートは {ends} まで、サーバー証明書は {certificate} まで",
    en="nothing to update ({version}); {database} is supported until {ends}, the server certificate until {certificate}",
)
UPDATES = Sentence(
    ja="適用できる更新があります：{updates}（現在 {version}）", en="updates may be applied: {updates} (now {version})"
)
OVER = Sentence(
    ja="{database} のコミュニティサポートは {ends} に終了しました",
    en="{database} has had no community support since {ends}",
)
SOON = Sentence(
    ja="{database} のコミュニティサポートは {ends} に終了します", en="community support of {database} ends at {ends}"
)
NOT_LISTED = Sentence(
    ja="確認できません：{database} のサポート終了日が一覧（{as_of} 時点）にありません",
    en="could not look: the end of support of {database} is not in our table (of {as_of})",
)
CERTIFICATE = Sentence(ja="サーバー証明書が {ends} に期限切れになります", en="the server certificate ends at {ends}")
EXPIRED = Sentence(ja="サーバー証明書は {ends} に期限切れになりました", en="the server certificate ended at {ends}")
NO_CERTIFICATE = Sentence(
    ja="確認できません：サーバー証明書の期限が得られませんでした",
    en="could not look: Google does not say when the server certificate ends",
)
ANNOUNCED = Sentence(
    ja="Google がメンテナンスを予定しています：{starts} から",
    en="Google has announced a maintenance: it begins at {starts}",
)
DENIED = Sentence(
    ja="メンテナンス拒否期間：{start}〜{end}（UTC {time}）。この間は更新も適用されません",
    en="no maintenance from {start} to {end} ({time} UTC): no update is applied then either",
)
TABLE = Sentence(ja="サポート終了日の出典：{source}（{as_of} 時点）", en="ends of support: {source}, as of {as_of}")
UNSAID = "-"


class Params(CheckParams):
    """How long before an end it is told."""

    warn_end_of_life: Duration = timedelta(days=180)
    """An end of the database version's support sooner than this is a warning; a past one fails."""
    warn_certificate: Duration = timedelta(days=60)
    """An end of the server certificate sooner than this is a warning."""
    fail_certificate: Duration = timedelta(days=14)
    """An end of the server certificate sooner than this fails."""


@check(
    Params,
    question=Sentence(
        ja="Cloud SQL に適用していない更新や、期限の近いバージョン・証明書はないか",
        en="Has Cloud SQL updates to apply, or a version or certificate that ends soon?",
    ),
    runbook=Sentence(
        ja=(
            "1. 更新がある場合は、利用の少ない時間に適用する（再起動を伴います）。放置するとメンテナンスウィンドウで適用されます。\n"
            "2. サポート終了が近い場合は、メジャーバージョンのアップグレードを計画し、クローンで試す。\n"
            "3. 証明書の期限が近い場合は、新しいサーバー CA を追加し、クライアントに配布してからローテーションする。\n"
            "手順書の value(maintenanceVersion) は現在のバージョンで、利用可能な更新ではありません"
            "（それは availableMaintenanceVersions です）。"
        ),
        en=(
            "1. Apply an update in a quiet hour (it restarts); left alone, it comes in the maintenance window.\n"
            "2. Support ends soon: plan the major upgrade, and try it on a clone.\n"
            "3. Certificate ends soon: add a new server CA, hand it to the clients, then rotate.\n"
            "The guide's value(maintenanceVersion) is the present version, not an available update "
            "(those are availableMaintenanceVersions)."
        ),
    ),
    permissions=["cloudsql.instances.list"],
    command=(
        "gcloud sql instances describe {target} --project={project}"
        ' --format="yaml(maintenanceVersion,availableMaintenanceVersions,scheduledMaintenance,databaseVersion)"'
    ),
    example="{check: sql_updates, warn_end_of_life: 180d}",
)
async def sql_updates(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per instance: the worst of what is outdated or ends soon, the rest as notes.

    Source: sqladmin v1, instances.list; the PostgreSQL project's table of supported versions.
    """
    seen = await watched_instances(context)
    return [*(_judge(one, params, context) for one in seen.instances), *seen.lost]


def _judge(instance: SqlInstance, params: Params, context: CheckContext) -> Finding:
    project, upkeep = context.project.id, instance.upkeep
    asked = {"method": "sqladmin.instances.list", "field": "availableMaintenanceVersions", "project": project}
    given: dict[str, Any] = {"asked": asked, "link": sql_instance_page(project, instance.name)}  # Finding's fields
    target, notes = target_of(instance.name), tuple(_notes(upkeep))
    mistakes = list(_wrong(instance, params, context))
    ends = END_OF_LIFE.get(instance.database_version)
    shown: dict[str, Value] = {
        "version": upkeep.version or UNSAID,
        "database": instance.database_version,
        "ends": f"{ends:%Y-%m-%d}" if ends else UNSAID,
        "certificate": upkeep.certificate_ends or UNSAID,
    }
    return judged(target, CURRENT, mistakes, notes, **shown, **given)


def _wrong(instance: SqlInstance, params: Params, context: CheckContext) -> Iterator[Mistake]:
    upkeep, project = instance.upkeep, context.project.id
    yield from _version(instance, params, context.now)
    yield from _certificate(upkeep, params, context.now)
    if upkeep.updates:
        newest = upkeep.updates[-1]
        remedy = f"gcloud sql instances patch {instance.name} --maintenance-version={newest} --project={project}"
        values: dict[str, Value] = {"updates": ", ".join(upkeep.updates), "version": upkeep.version or UNSAID}
        yield Mistake(Verdict.WARN, "updates", UPDATES, values, remedy)
    if upkeep.scheduled_at is not None and upkeep.scheduled_at > context.now:
        yield Mistake(Verdict.WARN, "announced", ANNOUNCED, {"starts": upkeep.scheduled_at})


def _version(instance: SqlInstance, params: Params, now: datetime) -> Iterator[Mistake]:
    database = instance.database_version
    ends = END_OF_LIFE.get(database)
    if ends is None:
        yield Mistake(Verdict.UNKNOWN, "not_listed", NOT_LISTED, {"database": database or UNSAID, "as_of": AS_OF})
    elif ends <= now:
        yield Mistake(Verdict.FAIL, "end_of_life", OVER, {"database": database, "ends": f"{ends:%Y-%m-%d}"})
    elif ends - now < params.warn_end_of_life:
        yield Mistake(Verdict.WARN, "end_of_life", SOON, {"database": database, "ends": f"{ends:%Y-%m-%d}"})


def _certificate(upkeep: Upkeep, params: Params, now: datetime) -> Iterator[Mistake]:
    ends = upkeep.certificate_ends
    if ends is None:
        yield Mistake(Verdict.UNKNOWN, "no_certificate", NO_CERTIFICATE, {})
    elif ends - now < max(params.warn_certificate, params.fail_certificate):
        verdict = Verdict.FAIL if ends - now < params.fail_certificate else Verdict.WARN
        left: dict[str, Value] = {"ends": ends, "value": Quantity.of(ends - now)}
        yield Mistake(verdict, "certificate", EXPIRED if ends <= now else CERTIFICATE, left)


def _notes(upkeep: Upkeep) -> Iterator[Note]:
    for one in upkeep.deny_periods:
        yield Note(DENIED, {"start": one.start, "end": one.end, "time": one.time})
    yield Note(TABLE, {"source": SOURCE, "as_of": AS_OF})
