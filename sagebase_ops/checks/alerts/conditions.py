"""What is wrong with a condition, and what does it measure instead of what the guide says?"""

import re
from collections.abc import Iterator
from datetime import timedelta

from sagebase_ops.checks.alerts import words
from sagebase_ops.checks.alerts.limits import limit_mistakes
from sagebase_ops.checks.alerts.seen import Alerting
from sagebase_ops.checks.alerts.wanted import RESPONSE_TIME, Wanted
from sagebase_ops.checks.metrics.dashboard import ASKS_FOR_5XX, MYSQLS_CONNECTIONS, promql, restricted_to
from sagebase_ops.checks.settings_judged import Mistake
from sagebase_ops.domain.results import Sentence, Value, Verdict
from sagebase_ops.gcp.alert_policies import Aggregation, AlertCondition

_METRIC = re.compile(r'metric\.type"?\s*=\s*"([^"]+)"')
_RESOURCE = re.compile(r'resource\.type"?\s*=\s*"([^"]+)"')
_NONE = Aggregation()
_ON_DISTRIBUTIONS = {"ALIGN_DELTA", "ALIGN_SUM"}
_PERCENTILE = "_PERCENTILE_"
_ON_BOOLEANS = {"ALIGN_NEXT_OLDER", "ALIGN_COUNT", "ALIGN_COUNT_TRUE", "ALIGN_COUNT_FALSE", "ALIGN_FRACTION_TRUE"}
_RATE = "ALIGN_RATE"
_MINUTE = 60


def is_about(one: AlertCondition, wanted: Wanted) -> bool:
    """By its metric, since names are free; a count of requests is about errors only where it asks for 5xx."""
    said = f"{one.filter} {one.query}"
    if wanted.metric not in said and promql(wanted.metric) not in said:
        return False
    return wanted.kind != "ratio" or ASKS_FOR_5XX.search(said) is not None


def condition_mistakes(one: AlertCondition, wanted: Wanted, subject: str, seen: Alerting) -> Iterator[Mistake]:
    """Everything, as seen from `subject` (a service, an uptime check, a database; "" for any)."""
    if one.kind != "threshold":
        yield Mistake(Verdict.WARN, "not_judged", words.NOT_JUDGED)
        return
    if wanted.metric not in one.filter:
        found = _METRIC.search(one.filter)
        sentence = words.MYSQLS if MYSQLS_CONNECTIONS in one.filter else words.OTHER_METRIC
        yield _fail("other_metric", sentence, found=found[1] if found else "-", wanted=wanted.metric)
        return
    yield from _subject(one, wanted, subject, seen)
    yield from _AGGREGATION[wanted.kind](one, wanted)
    if one.duration <= timedelta(0) and wanted.at_least is None:
        yield _warn("no_duration", words.NO_DURATION)


def _subject(one: AlertCondition, wanted: Wanted, subject: str, seen: Alerting) -> Iterator[Mistake]:
    resource = _RESOURCE.search(one.filter)
    if resource and resource[1] not in wanted.resources:
        right = " / ".join(wanted.resources)
        yield _fail("other_resource", words.OTHER_RESOURCE, found=resource[1], wanted=right, metric=wanted.metric)
    named = restricted_to(one.filter, wanted.label)
    found = ", ".join(sorted(named))
    if wanted.kind == "uptime" and not named:
        yield _warn("no_check_id", words.NO_CHECK)
    elif wanted.kind == "uptime" and not named & seen.uptime_checks:
        yield _fail("uptime_check_gone", words.GONE_CHECK, found=found)
    elif wanted.kind == "connections" and named and not any(":" in name for name in named):
        yield _fail("no_project", words.NO_PROJECT, found=found, wanted=subject or f"{seen.project.id}:{found}")
    elif named and subject and subject not in named:
        yield _fail("of_others", words.OF_OTHERS, found=found, wanted=subject)


