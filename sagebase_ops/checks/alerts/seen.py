"""What Cloud Monitoring's alerting looks like, with all that is needed to judge its policies."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from sagebase_ops.checks.alerts.wanted import Wanted
from sagebase_ops.checks.parts import or_refusal
from sagebase_ops.checks.run.targets import Watched, watched
from sagebase_ops.checks.smoke.params import Params as SmokeParams
from sagebase_ops.checks.smoke.sites import site_of
from sagebase_ops.checks.uptimes.sites import looking_at
from sagebase_ops.domain.projects import EVERY, Project
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Target
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.alert_policies import AlertPolicy, NotificationChannel
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.run import RunService
from sagebase_ops.gcp.snapshot import Cloud

_BOUND = "cloud_run_revision"


@dataclass(frozen=True, slots=True)
class Alerting:
    """`channels` by full name. `uptime_checks` are the ids of all; `watching` of those that look at a watched service now.

    Of these, `bound` are bound to the service itself: their results lie on another resource than those of a host.

    `services` are those that are watched, each by name; `lost` says why they cannot all be named ("*" in a partial list).
    Of what was `refused` (`channels`, `uptime_checks`, `services`) nothing stands here, and nothing is proven by that.
    """

    project: Project
    policies: tuple[AlertPolicy, ...]
    channels: Mapping[str, NotificationChannel]
    uptime_checks: frozenset[str]
    watching: tuple[str, ...]
    bound: frozenset[str]
    services: tuple[str, ...]
    lost: tuple[Finding, ...] = ()
    refused: Mapping[str, GcpError] = field(default_factory=dict)

    def subjects(self, label: str) -> tuple[str, ...]:
        """What a policy has to cover, as its filter's `label` names it; empty where any will do."""
        project = self.project
        if label == "check_id":
            return self.watching
        if label == "database_id":
            return tuple(f"{project.id}:{name}" for name in project.sql_instances)
        return self.services

    def resource(self, wanted: Wanted, subject: str) -> str:
        """On what Cloud Monitoring writes the metric of `subject`; "" for an uptime check that nobody names: either."""
        if wanted.kind != "uptime":
            return wanted.resource
        return "" if not subject else _BOUND if subject in self.bound else wanted.resource

    def unread(self, kind: str) -> tuple[GcpError, ...]:
        """Why it cannot be said whether an alert of `kind` looks at the right thing."""
        needed = ("uptime_checks", "services") if kind == "uptime" else ()
        return tuple(self.refused[what] for what in needed if what in self.refused)


async def seen_by(cloud: Cloud, project: Project) -> Alerting:
    """Each list once. Raises GcpError where the policies were refused.

    Source: Cloud Monitoring API v3; Services.ListServices for the services' hosts.
    """
    policies, channels, checks, listing = await asyncio.gather(
        cloud.alerting.policies(project.id),
        or_refusal(cloud.alerting.channels(project.id)),
        or_refusal(cloud.alerting.uptime_checks(project.id)),
        or_refusal(cloud.run.services(project.id, project.region)),
    )
    asked = {"channels": channels, "uptime_checks": checks, "services": listing}
    known, there = () if isinstance(checks, GcpError) else checks, _there(project, listing)
    sites = [site_of(service, project, SmokeParams(), "") for service in there.services]
    every = project.services == EVERY
    return Alerting(
        project,
        policies,
        {} if isinstance(channels, GcpError) else {one.name: one for one in channels},
        frozenset(one.id for one in known),
        tuple(dict.fromkeys(one.id for site in sites for one in looking_at(site, known) if not one.disabled)),
        frozenset(one.id for one in known if one.service),
        tuple(one.name for one in there.services) if every else tuple(project.services),
        there.lost if every else (),
        {what: answer for what, answer in asked.items() if isinstance(answer, GcpError)},
    )


def _there(project: Project, listing: Listing[RunService] | GcpError) -> Watched:
    if isinstance(listing, GcpError):
        return Watched((), (refused(Target("run_services", project.id), listing),))
    return watched(project, listing)
