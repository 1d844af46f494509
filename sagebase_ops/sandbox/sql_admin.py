"""Cloud SQL Admin: its REST paths, in v1 and in the v1beta4 that gcloud speaks."""

from collections.abc import Iterator, Sequence
from typing import Any

from starlette.requests import Request

from sagebase_ops.sandbox import sql_history, sql_instances
from sagebase_ops.sandbox.refusals import invalid, not_found
from sagebase_ops.sandbox.rest_answers import Json
from sagebase_ops.sandbox.sql_scenario import SqlInstance
from sagebase_ops.sandbox.world import World

API = "sqladmin.googleapis.com"
_USUAL_PAGE = 50
PERMISSIONS = {
    "sqladmin.instances.list": "cloudsql.instances.list",
    "sqladmin.instances.get": "cloudsql.instances.get",
    "sqladmin.backupRuns.list": "cloudsql.backupRuns.list",
    "sqladmin.operations.list": "cloudsql.instances.get",
}
"""What each method needs, where IAM has another name for it."""


def paths() -> Iterator[tuple[str, str, Any]]:  # Any: the Make of rest.py, which imports this
    """Every path with its method and what makes the answer from the world and the request."""
    for version in ("/v1", "/sql/v1beta4"):
        project = f"{version}/projects/{{project}}"
        yield f"{project}/instances", "sqladmin.instances.list", _instances
        yield f"{project}/instances/{{name}}", "sqladmin.instances.get", _instance
        yield f"{project}/instances/{{name}}/backupRuns", "sqladmin.backupRuns.list", _backups
        yield f"{project}/operations", "sqladmin.operations.list", _operations


def _instances(world: World, request: Request) -> Json:
    found = [sql_instances.resource(world, _project(request), one) for one in world.scenario.sql_instances]
    return {"kind": "sql#instancesList", **({"items": found} if found else {})}


def _instance(world: World, request: Request) -> Json:
    return sql_instances.resource(world, _project(request), _named(world, request.path_params["name"]))


def _backups(world: World, request: Request) -> Json:
    """Of one instance, or of every one for "-", the newest first."""
    name = request.path_params["name"]
    instances = world.scenario.sql_instances if name == "-" else [_named(world, name)]
    found = [run for one in instances for run in sql_history.backups(world, _project(request), one)]
    found.sort(key=lambda run: str(run["enqueuedTime"]), reverse=True)
    return _page("sql#backupRunsList", found, request)


def _operations(world: World, request: Request) -> Json:
    one = _named(world, request.query_params.get("instance", ""))
    return _page("sql#operationsList", sql_history.operations(world, _project(request), one), request)


def _page(kind: str, found: Sequence[Json], request: Request) -> Json:
    """As many as are asked for; an empty list leaves out its items."""
    token, size = request.query_params.get("pageToken", "0"), int(request.query_params.get("maxResults", _USUAL_PAGE))
    if not token.isdecimal():
        raise invalid("Invalid page token.")
    first, last = int(token), int(token) + size
    page = {"kind": kind, **({"items": list(found[first:last])} if found[first:last] else {})}
    return {**page, "nextPageToken": str(last)} if last < len(found) else page


def _named(world: World, name: str) -> SqlInstance:
    for one in world.scenario.sql_instances:
        if one.name == name:
            return one
    raise not_found("The Cloud SQL instance does not exist.", "instanceDoesNotExist")


def _project(request: Request) -> str:
    return str(request.path_params["project"])
