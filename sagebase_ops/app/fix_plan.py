"""What each project's alert policies are, and what they should be. Reads only."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sagebase_ops.app.outside import outside_of
from sagebase_ops.checks.alerts.judge import Judged, judge
from sagebase_ops.checks.alerts.plan import Json, corrected
from sagebase_ops.checks.alerts.seen import Alerting, seen_by
from sagebase_ops.checks.alerts.wanted import Params, wanted
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.projects import RUN_SERVICES, SQL_INSTANCES, Project
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.run import RunService
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.gcp.sql import SqlInstance
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
        projects = await asyncio.gather(*(_named(cloud, project) for project in schedules.projects))
        seen = await asyncio.gather(*(seen_by(cloud, project) for project in projects))
    for error in (error for one in seen for error in one.refused.values()):
        raise error  # a plan from a part of it would take away what it does not see
    return [one for each in seen for one in _corrections([judge(limit, each) for limit in limits], each)]


async def _named(cloud: Cloud, project: Project) -> Project:
    """With the services and instances that "*" and labels stand for, which a policy has to name.

    Raises GcpError, also where a list came in part: what it lacks would be left out of the policy.
    """
    named: dict[str, Any] = {}  # fields of the project
    for selector in project.selectors:
        listing: Listing[RunService] | Listing[SqlInstance]
        if selector.kind == SQL_INSTANCES:
            field, listing = "sql_instances", await cloud.sql.instances(project.id)
        elif selector.kind == RUN_SERVICES:
            field, listing = "services", await cloud.run.services(project.id, project.region)
        else:
            continue
        if listing.partial is not None:
            raise listing.partial
        named[field] = tuple(sorted(one.name for one in listing.items if selector.takes(one.labels)))
    return replace(project, **named)


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
