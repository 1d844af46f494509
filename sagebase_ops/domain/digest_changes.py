"""What changed since the runs before? New, resolved, and for how many days already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sagebase_ops.domain.digests import Row, rows_in_order
from sagebase_ops.domain.results import Verdict
from sagebase_ops.domain.runs import Run

Key: TypeAlias = tuple[str, str, str, str]
"""Project, entry, and the target's kind and name: what makes it the same thing in another run."""

WRONG = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN)


@dataclass(frozen=True, slots=True)
class Lasting:
    """Something wrong since the run planned for `since`, with the same verdict."""

    row: Row
    since: datetime


@dataclass(frozen=True, slots=True)
class Changes:
    """One run held against those before it, each list in the run's own order.

    `new` was not so before, `resolved` passes again, `lasting` was so already. What could not be looked at in between
    neither starts nor ends anything that failed; what is gone or skipped now is no longer wrong, but not resolved either.
    """

    new: tuple[Row, ...] = ()
    resolved: tuple[Row, ...] = ()
    lasting: tuple[Lasting, ...] = ()


def changes_of(run: Run, previous: Sequence[Run]) -> Changes | None:
    """`previous` are the runs of the job before it, newest first; None where there are none, since then all is new."""
    if not previous:
        return None
    past = [(before.slot, verdicts_of(before)) for before in previous]
    new: list[Row] = []
    resolved: list[Row] = []
    lasting: list[Lasting] = []
    for row in rows_in_order(run):
        before = [(slot, verdicts[key_of(row)]) for slot, verdicts in past if key_of(row) in verdicts]
        since = _wrong_since(row.verdict, before)
        if row.verdict is Verdict.PASS and _was_wrong(before):
            resolved.append(row)
        elif row.verdict in WRONG and since is None:
            new.append(row)
        elif row.verdict in WRONG and since is not None:
            lasting.append(Lasting(row, since))
    return Changes(tuple(new), tuple(resolved), tuple(lasting))


def key_of(row: Row) -> Key:
    target = row.finding.target
    return row.entry.project, row.entry.name, target.kind, target.name


def verdicts_of(run: Run) -> dict[Key, Verdict]:
    """Every finding's verdict; an entry that did not answer has one too."""
    return {key_of(row): row.verdict for row in rows_in_order(run)}


Past: TypeAlias = Sequence[tuple[datetime, Verdict]]


def _wrong_since(verdict: Verdict, before: Past) -> datetime | None:
    """The slot of the first run of the unbroken row of this verdict that ends now; None when it begins now."""
    first = None
    for slot, earlier in before:
        if earlier is verdict:
            first = slot
        elif not _says_nothing(earlier):
            break
    return first


def _was_wrong(before: Past) -> bool:
    """By the newest run that could look; where it only could not look, that it can now is what changed."""
    looked = next((earlier for _, earlier in before if not _says_nothing(earlier)), None)
    return looked in WRONG or bool(before and before[0][1] is Verdict.UNKNOWN)


def _says_nothing(verdict: Verdict) -> bool:
    return verdict in {Verdict.UNKNOWN, Verdict.SKIPPED}
