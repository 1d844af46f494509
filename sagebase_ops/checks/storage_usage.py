"""How full are Cloud SQL's disk and the buckets, how fast do they grow, and are the buckets kept as they should be?"""

import asyncio
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.metrics.data import measure_or_refusal
from sagebase_ops.checks.parts import each_part
from sagebase_ops.checks.storage.buckets import Growth, judge_bucket
from sagebase_ops.checks.storage.disks import Room, judge_disk
from sagebase_ops.domain.quantities import Duration, Percentage, Size
from sagebase_ops.domain.results import Finding, Sentence, Target
from sagebase_ops.gcp.usage_metrics import BUCKET_BYTES, DAY, DISK_USED


def _whole_days(window: timedelta) -> timedelta:
    if window < timedelta(days=7) or window % timedelta(days=1):
        raise ValueError("a trend wants whole days, 7 or more; write 30d")
    return window


class Params(CheckParams):
    """How full is too full, and what growth is worth a look."""

    ordered = (("warn_above", "fail_above"),)

    window: Annotated[Duration, AfterValidator(_whole_days)] = timedelta(days=30)
    """A disk's trend is drawn through its days, a bucket's growth is over it; Cloud Monitoring keeps six weeks."""
    warn_above: Percentage = 0.8
    """How much of the disk, or of the limit that it may grow to, may be used."""
    fail_above: Percentage = 0.9
    """How much of it at most."""
    warn_within: Duration = timedelta(days=90)
    """A disk that is full sooner than this by its trend is a warning."""
    warn_growth: Percentage = 0.5
    """How much a bucket may grow in the window, as a share of what it was."""
    floor: Size = 10 * 10**9
    """Growth of a bucket up to this much is not told."""


@check(
    Params,
    question=Sentence(
        ja="Cloud SQL のディスクとバケットの使用量・増え方・設定に問題はないか",
        en="Are Cloud SQL's disk and the buckets not too full, not growing too fast, and kept as they should be?",
    ),
    runbook=Sentence(
        ja=(
            "1. ディスクが埋まりそうな場合は、不要なデータを整理し、必要ならストレージを拡張する（縮小はできません）。\n"
            "2. バケットが急に増えた場合は、何が増えたかを調べ、ライフサイクルルールで古いものを削除する。\n"
            "3. バケットが公開されている場合は、意図したものかをすぐに確認し、公開アクセス防止を有効にする。\n"
            "手順書の currentDiskSize は今の API ではほとんど返らないため、使用量は Cloud Monitoring の指標で確認します。"
            "gsutil du は現行のオブジェクトだけの合計で、課金される旧バージョンや削除済み（復元可能）を含みません。"
        ),
        en=(
            "1. A disk that fills up: clear out what is not needed, else enlarge it (it never shrinks).\n"
            "2. A bucket that grew all at once: find out what came in, and let a lifecycle rule delete what is old.\n"
            "3. A public bucket: is that meant? If not, prevent public access now.\n"
            "The guide's currentDiskSize is hardly ever answered today; Cloud Monitoring's metric tells what is used. "
            "gsutil du sums live objects only, while old versions and deleted ones that can be restored are billed too."
        ),
    ),
    permissions=[
        "cloudsql.instances.list",
        "storage.buckets.list",
        "storage.buckets.get",
        "storage.buckets.getIamPolicy",
        "monitoring.timeSeries.list",
        "monitoring.metricDescriptors.list",
    ],
    command="gcloud storage du --summarize --readable-sizes gs://{target}",
    example="{check: storage_usage, window: 30d, warn_above: 80%, floor: 10GB}",
)
async def storage_usage(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per SQL instance and per bucket of the project.

    Source: sqladmin v1, instances.list; Storage JSON v1, buckets.list; the metrics database/disk/bytes_used and
    storage/v2/total_bytes, one call each for the whole project. Who may read a bucket is asked only where the bucket
    does not prevent public access; whether it is empty only where it has no series (which wants storage.objects.list).
    """
    project = context.project.id
    return await each_part(
        (Target("sql_instances", project), _disks(params, context)),
        (Target("buckets", project), _buckets(params, context)),
    )


async def _disks(params: Params, context: CheckContext) -> list[Finding]:
    project = context.project
    if not project.sql_instances:
        return []
    listing, used = await asyncio.gather(
        context.gcp.sql.instances(project.id), measure_or_refusal(DISK_USED, params.window, context)
    )
    room = Room(params.warn_above, params.fail_above, params.warn_within, context.now)
    return [judge_disk(name, listing, used, room, project) for name in project.sql_instances]


async def _buckets(params: Params, context: CheckContext) -> list[Finding]:
    project = context.project
    if not project.buckets:
        return []
    listing, used = await asyncio.gather(
        context.gcp.storage.buckets(project.id), measure_or_refusal(BUCKET_BYTES, params.window + DAY, context)
    )  # a day more, to know what there was when the window began
    growth = Growth(params.warn_growth, params.floor, params.window)
    judged = (judge_bucket(name, listing, used, growth, context) for name in project.buckets)
    return list(await asyncio.gather(*judged))
