"""In which unit is a chart's axis written, so that its numbers are short ones?"""

from dataclasses import dataclass

from sagebase_ops.language.amounts import COUNTERS

_SIZES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
_DAY, _HOUR, _MINUTE = 86400.0, 3600.0, 60.0
_TIMES = ((2 * _DAY, _DAY, "日", "d"), (2 * _HOUR, _HOUR, "時間", "h"), (2 * _MINUTE, _MINUTE, "分", "min"))


@dataclass(frozen=True, slots=True)
class Axis:
    """A number times `scale` is in `unit`, which is written on the axis."""

    scale: float
    unit: str


def axis_of(unit: str, largest: float, language: str) -> Axis:
    """For numbers up to `largest` in `unit` (as `Quantity` has it)."""
    japanese = language == "ja"
    if unit == "1":
        return Axis(100.0, "%")
    if unit == "s":
        return next(
            (Axis(1 / size, ja if japanese else en) for least, size, ja, en in _TIMES if largest >= least),
            Axis(1.0, "秒" if japanese else "s"),
        )
    if unit == "By":
        return next((Axis(1 / size, word) for size, word in _SIZES if largest >= size), Axis(1.0, "B"))
    noun = unit.removeprefix("{").removesuffix("}")
    if noun != unit and japanese:
        return Axis(1.0, COUNTERS.get(noun, "件"))
    return Axis(1.0, noun)
