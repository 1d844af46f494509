"""Until when does a condition of IAM let its grant hold? Only what is certain is read of its expression (CEL)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

_TEXT = re.compile(r"""r?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_AFTER = re.compile(r"""request\.time\s*<=?\s*timestamp\(\s*(["'])([^"']+)\1\s*\)""")
_BEFORE = re.compile(r"""timestamp\(\s*(["'])([^"']+)\1\s*\)\s*>=?\s*request\.time""")


def holds_until(expression: str) -> datetime | None:
    """The earliest time (aware) from which the condition is never met; None where it names none for certain.

    Only a bound that everything hangs on counts: `request.time < timestamp("…")` alone, or joined to others by `&&`.
    In `a || b`, `!(…)` or `c ? a : b` it bounds nothing for certain, and the grant is taken to hold.
    """
    times = [moment for part in _all_needed(expression) if (moment := _bound(part)) is not None]
    return min(times, default=None)


def _all_needed(expression: str) -> Iterator[str]:
    """The parts that must all be true, without the parentheses around them."""
    part = _bare(expression)
    marks = _TEXT.sub(lambda text: "_" * len(text[0]), part)  # what stands in quotes joins nothing
    depth = _depths(marks)
    if any(depth[place] == 0 for sign in ("||", "?") for place in _places(marks, sign)):
        yield part
        return
    joints = [place for place in _places(marks, "&&") if depth[place] == 0]
    if not joints:
        yield part
        return
    edges = [-2, *joints, len(part)]
    for start, end in pairwise(edges):
        yield from _all_needed(part[start + 2 : end])


def _bare(expression: str) -> str:
    """Without the pairs of parentheses that hold all of it."""
    part = expression.strip()
    while part.startswith("(") and part.endswith(")"):
        depth = _depths(_TEXT.sub(lambda text: "_" * len(text[0]), part))
        if 0 in depth[:-1]:
            return part
        part = part[1:-1].strip()
    return part


def _depths(marks: str) -> list[int]:
    """How many parentheses are open behind each sign."""
    depths, open_ones = [], 0
    for sign in marks:
        open_ones += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(sign, 0)
        depths.append(open_ones)
    return depths


def _places(marks: str, sign: str) -> list[int]:
    return [found.start() for found in re.finditer(re.escape(sign), marks)]


def _bound(part: str) -> datetime | None:
    """A time that cannot be read bounds nothing."""
    found = _AFTER.fullmatch(part) or _BEFORE.fullmatch(part)
    try:
        moment = datetime.fromisoformat(found[2]) if found else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None
