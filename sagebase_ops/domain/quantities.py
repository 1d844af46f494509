"""Durations, percentages and sizes, written as people write them: `30m`, `80%`, `500MB`."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

_DURATION_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_SIZE_UNITS = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
_DURATION = re.compile(r"(\d+)([smhdw])")
_PERCENTAGE = re.compile(r"(\d+(?:\.\d+)?)\s?%")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s?([KMGT]iB?|[KMGT]?B)")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its UCUM unit: `1` for a ratio, `s`, `By`, `1/s`, or a counted noun such as `{requests}`."""

    amount: float
    unit: str

    @classmethod
    def of(cls, duration: timedelta) -> "Quantity":
        return cls(duration.total_seconds(), "s")


def parse_duration(given: object) -> timedelta:
    """`30m`, `24h`, `1h30m`, `7d` as a timedelta of whole seconds, `0m` included. Raises ValueError that says what is allowed."""
    if isinstance(given, timedelta):
        return given
    parts = _DURATION.findall(given) if isinstance(given, str) else []
    if not parts or "".join(number + unit for number, unit in parts) != given:
        raise ValueError("not a duration; write a number and s, m, h, d or w, such as 30m, 24h or 7d")
    return timedelta(seconds=sum(int(number) * _DURATION_UNITS[unit] for number, unit in parts))


def parse_percentage(given: object) -> float:
    """`80%` as 0.8. A bare number is refused, since 0.8 and 80 are both likely meanings. Raises ValueError."""
    found = _PERCENTAGE.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise ValueError("not a percentage; write a number and %, such as 80% or 0.5%")
    return float(found[1]) / 100


def parse_size(given: object) -> int:
    """`500MB` (powers of ten), `2GiB` or `2Gi` as Cloud Run has it (powers of two), in bytes. Raises ValueError that says what is allowed."""
    found = _SIZE.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise ValueError(
            "not a size; write a number and B, KB, MB, GB, TB or KiB, MiB, GiB, TiB, such as 500MB or 4GiB"
        )
    return round(float(found[1]) * _SIZE_UNITS[f"{found[2].removesuffix('B')}B"])


def write_duration(duration: timedelta) -> str:
    """The shortest way a person would write it: 90 minutes is `1h30m`, a day is `1d`."""
    left, parts = round(duration.total_seconds()), []
    for unit in ("d", "h", "m", "s"):
        count, left = divmod(left, _DURATION_UNITS[unit])
        parts.append(f"{count}{unit}" if count else "")
    return "".join(parts) or "0s"


def _schema(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


Duration = Annotated[timedelta, BeforeValidator(parse_duration), _schema(r"^(\d+[smhdw])+$", "30m")]
PositiveDuration = Annotated[Duration, Field(ge=timedelta(seconds=1))]
Percentage = Annotated[float, BeforeValidator(parse_percentage), _schema(r"^\d+(\.\d+)? ?%$", "80%")]
"""As a ratio: `80%` is 0.8."""
Size = Annotated[int, BeforeValidator(parse_size), _schema(r"^\d+(\.\d+)? ?([KMGT]iB?|[KMGT]?B)$", "500MB")]
"""In bytes."""
