"""What is wrong with a condition, and what does it measure instead of what the guide says?"""

from collections.abc import Iterator
from datetime import timedelta

from sagebase_ops.checks.alerts import words
from sagebase_ops.checks.alerts.firing import firing_mistakes
from sagebase_ops.checks.alerts.limits import limit_mistakes
from sagebase_ops.checks.alerts.restrictions import denominator_mistakes, restriction_mistakes
from sagebase_ops.checks.alerts.seen import Alerting
from sagebase_ops.checks.alerts.wanted import RESPONSE_TIME, Wanted
from sagebase_ops.checks.metrics.dashboard import MYSQLS_CONNECTIONS, promql
from sagebase_ops.checks.settings_judged import Mistake, failed, warned
from sagebase_ops.domain.metric_filters import terms_of
from sagebase_ops.domain.metric_terms import METRIC, is_about_5xx, lets
from sagebase_ops.domain.results import Value
from sagebase_ops.gcp.alert_policies import Aggregation, AlertCondition

_NONE = Aggregation()
_ON_DISTRIBUTIONS = {"ALIGN_DELTA", "ALIGN_SUM"}
_PERCENTILE = "_PERCENTILE_"
_ON_BOOLEANS = {"ALIGN_NEXT_OLDER", "ALIGN_COUNT", "ALIGN_COUNT_TRUE", "ALIGN_COUNT_FALSE", "ALIGN_FRACTION_TRUE"}
_SAMPLED = timedelta(minutes=1)
"""What one point of a count covers where nothing is aggregated."""
_RATE = "ALIGN_RATE"
_COUNTS = {_RATE, *_ON_DISTRIBUTIONS}
_LEVELS = {"ALIGN_MAX", "ALIGN_MEAN", "ALIGN_NEXT_OLDER", "ALIGN_INTERPOLATE"}
_NOT_ON_LEVELS = {"ALIGN_NONE", "ALIGN_DELTA", _RATE}
_MINUTE = 60
_PLACES = 6
"""From how many Google looks, where nobody chose."""


def is_about(one: AlertCondition, wanted: Wanted) -> bool:
    """By its metric, since names are free; a count of requests is about errors only where it asks for 5xx."""
    said = f"{one.filter} {one.query}"
    if wanted.metric not in said and promql(wanted.metric) not in said:
        return False
    return wanted.kind != "ratio" or is_about_5xx(terms_of(one.filter or one.query))


def takes_the_mean(one: AlertCondition, wanted: Wanted) -> bool:
    """Right by the guide's words, which say of which statistic for response time only."""
    return wanted.kind == "distribution" and is_about(one, wanted) and _statistic(_first(one.aggregations)) == "MEAN"


def condition_mistakes(one: AlertCondition, wanted: Wanted, subject: str, seen: Alerting) -> Iterator[Mistake]:
    """Everything, as seen from `subject` (a service, an uptime check, a database; "" for any)."""
    if one.kind != "threshold":
        yield warned("not_judged", words.NOT_JUDGED)
        return
    terms = terms_of(one.filter)
    if lets(terms, METRIC, wanted.metric) is False:
        found = ", ".join(name for term in terms if term.label == METRIC for name in term.names)
        sentence = words.MYSQLS if found == MYSQLS_CONNECTIONS else words.OTHER_METRIC
        yield failed("other_metric", sentence, found=found or "-", wanted=wanted.metric)
        return
    yield from restriction_mistakes(one, wanted, subject, seen)
    if wanted.kind == "ratio":
        yield from _ratio(one, wanted, subject, seen)
    else:
        yield from _AGGREGATION[wanted.kind](one, wanted)
    yield from firing_mistakes(one, wanted, terms)
    unread = [*one.unread, *(["aggregations[1]"] if len(one.aggregations) > 1 else [])]
    if unread:
        yield warned("not_read", words.NOT_READ, found=", ".join(unread))


def _distribution(one: AlertCondition, wanted: Wanted) -> Iterator[Mistake]:
    by = _first(one.aggregations)
    right = wanted.reducers[0].removeprefix("REDUCE_")
    if by.aligner not in _ON_DISTRIBUTIONS and _PERCENTILE not in by.aligner:
        yield _inapplicable(by.aligner, wanted, "DISTRIBUTION")
        return
    if by.aligner in _ON_DISTRIBUTIONS and by.reducer == "REDUCE_NONE":
        yield _inapplicable(f"{by.aligner} (REDUCE_NONE)", wanted, "DISTRIBUTION")
        return
    if by.aligner not in _ON_DISTRIBUTIONS:
        if by.reducer == "REDUCE_NONE":
            yield warned("per_series", words.PER_SERIES, aligner=by.aligner)
        elif wanted.name == RESPONSE_TIME or by.reducer != "REDUCE_MAX":
            yield warned("mixed_percentiles", words.MIXED_PERCENTILES, aligner=by.aligner, reducer=by.reducer)
    statistic = _statistic(by)
    if f"REDUCE_{statistic}" not in wanted.reducers:
        yield warned("other_statistic", words.OTHER_STATISTIC, found=statistic, wanted=right)
    yield from limit_mistakes(one, wanted)


