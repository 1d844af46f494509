"""How much is logged and what does it cost, how long is it kept, and what is thrown away before anybody sees it?"""

import asyncio
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.logs import storage_words as words
from sagebase_ops.checks.logs.counts import window_before
from sagebase_ops.checks.logs.kept import Kept, kept_by_others
from sagebase_ops.checks.logs.kept_words import KEPT_ELSEWHERE, kept_by
from sagebase_ops.checks.logs.routing import credited, routing_mistakes
from sagebase_ops.checks.logs.volume import FREE, LogVolume, measure_volume
from sagebase_ops.checks.parts import each_part, or_refusal
from sagebase_ops.checks.settings_judged import judged
from sagebase_ops.domain.console import log_router_page, log_storage_page
from sagebase_ops.domain.quantities import PositiveDuration, Quantity, Size
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, Target, passing, unknown, warning
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.log_config import DEFAULT_SINK, REQUIRED, LogBucket, LogSink


class Params(CheckParams):
    """How much and how long is right, and which exclusions somebody decided on."""

    window: PositiveDuration = timedelta(days=7)
    """What a month is reckoned from."""
    monthly_limit: Size = FREE
    """More than this in a month of 30 days is a warning; by default what Google stores free of charge."""
    keep_at_least: PositiveDuration = timedelta(days=30)
    """Buckets that keep their entries for less are a warning."""
    accepted_exclusions: tuple[str, ...] = ()
    """Names of exclusions that may take away what checks read, since somebody decided so."""
    logs: Annotated[int, Field(ge=1, le=10)] = 5
    """How many logs to show, the largest first."""

    def narrowed(self, window: timedelta) -> "Params":  # noqa: ARG002 (as CheckParams has it)
        """A month is not reckoned from a quarter of an hour."""
        return self


@check(
    Params,
    question=words.QUESTION,
    runbook=words.RUNBOOK,
    permissions=["monitoring.timeSeries.list", "logging.buckets.list", "logging.sinks.list"],
    command="gcloud logging sinks list --project={project} --format=json",
    example="{check: log_storage, window: 7d, monthly_limit: 50GiB, keep_at_least: 30d, guide: 週次タスク 2}",
)
async def log_storage(params: Params, context: CheckContext) -> list[Finding]:
    """One finding for the volume of the project, one for each log bucket, one for each sink.

    Source: Monitoring's logging.googleapis.com/byte_count; Logging's buckets.list and sinks.list. Three calls in all.
    """
    project = context.project.id
    return await each_part(
        (Target("project", project), _volume(params, context)),
        (Target("log_bucket", project), _buckets(params, context)),
        (Target("log_sink", project), _sinks(params, context)),
    )


async def _volume(params: Params, context: CheckContext) -> list[Finding]:
    volume = await measure_volume(window_before(context.now, params.window), context)
    return [_judge_volume(volume, params, context.project.id)]


async def _buckets(params: Params, context: CheckContext) -> list[Finding]:
    """What keeping costs is reckoned from the volume; where that was refused, its own finding says so."""
    project, window = context.project.id, window_before(context.now, params.window)
    buckets, volume = await asyncio.gather(
        context.gcp.log_config.buckets(project), or_refusal(measure_volume(window, context))
    )
    known = volume if isinstance(volume, LogVolume) and not volume.partial else None
    return [_bucket(bucket, known, params, project) for bucket in buckets] or [_no_buckets(project)]


async def _sinks(params: Params, context: CheckContext) -> list[Finding]:
    """Without the sink _Default nothing of the application is kept in the project, but for what another sink keeps."""
    project = context.project.id
    sinks, buckets = await asyncio.gather(
        context.gcp.log_config.sinks(project), or_refusal(context.gcp.log_config.buckets(project))
    )
    kept = kept_by_others(sinks, None if isinstance(buckets, GcpError) else buckets, project)
    given = {"link": log_router_page(project), "asked": {"method": "logging.projects.sinks.list"}}
    lost = [] if any(sink.name == DEFAULT_SINK for sink in sinks) else [_no_default(kept, given)]
    return [*(_sink(sink, params, project, kept, given) for sink in sinks), *lost]


