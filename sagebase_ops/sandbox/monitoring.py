"""Cloud Monitoring's MetricService, answered from the pretend project's series."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from google.api import metric_pb2
from google.cloud.monitoring_v3.types import (
    Aggregation,
    ListMetricDescriptorsResponse,
    ListTimeSeriesRequest,
    ListTimeSeriesResponse,
)

from sagebase_ops.sandbox.alignment import Aligned, align, mean, periods, realign, reduce, refuse_misfit
from sagebase_ops.sandbox.changes import with_changes
from sagebase_ops.sandbox.metric_types import METRICS, MetricType, resource_labels
from sagebase_ops.sandbox.query import MISSING, Field, FilterSyntaxError, Question
from sagebase_ops.sandbox.refusals import invalid, not_found
from sagebase_ops.sandbox.series import HIDDEN, raw_series
from sagebase_ops.sandbox.spans import RawSeries
from sagebase_ops.sandbox.usage import TYPES, usage_series
from sagebase_ops.sandbox.world import World

API = "monitoring.googleapis.com"
_SHORTEST_PERIOD = timedelta(seconds=60)
_PAGE = 100_000
_TYPES = {**METRICS, **TYPES}


def list_time_series(world: World, request: Any) -> Any:  # raw ListTimeSeriesRequest and -Response: no types published
    """`timeSeries.list` over the scenario. Raises RefusalError as Google refuses."""
    project = request.name.partition("/")[2]
    world.enter(API, "MetricService.ListTimeSeries", "monitoring.timeSeries.list", project)
    question, metric_type = _question(request.filter)
    metric = queried(request.filter)
    start, end = _time(request.interval.start_time), _time(request.interval.end_time)
    if end <= start:
        raise invalid("Field interval.end_time had an invalid value: the end time must be later than the start time.")
    series_of = usage_series if metric_type in TYPES else raw_series
    chosen = [
        one for one in series_of(world, project, metric_type) if question.holds(_lookup(one, metric_type, metric))
    ]
    aligned = _aggregated(world, chosen, metric, request, start, end)
    return _page([one for one in aligned if one.points], metric_type, metric, request)


def _question(text: str) -> tuple[Question, str]:
    try:
        question = Question(text)
    except FilterSyntaxError as error:
        raise invalid(f'Field filter had an invalid value of "{text}": {error}.') from error
    types = question.equals(("metric", "type"))
    if len(types) != 1:
        raise invalid(
            'Field filter had an invalid value: the filter must name exactly one metric type with metric.type = "…".'
        )
    return question, types[0]


def queried(text: str) -> MetricType:
    """The one metric that a filter asks for. Raises RefusalError where no series could ever match."""
    question, metric_type = _question(text)
    metric = _metric(metric_type)
    _refuse_labels(question, metric)
    return metric


def _metric(metric_type: str) -> MetricType:
    if metric_type not in _TYPES:
        raise not_found(
            f'Cannot find metric(s) that match type = "{metric_type}". If a metric was created recently, it could take up '
            "to 10 minutes to become available. Please try again soon."
        )
    return _TYPES[metric_type]


def _refuse_labels(question: Question, metric: MetricType) -> None:
    known = {
        ("metric", "type"),
        ("resource", "type"),
        *(("metric", spelt, label) for spelt in ("label", "labels") for label in metric.labels),
        *(("resource", spelt, label) for spelt in ("label", "labels") for label in resource_labels(metric)),
    }
    resources = question.equals(("resource", "type"))
    if question.fields() - known or (resources and resources[0] != metric.resource):
        raise invalid(
            "The supplied filter does not specify a valid combination of metric and monitored resource descriptors. "
            "The query will not return any time series."
        )


def _lookup(series: RawSeries, metric_type: str, metric: MetricType) -> Any:  # Any: a Lookup over both kinds of labels
    def value(field: Field) -> Any:  # Any: text or MISSING
        if field[1] == "type":
            return metric_type if field[0] == "metric" else metric.resource
        labels = series.metric_labels if field[0] == "metric" else series.resource_labels
        return labels.get(field[2], MISSING)

    return value


def _aggregated(
    world: World, chosen: list[RawSeries], metric: MetricType, request: Any, start: datetime, end: datetime
) -> list[Aligned]:
    first = request.aggregation
    aligner, reducer = (
        _name(Aggregation.Aligner, first.per_series_aligner),
        _name(Aggregation.Reducer, first.cross_series_reducer),
    )
    period = timedelta(seconds=first.alignment_period.seconds) or _SHORTEST_PERIOD
    if aligner != "ALIGN_NONE" and period < _SHORTEST_PERIOD:
        raise invalid("Field aggregation.alignmentPeriod had an invalid value: it must be at least 60 seconds.")
    refuse_misfit(metric, aligner, reducer)
    window = list(periods(start, end, period if aligner != "ALIGN_NONE" else _SHORTEST_PERIOD))
    raw = "ALIGN_DELTA" if metric.kind == "DELTA" else "ALIGN_NEXT_OLDER"
    seen_until = world.now() - HIDDEN
    second = _name(Aggregation.Aligner, request.secondary_aggregation.per_series_aligner)
    length = timedelta(seconds=request.secondary_aggregation.alignment_period.seconds) or end - start
    if metric.kind == "GAUGE" and second in {"ALIGN_MAX", "ALIGN_MIN"}:
        window = with_changes(window, chosen, seen_until, length if length < end - start else None)
    aligned = [align(one, metric, raw if aligner == "ALIGN_NONE" else aligner, window, seen_until) for one in chosen]
    reduced = reduce([one for one in aligned if one.points], metric, reducer, first.group_by_fields)
    if not request.HasField("secondary_aggregation"):
        return reduced
    again = request.secondary_aggregation
    realigned = realign([one for one in reduced if one.points], second, end, length)
    return reduce(realigned, metric, _name(Aggregation.Reducer, again.cross_series_reducer), again.group_by_fields)


def _name(enum: Any, number: int) -> str:  # Any: a proto-plus enum class
    return str(enum(number).name)


def _time(stamp: Any) -> datetime:  # Any: a raw Timestamp
    return datetime.fromtimestamp(stamp.seconds, UTC)


def _page(series: list[Aligned], metric_type: str, metric: MetricType, request: Any) -> Any:  # Any: raw messages
    """`page_size` counts points; a token is bound to its request."""
    size = min(request.page_size or _PAGE, _PAGE)
    offset = _offset(request)
    flat = [(one, point) for one in series for point in one.points]
    answer = ListTimeSeriesResponse.pb()(unit=_unit(metric, request.aggregation))
    current = None
    for one, (end, amount) in flat[offset : offset + size]:
        if one is not current:
            current = one
            written = answer.time_series.add()
            written.metric.type, written.resource.type = metric_type, metric.resource
            written.metric.labels.update(one.metric_labels)
            written.resource.labels.update(one.resource_labels)
        _write_point(written, metric, request, end, amount)
    if offset + size < len(flat):
        answer.next_page_token = f"{offset + size}.{_digest(request)}"
    return answer


def _unit(metric: MetricType, aggregation: Any) -> str:  # Any: raw message
    """A rate is by the second, and a count has no unit, whatever is counted."""
    rate = _name(Aggregation.Aligner, aggregation.per_series_aligner) == "ALIGN_RATE"
    return "1" if _counts(aggregation) else f"{metric.unit}/s" if rate else metric.unit


def _counts(aggregation: Any) -> bool:  # Any: raw message
    return any("_COUNT" in word for word in _words(aggregation))


def _as_it_was(aggregation: Any) -> bool:  # Any: raw message
    """Neither aligner nor reducer made a number of a boolean."""
    return _words(aggregation) in {("ALIGN_NONE", "REDUCE_NONE"), ("ALIGN_NEXT_OLDER", "REDUCE_NONE")}


def _words(aggregation: Any) -> tuple[str, str]:  # Any: raw message
    aligner, reducer = aggregation.per_series_aligner, aggregation.cross_series_reducer
    return _name(Aggregation.Aligner, aligner), _name(Aggregation.Reducer, reducer)


def _write_point(
    written: Any, metric: MetricType, request: Any, end: datetime, amount: Any
) -> None:  # Any: raw messages
    point = written.points.add()
    seconds = int(end.timestamp())  # whole ones, as all periods: a tenth of the time of FromDatetime
    point.interval.end_time.seconds = seconds
    length = request.aggregation.alignment_period.seconds or 60
    point.interval.start_time.seconds = seconds - length if metric.kind == "DELTA" else seconds
    kinds = metric_pb2.MetricDescriptor
    if isinstance(amount, tuple):
        point.value.distribution_value.count = round(sum(amount))
        point.value.distribution_value.mean = mean(amount, metric.bounds)
        point.value.distribution_value.bucket_options.explicit_buckets.bounds.extend(metric.bounds)
        point.value.distribution_value.bucket_counts.extend(round(count) for count in amount)
        written.value_type, written.metric_kind = kinds.DISTRIBUTION, kinds.DELTA
    elif metric.value == "BOOL" and _as_it_was(request.aggregation):
        point.value.bool_value = bool(amount)
        written.value_type, written.metric_kind = kinds.BOOL, kinds.GAUGE
    elif (metric.value == "INT64" or _counts(request.aggregation)) and float(amount).is_integer():
        point.value.int64_value = int(amount)
        written.value_type, written.metric_kind = kinds.INT64, kinds.MetricKind.Value(metric.kind)
    else:
        point.value.double_value = float(amount)
        written.value_type, written.metric_kind = kinds.DOUBLE, kinds.GAUGE


def _offset(request: Any) -> int:  # Any: raw message
    if not request.page_token:
        return 0
    offset, _, digest = request.page_token.partition(".")
    if digest != _digest(request) or not offset.isdigit():
        raise invalid("Field pageToken had an invalid value: it does not belong to this request.")
    return int(offset)


def _digest(request: Any) -> str:  # Any: raw message
    plain = ListTimeSeriesRequest.pb()()
    plain.CopyFrom(request)
    plain.page_token = ""
    return base64.urlsafe_b64encode(hashlib.sha256(plain.SerializeToString(deterministic=True)).digest()[:9]).decode()


def list_metric_descriptors(world: World, request: Any) -> Any:  # Any: raw messages
    """`metricDescriptors.list` with the filter's metric types, prefixes included."""
    world.enter(
        API, "MetricService.ListMetricDescriptors", "monitoring.metricDescriptors.list", request.name.partition("/")[2]
    )
    question = Question(request.filter) if request.filter else None
    answer = ListMetricDescriptorsResponse.pb()()
    for name, metric in _TYPES.items():
        if question is None or question.holds(_named(name)):
            answer.metric_descriptors.append(describe(request.name, name, metric))
    return answer


def _named(metric_type: str) -> Any:  # Any: a Lookup that knows the metric's type alone
    return lambda field: metric_type if field == ("metric", "type") else MISSING


def get_metric_descriptor(world: World, request: Any) -> Any:  # Any: raw messages
    project, _, name = request.name.removeprefix("projects/").partition("/metricDescriptors/")
    world.enter(API, "MetricService.GetMetricDescriptor", "monitoring.metricDescriptors.get", project)
    return describe(f"projects/{project}", name, _metric(name))


def describe(parent: str, name: str, metric: MetricType) -> Any:  # Any: raw message
    kinds = metric_pb2.MetricDescriptor
    found = kinds(name=f"{parent}/metricDescriptors/{name}", type=name, unit=metric.unit)
    found.metric_kind = kinds.MetricKind.Value(metric.kind)
    found.value_type = kinds.ValueType.Value(metric.value)
    found.monitored_resource_types.append(metric.resource)
    found.metadata.sample_period.seconds = 60
    found.metadata.ingest_delay.FromTimedelta(HIDDEN)
    for label in metric.labels:
        found.labels.add(key=label)
    return found