def _distribution(one: AlertCondition, wanted: Wanted) -> Iterator[Mistake]:
    by = _first(one.aggregations)
    right = wanted.reducers[0].removeprefix("REDUCE_")
    if by.aligner not in _ON_DISTRIBUTIONS and _PERCENTILE not in by.aligner:
        yield _inapplicable(by.aligner, wanted, "DISTRIBUTION")
        return
    if by.aligner in _ON_DISTRIBUTIONS and by.reducer == "REDUCE_NONE":
        yield _inapplicable(f"{by.aligner} (REDUCE_NONE)", wanted, "DISTRIBUTION")
        return
    statistic = by.reducer.removeprefix("REDUCE_")
    if by.aligner not in _ON_DISTRIBUTIONS:
        statistic = by.aligner.removeprefix("ALIGN_")
        if by.reducer == "REDUCE_NONE":
            yield _warn("per_series", words.PER_SERIES, aligner=by.aligner)
        elif wanted.name == RESPONSE_TIME or by.reducer != "REDUCE_MAX":
            yield _warn("mixed_percentiles", words.MIXED_PERCENTILES, aligner=by.aligner, reducer=by.reducer)
    if f"REDUCE_{statistic}" not in wanted.reducers:
        yield _warn("other_statistic", words.OTHER_STATISTIC, found=statistic, wanted=right)
    yield from limit_mistakes(one, wanted)


def _ratio(one: AlertCondition, wanted: Wanted) -> Iterator[Mistake]:
    by, below = _first(one.aggregations), _first(one.denominator_aggregations)
    if not ASKS_FOR_5XX.search(one.filter):
        yield _fail("not_5xx", words.NOT_5XX)
    if not one.denominator:
        given: dict[str, Value] = {"found": f"{one.threshold:g}", "per_minute": f"{one.threshold * _MINUTE:g}"}
        sentence = words.RATE_NOT_SHARE if by.aligner == _RATE else words.COUNT_NOT_SHARE
        yield Mistake(Verdict.FAIL, "not_a_ratio", sentence, {**given, "period": f"{by.period.total_seconds():g}"})
        return
    if wanted.metric not in one.denominator or "response_code" in one.denominator:
        yield _fail("other_denominator", words.DENOMINATOR_5XX, found=one.denominator)
    if by != below or by.reducer not in wanted.reducers:
        yield _fail("unlike_denominator", words.UNLIKE_DENOMINATOR)
    yield from limit_mistakes(one, wanted)


def _uptime(one: AlertCondition, wanted: Wanted) -> Iterator[Mistake]:
    by = _first(one.aggregations)
    if by.aligner not in _ON_BOOLEANS:
        yield _inapplicable(by.aligner, wanted, "BOOL")
        return
    held, needed = max(one.duration, by.period), wanted.at_least or timedelta(0)
    if by.aligner == "ALIGN_FRACTION_TRUE":
        if one.comparison != "LT":
            yield _fail("wrong_way", words.WRONG_WAY, found=one.comparison)
        elif by.reducer == "REDUCE_NONE" or one.threshold >= 1:
            yield _warn("one_place", words.ONE_PLACE, aligner=by.aligner, found=f"{one.threshold:g}")
    else:
        yield from limit_mistakes(one, wanted)
    if held < needed:
        seconds = {"found": f"{one.duration.total_seconds():g}", "wanted": f"{needed.total_seconds():g}"}
        yield Mistake(Verdict.WARN, "too_short", words.TOO_SHORT, seconds)


def _connections(one: AlertCondition, wanted: Wanted) -> Iterator[Mistake]:
    by = _first(one.aggregations)
    if by.reducer not in wanted.reducers:
        yield _warn("other_statistic", words.OTHER_STATISTIC, found=by.reducer, wanted=wanted.reducers[0])
    yield from limit_mistakes(one, wanted)


_AGGREGATION = {"uptime": _uptime, "ratio": _ratio, "distribution": _distribution, "connections": _connections}


def _first(aggregations: tuple[Aggregation, ...]) -> Aggregation:
    return aggregations[0] if aggregations else _NONE


def _inapplicable(aligner: str, wanted: Wanted, value_type: str) -> Mistake:
    return _fail(
        "inapplicable_aligner", words.INAPPLICABLE, aligner=aligner, metric=wanted.metric, value_type=value_type
    )


def _fail(reason: str, sentence: Sentence, **values: Value) -> Mistake:
    return Mistake(Verdict.FAIL, reason, sentence, values)


def _warn(reason: str, sentence: Sentence, **values: Value) -> Mistake:
    return Mistake(Verdict.WARN, reason, sentence, values)
