"""One run of one checklist: everything is asked at once, and sealed as a Run."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import SecretStr

from sagebase_ops.clock import Clock
from sagebase_ops.config.model import Schedules
from sagebase_ops.database.session import Database
from sagebase_ops.domain.results import Note
from sagebase_ops.domain.runs import Run, Trigger, last_seen
from sagebase_ops.domain.slots import Missed
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.jobs.run_checks import Planned, Progress, plan, run_checks
from sagebase_ops.probe.http import Probe


@dataclass(frozen=True, slots=True)
class Outside:
    """What every run of this process looks at: Google's APIs, the watched websites, and the database at this address."""

    connections: Connections
    probe: Probe
    sandbox: bool
    database_url: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a run takes place, and what its digest must say of that. `slot` is None for a manual run: its start.

    `before` are the planned runs of the job before this one, newest first: what they saw need not be looked for again.
    """

    job: str
    trigger: Trigger
    slot: datetime | None = None
    only: Sequence[str] = ()
    dry_run: bool = False
    started_by: str | None = None
    late: timedelta | None = None
    missed: tuple[Missed, ...] = ()
    notes: tuple[Note, ...] = ()
    before: tuple[Run, ...] = ()


async def run_checklist(
    outside: Outside, schedules: Schedules, occasion: Occasion, clock: Clock, progress: Progress | None = None
) -> Run:
    """Run it now. The clock is read once for all checks: a late run looks at the present.

    Raises ConfigError where the file has no such job.
    """
    planned = plan(schedules, schedules.named(occasion.job), occasion.only)
    expected = [replace(item, since=last_seen(item.ref, occasion.before)) for item in planned]
    return await run_planned(outside, schedules, occasion, expected, clock, progress)


async def run_planned(
    outside: Outside,
    schedules: Schedules,
    occasion: Occasion,
    expected: Sequence[Planned],
    clock: Clock,
    progress: Progress | None = None,
) -> Run:
    """The same for entries that were chosen already."""
    started = clock.now()
    cloud, database = Cloud(outside.connections), Database(outside.database_url)
    try:
        results = await run_checks(
            expected, cloud, outside.probe, started, database=database, zone=schedules.timezone, progress=progress
        )
    finally:
        await database.aclose()
        await cloud.aclose()
    run = _nothing_answered(outside, schedules, occasion, expected, started)
    return replace(run, results=results, finished_at=clock.now())


def unanswered_run(outside: Outside, schedules: Schedules, occasion: Occasion, now: datetime) -> Run:
    """The record of a run that came to nothing: all that was expected is unknown."""
    expected = plan(schedules, schedules.named(occasion.job), occasion.only)
    return _nothing_answered(outside, schedules, occasion, expected, now)


def _nothing_answered(
    outside: Outside, schedules: Schedules, occasion: Occasion, expected: Sequence[Planned], started: datetime
) -> Run:
    checklist = schedules.named(occasion.job)
    return Run(
        id=f"{occasion.job}-{started:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}",
        job=occasion.job,
        title=checklist.title,
        trigger=occasion.trigger,
        slot=occasion.slot or started,
        started_at=started,
        finished_at=started,
        language=schedules.language,
        timezone=schedules.timezone.key,
        expected=tuple(item.ref for item in expected),
        results=(),
        dry_run=occasion.dry_run,
        sandbox=outside.sandbox,
        started_by=occasion.started_by,
        late_by_seconds=occasion.late.total_seconds() if occasion.late else None,
        missed=occasion.missed,
        notes=occasion.notes,
        next_slot=checklist.calendar(schedules.timezone).next_after(started),
    )
