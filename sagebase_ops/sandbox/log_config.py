"""Cloud Logging's ConfigServiceV2: log buckets and sinks, as gcloud and we ask for them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from starlette.requests import Request

from sagebase_ops.sandbox.log_scenario import LogBucket, LogSink
from sagebase_ops.sandbox.rest_answers import Json, stamp
from sagebase_ops.sandbox.world import World

API = "logging.googleapis.com"


def paths() -> Iterator[tuple[str, str, str, Any, str]]:  # Any: the Make of rest.py, which imports this
    """Every path with its API, method, what makes the answer, and the verb."""
    yield "/v2/projects/{project}/locations/{location}/buckets", API, "logging.buckets.list", _buckets, "GET"
    yield "/v2/projects/{project}/sinks", API, "logging.sinks.list", _sinks, "GET"


def _buckets(world: World, request: Request) -> Json:
    """`-` is every location."""
    project, where = request.path_params["project"], request.path_params["location"]
    found = [one for one in world.scenario.log_storage.buckets if where in {"-", one.location}]
    return {"buckets": [_bucket(world, project, one) for one in found]}


def _bucket(world: World, project: str, one: LogBucket) -> Json:
    """What is false is left out, as everywhere in JSON of Google's."""
    return {
        "name": f"projects/{project}/locations/{one.location}/buckets/{one.name}",
        "description": f"{one.name.removeprefix('_')} bucket",
        "createTime": stamp(world.anchor - timedelta(days=400)),
        "retentionDays": one.retention_days,
        "lifecycleState": one.state,
        **({"locked": True} if one.locked else {}),
    }


def _sinks(world: World, request: Request) -> Json:
    project = request.path_params["project"]
    return {"sinks": [_sink(world, project, one) for one in world.scenario.log_storage.sinks]}


def _sink(world: World, project: str, one: LogSink) -> Json:
    exclusions = [
        {"name": each.name, "filter": each.filter, **({"disabled": True} if each.disabled else {})}
        for each in one.exclusions
    ]
    return {
        "name": one.name,
        "destination": one.destination
        or f"logging.googleapis.com/projects/{project}/locations/global/buckets/{one.bucket}",
        "resourceName": f"projects/{project}/sinks/{one.name}",
        "createTime": stamp(world.anchor - timedelta(days=400)),
        **({"filter": one.filter} if one.filter else {}),
        **({"disabled": True} if one.disabled else {}),
        **({"exclusions": exclusions} if exclusions else {}),
    }
