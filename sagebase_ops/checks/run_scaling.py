"""Do instances, CPU, memory and the database's machine fit what the guide wants, and how near did the month come to the limit?"""

import asyncio
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.metrics.data import measure_or_refusal
from sagebase_ops.checks.metrics.params import Window
from sagebase_ops.checks.parts import each_part
from sagebase_ops.checks.run.peaks import INSTANCES, peaks_of
from sagebase_ops.checks.run.room import judge_service
from sagebase_ops.checks.run.serving import Serving, as_they_serve
from sagebase_ops.checks.run.sizes import WANTED_INSTANCES, Wanted
from sagebase_ops.checks.run.targets import target_of, watched
from sagebase_ops.checks.sql.tiers import judge_tier
from sagebase_ops.domain.quantities import Percentage, Size
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Sentence, Target
from sagebase_ops.errors import GcpError

AtLeastOne = Annotated[int, Field(ge=1)]


class Params(CheckParams):
    """What is wanted where it is not the guide's, and how near the maximum is too near."""

    window: Window = timedelta(days=30)
    """The peak number of instances is looked for in this window; Cloud Monitoring keeps six weeks by the minute."""
    warn_above: Percentage = 0.9
    """How much of the maximum the peak may take up; the whole of it is a failure."""
    min_instances: Annotated[int, Field(ge=0)] | None = None
    """The minimum that is wanted; the guide's for the project's environment when left out (production 1, others 0)."""
    max_instances: AtLeastOne | None = None
    """The maximum that is wanted; the guide's when left out (development 3, staging 5, production 10)."""
    cpu: Annotated[float, Field(gt=0)] | None = None
    """The vCPUs of one instance; whatever was set when left out."""
    memory: Size | None = None
    """The memory of one instance, such as 512MiB; whatever was set when left out."""
    concurrency: AtLeastOne | None = None
    """Requests that one instance takes at once; whatever was set when left out."""
    sql_tiers: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Machine types that Cloud SQL may have; when left out any but a shared one in production."""


@check(
    Params,
    question=Sentence(
        ja="インスタンス数・CPU・メモリと Cloud SQL のマシンタイプは手順書どおりで、上限に余裕があるか",
        en="Are instances, CPU, memory and Cloud SQL's machine type as the guide wants them, with room to the maximum?",
    ),
    runbook=Sentence(
        ja=(
            "1. 上限に達していた場合は、負荷の傾向を確認し、最大インスタンス数・CPU・メモリのどれを増やすかを決める。\n"
            "2. 推奨と違う場合は、意図した変更かを確認する。意図したものなら schedules.yaml の値を直し、"
            "そうでなければ表示されたコマンドで戻す。\n"
            "3. Cloud SQL のマシンタイプの変更ではインスタンスが再起動します。利用の少ない時間に行ってください。\n"
            "手順書の確認コマンド（value(spec.template.spec.scaling)）は何も表示しません。値は注釈（annotations）にあります。"
        ),
        en=(
            "1. If the maximum was reached, look at the load, then decide what to raise: instances, CPU or memory.\n"
            "2. If a value is not the wanted one, was it changed on purpose? Then write it into schedules.yaml; "
            "if not, put it back with the command shown.\n"
            "3. Another machine type restarts Cloud SQL: choose a quiet hour.\n"
            "The guide's own command (value(spec.template.spec.scaling)) prints nothing: the numbers are annotations."
        ),
    ),
    permissions=[
        "run.services.list",
        "run.revisions.list",
        "cloudsql.instances.list",
        "monitoring.timeSeries.list",
        "monitoring.metricDescriptors.list",
    ],
    command=(
        "gcloud run services describe {target} --region={region} --project={project}"
        ' --format="yaml(spec.template.metadata.annotations,spec.template.spec.containerConcurrency,'
        'spec.template.spec.containers[].resources)"'
    ),
    example="{check: run_scaling, warn_above: 90%, cpu: 1, memory: 512MiB}",
)
async def run_scaling(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per service (fail when its maximum was reached, warn when near it or not as wanted) and SQL instance.

    Source: Services.ListServices; sqladmin v1, instances.list; run.googleapis.com/container/instance_count, its peak by
    the minute. One call each for the whole project; where an older revision serves, Revisions.ListRevisions and the revisions' own
    peaks.
    """
    project = context.project.id
    return await each_part(
        (Target("run_services", project), _services(params, context)),
        (Target("sql_instances", project), _tiers(params, context)),
    )


async def _services(params: Params, context: CheckContext) -> list[Finding]:
    project = context.project
    if not project.services:
        return []
    listing, of_services = await asyncio.gather(
        context.gcp.run.services(project.id, project.region), measure_or_refusal(INSTANCES, params.window, context)
    )
    seen, wanted = watched(project, listing), _wanted(params, context)
    serving = await as_they_serve(seen.services, context)
    read = [one for one in serving.values() if isinstance(one, Serving)]
    peaks = await peaks_of(read, of_services, params.window, context)
    return [
        *(
            refused(target_of(name), one) if isinstance(one, GcpError) else judge_service(one, wanted, peaks, project)
            for name, one in serving.items()
        ),
        *seen.lost,
    ]


def _wanted(params: Params, context: CheckContext) -> Wanted:
    least, most = WANTED_INSTANCES[context.project.environment]
    return Wanted(
        min_instances=least if params.min_instances is None else params.min_instances,
        max_instances=params.max_instances or most,
        cpu=params.cpu,
        memory=params.memory,
        concurrency=params.concurrency,
        near=params.warn_above,
        window=params.window,
    )


async def _tiers(params: Params, context: CheckContext) -> list[Finding]:
    project = context.project
    if not project.sql_instances:
        return []
    listing = await context.gcp.sql.instances(project.id)
    return [judge_tier(name, listing, params.sql_tiers, project) for name in project.sql_instances]
