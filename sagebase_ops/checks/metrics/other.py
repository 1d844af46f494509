"""How is a metric asked that has no name here? By Google's own filter, aligner and reducer, in Google's unit."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from sagebase_ops.domain.results import Sentence
from sagebase_ops.gcp.metrics import RUN_SERVICE, SERVICE, SQL_INSTANCE, TIME_SERIES, Metric

Aligner: TypeAlias = Literal[
    "ALIGN_DELTA",
    "ALIGN_RATE",
    "ALIGN_NEXT_OLDER",
    "ALIGN_MIN",
    "ALIGN_MAX",
    "ALIGN_MEAN",
    "ALIGN_COUNT",
    "ALIGN_SUM",
    "ALIGN_STDDEV",
    "ALIGN_COUNT_TRUE",
    "ALIGN_COUNT_FALSE",
    "ALIGN_FRACTION_TRUE",
    "ALIGN_PERCENTILE_99",
    "ALIGN_PERCENTILE_95",
    "ALIGN_PERCENTILE_50",
    "ALIGN_PERCENTILE_05",
    "ALIGN_PERCENT_CHANGE",
]
Reducer: TypeAlias = Literal[
    "REDUCE_MEAN",
    "REDUCE_MIN",
    "REDUCE_MAX",
    "REDUCE_SUM",
    "REDUCE_STDDEV",
    "REDUCE_COUNT",
    "REDUCE_COUNT_TRUE",
    "REDUCE_COUNT_FALSE",
    "REDUCE_FRACTION_TRUE",
    "REDUCE_PERCENTILE_99",
    "REDUCE_PERCENTILE_95",
    "REDUCE_PERCENTILE_50",
    "REDUCE_PERCENTILE_05",
]
"""Source of both: google.monitoring.v3.Aggregation. Which fits which kind of metric is Google's to say."""

_TYPE = re.compile(r'metric\.type\s*=\s*"([\w./-]+)"')
_UNITS: Mapping[str, tuple[str, float]] = {
    "10^2.%": ("1", 1.0),
    "%": ("1", 0.01),
    "ns": ("s", 1e-9),
    "us": ("s", 1e-6),
    "ms": ("s", 1e-3),
    "s": ("s", 1.0),
    "min": ("s", 60.0),
    "h": ("s", 3600.0),
    "d": ("s", 86400.0),
    "By": ("By", 1.0),
    "kBy": ("By", 1e3),
    "MBy": ("By", 1e6),
    "GBy": ("By", 1e9),
    "KiBy": ("By", 2.0**10),
    "MiBy": ("By", 2.0**20),
    "GiBy": ("By", 2.0**30),
    "1": ("{items}", 1.0),
}
"""Google's unit -> ours, and what a value is multiplied by. Every other unit stays as it is."""
_TARGETS: Mapping[tuple[str, ...], str] = {
    (SERVICE,): RUN_SERVICE,
    ("resource.labels.database_id",): SQL_INSTANCE,
}
"""What a metric is about that is grouped by this alone; any other grouping makes time series of their own."""
_RUNBOOK = Sentence(
    ja="Metrics Explorer で推移を確認し、上限を超えた時刻のデプロイとログを調べてください。",
    en="Look at its course in Metrics Explorer, and at deploys and logs of the time it left its limits.",
)


def _one_type(given: str) -> str:
    if len(set(_TYPE.findall(given))) != 1:
        raise ValueError(
            'must name exactly one metric type, such as metric.type = "run.googleapis.com/request_count" AND '
            'resource.type = "cloud_run_revision"'
        )
    return given


Filter = Annotated[str, AfterValidator(_one_type)]
Label = Annotated[str, Field(pattern=r"^(resource|metric)\.labels\.\w+$", examples=[SERVICE])]
GoogleUnit = Annotated[str, Field(min_length=1, examples=["1", "10^2.%", "ms", "By"])]


def unit_of(google_unit: str) -> tuple[str, float]:
    """Ours for a unit of Google's, and the factor between them."""
    return _UNITS.get(google_unit, (google_unit, 1.0))


def other_metric(filter_: str, aligner: str, reducer: str, group_by: tuple[str, ...], google_unit: str) -> Metric:
    """A metric by its question. Its window ends where its own descriptor says that data has arrived."""
    metric_type = _TYPE.findall(filter_)[0]
    unit, scale = unit_of(google_unit)
    how = f"{aligner} → {reducer}"
    return Metric(
        type=metric_type,
        resource="",
        target=_TARGETS.get(group_by, TIME_SERIES),
        aligner=aligner,
        reducer=reducer,
        group_by=group_by,
        unit=unit,
        kind="",
        value_type="",
        google_units=(google_unit,),
        title=Sentence(ja=metric_type, en=metric_type),
        measures=Sentence(ja=how, en=how),
        runbook=_RUNBOOK,
        scale=scale,
        filter=filter_,
    )
