"""Is Cloud SQL up to date: maintenance version, database version, announced maintenance, server certificate?"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.settings_judged import Mistake, judged
from sagebase_ops.checks.sql import update_words as words
from sagebase_ops.checks.sql.targets import target_of, watched_instances
from sagebase_ops.checks.sql.versions import AS_OF, CLOUD_AS_OF, CLOUD_SOURCE, SOURCE, SUPPORT
from sagebase_ops.domain.console import sql_instance_page
from sagebase_ops.domain.quantities import Duration, Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Value, Verdict
from sagebase_ops.gcp.sql import SqlInstance
from sagebase_ops.gcp.sql_upkeep import Upkeep


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

    Source: sqladmin v1, instances.list; the tables of supported versions of the PostgreSQL project and of Cloud SQL.
    """
    seen = await watched_instances(context)
    return [*(_judge(one, params, context) for one in seen.instances), *seen.lost]


def _judge(instance: SqlInstance, params: Params, context: CheckContext) -> Finding:
    project, upkeep = context.project.id, instance.upkeep
    asked = {"method": "sqladmin.instances.list", "field": "availableMaintenanceVersions", "project": project}
    given: dict[str, Any] = {"asked": asked, "link": sql_instance_page(project, instance.name)}  # Finding's fields
    target, notes = target_of(instance.name), tuple(_notes(instance))
    mistakes = list(_wrong(instance, params, context))
    support = SUPPORT.get(instance.database_version)
    shown: dict[str, Value] = {
        "version": upkeep.version or words.UNSAID,
        "database": instance.database_version,
        "ends": _day(support.ends) if support else words.UNSAID,
        "certificate": upkeep.certificate_ends or words.UNSAID,
    }
    return judged(target, words.CURRENT, mistakes, notes, **shown, **given)


def _wrong(instance: SqlInstance, params: Params, context: CheckContext) -> Iterator[Mistake]:
    yield from _version(instance, params, context.now)
    yield from _certificate(instance.upkeep, params, context.now)
    yield from _updates(instance, context.project.id)
    yield from _announced(instance.upkeep, context.now)


def _updates(instance: SqlInstance, project: str) -> Iterator[Mistake]:
    """An absent list is an empty one, but not from an instance that does not even say what it runs."""
    upkeep = instance.upkeep
    offered = [one for one in upkeep.updates if one != upkeep.version]
    if offered:
        newest = max(offered, key=lambda version: [int(part) for part in re.findall(r"\d+", version)])
        remedy = f"gcloud sql instances patch {instance.name} --maintenance-version={newest} --project={project}"
        values: dict[str, Value] = {"updates": ", ".join(offered), "version": upkeep.version or words.UNSAID}
        yield Mistake(Verdict.WARN, "updates", words.UPDATES, values, remedy)
    elif not upkeep.version:
        yield Mistake(Verdict.UNKNOWN, "no_version", words.NO_VERSION, {})


def _announced(upkeep: Upkeep, now: datetime) -> Iterator[Mistake]:
    if upkeep.announced and upkeep.scheduled_at is None:
        yield Mistake(Verdict.WARN, "announced", words.ANNOUNCED_SOMETIME, {})
    elif upkeep.scheduled_at is not None and upkeep.scheduled_at > now:
        yield Mistake(Verdict.WARN, "announced", words.ANNOUNCED, {"starts": upkeep.scheduled_at})


def _version(instance: SqlInstance, params: Params, now: datetime) -> Iterator[Mistake]:
    database = instance.database_version
    support = SUPPORT.get(database)
    if support is None:
        lacking: dict[str, Value] = {"database": database or words.UNSAID, "as_of": AS_OF}
        yield Mistake(Verdict.UNKNOWN, "not_listed", words.NOT_LISTED, lacking)
        return
    values: dict[str, Value] = {"database": database, "ends": _day(support.ends)}
    if support.ends <= now:
        yield Mistake(Verdict.FAIL, "end_of_life", words.OVER, values)
    elif support.ends - now < params.warn_end_of_life:
        yield Mistake(Verdict.WARN, "end_of_life", words.SOON, values)


def _certificate(upkeep: Upkeep, params: Params, now: datetime) -> Iterator[Mistake]:
    ends = upkeep.certificate_ends
    if ends is None:
        yield Mistake(Verdict.UNKNOWN, "no_certificate", words.NO_CERTIFICATE, {})
    elif ends - now < max(params.warn_certificate, params.fail_certificate):
        verdict = Verdict.FAIL if ends - now < params.fail_certificate else Verdict.WARN
        left: dict[str, Value] = {"ends": ends, "value": Quantity.of(ends - now)}
        yield Mistake(verdict, "certificate", words.EXPIRED if ends <= now else words.CERTIFICATE, left)


def _notes(instance: SqlInstance) -> Iterator[Note]:
    for one in instance.upkeep.deny_periods:
        yield Note(words.DENIED, {"start": one.start or "-", "end": one.end or "-", "time": one.time or "-"})
    yield Note(words.TABLE, {"source": SOURCE, "as_of": AS_OF})
    support = SUPPORT.get(instance.database_version)
    if support is not None and support.charged_from and support.served_until:
        named: dict[str, Value] = {"database": instance.database_version, "source": CLOUD_SOURCE, "as_of": CLOUD_AS_OF}
        days = {"charged_from": _day(support.charged_from), "served_until": _day(support.served_until)}
        yield Note(words.EXTENDED, {**named, **days})


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
