"""What was looked at, and what was seen there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from sagebase_ops.domain.quantities import Quantity

Value: TypeAlias = str | int | float | datetime | Quantity
"""What may fill a placeholder of a Sentence. Text from outside is escaped where it is shown, not here."""


PROJECT = "project"
"""The kind of a target that is a whole project; its name is the project's id."""

NOT_CONFIGURED = "not_configured"
"""The reason of a skipped finding about a whole project for which the file names nothing to look at."""


class Verdict(StrEnum):
    """The five words. `unknown` is "could not look", and never counts as green."""

    PASS = "pass"  # noqa: S105 (a verdict, no password)
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


WORST_FIRST = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN, Verdict.PASS, Verdict.SKIPPED)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of `verdicts`. All skipped is skipped, and nothing at all is unknown: neither is green."""
    return min(verdicts, key=WORST_FIRST.index, default=Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Target:
    """One thing looked at: its kind (`run_service`, `sql_instance`, `tls_certificate`) and its name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in both languages, with `{placeholders}` that are filled where it is shown."""

    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Note:
    """A line of detail below a finding: one error group, one revision."""

    sentence: Sentence
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Series:
    """What a finding saw over time, one number a `step`, oldest first: a line of the chart that is drawn of it.

    `values[0]` is of the step that begins at `start` (aware); None where nothing was measured. Lines of one `panel` share an
    axis, and its `limit`; a line that starts elsewhere is laid over the first, step on step. In `unit`, as `Quantity` has them. Small, since it is kept with each finding.
    """

    panel: Sentence
    name: Sentence
    unit: str
    start: datetime
    step: timedelta
    values: tuple[float | None, ...]
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen at one target.

    `value` and `limit` are the measured number and the one it is held against, in the same unit, where it is a number.
    `reason` is a machine word for why it is not a pass (`permission_denied`, `no_requests`, Google's own reason).
    `remedy` is one command to paste. `asked` is the API method, the filter and the true window. `series` is what is drawn.
    """

    target: Target
    verdict: Verdict
    sentence: Sentence
    values: Mapping[str, Value] = field(default_factory=dict)
    value: Quantity | None = None
    limit: Quantity | None = None
    reason: str | None = None
    remedy: str | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)  # JSON: what was asked differs with each API
    link: str | None = None
    notes: tuple[Note, ...] = ()
    muted_by: str | None = None
    series: tuple[Series, ...] = ()

    @property
    def window(self) -> tuple[datetime, datetime] | None:
        """The time that was asked about (aware), as `asked` says it; None for a look at the present."""
        start, end = _moment(self.asked.get("start")), _moment(self.asked.get("end"))
        return (start, end) if start and end else None

    @property
    def is_about_its_number(self) -> bool:
        """The value, and the limit where there is one, tell alone what was seen: where it is wrong, its sentence names them."""
        told = self.sentence.ja
        named = "{value}" in told and (self.limit is None or "{limit}" in told)
        return self.value is not None and (named or self.verdict is Verdict.PASS)

    def with_values(self) -> Mapping[str, Value]:
        """All that the sentence may name: its own values, `value`, `limit` and `target`."""
        measured = {"value": self.value, "limit": self.limit}
        known = {name: amount for name, amount in measured.items() if amount is not None}
        return {"target": self.target.name, **known, **self.values}


def _moment(given: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) else given
    except ValueError:
        return None
    return found if isinstance(found, datetime) and found.tzinfo else None


_OWN = ("value", "limit", "reason", "remedy", "asked", "link", "notes", "series")


def _finding(verdict: Verdict, target: Target, sentence: Sentence, given: Mapping[str, Any]) -> Finding:
    own = {name: given[name] for name in _OWN if name in given}
    values = {name: value for name, value in given.items() if name not in own}
    return replace(Finding(target, verdict, sentence, values=values), **own)


def passing(target: Target, sentence: Sentence, **given: Any) -> Finding:
    """A pass. `given`: Finding's own fields by name (`value`, `limit`, `asked`, `link` …), the rest fills the sentence."""
    return _finding(Verdict.PASS, target, sentence, given)


def warning(target: Target, sentence: Sentence, **given: Any) -> Finding:
    """Look at it this week. `given` as for `passing`."""
    return _finding(Verdict.WARN, target, sentence, given)


def failing(target: Target, sentence: Sentence, **given: Any) -> Finding:
    """Wrong now. `given` as for `passing`."""
    return _finding(Verdict.FAIL, target, sentence, given)


def unknown(target: Target, sentence: Sentence, *, reason: str, **given: Any) -> Finding:
    """Could not look; `reason` is a machine word. `given` as for `passing`."""
    return _finding(Verdict.UNKNOWN, target, sentence, {"reason": reason, **given})


def skipped(target: Target, sentence: Sentence, *, reason: str, **given: Any) -> Finding:
    """Does not apply here; `reason` is a machine word. `given` as for `passing`."""
    return _finding(Verdict.SKIPPED, target, sentence, {"reason": reason, **given})