def _judge_volume(volume: LogVolume, params: Params, project: str) -> Finding:
    target = Target("project", project)
    given: dict[str, Any] = {"asked": volume.asked, "link": log_storage_page(project)}
    if volume.partial:
        return refused(target, volume.partial, **given)
    if not volume.now:
        return unknown(target, words.NOTHING, reason="no_data", window=Quantity.of(volume.length), **given)
    given |= {
        "value": Quantity(volume.monthly, "By"),
        "limit": Quantity(params.monthly_limit, "By"),
        "cost": Quantity(volume.monthly_cost, "USD"),
        "notes": (*words.largest(volume, params.logs), Note(words.PRICE_LIST)),
    }
    if volume.monthly > params.monthly_limit:
        return warning(target, words.OVER, reason="over_limit", **given)
    return passing(target, words.VOLUME, **given)


def _no_buckets(project: str) -> Finding:
    """Every project has _Required and _Default, and neither can be deleted: without them it is no whole answer."""
    asked = {"method": "logging.projects.locations.buckets.list"}
    remedy = f"gcloud logging buckets list --location=- --project={project}"
    link, target = log_storage_page(project), Target("log_bucket", project)
    return unknown(target, words.NO_BUCKETS, reason="no_data", remedy=remedy, asked=asked, link=link)


def _bucket(bucket: LogBucket, volume: LogVolume | None, params: Params, project: str) -> Finding:
    """Names are unique in a location only. What Google keeps in _Required costs nothing."""
    name = bucket.name if bucket.location == "global" else f"{bucket.location}/{bucket.name}"
    target, kept = Target("log_bucket", name), Quantity.of(bucket.retention)
    given: dict[str, Any] = {
        "value": kept,
        "limit": Quantity.of(params.keep_at_least),
        "location": bucket.location,
        "link": log_storage_page(project),
        "asked": {"method": "logging.projects.locations.buckets.list"},
    }
    if not bucket.active:
        return warning(target, words.LEAVING, reason="delete_requested", **given)
    if bucket.retention < params.keep_at_least:
        remedy = (
            f"gcloud logging buckets update {bucket.name} --location={bucket.location}"
            f" --retention-days={params.keep_at_least.days} --project={project}"
        )
        return warning(target, words.SHORT, reason="short_retention", remedy=remedy, **given)
    if volume and bucket.name != REQUIRED and (cost := volume.keeping_cost(bucket.retention)):
        return passing(target, words.KEPT_LONGER, cost=Quantity(cost, "USD"), **given)
    return passing(target, words.LOCKED if bucket.locked else words.KEPT, **given)


def _no_default(kept: Kept, given: dict[str, Any]) -> Finding:
    target = Target("log_sink", DEFAULT_SINK)
    if kept.everything:
        return passing(target, KEPT_ELSEWHERE, notes=kept_by(kept.surely), **given)
    return warning(target, words.NO_DEFAULT, reason="does_not_exist", **given)


def _sink(sink: LogSink, params: Params, project: str, kept: Kept, given: dict[str, Any]) -> Finding:
    target, accepted = Target("log_sink", sink.name), params.accepted_exclusions
    mistakes, elsewhere = routing_mistakes(sink, accepted, project, kept), credited(sink, accepted, project, kept)
    filtered = any(one.reason.startswith("filter_") for one in mistakes)
    in_force = sum(one.enabled for one in sink.exclusions)
    right = KEPT_ELSEWHERE if elsewhere else words.HARMLESS if in_force else words.WHOLE
    notes = (*elsewhere, *words.routed(sink, filtered=filtered))
    return judged(target, right, mistakes, notes, count=in_force, **given)
