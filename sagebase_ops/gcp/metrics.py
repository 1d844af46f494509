"""The named metrics: how each is asked of Cloud Monitoring so that the answer means what the guide means.

Kinds, units and delays are believed (Google's page was not at hand); the check holds them against Google's own
descriptors. Source of the aligners: google.monitoring.v3.Aggregation.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from sagebase_ops.domain.results import Sentence

RUN_SERVICE, SQL_INSTANCE, TIME_SERIES = "run_service", "sql_instance", "time_series"
SERVICE = "resource.labels.service_name"
_SERVICE = (SERVICE,)
_CLASS = "metric.labels.response_code_class"
RESPONSE_CLASS = re.compile(r"[1-5]xx")
UNCLASSED = 0.01
"""Of requests, as many may be without a class (they were broken off); of more, a share of 5xx is not known."""
_RUN_DELAY = timedelta(minutes=4)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. A value of Google's times `scale` is in `unit`.

    `kind`, `value_type` and `google_units` are what its descriptor must say. `period` and `then` make a peak: aligned
    by the minute, then the greatest. `fail_above` is the guide's own limit, in `unit`; None where the guide sets none.
    `needs_traffic`: without requests it has no data; `needs_instances`: without instances. `filter` is that of a
    metric which an entry describes itself; its descriptor then tells its delay.
    """

    type: str
    resource: str
    target: str
    aligner: str
    reducer: str
    group_by: tuple[str, ...]
    unit: str
    kind: str
    value_type: str
    google_units: tuple[str, ...]
    title: Sentence
    measures: Sentence
    runbook: Sentence
    scale: float = 1.0
    period: timedelta | None = None
    then: str | None = None
    delay: timedelta = _RUN_DELAY
    fail_above: float | None = None
    ratio: bool = False
    needs_traffic: bool = False
    needs_instances: bool = False
    filter: str | None = None

    @property
    def is_share(self) -> bool:
        """Its 5xx by all, from counts by response class."""
        return self.filter is None and _CLASS in self.group_by


def _run(name: str, **given: object) -> Metric:
    plain = {"resource": "cloud_run_revision", "target": RUN_SERVICE, "group_by": _SERVICE, "kind": "DELTA"}
    return Metric(type=f"run.googleapis.com/{name}", **{**plain, **given})  # type: ignore[arg-type] # fields by name


METRICS = {
    "cpu_utilization": _run(
        "container/cpu/utilizations",
        aligner="ALIGN_DELTA",
        reducer="REDUCE_PERCENTILE_95",
        unit="1",
        value_type="DISTRIBUTION",
        google_units=("10^2.%", "1"),
        ratio=True,
        needs_instances=True,
        fail_above=0.8,
        title=Sentence(ja="CPU使用率", en="CPU utilisation"),
        measures=Sentence(ja="p95", en="p95"),
        runbook=Sentence(
            ja="インスタンス数かCPU割り当ての増加を検討してください（手順書: スケーリング）。",
            en="Consider more instances or more CPU (guide: scaling).",
        ),
    ),
    "memory_utilization": _run(
        "container/memory/utilizations",
        aligner="ALIGN_DELTA",
        reducer="REDUCE_PERCENTILE_99",
        unit="1",
        value_type="DISTRIBUTION",
        google_units=("10^2.%", "1"),
        ratio=True,
        needs_instances=True,
        fail_above=0.85,
        title=Sentence(ja="メモリ使用率", en="memory utilisation"),
        measures=Sentence(ja="p99", en="p99"),
        runbook=Sentence(
            ja="メモリリークを調べるか、メモリ割り当てを増やしてください（手順書: スケーリング）。",
            en="Look for a memory leak, or give it more memory (guide: scaling).",
        ),
    ),
    "latency_p95": _run(
        "request_latencies",
        aligner="ALIGN_DELTA",
        reducer="REDUCE_PERCENTILE_95",
        unit="s",
        scale=0.001,
        value_type="DISTRIBUTION",
        google_units=("ms",),
        needs_traffic=True,
        fail_above=3.0,
        title=Sentence(ja="レスポンスタイム p95", en="response time p95"),
        measures=Sentence(ja="全リクエストの p95", en="p95 over all requests"),
        runbook=Sentence(
            ja="遅い処理とDB接続数を調べ、必要ならスケーリングを検討してください。",
            en="Look for slow work and at the database connections; consider scaling.",
        ),
    ),
    "error_rate": _run(
        "request_count",
        aligner="ALIGN_DELTA",
        reducer="REDUCE_SUM",
        group_by=(*_SERVICE, _CLASS),
        unit="1",
        value_type="INT64",
        google_units=("1",),
        needs_traffic=True,
        fail_above=0.01,
        title=Sentence(ja="エラー率（5xx）", en="error rate (5xx)"),
        measures=Sentence(ja="5xx ÷ 全リクエスト", en="5xx ÷ all requests"),
        runbook=Sentence(
            ja="エラーログを確認し、直前のデプロイが原因ならロールバックしてください。",
            en="Read the error log; roll back when the last deploy is the cause.",
        ),
    ),
    "request_count": _run(
        "request_count",
        aligner="ALIGN_DELTA",
        reducer="REDUCE_SUM",
        unit="{requests}",
        value_type="INT64",
        google_units=("1",),
        needs_traffic=True,
        title=Sentence(ja="リクエスト数", en="requests"),
        measures=Sentence(ja="合計", en="total"),
        runbook=Sentence(ja="トラフィックの傾向を確認してください。", en="Look at the pattern of the traffic."),
    ),
    "instance_count": _run(
        "container/instance_count",
        aligner="ALIGN_MAX",
        reducer="REDUCE_SUM",
        unit="{instances}",
        kind="GAUGE",
        value_type="INT64",
        google_units=("1",),
        period=timedelta(minutes=1),
        then="ALIGN_MAX",
        title=Sentence(ja="インスタンス数", en="instances"),
        measures=Sentence(ja="最大", en="peak"),
        runbook=Sentence(
            ja="負荷の傾向と最大インスタンス数を確認してください。", en="Look at the load and the maximum of instances."
        ),
    ),
    "db_connections": Metric(
        type="cloudsql.googleapis.com/database/postgresql/num_backends",
        resource="cloudsql_database",
        target=SQL_INSTANCE,
        aligner="ALIGN_MAX",
        reducer="REDUCE_SUM",
        group_by=("resource.labels.database_id",),
        unit="{connections}",
        kind="GAUGE",
        value_type="INT64",
        google_units=("1",),
        period=timedelta(minutes=1),
        then="ALIGN_MAX",
        title=Sentence(ja="DB接続数", en="database connections"),
        measures=Sentence(ja="最大", en="peak"),
        runbook=Sentence(
            ja="接続プーリングの設定を確認してください。0本ならデータベースとネットワークの設定を確認してください。",
            en="Look at the connection pool; with none at all, at the database and the network.",
        ),
    ),
}


def filter_of(metric: Metric, region: str) -> str:
    """The metric's own, else one metric type, in the region where it is Cloud Run's."""
    if metric.filter is not None:
        return metric.filter
    parts = [f'metric.type = "{metric.type}"', f'resource.type = "{metric.resource}"']
    if metric.target == RUN_SERVICE:
        parts.append(f'resource.labels.location = "{region}"')
    return " AND ".join(parts)
