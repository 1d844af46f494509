"""What may an entry of `metric` say, and in which units?"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from sagebase_ops.checks.base import CheckParams
from sagebase_ops.checks.metrics.other import Aligner, Filter, GoogleUnit, Label, Reducer, other_metric, unit_of
from sagebase_ops.domain.quantities import Duration, Quantity, parse_duration, parse_percentage, parse_size
from sagebase_ops.gcp.metrics import METRICS, Metric

MetricName = Literal[
    "cpu_utilization",
    "memory_utilization",
    "latency_p95",
    "error_rate",
    "request_count",
    "instance_count",
    "db_connections",
]
LimitName = Literal["fail_above", "fail_below", "warn_above", "warn_below"]
LIMIT_NAMES: tuple[LimitName, ...] = get_args(LimitName)

_SHORTEST = timedelta(minutes=1)
_EXAMPLES = {"1": "80%", "s": "3s", "By": "500MB"}


def _seconds(given: object) -> float:
    return parse_duration(given).total_seconds()


def _number(given: object) -> float:
    if not isinstance(given, int | float) or not math.isfinite(given):  # nothing is ever greater than .nan
        raise ValueError("not a number")
    return float(given)


_READ: Mapping[str, Callable[[object], float]] = {"1": parse_percentage, "s": _seconds, "By": parse_size}


def _limit(given: object) -> object:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise ValueError("not a limit; write 80% for a share, 3s for a duration, a bare number for a count")  # noqa: TRY004 (pydantic words a ValueError)
    return given


def _long_enough(window: timedelta) -> timedelta:
    if window < _SHORTEST:
        raise ValueError("too short: Cloud Monitoring counts by the minute; write 1m or more")
    return window


LimitGiven = Annotated[
    str | float, BeforeValidator(_limit), WithJsonSchema({"type": ["string", "number"], "examples": ["80%"]})
]
Window = Annotated[Duration, AfterValidator(_long_enough)]


@dataclass(frozen=True, slots=True)
class Limit:
    """What is too much, or with `above` False too little. Broken by what lies strictly beyond it."""

    at: Quantity
    fails: bool
    above: bool

    def broken_by(self, value: float) -> bool:
        return value > self.at.amount if self.above else value < self.at.amount


class Params(CheckParams):
    metric: MetricName | None = None
    """One of the guide's metrics; any other is described by filter, aligner and reducer instead."""
    filter: Filter | None = None
    """Cloud Monitoring's filter for another metric, sent as it is: metric.type = "…" AND resource.type = "…"."""
    aligner: Aligner | None = None
    """With filter: how each series becomes one value over the window."""
    reducer: Reducer | None = None
    """With filter: how the series become one, or one per group_by; a histogram that is left over counts by its mean."""
    group_by: tuple[Label, ...] = ()
    """With filter: one finding for each value of these labels; by service or instance, for those of the project."""
    unit: GoogleUnit = "1"
    """With filter: Google's unit of the result (1, 10^2.%, ms, s, By …); another than Google's own is unknown."""
    window: Window = timedelta(hours=24)
    """How far back to look; it ends where Google's data ends."""
    warn_above: LimitGiven | None = None
    """Warn when the value is greater: 80% for shares, 3s for durations, 500MB for sizes, a number for counts."""
    fail_above: LimitGiven | None = None
    """Fail when the value is greater. Left out, the guide's own limit holds; null is no limit."""
    warn_below: LimitGiven | None = None
    """Warn when the value is smaller."""
    fail_below: LimitGiven | None = None
    """Fail when the value is smaller."""
    require_traffic: bool = False
    """No requests at all is a failure, not skipped."""

    @field_validator("filter", "aligner", "reducer", "group_by", "unit")
    @classmethod
    def _without_a_name(cls, given: object, info: ValidationInfo) -> object:
        if info.data.get("metric") is not None:
            raise ValueError(
                f"does not go with metric: {info.data['metric']}, which is asked in its own way; remove one"
            )
        return given

    @field_validator(*LIMIT_NAMES)
    @classmethod
    def _of_the_right_unit(cls, given: str | float | None, info: ValidationInfo) -> str | float | None:
        name, unit = info.data.get("metric"), _unit_by(info.data)
        if given is None or unit is None:
            return given
        try:
            _read(given, unit)
        except ValueError as error:
            what = name or f"unit: {info.data['unit']}"
            raise ValueError(f"{what} wants a limit such as {_EXAMPLES.get(unit, '100')} ({error})") from error
        return given

    @field_validator("fail_above", "fail_below")
    @classmethod
    def _after_the_warning(cls, given: str | float | None, info: ValidationInfo) -> str | float | None:
        side = str(info.field_name).removeprefix("fail_")
        warn, unit = info.data.get(f"warn_{side}"), _unit_by(info.data)
        if given is None or warn is None or unit is None:
            return given
        warns, fails = _read(warn, unit), _read(given, unit)
        if fails < warns if side == "above" else fails > warns:
            raise ValueError(f"lies before warn_{side} ({warn}): there would never be a warning")
        return given

    @model_validator(mode="after")
    def _described(self) -> "Params":
        parts = {"filter": self.filter, "aligner": self.aligner, "reducer": self.reducer}
        missing = [name for name, given in parts.items() if given is None]
        if self.metric is None and missing:
            lacking = "metric" if len(missing) == len(parts) else " and ".join(missing)
            raise ValueError(
                f"{lacking} is missing; say metric: NAME, or filter:, aligner: and reducer: of another metric"
            )
        return self

    def is_about(self, kind: str) -> bool:
        """The metric tells: most know nothing of instances."""
        return kind == self.known.target

    def held(self, parameter: str) -> Any:
        """A limit in the metric's unit: the guide's where the entry does not say."""
        return self._limit(parameter) if parameter in LIMIT_NAMES else super().held(parameter)

    @property
    def known(self) -> Metric:
        if self.metric is not None:
            return METRICS[self.metric]
        return other_metric(self.filter or "", self.aligner or "", self.reducer or "", self.group_by, self.unit)

    @property
    def limits_said(self) -> bool:
        """Whether the entry itself says what is too much or too little."""
        return bool(set(LIMIT_NAMES) & self.model_fields_set)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """In the metric's unit, those that fail first: the entry's, and the guide's where the entry does not say."""
        held = [(name, self._limit(name)) for name in LIMIT_NAMES]
        return tuple(
            Limit(Quantity(amount, self.known.unit), fails=name.startswith("fail"), above=name.endswith("above"))
            for name, amount in held
            if amount is not None
        )

    def _limit(self, name: str) -> float | None:
        if name == "fail_above" and name not in self.model_fields_set:
            return self.known.fail_above
        given = getattr(self, name)
        return None if given is None else _read(given, self.known.unit)


def _unit_by(data: Mapping[str, Any]) -> str | None:  # what pydantic has validated so far
    """The unit of the limits; None where the metric itself is a mistake, which is said there."""
    if "metric" not in data or "unit" not in data:
        return None
    name = data["metric"]
    return METRICS[name].unit if name is not None else unit_of(data["unit"])[0]


def _read(given: str | float, unit: str) -> float:
    """Raises ValueError for a limit of another unit."""
    return _READ.get(unit, _number)(given)
