"""What each project's alert policies are, and what they should be. Reads only."""

import asyncio
from collections.abc import Sequence
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
    """What is wrong in one policy of `project`, or that there is none, and the policy that is right (JSON)."""

    project: Project
    found: tuple[Judged, ...]
    policy: Json


async def fix_plan(settings: Settings, schedules: Schedules) -> list[Correction]:
    """In the file's order of projects, the guide's order of policies; by the limits of the file. Raises GcpError."""
    limits = wanted(_limits(schedules))
    async with outside_of(settings) as outside:
        cloud = Cloud(outside.connections)
        seen = await asyncio.gather(*(seen_by(cloud, project) for project in schedules.projects))
    for error in (error for one in seen for error in one.refused.values()):
        raise error  # a plan from a part of it would take away what it does not see
    return [one for each in seen for one in _corrections([judge(limit, each) for limit in limits], each)]


def _corrections(judged: Sequence[Judged], seen: Alerting) -> list[Correction]:
    """One for each policy: two that are corrected apart would undo each other."""
    by_policy: dict[str, list[Judged]] = {}
    for found in judged:
        if found.mistakes:
            by_policy.setdefault(found.policy.id if found.policy else found.wanted.name, []).append(found)
    return [Correction(seen.project, tuple(founds), corrected(founds, seen)) for founds in by_policy.values()]


def _limits(schedules: Schedules) -> Params:
    entries = (entry for checklist in schedules.checklists.values() for entry in checklist.entries)
    return next((entry.params for entry in entries if isinstance(entry.params, Params)), Params())
