"""Who asked for what, and what was slow? From even samples of the request log, read in at most five calls."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

from sagebase_ops.checks.access.counts import REFUSED, Requests
from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.logs.counts import REQUEST_LOG, Window, count_log
from sagebase_ops.checks.logs.samples import PAGE_SIZE, LogSample, read_sample
from sagebase_ops.domain.log_entries import HttpRequest, LogEntry
from sagebase_ops.domain.paths import path_shape
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.logs import LogPage, any_of, quoted, rfc3339

_NO_PROBES = 'NOT httpRequest.userAgent:"GoogleStackdriverMonitoring-UptimeChecks"'
_NO_WEBSOCKET = "httpRequest.status!=101"
"""Streamlit's pages hold one open as long as they are looked at: its latency is how long somebody read."""


@dataclass(frozen=True, slots=True)
class Slow:
    """One path among the requests that took too long: how many were read, and the longest."""

    path: str
    count: int
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Visits:
    """What was read of one service, by path or source: shares of what was read, the largest first.

    `read` entries of `stored` were read; `there` says that one can still be read at all, if only Google's own. What begins with `refused` is about 401, 403 and 404 alone, `refused_read` of them.
    """

    stored: int = 0
    there: bool = False
    read: int = 0
    even: bool = True
    paths: tuple[tuple[str, float], ...] = ()
    sources: tuple[tuple[str, float], ...] = ()
    refused_read: int = 0
    refused_paths: tuple[tuple[str, float], ...] = ()
    refused_sources: tuple[tuple[str, float], ...] = ()
    slow: tuple[Slow, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessSamples:
    """Visits by service; where Logging refused, its refusal instead."""

    visits: Mapping[str, Visits] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)  # JSON
    refusal: GcpError | None = None

    def of(self, service: str) -> Visits:
        return self.visits.get(service, Visits())


async def read_visits(
    requests: Mapping[str, Requests],
    window: Window,
    slower_than: timedelta,
    words: AbstractSet[str],
    context: CheckContext,
) -> AccessSamples:
    """Every service in `requests` with three questions in all, of at most two pages each.

    One more where nothing of a service was found: whether its log is gone, or only Google's own probes are in it.
    `words` (small letters) of a path are told beside those of every site. Logging's refusal must not hide the counts that
    Monitoring gave: it is handed back.
    """
    if not requests:
        return AccessSamples()
    names, region = tuple(requests), context.project.region
    refused = {name: found.refused for name, found in requests.items()}
    try:
        stored = await count_log(REQUEST_LOG, window, context)
        wanted = {name: stored.get(name, 0) for name in names}
        every, denied, slow = await asyncio.gather(
            read_sample(requests_filter(names, region, window), wanted, context),
            read_sample(requests_filter(names, region, window, *_of(REFUSED)), refused, context),
            _slow(names, window, slower_than, context),
        )
        unseen = {name: count for name, count in wanted.items() if not every.entries.get(name)}
        probes = await read_sample(requests_filter(tuple(unseen), region, window, probes=True), unseen, context)
    except GcpError as error:
        return AccessSamples(refusal=error)
    there = {name for sample in (every, probes) for name, found in sample.entries.items() if _requests(found)}
    told = partial(path_shape, words=words)
    visits = {
        name: replace(_visits(name, wanted[name], (every, denied), slow.entries, told), there=name in there)
        for name in names
    }
    return AccessSamples(visits, {"logs": every.asked, "logs_refused": denied.asked})


def requests_filter(
    names: tuple[str, ...], region: str, window: Window | None = None, *more: str, probes: bool = False
) -> str:
    """The filter of Logging for the requests of these services; a link to Logs Explorer has its window elsewhere.

    In a window without Google's own probes, but where they are asked for.
    """
    lines = [
        'resource.type="cloud_run_revision"',
        f"resource.labels.location={quoted(region)}",
        f"resource.labels.service_name={any_of(names)}",
        f"log_id({quoted(REQUEST_LOG)})",
        *more,
    ]
    if window:
        lines += [] if probes else [_NO_PROBES]
        lines += [f'timestamp>="{rfc3339(window.start)}"', f'timestamp<"{rfc3339(window.end)}"']
    return "\n".join(lines)


def _of(codes: Iterable[str]) -> tuple[str, ...]:
    return (f"httpRequest.status=({' OR '.join(codes)})",)


async def _slow(names: tuple[str, ...], window: Window, than: timedelta, context: CheckContext) -> LogPage[LogEntry]:
    """The newest thousand: slow ones are few, or the metric latency_p95 has told already."""
    latency = f'httpRequest.latency>"{than.total_seconds():g}s"'
    question = requests_filter(names, context.project.region, window, latency, _NO_WEBSOCKET)
    return await context.gcp.logs.newest(context.project.id, question, pages=1, page_size=PAGE_SIZE)


def _visits(
    name: str, stored: int, samples: tuple[LogSample, LogSample], slow: Iterable[LogEntry], told: Callable[[str], str]
) -> Visits:
    """`samples` of all and of what was refused; each path is `told`."""
    every, denied = samples
    seen, refused = _requests(every.entries.get(name, ())), _requests(denied.entries.get(name, ()))
    return Visits(
        stored=stored,
        read=len(seen),
        even=every.complete and denied.complete,
        paths=_shares(told(request.path) for request in seen),
        sources=_shares(request.source for request in seen),
        refused_read=len(refused),
        refused_paths=_shares(told(request.path) for request in refused),
        refused_sources=_shares(request.source for request in refused),
        slow=_slowest(_requests(entry for entry in slow if entry.service == name), told),
    )


def _requests(entries: Iterable[LogEntry]) -> list[HttpRequest]:
    return [entry.request for entry in entries if entry.request]


def _shares(words: Iterable[str]) -> tuple[tuple[str, float], ...]:
    counts = Counter(words)
    return tuple((word, count / counts.total()) for word, count in counts.most_common() if word)


def _slowest(requests: list[HttpRequest], told: Callable[[str], str]) -> tuple[Slow, ...]:
    """Those with the longest first."""
    took: dict[str, list[timedelta]] = {}
    for request in requests:
        took.setdefault(told(request.path), []).append(request.took or timedelta())
    found = [Slow(path, len(times), max(times)) for path, times in took.items()]
    return tuple(sorted(found, key=lambda slow: slow.longest, reverse=True))
