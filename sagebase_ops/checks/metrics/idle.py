"""Did a service have nothing to do, and can that be proven? No data alone never says so."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.metrics.data import measure
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.metrics import METRICS


@dataclass(frozen=True, slots=True)
class Idle:
    """Names of services. Instances of `without_requests` were counted, so that Google did look; requests were not.

    Of `without_instances` that count was zero all along, as their least number allows.
    """

    without_requests: frozenset[str] = frozenset()
    without_instances: frozenset[str] = frozenset()


async def idle_services(window: timedelta, context: CheckContext) -> Idle:
    """Two questions for all services of the project; whatever cannot be read proves nothing."""
    try:
        instances, requests = await asyncio.gather(
            measure(METRICS["instance_count"], window, context), measure(METRICS["request_count"], window, context)
        )
        if not (instances.believed and requests.believed):
            return Idle()
        quiet = frozenset(instances.values.keys() - requests.values.keys())
        empty = frozenset(name for name in quiet if instances.values[name] == 0)
        return Idle(quiet, await _may_be_empty(empty, context))
    except GcpError:
        return Idle()


async def _may_be_empty(names: frozenset[str], context: CheckContext) -> frozenset[str]:
    """Those without a least number of instances: none at all where some should run is a contradiction."""
    if not names:
        return names
    listing = await context.gcp.run.services(context.project.id, context.project.region)
    return names & {service.name for service in listing.items if service.min_instances == 0}
