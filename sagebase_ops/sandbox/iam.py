"""Resource Manager and IAM: the grants on a project, its service accounts and their keys."""

import json
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request

from sagebase_ops.sandbox.iam_scenario import Binding, Key, ServiceAccount
from sagebase_ops.sandbox.refusals import not_found
from sagebase_ops.sandbox.rest_answers import Json, stamp
from sagebase_ops.sandbox.world import World

IAM, PROJECTS = "iam.googleapis.com", "cloudresourcemanager.googleapis.com"
PERMISSIONS = {"cloudresourcemanager.projects.get": "resourcemanager.projects.get"}
_WITH_CONDITIONS = 3
_NEVER = "9999-12-31T23:59:59Z"


def paths() -> Iterator[tuple[str, str, str, Any, str]]:  # Any: the Make of rest.py, which imports this
    """Path, API, method, what makes the answer, verb."""
    accounts = "/v1/projects/{project}/serviceAccounts"
    policy = "/v1/projects/{project}:getIamPolicy"
    yield "/v1/projects/{project}", PROJECTS, "cloudresourcemanager.projects.get", _project, "GET"
    yield policy, PROJECTS, "resourcemanager.projects.getIamPolicy", _policy, "POST"
    yield accounts, IAM, "iam.serviceAccounts.list", _accounts, "GET"
    yield f"{accounts}/{{email}}/keys", IAM, "iam.serviceAccountKeys.list", _keys, "GET"


def _project(world: World, request: Request) -> Json:
    project = str(request.path_params["project"])
    return {
        "projectNumber": world.scenario.number,
        "projectId": project,
        "lifecycleState": "ACTIVE",
        "name": project,
        "createTime": stamp(world.now() - world.scenario.age),
    }


async def _policy(world: World, request: Request) -> Json:
    """Below version 3 a conditional binding has a strange role and no condition, as Google mangles it."""
    asked = json.loads(await request.body() or b"{}").get("options", {}).get("requestedPolicyVersion", 1)
    project, whole = str(request.path_params["project"]), asked >= _WITH_CONDITIONS
    bindings = [_binding(world, project, one, whole=whole) for one in world.scenario.iam_bindings]
    return {"version": _WITH_CONDITIONS if whole else 1, "etag": "BwYAAAAAAAA=", "bindings": bindings}


def _binding(world: World, project: str, one: Binding, *, whole: bool) -> Json:
    members = [world.named(member, project) for member in one.members]
    if one.condition is None:
        return {"role": world.named(one.role, project), "members": members}
    if not whole:
        return {"role": f"{one.role}_withcond_{abs(hash(one.condition)):020d}", "members": members}
    condition = {"title": one.condition, "expression": one.expression}
    return {"role": world.named(one.role, project), "members": members, "condition": condition}


def _accounts(world: World, request: Request) -> Json:
    project = str(request.path_params["project"])
    found = [_account(project, number, one) for number, one in enumerate(world.scenario.service_accounts)]
    return {"accounts": found} if found else {}


def _account(project: str, number: int, one: ServiceAccount) -> Json:
    email = _email(project, one)
    return {
        "name": f"projects/{project}/serviceAccounts/{email}",
        "projectId": project,
        "uniqueId": f"{100_000_000_000_000_000_000 + number}",
        "email": email,
        "displayName": one.name,
        **({"disabled": True} if one.disabled else {}),
    }


def _email(project: str, one: ServiceAccount) -> str:
    return one.name if "@" in one.name else f"{one.name}@{project}.iam.gserviceaccount.com"


def _keys(world: World, request: Request) -> Json:
    project, email = str(request.path_params["project"]), str(request.path_params["email"])
    for one in world.scenario.service_accounts:
        if _email(project, one) == email:
            wanted = request.query_params.getlist("keyTypes")
            own = [] if wanted == ["USER_MANAGED"] else [_key(world, f"{email}/keys/g", Key(), "SYSTEM_MANAGED")]
            made = [_key(world, f"{email}/keys/{n:040x}", key, "USER_MANAGED") for n, key in enumerate(one.keys, 1)]
            return {"keys": own + made} if own + made else {}
    raise not_found(f"Service account projects/{project}/serviceAccounts/{email} does not exist.")


def _key(world: World, name: str, key: Key, kind: str) -> Json:
    return {
        "name": f"projects/-/serviceAccounts/{name}",
        "validAfterTime": f"{world.now() - key.age:%Y-%m-%dT%H:%M:%SZ}",
        "validBeforeTime": _NEVER,
        "keyAlgorithm": "KEY_ALG_RSA_2048",
        "keyOrigin": "GOOGLE_PROVIDED",
        "keyType": kind,
        **(
            {"disabled": True, "disableReason": key.reason or "SERVICE_ACCOUNT_KEY_DISABLE_REASON_USER_INITIATED"}
            if key.disabled
            else {}
        ),
    }
