"""Who asked for what, and was somebody turned away unusually often?"""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from sagebase_ops.checks.access import words
from sagebase_ops.checks.access.counts import HOUR, REQUESTS, AccessCounts, Requests, Spike, count_requests, spikes_of
from sagebase_ops.checks.access.samples import AccessSamples, Visits, read_visits, requests_filter
from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.logs.counts import PERMISSIONS, Window, window_before
from sagebase_ops.checks.logs.details import NOT_READ
from sagebase_ops.checks.logs.unread import unread
from sagebase_ops.checks.metrics.idle import Idle, idle_services
from sagebase_ops.checks.run.targets import services_to_judge, target_of
from sagebase_ops.domain.console import logs_page
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.quantities import PositiveDuration, Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, passing, skipped, unknown, warning

_TOLERATED = 0.01  # of requests that were broken off, and have no status
_STATUS = re.compile(r"[1-5]\d\d")
MOST_FROM_ONE = 0.5
"""Of the refused requests from one network."""


class Params(CheckParams):
    """What is unusual, and how much is shown."""

    counted = ("source_above",)

    window: PositiveDuration = timedelta(days=7)
    """How far back to look; it is held against as much before it."""
    spike_above: Annotated[int, Field(ge=1)] = 100
    """More 401, 403 or 404 than this in one hour, and ten times the usual, are a warning."""
    source_above: Annotated[int, Field(ge=1)] = 500
    """Where more than this were refused in all, most of them from one network are a warning."""
    slower_than: PositiveDuration = timedelta(seconds=3)
    """From where on a request is slow."""
    paths: Annotated[int, Field(ge=1, le=10)] = 5
    """How many paths to show."""
    path_words: tuple[Annotated[str, Field(pattern=r"^[A-Za-z]{2,24}$")], ...] = ()
    """Words of this site's own paths that are shown as they are, beside usual ones (login, minutes …); others may be somebody's name."""


@check(
    Params,
    question=words.QUESTION,
    runbook=words.RUNBOOK,
    permissions=PERMISSIONS,
    command=(
        "gcloud logging read"
        """ 'log_id("run.googleapis.com/requests") resource.labels.service_name="{target}" httpRequest.status>=400'"""
        " --project={project} --freshness=7d --limit=50"
    ),
    example="{check: access_logs, window: 7d, spike_above: 100, path_words: [bulletin], guide: アクセスログの確認}",
)
async def access_logs(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per service: exact counts by status, and what a sample of the request log shows.

    One more where the request log could not be read: then the counts alone are judged.

    Source: Monitoring's run.googleapis.com/request_count, two calls for both windows; Logging's ListLogEntries, at most
    five reads, of all services together, and two more where one of them has none of its requests in the log.
    """
    window = window_before(context.now, params.window)
    counts = await count_requests(window, context)
    names, lost = await services_to_judge(context, counts.by_service)
    named = {name: counts.by_service[name] for name in names if name in counts.by_service}
    own_words = frozenset(word.lower() for word in params.path_words)
    samples = await read_visits(named, window, params.slower_than, own_words, context)
    silent = [name for name in names if name not in named]
    idle = await idle_services(params.window, context) if silent and not counts.partial else Idle()
    judged = [_judge(name, counts, samples, params, window, context.project) for name in named]
    missing = unread(samples.refusal, requests_filter(tuple(named), context.project.region), window, context)
    return [*judged, *(_silent(name, counts, idle, window, context.project) for name in silent), *missing, *lost]


def _silent(name: str, counts: AccessCounts, idle: Idle, window: Window, project: Project) -> Finding:
    """No request at all is believed only where instances were counted."""
    target = target_of(name)
    link = _link(name, (), window, project)
    given: dict[str, Any] = {"window": Quantity.of(window.length), "asked": counts.asked, "link": link}
    if counts.partial:
        return refused(target, counts.partial, asked=counts.asked, link=link)
    if name in idle.without_requests:
        return skipped(target, words.IDLE, reason="no_requests", **given)
    return unknown(target, words.UNCOUNTED, reason="no_data", **given)


def _judge(
    name: str, counts: AccessCounts, samples: AccessSamples, params: Params, window: Window, project: Project
) -> Finding:
    """A proven spike stays one; part of a count never passes."""
    target, requests = target_of(name), counts.by_service[name]
    spikes = spikes_of(requests, window, params.spike_above)
    sources = list(_one_source(name, counts, samples, params))
    given: dict[str, Any] = {
        "value": Quantity(requests.total, REQUESTS),
        "window": Quantity.of(window.length),
        "link": _link(name, spikes, window, project),
        "asked": {**counts.asked, **samples.asked},
        "notes": (*words.spiked(spikes), *sources, *_rest(name, counts, samples, params, told=bool(sources))),
        **words.shares(requests),
    }
    if spikes or sources:
        return warning(target, words.COUNTED, reason="refused_spike" if spikes else "one_source", **given)
    if counts.partial:
        return refused(target, counts.partial, asked=counts.asked, link=given["link"])
    if _without_status(requests) > _TOLERATED * requests.total:
        return unknown(target, words.UNCLASSED, reason="no_status", **given)
    if requests.unplaced(window.start) > params.spike_above:
        return unknown(target, words.UNPLACED, reason="hours_missing", **given)
    if not samples.refusal and _is_unseen(requests, samples.of(name), params):
        remedy = f"gcloud logging sinks describe _Default --project={project.id}"
        return unknown(target, words.UNSEEN, reason="nothing_logged", remedy=remedy, **given)
    return passing(target, words.COUNTED, **given)


def _link(name: str, spikes: Sequence[Spike], window: Window, project: Project) -> str:
    """The hour of the largest spike; without one, what was refused or failed in the window."""
    if not spikes:
        query = requests_filter((name,), project.region, None, "httpRequest.status>=400")
        return logs_page(project.id, query, window.start, window.end)
    query = requests_filter((name,), project.region, None, f"httpRequest.status={spikes[0].code}")
    return logs_page(project.id, query, spikes[0].start, spikes[0].start + HOUR)


def _without_status(requests: Requests) -> int:
    return sum(count for code, count in requests.now.items() if not _STATUS.fullmatch(code))


def _is_unseen(requests: Requests, visits: Visits, params: Params) -> bool:
    """Whether what was counted cannot be found in the log, so that nobody knows who asked for it."""
    gone = requests.total > 0 and not visits.there
    return gone or (requests.refused > params.source_above and not visits.refused_sources)


def _one_source(name: str, counts: AccessCounts, samples: AccessSamples, params: Params) -> Iterator[Note]:
    visits = samples.of(name)
    if counts.by_service[name].refused > params.source_above and visits.refused_sources:
        source, share = visits.refused_sources[0]
        if share > MOST_FROM_ONE:
            yield words.one_source(source, share, visits)


def _rest(
    name: str, counts: AccessCounts, samples: AccessSamples, params: Params, *, told: bool
) -> Iterator[Note]:  # `told`: where the refused ones came from
    if samples.refusal:
        yield Note(NOT_READ)
        return
    yield from words.described(counts.by_service[name], samples.of(name), params.paths, told=told)
