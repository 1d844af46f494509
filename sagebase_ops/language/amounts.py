"""How does a person write this number? Quantities and times in Japanese and English.

Babel is imported at the first number, and only its number and unit patterns: a command that shows none does not pay.
"""

import math
import re
from datetime import datetime, tzinfo

from sagebase_ops.domain.quantities import Quantity

_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "d": 86400}
_DURATION_STEPS = ((2 * 86400, 86400, "duration-day"), (7200, 3600, "duration-hour"), (120, 60, "duration-minute"))
_SIZE_STEPS = (
    (1e12, "digital-terabyte"),
    (1e9, "digital-gigabyte"),
    (1e6, "digital-megabyte"),
    (1e3, "digital-kilobyte"),
)
COUNTERS = {
    "days": "日",
    "instances": "台",
    "revisions": "個",
    "metrics": "個",
    "buckets": "個",
    "secrets": "個",
    "people": "人",
    "locations": "地点",
    "indexes": "個",
    "tables": "個",
    "connections": "本",
}
"""What Japanese counts these in; all else in 件."""
_CURRENCY = re.compile(r"[A-Z]{3}")
"""A unit that is an ISO 4217 code."""
_MOST_DECIMALS = 9
_WHOLE_FROM = 100


def amount(quantity: Quantity, language: str) -> str:
    """`4.8 %`, `1.2 秒`, `29 日`, `2 GB`, `214 件`, `3 台`, `12 件/秒`: two digits or so, more only where they count."""
    return _written(quantity, language, extra=0)


def pair(value: Quantity, limit: Quantity, language: str) -> tuple[str, str]:
    """Both amounts, with as many decimals as it takes that different numbers look different (3.004 s against 3 s)."""
    for extra in range(_MOST_DECIMALS):
        texts = _written(value, language, extra), _written(limit, language, extra)
        if texts[0] != texts[1] or value == limit:
            return texts
    return texts


def number(value: float, language: str) -> str:
    """A bare number with its thousands separated."""
    return _decimal(value, language, extra=0)


def moment(time: datetime, zone: tzinfo) -> str:
    """`2026-11-24 09:00 JST`: minutes, in `zone`, which is named."""
    local = time.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M} {_zone_name(local)}"


def clock(time: datetime, zone: tzinfo, now: datetime) -> str:
    """`09:30 JST` where that is the day of `now` in `zone`, else the whole `moment`."""
    local = time.astimezone(zone)
    same_day = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M} {_zone_name(local)}" if same_day else moment(time, zone)


def day(time: datetime, zone: tzinfo) -> str:
    """`2026-11-24`, as the calendar stands in `zone`."""
    return f"{time.astimezone(zone):%Y-%m-%d}"


def _zone_name(local: datetime) -> str:
    """`JST`; zones without letters of their own have an offset for a name, which then says what it counts from."""
    name = local.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{name}"


def _written(quantity: Quantity, language: str, extra: int) -> str:
    if not math.isfinite(quantity.amount):
        return str(quantity.amount)
    unit = quantity.unit
    if unit in _SECONDS:
        return _duration(quantity.amount * _SECONDS[unit], language, extra)
    if unit.endswith("/s"):
        return _per_second(quantity.amount, unit.removesuffix("/s"), language, extra)
    if unit == "By":
        return _size(quantity.amount, language, extra)
    if unit in {"1", "%"}:
        return f"{_decimal(quantity.amount * (100 if unit == '1' else 1), language, extra)} %"
    return _counted(quantity.amount, unit, language, extra)


def _money(value: float, currency: str, language: str) -> str:
    """`￥12,345`, `$12.34`: as many decimals as the currency has."""
    from babel.numbers import format_currency  # noqa: PLC0415 (see the module's docstring)

    return format_currency(value, currency, locale=language)


def _per_second(value: float, noun: str, language: str, extra: int) -> str:
    if noun == "1":
        count = _decimal(value, language, extra)
        return f"{count} 件/秒" if language == "ja" else f"{count}/s"
    return _written(Quantity(value, noun), language, extra) + ("/秒" if language == "ja" else "/s")


def _duration(seconds: float, language: str, extra: int) -> str:
    for least, size, unit in _DURATION_STEPS:
        if abs(seconds) >= least:
            return _with_unit(seconds / size, unit, language, extra)
    return f"{_decimal(seconds, language, extra)} {'秒' if language == 'ja' else 's'}"


def _size(size: float, language: str, extra: int) -> str:
    for scale, unit in _SIZE_STEPS:
        if abs(size) >= scale:
            return _with_unit(size / scale, unit, language, extra)
    return f"{_decimal(size, language, extra)} B"


def _with_unit(value: float, unit: str, language: str, extra: int) -> str:
    from babel.units import format_unit  # noqa: PLC0415 (see the module's docstring)

    return format_unit(value, unit, length="short", format=_pattern(value, extra), locale=language)


def _counted(value: float, unit: str, language: str, extra: int) -> str:
    noun = unit.removeprefix("{").removesuffix("}")
    count = _decimal(value, language, extra)
    if noun == unit:  # a unit that we have no words for is shown as it is
        return _money(value, unit, language) if _CURRENCY.fullmatch(unit) else f"{count} {unit}"
    if language == "ja":
        return f"{count} {COUNTERS.get(noun, '件')}"
    return f"{count} {singular(noun) if value == 1 else noun}"


def singular(noun: str) -> str:
    """`days` is `day`, `policies` is `policy`, `indexes` is `index`."""
    if noun.endswith("ies"):
        return f"{noun.removesuffix('ies')}y"
    return noun.removesuffix("es" if noun.endswith(("xes", "sses")) else "s")


def _decimal(value: float, language: str, extra: int) -> str:
    from babel.numbers import format_decimal  # noqa: PLC0415 (see the module's docstring)

    return format_decimal(value, format=_pattern(value, extra), locale=language)


def _pattern(value: float, extra: int) -> str:
    """CLDR pattern: whole from 100 on, one decimal from 1 on, two significant digits below, and `extra` decimals."""
    return "#,##0." + "#" * min(_decimals(abs(value)) + extra, _MOST_DECIMALS)


def _decimals(size: float) -> int:
    if size >= _WHOLE_FROM or size == 0:
        return 0
    return 1 if size >= 1 else 1 - math.floor(math.log10(size))
