"""What Cloud Monitoring's alerting looks like, with all that is needed to judge its policies."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from sagebase_ops.checks.run.targets import watched
from sagebase_ops.checks.smoke.params import Params as SmokeParams
from sagebase_ops.checks.smoke.sites import site_of
from sagebase_ops.checks.uptimes.sites import looking_at
from sagebase_ops.domain.projects import EVERY, Project
from sagebase_ops.domain.results import Finding
from sagebase_ops.gcp.alert_policies import AlertPolicy, NotificationChannel
from sagebase_ops.gcp.snapshot import Cloud


@dataclass(frozen=True, slots=True)
class Alerting:
    """`channels` by full name. `uptime_checks` are the ids of all; `watching` of those that look at a watched service.

    `services` are those that are watched, each by name; `lost` says why they cannot all be named ("*" in a partial list).
    """

    project: Project
    policies: tuple[AlertPolicy, ...]
    channels: Mapping[str, NotificationChannel]
    uptime_checks: frozenset[str]
    watching: tuple[str, ...]
    services: tuple[str, ...]
    lost: tuple[Finding, ...] = ()

    def subjects(self, label: str) -> tuple[str, ...]:
        """What a policy has to cover, as its filter's `label` names it; empty where any will do."""
        project = self.project
        if label == "check_id":
            return self.watching
        if label == "database_id":
            return tuple(f"{project.id}:{name}" for name in project.sql_instances)
        return self.services


async def seen_by(cloud: Cloud, project: Project) -> Alerting:
    """Each list once. Raises GcpError. Source: Cloud Monitoring API v3; Services.ListServices for the services' hosts."""
    policies, channels, checks, listing = await asyncio.gather(
        cloud.alerting.policies(project.id),
        cloud.alerting.channels(project.id),
        cloud.alerting.uptime_checks(project.id),
        cloud.run.services(project.id, project.region),
    )
    there = watched(project, listing)
    sites = [site_of(service, project, SmokeParams(), "") for service in there.services]
    watching = dict.fromkeys(one.id for site in sites for one in looking_at(site, checks))
    every = project.services == EVERY
    return Alerting(
        project,
        policies,
        {one.name: one for one in channels},
        frozenset(one.id for one in checks),
        tuple(watching),
        tuple(one.name for one in there.services) if every else tuple(project.services),
        there.lost if every else (),
    )