def _statistic(by: Aggregation) -> str:
    """`MEAN`, `PERCENTILE_95` …, of a distribution."""
    reduced = by.aligner in _ON_DISTRIBUTIONS
    return by.reducer.removeprefix("REDUCE_") if reduced else by.aligner.removeprefix("ALIGN_")


def _ratio(one: AlertCondition, wanted: Wanted, subject: str, seen: Alerting) -> Iterator[Mistake]:
    by, below = _first(one.aggregations), _first(one.denominator_aggregations)
    if not one.denominator:
        given: dict[str, Value] = {"found": f"{one.threshold:g}", "per_minute": f"{one.threshold * _MINUTE:g}"}
        sentence = words.RATE_NOT_SHARE if by.aligner == _RATE else words.COUNT_NOT_SHARE
        yield failed("not_a_ratio", sentence, **given, period=f"{(by.period or _SAMPLED).total_seconds():g}")
        return
    yield from denominator_mistakes(one, wanted, subject, seen)
    if by != below or by.reducer not in wanted.reducers:
        yield failed("unlike_denominator", words.UNLIKE_DENOMINATOR)
    if by.aligner not in _COUNTS:
        yield warned("other_statistic", words.OTHER_STATISTIC, found=by.aligner, wanted=_RATE)
    yield from limit_mistakes(one, wanted)


def _uptime(one: AlertCondition, wanted: Wanted) -> Iterator[Mistake]:
    by = _first(one.aggregations)
    if by.aligner not in _ON_BOOLEANS:
        yield _inapplicable(by.aligner, wanted, "BOOL")
    elif by.aligner == "ALIGN_FRACTION_TRUE":
        yield from _share_of_places(one, by)
    elif "COUNT_FALSE" not in f"{by.aligner} {by.reducer}":
        yield failed("other_statistic", words.OTHER_STATISTIC, found=_both(by), wanted="REDUCE_COUNT_FALSE")
    elif by.reducer == "REDUCE_COUNT_FALSE" and one.comparison == "GT" and one.threshold >= _PLACES:
        yield failed("never_fires", words.NEVER_SO_MANY, found=f"{one.threshold:g}", places=_PLACES)
    else:
        yield from limit_mistakes(one, wanted)


def _share_of_places(one: AlertCondition, by: Aggregation) -> Iterator[Mistake]:
    """What share of the looks got through, of one place or of all."""
    if one.comparison != "LT":
        yield failed("wrong_way", words.WRONG_WAY, found=one.comparison)
    elif one.threshold <= 0:
        yield failed("never_fires", words.NEVER_BELOW_NOTHING, found=f"{one.threshold:g}")
    elif by.reducer not in {"REDUCE_MEAN", "REDUCE_NONE"}:
        yield warned("other_statistic", words.OTHER_STATISTIC, found=_both(by), wanted="REDUCE_COUNT_FALSE")
    elif (by.reducer == "REDUCE_NONE" and one.at_least == 1) or one.threshold >= 1:
        yield warned("one_place", words.ONE_PLACE, aligner=by.aligner, found=f"{one.threshold:g}")


def _connections(one: AlertCondition, wanted: Wanted) -> Iterator[Mistake]:
    by = _first(one.aggregations)
    if by.aligner in _NOT_ON_LEVELS:
        yield _inapplicable(by.aligner, wanted, "GAUGE INT64")
    elif by.aligner not in _LEVELS:
        yield warned("other_statistic", words.OTHER_STATISTIC, found=by.aligner, wanted="ALIGN_MAX")
    if by.reducer not in wanted.reducers:
        yield warned("other_statistic", words.OTHER_STATISTIC, found=by.reducer, wanted=wanted.reducers[0])
    yield from limit_mistakes(one, wanted)


_AGGREGATION = {"uptime": _uptime, "distribution": _distribution, "connections": _connections}


def _first(aggregations: tuple[Aggregation, ...]) -> Aggregation:
    return aggregations[0] if aggregations else _NONE


def _both(by: Aggregation) -> str:
    return f"{by.aligner} ({by.reducer})"


def _inapplicable(aligner: str, wanted: Wanted, value_type: str) -> Mistake:
    return failed(
        "inapplicable_aligner", words.INAPPLICABLE, aligner=aligner, metric=wanted.metric, value_type=value_type
    )
