"""Cloud SQL Admin: its REST paths, in v1 and in the v1beta4 that gcloud speaks."""

from collections.abc import Iterator
from typing import Any

from starlette.requests import Request

from sagebase_ops.sandbox import sql_instances
from sagebase_ops.sandbox.refusals import not_found
from sagebase_ops.sandbox.rest_answers import Json
from sagebase_ops.sandbox.sql_scenario import SqlInstance
from sagebase_ops.sandbox.world import World

API = "sqladmin.googleapis.com"
PERMISSIONS = {
    "sqladmin.instances.list": "cloudsql.instances.list",
    "sqladmin.instances.get": "cloudsql.instances.get",
}
"""What each method needs, where IAM has another name for it."""


def paths() -> Iterator[tuple[str, str, Any]]:  # Any: the Make of rest.py, which imports this
    """Every path with its method and what makes the answer from the world and the request."""
    for version in ("/v1", "/sql/v1beta4"):
        project = f"{version}/projects/{{project}}"
        yield f"{project}/instances", "sqladmin.instances.list", _instances
        yield f"{project}/instances/{{name}}", "sqladmin.instances.get", _instance


def _instances(world: World, request: Request) -> Json:
    found = [sql_instances.resource(world, _project(request), one) for one in world.scenario.sql_instances]
    return {"kind": "sql#instancesList", **({"items": found} if found else {})}


def _instance(world: World, request: Request) -> Json:
    return sql_instances.resource(world, _project(request), _named(world, request.path_params["name"]))


def _named(world: World, name: str) -> SqlInstance:
    for one in world.scenario.sql_instances:
        if one.name == name:
            return one
    raise not_found("The Cloud SQL instance does not exist.", "instanceDoesNotExist")


def _project(request: Request) -> str:
    return str(request.path_params["project"])
