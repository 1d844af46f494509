"""Is a metric within its limits over a window?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema, model_validator

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.run_targets import target_of, watched
from sagebase_ops.domain.console import run_service_page, sql_instance_page
from sagebase_ops.domain.quantities import (
    PositiveDuration,
    Quantity,
    parse_duration,
    parse_percentage,
)
from sagebase_ops.domain.results import Finding, Sentence, Target, failing, passing, skipped, unknown, warning
from sagebase_ops.gcp.metrics import METRICS, SQL_INSTANCE, Metric, filter_of
from sagebase_ops.gcp.monitoring import MetricQuery, SeriesSet

WITHIN = Sentence(ja="{measures} {value}（上限 {limit}）", en="{measures} {value} (limit {limit})")
NO_LIMIT = Sentence(ja="{measures} {value}", en="{measures} {value}")
OVER = Sentence(
    ja="{measures} {value} が上限 {limit} を超えています", en="{measures} {value} is over the limit of {limit}"
)
NO_REQUESTS = Sentence(ja="期間中のリクエストはありません", en="no requests in the window")
NO_DATA = Sentence(
    ja="確認できません：{metric} のデータが期間中に一つもありません",
    en="could not look: {metric} has no data in the window",
)
PARTLY = Sentence(
    ja="確認できません：Cloud Monitoring の応答が不完全です（{error}）",
    en="could not look: Cloud Monitoring answered only in part ({error})",
)
NOT_AS_BELIEVED = Sentence(
    ja="確認できません：{metric} の種類か単位が想定と違います（Google: {google}、想定: {believed}）",
    en="could not look: {metric} is not of the kind and unit that we take it for (Google: {google}, we: {believed})",
)
IMPLAUSIBLE = Sentence(
    ja="確認できません：使用率 {value} はあり得ない値です（単位の想定違い）",
    en="could not look: a utilisation of {value} cannot be (its unit is not what we take it for)",
)
INSTANCE_ABSENT = Sentence(
    ja="Cloud SQL インスタンス {target} が存在しません", en="there is no Cloud SQL instance {target}"
)
_HIGHEST_SHARE = 1.5
_EXAMPLES = {"1": "80%", "s": "3s"}


def _seconds(given: object) -> float:
    return parse_duration(given).total_seconds()


_LIMITS: Mapping[str, Callable[[object], float]] = {"1": parse_percentage, "s": _seconds}


def _limit(given: object) -> object:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise ValueError("not a limit; write 80% for a share, 3s for a duration, a bare number for a count")  # noqa: TRY004 (pydantic words a ValueError)
    return given


Limit = Annotated[
    str | float, BeforeValidator(_limit), WithJsonSchema({"type": ["string", "number"], "examples": ["80%"]})
]


class Params(CheckParams):
    metric: Literal[
        "cpu_utilization",
        "memory_utilization",
        "latency_p95",
        "error_rate",
        "request_count",
        "instance_count",
        "db_connections",
    ]
    """Which metric."""
    window: PositiveDuration = timedelta(hours=24)
    """How far back to look; it ends where Google's data ends."""
    warn_above: Limit | None = None
    """Warn when the value is greater: 80% for shares, 3s for durations, a number for counts."""
    fail_above: Limit | None = None
    """Fail when the value is greater."""
    require_traffic: bool = False
    """No requests at all is a failure, not skipped."""

    @model_validator(mode="after")
    def _of_the_right_unit(self) -> "Params":
        for name in ("warn_above", "fail_above"):
            try:
                self.limit(name)
            except ValueError as error:
                given = getattr(self, name)
                unit = METRICS[self.metric].unit
                example = _EXAMPLES.get(unit, "100")
                raise ValueError(
                    f"{name} = {given}: {self.metric} wants a limit such as {example} ({error})"
                ) from error
        return self

    def limit(self, name: str) -> Quantity | None:
        """The limit in the metric's unit. Raises ValueError for one of another unit."""
        given, unit = getattr(self, name), METRICS[self.metric].unit
        if given is None:
            return None
        if unit in _LIMITS:
            return Quantity(_LIMITS[unit](given), unit)
        if isinstance(given, str):
            raise ValueError("not a number")  # noqa: TRY004 (pydantic words a ValueError)
        return Quantity(float(given), unit)


@dataclass(frozen=True, slots=True)
class Measured:
    """What Google said: one value per target name, and what was asked."""

    values: Mapping[str, float]
    answer: SeriesSet
    asked: dict[str, Any]


