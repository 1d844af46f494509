"""What is shown of a measurement: one row of the table."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`measured` as people read it; `wanted` is the promise it is held against, `kept` whether it was, None without."""

    what: str
    measured: str
    wanted: str = ""
    kept: bool | None = None


def at_most(what: str, measured: float, limit: float, form: str = "{:.2f}", proud: float | None = None) -> Row:
    """A number that must not pass `limit`; at or below `proud` it is something to be proud of."""
    wanted = f"≤ {form.format(limit)}"
    if proud is not None:
        wanted += f", proud at ≤ {form.format(proud)}"
    return Row(what, form.format(measured), wanted, kept=measured <= limit)


def printed(rows: Iterable[Row]) -> str:
    """The table; a promise that was not kept is marked."""
    shown = [(row.what, row.measured, row.wanted + (" ✕ MISSED" if row.kept is False else "")) for row in rows]
    widths = [max((len(line[column]) for line in shown), default=0) for column in (0, 1)]
    return "\n".join(f"{what:{widths[0]}}  {number:>{widths[1]}}  {wanted}".rstrip() for what, number, wanted in shown)
