"""What each project's alert policies are, and what they should be. Reads only."""

import asyncio
from dataclasses import dataclass

from sagebase_ops.app.outside import outside_of
from sagebase_ops.checks.alerts.judge import Judged, judge
from sagebase_ops.checks.alerts.plan import Json, corrected
from sagebase_ops.checks.alerts.seen import Alerting, seen_by
from sagebase_ops.checks.alerts.wanted import Params, wanted
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.projects import Project
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.settings import Settings


@dataclass(frozen=True, slots=True)
class Correction:
    """One of the six that is wrong in `project`, and the policy that is right (JSON)."""

    project: Project
    found: Judged
    policy: Json


async def fix_plan(settings: Settings, schedules: Schedules) -> list[Correction]:
    """In the file's order of projects, the guide's order of policies; by the limits of the file. Raises GcpError."""
    limits = wanted(_limits(schedules))
    async with outside_of(settings) as outside:
        cloud = Cloud(outside.connections)
        seen = await asyncio.gather(*(seen_by(cloud, project) for project in schedules.projects))
    for error in (error for one in seen for error in one.refused.values()):
        raise error  # a plan from a part of it would take away what it does not see
    return [
        _correction(found, one) for one in seen for found in (judge(each, one) for each in limits) if found.mistakes
    ]


def _correction(found: Judged, seen: Alerting) -> Correction:
    return Correction(seen.project, found, corrected(found, seen))


def _limits(schedules: Schedules) -> Params:
    entries = (entry for checklist in schedules.checklists.values() for entry in checklist.entries)
    return next((entry.params for entry in entries if isinstance(entry.params, Params)), Params())
