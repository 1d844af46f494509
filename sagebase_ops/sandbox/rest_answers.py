"""Google's REST resources as JSON, in the shapes of the recorded answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sagebase_ops.sandbox.scenario import Dashboard, RunService, Secret
from sagebase_ops.sandbox.world import World

Json = dict[str, Any]
"""A JSON object."""

_V1_STATES = {"SUCCEEDED": "True", "FAILED": "False", "PENDING": "Unknown", "RECONCILING": "Unknown"}


def stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def without(found: Json, unsaid: Sequence[str]) -> Json:
    """`found` less the fields at these dotted paths; one that is not there is no matter."""
    for path in unsaid:
        key, _, below = path.partition(".")
        if below and isinstance(found.get(key), dict):
            without(found[key], [below])
        elif not below:
            found.pop(key, None)
    return found


def with_odd(found: Json, odd: Json) -> Json:
    """`found` with these values at their dotted paths, which are there."""
    for path, value in odd.items():
        *above, key = path.split(".")
        part = found
        for one in above:
            part = part[one]
        part[key] = value
    return found


def api(world: World, name: str) -> Json:
    number = world.scenario.number
    parent = f"projects/{number}"
    return {"name": f"{parent}/services/{name}", "config": {"name": name}, "state": "ENABLED", "parent": parent}


def dashboard(world: World, one: Dashboard, position: int) -> Json:
    by = {"alignmentPeriod": "60s", "perSeriesAligner": "ALIGN_DELTA", "crossSeriesReducer": one.reducer}
    aggregated = {"aggregation": by} if one.reducer else {}
    asked = [{"timeSeriesQuery": {"timeSeriesFilter": {"filter": text, **aggregated}}} for text in one.filters]
    tiles = [{"width": 24, "height": 16, "widget": {"xyChart": {"dataSets": [one]}}} for one in asked]
    return {
        "name": f"projects/{world.scenario.number}/dashboards/{position:08x}-0000-4000-8000-000000000000",
        "displayName": one.title,
        "etag": "0123456789abcdef",
        "mosaicLayout": {"columns": 48, "tiles": tiles},
    }


def knative_service(world: World, project: str, service: RunService) -> Json:
    """A v1 Service as gcloud reads it."""
    newest, serving = service.revisions[-1], next((one for one in reversed(service.revisions) if one.ready), None)
    changed = stamp(world.anchor - newest.age)
    return {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {
            "name": service.name,
            "namespace": world.scenario.number,
            "generation": 7,
            "creationTimestamp": stamp(world.anchor - timedelta(days=200)),
            "labels": {**service.labels, "cloud.googleapis.com/location": service.region},
            "annotations": {"run.googleapis.com/ingress": service.ingress.lower().replace("_", "-")},
        },
        "spec": {
            "template": {
                "metadata": {"annotations": _scaling(service)},
                "spec": {
                    "containerConcurrency": service.concurrency,
                    "containers": [
                        {
                            "image": f"asia-northeast1-docker.pkg.dev/{project}/app/{service.name}",
                            "resources": {"limits": {"cpu": service.cpu, "memory": service.memory}},
                        }
                    ],
                },
            },
            "traffic": _pinned(service) or [{"latestRevision": True, "percent": 100}],
        },
        "status": {
            "observedGeneration": 7,
            "conditions": _conditions(service, changed, serves=serving is not None),
            "latestCreatedRevisionName": f"{service.name}-{newest.name}",
            "latestReadyRevisionName": f"{service.name}-{serving.name}" if serving else "",
            "url": service.address,
            "address": {"url": service.address},
        },
    }


def _scaling(service: RunService) -> Json:
    """What is not set is not there."""
    most = {} if service.max_instances is None else {"autoscaling.knative.dev/maxScale": str(service.max_instances)}
    return {"autoscaling.knative.dev/minScale": str(service.min_instances), **most}


def _pinned(service: RunService) -> list[Json]:
    return [{"revisionName": f"{service.name}-{name}", "percent": share} for name, share in service.traffic.items()]


def _conditions(service: RunService, changed: str, *, serves: bool) -> list[Json]:
    """After a failed deploy the routes stay ready: they lead to the revision before."""
    ready = {"type": "Ready", "status": _V1_STATES[service.state], "lastTransitionTime": changed}
    if service.reason:
        ready |= {"reason": service.reason, "message": service.message}
    others = [
        {"type": "ConfigurationsReady", "status": ready["status"], "lastTransitionTime": changed},
        {"type": "RoutesReady", "status": "True" if serves else ready["status"], "lastTransitionTime": changed},
    ]
    return [ready, *others] if service.ready_first else [*reversed(others), ready]


def knative_revisions(world: World, services: Sequence[RunService]) -> list[Json]:
    return [
        {
            "apiVersion": "serving.knative.dev/v1",
            "kind": "Revision",
            "metadata": {
                "name": f"{service.name}-{one.name}",
                "namespace": world.scenario.number,
                "creationTimestamp": stamp(world.anchor - one.age),
                "labels": {
                    "serving.knative.dev/service": service.name,
                    "cloud.googleapis.com/location": service.region,
                },
            },
            "spec": {"containers": [{"image": "app"}]},
            "status": {
                "conditions": [
                    {"type": "Ready", "status": status, "reason": one.reason, "message": one.message}
                    for status in filter(None, [_V1_STATES.get(one.condition)])
                ]
            },
        }
        for service in services
        for one in reversed(service.revisions)
    ]


def secret(world: World, one: Secret) -> Json:
    name = f"projects/{world.scenario.number}/secrets/{one.name}"
    return {"name": name, "replication": {"automatic": {}}, "createTime": stamp(world.anchor - one.age), "etag": '"1"'}