@check(
    Params,
    question=Sentence(ja="監視指標が上限を超えていないか", en="Is a metric within its limits?"),
    runbook=Sentence(
        ja="コンソールで推移を確認し、上限を超えた時刻のデプロイとエラーログを調べてください（手順書: 主要メトリクス）。",
        en="Look at its course in the console, and at deploys and errors of the time it rose (guide: key metrics).",
    ),
    permissions=["monitoring.timeSeries.list", "monitoring.metricDescriptors.list", "run.services.list"],
    command="https://console.cloud.google.com/run/detail/{region}/{target}/metrics?project={project}",
    example="{check: metric, metric: cpu_utilization, window: 24h, fail_above: 80%}",
)
async def metric(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per service (or SQL instance), over `window` up to where Google's data ends. Limits are strict.

    Source: Cloud Monitoring API v3, timeSeries.list, one call for the whole project.
    """
    known = METRICS[params.metric]
    measured = await _measure(known, params.window, context)
    wrong = await _misbelieved(known, context)
    if known.target == SQL_INSTANCE:
        return await _sql_findings(params, measured, wrong, context)
    lost_and_found = watched(
        context.project, await context.gcp.run.services(context.project.id, context.project.region)
    )
    quiet = await _quiet(known, params, measured, context)
    return [
        *lost_and_found.lost,
        *(
            _judged(
                params,
                target_of(service.name),
                measured,
                wrong,
                quiet.get(service.name),
                _run_page(context, service.name),
            )
            for service in lost_and_found.services
        ),
    ]


def _run_page(context: CheckContext, name: str) -> str:
    return run_service_page(context.project.id, context.project.region, name)


async def _measure(known: Metric, window: timedelta, context: CheckContext) -> Measured:
    end = context.now.replace(second=0, microsecond=0) - known.delay
    query = MetricQuery(
        filter_of(known, context.project.region),
        known.aligner,
        known.reducer,
        known.group_by,
        end - window,
        end,
        known.period,
    )
    answer = await context.gcp.metrics.series(context.project.id, query)
    return Measured(_values(known, answer), answer, _asked(query))


def _asked(query: MetricQuery) -> dict[str, Any]:
    return {
        "method": "MetricService.ListTimeSeries",
        "filter": query.filter,
        "aligner": query.aligner,
        "reducer": query.reducer,
        "start": _stamp(query.start),
        "end": _stamp(query.end),
    }


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _values(known: Metric, answer: SeriesSet) -> dict[str, float]:
    """One number per target: the newest point, the peak of the minutes, or 5xx by all."""
    of: dict[str, dict[str, float]] = {}
    for series in answer.series:
        if series.points:
            name = series.labels[known.group_by[0]].rpartition(":")[2]
            kind = series.labels[known.group_by[1]] if len(known.group_by) > 1 else ""
            value = max(point.value for point in series.points) if known.period else series.points[0].value
            of.setdefault(name, {})[kind] = value * known.scale
    if len(known.group_by) == 1:
        return {name: values[""] for name, values in of.items()}
    return {name: values.get("5xx", 0.0) / sum(values.values()) for name, values in of.items() if sum(values.values())}


async def _misbelieved(known: Metric, context: CheckContext) -> str | None:
    """What Google's descriptor says, where it is not what we take the metric for; None when it agrees or is not listed."""
    found = await context.gcp.metrics.descriptor(context.project.id, known.type)
    if found is None or (
        (found.kind, found.value_type) == (known.kind, known.value_type) and found.unit in known.google_units
    ):
        return None
    return f"{found.kind} {found.value_type} {found.unit}"


async def _quiet(known: Metric, params: Params, measured: Measured, context: CheckContext) -> Mapping[str, float]:
    """Services whose instances were counted in the same window: only there does no request mean that none came."""
    if not known.needs_traffic:
        return {}
    instances = await _measure(METRICS["instance_count"], params.window, context)
    return {
        name: count
        for name, count in instances.values.items()
        if name not in measured.values and instances.answer.complete
    }


async def _sql_findings(params: Params, measured: Measured, wrong: str | None, context: CheckContext) -> list[Finding]:
    listing = await context.gcp.sql.instances(context.project.id)
    there = {instance.name for instance in listing.items}
    found = []
    for name in context.project.sql_instances:
        target, link = Target(SQL_INSTANCE, name), sql_instance_page(context.project.id, name)
        if name not in there and listing.complete:
            found.append(failing(target, INSTANCE_ABSENT, reason="does_not_exist", link=link))
        else:
            found.append(_judged(params, target, measured, wrong, None, link))
    return found


def _judged(
    params: Params, target: Target, measured: Measured, wrong: str | None, instances: float | None, link: str
) -> Finding:
    known, value = METRICS[params.metric], measured.values.get(target.name)
    given = {"asked": measured.asked, "link": link, "metric": params.metric}
    if wrong is not None:
        believed = f"{known.kind} {known.value_type} {known.google_units[0]}"
        return unknown(target, NOT_AS_BELIEVED, reason="unit", google=wrong, believed=believed, **given)
    if value is None:
        return _without_data(params, target, measured, instances, given)
    amount = Quantity(value, known.unit)
    if known.ratio and value > _HIGHEST_SHARE:
        return unknown(target, IMPLAUSIBLE, reason="unit", value=amount, **given)
    return _held_against(params, target, amount, measured, {**given, "measures": known.measures.ja})


def _without_data(
    params: Params, target: Target, measured: Measured, instances: float | None, given: dict[str, Any]
) -> Finding:
    if not measured.answer.complete:
        return unknown(target, PARTLY, reason="partial", error="; ".join(measured.answer.errors), **given)
    if instances is None:
        return unknown(target, NO_DATA, reason="no_data", **given)
    if params.require_traffic:
        return failing(target, NO_REQUESTS, reason="no_requests", **given)
    return skipped(target, NO_REQUESTS, reason="no_requests", **given)


def _held_against(
    params: Params, target: Target, amount: Quantity, measured: Measured, given: dict[str, Any]
) -> Finding:
    """A proven failure stays one though data is missing; a pass needs all of it."""
    for name, verdict in (("fail_above", failing), ("warn_above", warning)):
        limit = params.limit(name)
        if limit is not None and amount.amount > limit.amount:
            return verdict(target, OVER, value=amount, limit=limit, reason="over_limit", **given)
    if not measured.answer.complete:
        return unknown(target, PARTLY, reason="partial", value=amount, error="; ".join(measured.answer.errors), **given)
    limit = params.limit("fail_above") or params.limit("warn_above")
    if limit is None:
        return passing(target, NO_LIMIT, value=amount, **given)
    return passing(target, WITHIN, value=amount, limit=limit, **given)
