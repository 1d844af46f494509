"""Which entries stand for a whole period? Drawn evenly over it by Cloud Logging itself, in at most two reads."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.domain.log_entries import LogEntry
from sagebase_ops.gcp.logs import any_of

PAGE_SIZE = 1000
"""Google's most for one read: reads are what its quota counts."""
_PAGES = 2
_WANTED = 900  # entries of all services together, so that one page nearly always holds them
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class LogSample:
    """Entries by service, newest first, and which share of the service's entries they are (1.0: all of them).

    Not `complete`: the reads ended before the entries did, so these are the newest only and no even sample.
    """

    entries: Mapping[str, tuple[LogEntry, ...]] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    complete: bool = True
    asked: Mapping[str, Any] = field(default_factory=dict)  # JSON

    def share_of(self, service: str) -> float:
        """0.0 where the entries that were read stand for nothing but themselves."""
        return self.shares.get(service, 0.0) if self.complete and self.entries.get(service) else 0.0


async def read_sample(filter_: str, counts: Mapping[str, int], context: CheckContext) -> LogSample:
    """About 900 entries that match `filter_`, of every service in `counts` (entries in the period) equally many.

    `filter_` must bound the timestamp. Asks nothing where there is nothing to read. Raises GcpError.
    Source: LoggingServiceV2.ListLogEntries with the query language's sample(insertId, fraction).
    """
    wanted = {name: count for name, count in counts.items() if count > 0}
    if not wanted:
        return LogSample()
    shares = shares_of(wanted)
    drawn = "\n".join(part for part in (filter_, sampling(shares)) if part)
    page = await context.gcp.logs.newest(context.project.id, drawn, pages=_PAGES, page_size=PAGE_SIZE)
    found: defaultdict[str, list[LogEntry]] = defaultdict(list)
    for entry in page.entries:
        found[entry.service].append(entry)
    asked = {"method": "google.logging.v2.LoggingServiceV2.ListLogEntries", "filter": drawn}
    return LogSample({name: tuple(entries) for name, entries in found.items()}, shares, page.complete, asked)


def shares_of(counts: Mapping[str, int]) -> dict[str, float]:
    """The share to draw of each service, so that a noisy one does not crowd out a quiet one."""
    each = _WANTED / len(counts)
    return {name: max(10**-_DECIMALS, min(1.0, round(each / count, _DECIMALS))) for name, count in counts.items()}


def sampling(shares: Mapping[str, float]) -> str:
    """The part of a filter that draws these shares; "" where all is read."""
    by_share: defaultdict[float, list[str]] = defaultdict(list)
    for name, share in shares.items():
        by_share[share].append(name)
    if set(by_share) == {1.0}:
        return ""
    return "(" + " OR ".join(_drawn(share, names) for share, names in sorted(by_share.items())) + ")"


def _drawn(share: float, names: list[str]) -> str:
    of = f"resource.labels.service_name={any_of(names)}"
    return of if share == 1 else f"({of} AND sample(insertId, {share:.{_DECIMALS}f}))"
