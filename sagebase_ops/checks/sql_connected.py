"""Is anybody connected to the database? The guide's sixth alert: connections 0."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.metrics.data import Measured, measure
from sagebase_ops.checks.metrics.judge import Given
from sagebase_ops.checks.metrics.params import Window
from sagebase_ops.checks.sql.connections import NOBODY, absent, stopped
from sagebase_ops.domain.console import sql_instance_page
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Sentence, Target, Verdict, failing, passing, unknown
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.metrics import METRICS, SQL_INSTANCE
from sagebase_ops.gcp.sql import SqlInstance

CONNECTED = Sentence(ja="接続あり（最大 {value}）", en="somebody is connected (peak {value})")
CONNECTED_TO_SEVERAL = Sentence(
    ja="接続あり（データベースごとの最大の合計 {value}。同時には多くてもこの数です）",
    en="somebody is connected (at most {value} at a time: the sum of each database's peak)",
)
NOT_RUNNING = Sentence(ja="Cloud SQL は稼働していません（{state}）", en="Cloud SQL does not run ({state})")
NO_DATA = Sentence(
    ja="確認できません：接続数のデータが期間中に一つもありません。データがないことは 0 ではありません",
    en="could not look: no number of connections in the window, and none is not zero",
)
OTHER_KIND = Sentence(
    ja="確認できません：接続数の指標が想定と違います（Google: {google}）",
    en="could not look: the number of connections is not of the kind that we take it for (Google: {google})",
)
GOOGLES_OWN = frozenset({"cloudsqladmin", "template0", "template1"})
"""Databases in which only Google's agent has sessions: counted, they would keep the sum from ever being zero."""

BY_DATABASE = replace(METRICS["db_connections"], group_by=("resource.labels.database_id", "metric.labels.database"))


class Params(CheckParams):
    """Which databases count, and for how long nobody may be there."""

    window: Window = timedelta(minutes=5)
    """Nobody at any time of this window is a failure."""
    databases: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Databases that count, by name; all but Google's own when left out."""


@check(
    Params,
    question=Sentence(ja="データベースへの接続が 0 になっていないか", en="Is anybody connected to the database?"),
    runbook=Sentence(
        ja=(
            "1. Cloud SQL の状態を確認する（停止・メンテナンス・障害）。\n"
            "2. Cloud Run から Cloud SQL への経路を確認する：接続名、VPC コネクタ、roles/cloudsql.client。\n"
            "3. パスワードのシークレットと、その直前の変更を確認する。\n"
            "4. アプリケーションのログで接続エラーを確認する。"
        ),
        en=(
            "1. Look at the state of Cloud SQL: stopped, in maintenance, failed?\n"
            "2. Look at the way from Cloud Run to Cloud SQL: connection name, VPC connector, roles/cloudsql.client.\n"
            "3. Look at the password's secret, and at what changed there last.\n"
            "4. Look for connection errors in the application's log."
        ),
    ),
    permissions=["monitoring.timeSeries.list", "monitoring.metricDescriptors.list", "cloudsql.instances.list"],
    command='gcloud sql instances describe {target} --project={project} --format="value(state,settings.activationPolicy)"',
    example="{check: sql_connected, name: database_connection_failures, window: 5m, databases: [sagebase_db]}",
)
async def sql_connected(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per SQL instance of the project: fail when it is stopped, or runs and has no client.

    Source: Cloud Monitoring's cloudsql.googleapis.com/database/postgresql/num_backends by database, and sqladmin v1,
    instances.list.
    """
    listing = await context.gcp.sql.instances(context.project.id)
    measured = await measure(BY_DATABASE, params.window, context)
    names = context.project.sql_instances
    return [_judge(name, _peaks(name, measured, params), measured, listing, context.project.id) for name in names]


def _peaks(instance: str, measured: Measured, params: Params) -> list[float]:
    """The most clients of each database that counts, as far as it said anything."""
    return [
        count
        for name, count in measured.values.items()
        if name.partition(", ")[0] == instance and _counts(name.partition(", ")[2], params)
    ]


def _counts(database: str, params: Params) -> bool:
    return database in params.databases if params.databases else database not in GOOGLES_OWN


def _judge(
    name: str,
    peaks: Sequence[float],
    measured: Measured,
    listing: Listing[SqlInstance],
    project: str,
) -> Finding:
    target = Target(SQL_INSTANCE, name)
    given: Given = {"asked": measured.asked, "link": sql_instance_page(project, name)}
    instance = listing.named(name)
    if instance is None:
        return absent(target, listing, given)
    if instance.stopped:
        return stopped(target, project, given)
    if not instance.running:
        state = ", ".join([instance.state, *instance.suspension_reasons])
        return failing(target, NOT_RUNNING, state=state, reason=instance.state.lower() or "no_state", **given)
    found = _by_count(target, peaks, measured, given)
    if measured.unproven is not None and found.verdict is Verdict.PASS:
        return refused(target, measured.unproven, **given)
    return found


def _by_count(target: Target, peaks: Sequence[float], measured: Measured, given: Given) -> Finding:
    """Somebody seen in half an answer is somebody; nobody seen in it proves nothing.

    The peaks of several databases may be of different moments: their sum is told as what it is.
    """
    count = sum(peaks)
    if measured.otherwise is not None:
        return unknown(target, OTHER_KIND, reason="unit", google=measured.otherwise, **given)
    if not count and (lacking := measured.answer.partial) is not None:
        return refused(target, lacking, **given)
    if not peaks:
        return unknown(target, NO_DATA, reason="no_data", **given)
    value = Quantity(count, BY_DATABASE.unit)
    if count == 0:
        return failing(target, NOBODY, value=value, reason="no_connections", **given)
    several = sum(peak > 0 for peak in peaks) > 1
    return passing(target, CONNECTED_TO_SEVERAL if several else CONNECTED, value=value, **given)
