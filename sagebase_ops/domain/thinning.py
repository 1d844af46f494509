"""Which runs of long ago stay? A watch makes half a million a year, and nearly all of them say what the one before said.

Younger than WHOLE_FOR: every run. Older, up to KEPT_FOR:

- the first run of each day, by the file's own clock; of each hour while something was not well;
- every run whose verdicts differ from those of the run of its job before it;
- every run by hand, and every one that tells of missed slots or carries a note.

Older still: none. A run that goes has the same `Trace.seen` as the one that stays before it. So it makes no difference in how
many pieces a store is thinned, how often, or where a crash cut it short: what stays is the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from sagebase_ops.domain.results import Verdict
from sagebase_ops.domain.runs import Run, Trigger

WHOLE_FOR = timedelta(days=35)
"""A rehearsal replays 30 days, and what it replays must be whole."""

KEPT_FOR = timedelta(days=400)

SLICE = timedelta(hours=1)
"""What is thinned at once: so little that nobody waits for the store meanwhile."""

_WELL = frozenset({Verdict.PASS, Verdict.SKIPPED})


@dataclass(frozen=True, slots=True)
class Trace:
    """What of a run decides whether it stays; written beside its record, so that no sweep has to read that.

    Of two runs of one job in turn with the same `seen` the second may go, unless it `stays` whatever was seen.
    """

    seen: str
    stays: bool


@dataclass(frozen=True, slots=True)
class Traced:
    """A run as a sweep sees it; `key` is the store's own name for it."""

    key: str
    job: str
    trace: Trace


def trace_of(run: Run) -> Trace:
    by_hand = run.trigger is Trigger.MANUAL
    return Trace(f"{_period(run)} {_verdicts(run)}", by_hand or bool(run.missed or run.notes))


def superfluous(runs: Iterable[Traced], seen_before: Mapping[str, str]) -> list[str]:
    """The keys of those that go. `runs` are in order; `seen_before` is of each job what its last run before them saw."""
    seen, going = dict(seen_before), list[str]()
    for run in runs:
        if run.trace.seen == seen.get(run.job) and not run.trace.stays:
            going.append(run.key)
        seen[run.job] = run.trace.seen
    return going


def _period(run: Run) -> str:
    """`2026-11-24`, or `2026-11-24T09+09:00` while something is not well. A recheck of nothing is well."""
    at = run.started_at.astimezone(ZoneInfo(run.timezone))
    is_well = not run.expected or run.verdict in _WELL
    return at.date().isoformat() if is_well else at.isoformat(timespec="hours")


def _verdicts(run: Run) -> str:
    """Of every target of every entry, and which entries had none; as a word that nobody reads."""
    seen = [
        (result.entry.project, result.entry.name, finding.target.kind, finding.target.name, finding.verdict.value)
        for result in run.results
        for finding in result.findings
    ]
    unanswered = [(entry.project, entry.name) for entry in run.unanswered]
    return sha256(repr((sorted(seen), sorted(unanswered))).encode(errors="surrogatepass")).hexdigest()[:16]
