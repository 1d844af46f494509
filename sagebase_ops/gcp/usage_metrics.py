"""How full are disks and buckets? The metrics for it, one point a day, as `measure` asks them.

Kinds and units are believed and held against Google's descriptors, as those of gcp/metrics are.
"""

from datetime import timedelta

from sagebase_ops.domain.results import Sentence
from sagebase_ops.gcp.metrics import SQL_INSTANCE, Metric

DAY = timedelta(days=1)
BUCKET = "bucket"
BUCKET_NAME, STORAGE_CLASS, OBJECT_TYPE = (
    "resource.labels.bucket_name",
    "metric.labels.storage_class",
    "metric.labels.type",
)
_LOOK = Sentence(ja="使用量の推移を確認してください。", en="Look at how it grows.")

DISK_USED = Metric(
    type="cloudsql.googleapis.com/database/disk/bytes_used",
    resource="cloudsql_database",
    target=SQL_INSTANCE,
    aligner="ALIGN_MEAN",
    reducer="REDUCE_SUM",
    group_by=("resource.labels.database_id",),
    unit="By",
    kind="GAUGE",
    value_type="INT64",
    google_units=("By",),
    title=Sentence(ja="ディスク使用量", en="disk used"),
    measures=Sentence(ja="平均", en="mean"),
    runbook=_LOOK,
    period=DAY,
)
BUCKET_BYTES = Metric(
    type="storage.googleapis.com/storage/v2/total_bytes",
    resource="gcs_bucket",
    target=BUCKET,
    aligner="ALIGN_MEAN",
    reducer="REDUCE_SUM",
    group_by=(BUCKET_NAME, STORAGE_CLASS, OBJECT_TYPE),
    unit="By",
    kind="GAUGE",
    value_type="DOUBLE",
    google_units=("By",),
    title=Sentence(ja="バケット使用量", en="bucket size"),
    measures=Sentence(ja="平均", en="mean"),
    runbook=_LOOK,
    period=DAY,
)
