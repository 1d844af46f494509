"""What may an entry of `metric` say, and in which units?"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema, model_validator

from sagebase_ops.checks.base import CheckParams
from sagebase_ops.domain.quantities import Duration, Quantity, parse_duration, parse_percentage
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
LimitName = Literal["fail_above", "warn_above"]

_SHORTEST = timedelta(minutes=1)
_EXAMPLES = {"1": "80%", "s": "3s"}


def _seconds(given: object) -> float:
    return parse_duration(given).total_seconds()


_READ: Mapping[str, Callable[[object], float]] = {"1": parse_percentage, "s": _seconds}


def _limit(given: object) -> object:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise ValueError("not a limit; write 80% for a share, 3s for a duration, a bare number for a count")  # noqa: TRY004 (pydantic words a ValueError)
    return given


def _long_enough(window: timedelta) -> timedelta:
    if window < _SHORTEST:
        raise ValueError("too short: Cloud Monitoring counts by the minute; write 1m or more")
    return window


Limit = Annotated[
    str | float, BeforeValidator(_limit), WithJsonSchema({"type": ["string", "number"], "examples": ["80%"]})
]
Window = Annotated[Duration, AfterValidator(_long_enough)]


class Params(CheckParams):
    metric: MetricName
    """Which metric."""
    window: Window = timedelta(hours=24)
    """How far back to look; it ends where Google's data ends."""
    warn_above: Limit | None = None
    """Warn when the value is greater: 80% for shares, 3s for durations, a number for counts."""
    fail_above: Limit | None = None
    """Fail when the value is greater. Left out, the guide's own limit holds; null is no limit."""
    require_traffic: bool = False
    """No requests at all is a failure, not skipped."""

    @model_validator(mode="after")
    def _of_the_right_unit(self) -> "Params":
        for name in ("fail_above", "warn_above"):
            try:
                self.limit(name)
            except ValueError as error:
                given, example = getattr(self, name), _EXAMPLES.get(self.known.unit, "100")
                raise ValueError(
                    f"{name} = {given}: {self.metric} wants a limit such as {example} ({error})"
                ) from error
        return self

    @property
    def known(self) -> Metric:
        return METRICS[self.metric]

    @property
    def limits_said(self) -> bool:
        """Whether the entry itself says what is too much."""
        return bool({"warn_above", "fail_above"} & self.model_fields_set)

    def limit(self, name: LimitName) -> Quantity | None:
        """The limit in the metric's unit: the entry's, else the guide's. Raises ValueError for one of another unit."""
        unit = self.known.unit
        if name == "fail_above" and name not in self.model_fields_set:
            return None if self.known.fail_above is None else Quantity(self.known.fail_above, unit)
        given = getattr(self, name)
        if given is None:
            return None
        if unit in _READ:
            return Quantity(_READ[unit](given), unit)
        if isinstance(given, str):
            raise ValueError("not a number")  # noqa: TRY004 (pydantic words a ValueError)
        return Quantity(float(given), unit)
