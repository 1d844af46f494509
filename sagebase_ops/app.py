"""Builds every concrete part from the settings, and hands it on."""

import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from sagebase_ops.clock import Clock, SystemClock
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.runs import Run, Trigger
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.gcp.tokens import IdTokens
from sagebase_ops.jobs.run_checks import Progress, plan, run_checks
from sagebase_ops.probe.http import Probe
from sagebase_ops.settings import Settings


@dataclass(frozen=True, slots=True)
class ManualRun:
    """What a person asked for."""

    job: str
    only: Sequence[str] = ()
    dry_run: bool = False
    started_by: str | None = None


async def run_now(
    settings: Settings,
    schedules: Schedules,
    asked: ManualRun,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Run:
    """Run one checklist against the cloud that the settings name, once. Its slot is its start."""
    clock = clock or SystemClock()
    checklist = schedules.named(asked.job)
    planned = plan(schedules, checklist, asked.only)
    started = clock.now()
    async with AsyncExitStack() as stack:
        connections = Connections(settings.gcp_grpc_endpoint, settings.gcp_rest_endpoint)
        stack.push_async_callback(connections.aclose)
        cloud = Cloud(connections)
        stack.push_async_callback(cloud.aclose)
        probe = Probe(settings.gcp_rest_endpoint, None if settings.sandboxed else IdTokens(connections).for_audience)
        stack.push_async_callback(probe.aclose)
        results = await run_checks(planned, cloud, probe, started, progress=progress)
    return Run(
        id=f"{asked.job}-{started:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}",
        job=asked.job,
        title=checklist.title,
        trigger=Trigger.MANUAL,
        slot=started,
        started_at=started,
        finished_at=clock.now(),
        language=schedules.language,
        timezone=schedules.timezone.key,
        expected=tuple(item.ref for item in planned),
        results=results,
        dry_run=asked.dry_run,
        sandbox=settings.sandboxed,
        started_by=asked.started_by,
        next_slot=checklist.calendar(schedules.timezone).next_after(started),
    )
