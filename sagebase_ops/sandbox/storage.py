"""Cloud Storage's JSON API: buckets, who may read them, whether anything is in them."""

from collections.abc import Iterator
from typing import Any

from starlette.requests import Request

from sagebase_ops.sandbox.refusals import not_found
from sagebase_ops.sandbox.rest_answers import Json, stamp
from sagebase_ops.sandbox.storage_scenario import Bucket
from sagebase_ops.sandbox.world import World

API = "storage.googleapis.com"


def paths() -> Iterator[tuple[str, str, str, Any, str]]:  # Any: the Make of rest.py, which imports this
    """Every path with its API, method, what makes the answer, and the verb."""
    yield "/storage/v1/b", API, "storage.buckets.list", _buckets, "GET"
    yield "/storage/v1/b/{name}", API, "storage.buckets.get", _bucket, "GET"
    yield "/storage/v1/b/{name}/iam", API, "storage.buckets.getIamPolicy", _policy, "GET"
    yield "/storage/v1/b/{name}/o", API, "storage.objects.list", _objects, "GET"


def _buckets(world: World, request: Request) -> Json:
    project = str(request.query_params.get("project") or world.projects[0])
    found = [_resource(world, project, one) for one in world.scenario.buckets if one.owner is None]
    return {"kind": "storage#buckets", **({"items": found} if found else {})}


def _bucket(world: World, request: Request) -> Json:
    return _resource(world, *_named(world, request))


def _policy(world: World, request: Request) -> Json:
    project, one = _named(world, request)
    members = [world.named(member, project) for member in one.members]
    bindings = [{"role": "roles/storage.objectViewer", "members": members}] if members else []
    return {"kind": "storage#policy", "version": 1, "etag": "CAE=", "bindings": bindings}


def _objects(world: World, request: Request) -> Json:
    project, one = _named(world, request)
    there = {"name": "2026/11/minutes.json", "bucket": world.named(one.name, project), "size": "1024"}
    return {"kind": "storage#objects", **({"items": [there]} if one.objects else {})}


def _named(world: World, request: Request) -> tuple[str, Bucket]:
    for project in world.projects:
        for one in world.scenario.buckets:
            if world.named(one.name, project) == request.path_params["name"]:
                return project, one
    raise not_found("The specified bucket does not exist.")


def _resource(world: World, project: str, one: Bucket) -> Json:
    """A Bucket. Versioning and rules that were never set are left out, as recorded."""
    name = world.named(one.name, project)
    rule = {"action": {"type": one.lifecycle_action}, "condition": {"daysSinceNoncurrentTime": one.lifecycle_days}}
    return {
        "kind": "storage#bucket",
        "id": name,
        "name": name,
        "projectNumber": one.owner or world.scenario.number,
        "location": one.location,
        "locationType": "region",
        "storageClass": one.storage_class,
        "timeCreated": stamp(world.anchor - one.age),
        **({"labels": one.labels} if one.labels else {}),
        "iamConfiguration": {
            "publicAccessPrevention": one.public_prevention,
            "uniformBucketLevelAccess": {"enabled": one.uniform_access},
        },
        "softDeletePolicy": {
            "retentionDurationSeconds": str(one.soft_delete_days * 86400),
            "effectiveTime": stamp(world.anchor - one.age),
        },
        **({"versioning": {"enabled": True}} if one.versioning else {}),
        **({"lifecycle": {"rule": [rule]}} if one.lifecycle_days is not None else {}),
    }
