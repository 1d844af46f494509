"""Does anybody reach the database, and is there room for more? `db_connections` of the check `metric`."""

import re

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.metrics.data import Measured
from sagebase_ops.checks.metrics.judge import IMPLAUSIBLE, Given, given_of, held_against, judged, without_data
from sagebase_ops.checks.metrics.params import Params
from sagebase_ops.domain.console import sql_instance_page
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, failing, passing, unknown, warning
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.metrics import SQL_INSTANCE
from sagebase_ops.gcp.sql import SqlInstance

ABSENT = Sentence(ja="Cloud SQL インスタンス {target} が存在しません", en="there is no Cloud SQL instance {target}")
PERHAPS_ABSENT = Sentence(
    ja="確認できません：{target} が一覧にありませんが、{unreachable} の応答がなく一覧が不完全です",
    en="could not look: {target} is not listed, but the list is not complete ({unreachable} did not answer)",
)
STOPPED = Sentence(
    ja="Cloud SQL は停止しており、接続できません（activationPolicy: NEVER）",
    en="Cloud SQL is stopped and nobody can connect (activationPolicy: NEVER)",
)
NOBODY = Sentence(
    ja="期間中、データベースへの接続が 0 本でした", en="nobody was connected to the database in the window"
)
ROOM = Sentence(ja="最大 {value}（max_connections {limit}）", en="peak {value} (max_connections {limit})")
NEARLY_FULL = Sentence(
    ja="最大 {value} が max_connections {limit} の 80% を超えています",
    en="peak {value} is over 80% of max_connections {limit}",
)
FULL = Sentence(
    ja="最大 {value} で max_connections {limit} に達しました", en="peak {value} reached max_connections {limit}"
)
NO_CAPACITY = Sentence(
    ja="確認できません：最大 {value}。max_connections がフラグにもマシンタイプ {tier} からも分かりません",
    en="could not look: peak {value}, but neither a flag nor the tier {tier} tells max_connections",
)
BY_DEFAULT = Sentence(
    ja="max_connections {limit} はマシンタイプ {tier} の既定値からの推定です（SHOW max_connections で確認できます）",
    en="max_connections {limit} is the usual default of the tier {tier}, not read from it (SHOW max_connections tells)",
)
_NEARLY = 0.8

_SHARED_TIERS = {"db-f1-micro": 25, "db-g1-small": 50}
_BY_MEMORY_GB = ((120, 1000), (60, 800), (30, 600), (15, 500), (7.5, 400), (6, 200), (3.75, 100))
"""PostgreSQL's max_connections on Cloud SQL by memory, where no flag sets it. 25 is documented, the rest believed."""


def max_connections(instance: SqlInstance) -> int | None:
    """From the instance's flag, else Google's default for its tier's memory; None where neither tells.

    A flag that is no number above 0 tells nothing, least of all that the default holds.
    """
    flag = instance.flags.get("max_connections")
    if flag is not None:
        return int(flag) or None if flag.isdecimal() else None
    by_memory = next((most for least, most in _BY_MEMORY_GB if _memory_gb(instance.tier) >= least), None)
    return _SHARED_TIERS.get(instance.tier, by_memory)


def _memory_gb(tier: str) -> float:
    """`db-custom-CPUS-MB`, or `db-perf-optimized-N-CPUS` of Enterprise Plus, which has 8 GB for each; 0.0 for any other."""
    if custom := re.fullmatch(r"db-custom-\d+-(\d+)", tier):
        return int(custom[1]) / 1024
    optimized = re.fullmatch(r"db-perf-optimized-N-(\d+)", tier)
    return 8.0 * int(optimized[1]) if optimized else 0.0


async def connection_findings(params: Params, measured: Measured, context: CheckContext) -> list[Finding]:
    """One finding per instance of the project. Raises GcpError when the instances are not listed.

    Source: sqladmin v1, instances.list; the guide's key metrics and its sixth alert.
    """
    listing = await context.gcp.sql.instances(context.project.id)
    return [_judge(name, params, measured, listing, context) for name in context.project.sql_instances]


def _judge(
    name: str, params: Params, measured: Measured, listing: Listing[SqlInstance], context: CheckContext
) -> Finding:
    target = Target(SQL_INSTANCE, name)
    given = given_of(params, measured, sql_instance_page(context.project.id, name))
    instance = listing.named(name)
    if instance is None:
        return absent(target, listing, given)
    if instance.stopped:
        return stopped(target, context.project.id, given)
    value = measured.values.get(name)
    if value is None:
        return without_data(target, measured, given)
    return judged(target, measured, params, given, lambda: _held(target, value, instance, params, measured, given))


def stopped(target: Target, project: str, given: Given) -> Finding:
    """Somebody stopped it."""
    remedy = f"gcloud sql instances patch {target.name} --activation-policy=ALWAYS --project={project}"
    return failing(target, STOPPED, reason="stopped", remedy=remedy, **given)


def absent(target: Target, listing: Listing[SqlInstance], given: Given) -> Finding:
    """`fail` in a complete list, else unknown."""
    if listing.complete:
        return failing(target, ABSENT, reason="does_not_exist", **given)
    remedy = listing.partial.remedy if listing.partial else None
    told = {"unreachable": ", ".join(listing.unreachable), "remedy": remedy}
    return unknown(target, PERHAPS_ABSENT, reason="partial", **told, **given)


def _held(
    target: Target, value: float, instance: SqlInstance, params: Params, measured: Measured, given: Given
) -> Finding:
    """None at all fails whatever the limits are; they are the entry's, else what the instance allows."""
    if value == 0 and measured.answer.complete:
        return failing(target, NOBODY, reason="no_connections", value=Quantity(value, params.known.unit), **given)
    if params.limits_said:
        return held_against(target, value, params, measured, given)
    return _against_capacity(target, value, instance, measured, {**given, "value": Quantity(value, params.known.unit)})


def _taken_from(instance: SqlInstance, limit: Quantity) -> tuple[Note, ...]:
    return () if "max_connections" in instance.flags else (Note(BY_DEFAULT, {"limit": limit, "tier": instance.tier}),)


def _against_capacity(target: Target, value: float, instance: SqlInstance, measured: Measured, given: Given) -> Finding:
    if value < 0:
        return unknown(target, IMPLAUSIBLE, reason="unit", **given)
    most = max_connections(instance)
    if most is None:
        return unknown(target, NO_CAPACITY, reason="no_limit", tier=instance.tier, **given)
    limit = Quantity(most, given["value"].unit)
    told = {**given, "limit": limit, "notes": _taken_from(instance, limit)}
    if value >= most:
        return failing(target, FULL, reason="over_limit", **told)
    if (lacking := measured.answer.partial) is not None:
        return refused(target, lacking, **given)
    if value > _NEARLY * most:
        return warning(target, NEARLY_FULL, reason="nearly_full", **told)
    return passing(target, ROOM, **told)
