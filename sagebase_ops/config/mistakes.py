"""A mistake in schedules.yaml, worded so that a person can mend it without our help."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

MOST_SHOWN = 80
MOST_ALLOWED = 40

Path = tuple[str | int, ...]
"""Where in the document: keys and list positions from the top."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One-based line and column."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing that is wrong, where it stands, and what would be right."""

    place: Place
    path: str
    what: str

    def worded(self, file: str) -> str:
        where = f"{file}:{self.place.line}:{self.place.column}"
        return f"{where}: {self.path}: {self.what}" if self.path else f"{where}: {self.what}"


def dotted(path: Path) -> str:
    """`("checklists", "daily", "checks", 1)` as a person writes it: `checklists.daily.checks[1]`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def shown(value: Any) -> str:  # Any: whatever stands in the file
    """A value of the file as JSON, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


def allowed_words(words: Iterable[str]) -> str:
    """`allowed: a, b, c`, cut where there are many."""
    known = list(words)
    rest = f" … ({len(known)} in all)" if len(known) > MOST_ALLOWED else ""
    return "allowed: " + ", ".join(known[:MOST_ALLOWED]) + rest


def nearest(given: object, words: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing when no word is near."""
    close = get_close_matches(str(given), list(words), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
