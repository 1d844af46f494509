"""Google's REST APIs on one port: each path is one API's, so the paths alone say which is meant."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeAlias

from google.cloud.logging_v2.types import ListLogEntriesRequest
from google.protobuf import json_format
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sagebase_ops.sandbox import alerting, alerting_changes, billing, iam, log_config, sql_admin, storage
from sagebase_ops.sandbox import rest_answers as answers
from sagebase_ops.sandbox.grpc_server import refusal_of
from sagebase_ops.sandbox.logs import LogBook
from sagebase_ops.sandbox.refusals import RefusalError, not_found
from sagebase_ops.sandbox.rest_answers import Json
from sagebase_ops.sandbox.wire import through
from sagebase_ops.sandbox.world import World

SQL, STORAGE, USAGE = sql_admin.API, "storage.googleapis.com", "serviceusage.googleapis.com"
MONITORING, RUN, SECRETS = "monitoring.googleapis.com", "run.googleapis.com", "secretmanager.googleapis.com"
_OLD_FORM = {SQL, STORAGE, billing.BIGQUERY}
_PERMISSIONS = {**sql_admin.PERMISSIONS, **billing.PERMISSIONS, **iam.PERMISSIONS}
"""What a method needs, where IAM has another name for it."""

Make: TypeAlias = Callable[[World, Request], Any]
"""The answer to one request, a JSON object. Raises RefusalError."""


def rest_app(world: World, ca_pem: bytes = b"") -> Starlette:
    """`ca_pem` is the certificate authority of the pretend websites, served at /sandbox/ca.pem."""
    book = LogBook(world)

    async def ca(_request: Request) -> Response:
        return PlainTextResponse(ca_pem, media_type="application/x-pem-file")

    async def entries(_world: World, request: Request) -> Json:
        return _entries(book, json.loads(await request.body() or b"{}"))

    routes = [Route("/sandbox/ca.pem", ca)]
    routes += [_route(world, path, SQL, method, make) for path, method, make in sql_admin.paths()]
    routes += [
        _route(world, path, api, method, make, verb)
        for path, api, method, make, verb in (*billing.paths(), *iam.paths(), *log_config.paths(), *storage.paths())
    ]
    knative = "/apis/serving.knative.dev/v1/namespaces/{project}"
    routes += [
        _route(world, "/v1/projects/{project}/services", USAGE, "serviceusage.services.list", _apis),
        _route(world, "/v1/projects/{project}/dashboards", MONITORING, "monitoring.dashboards.list", _dashboards),
        *(
            _route(world, f"/v3/projects/{{project}}/{part}", MONITORING, f"monitoring.{part}.list", make)
            for part, make in _ALERTING.items()
        ),
        *(
            _route(world, f"/v3/projects/{{project}}/{path}", MONITORING, f"monitoring.{method}", make, verb)
            for path, method, verb, make in _CHANGES
        ),
        _route(world, "/v1/projects/{project}/secrets", SECRETS, "secretmanager.secrets.list", _secrets),
        _route(world, "/v1/projects/{project}/secrets/{name}", SECRETS, "secretmanager.secrets.get", _secret),
        _route(world, f"{knative}/services", RUN, "run.services.list", _services),
        _route(world, "/v1/projects/{project}/locations/-/services", RUN, "run.services.list", _services),
        _route(world, f"{knative}/services/{{name}}", RUN, "run.services.get", _service),
        _route(world, f"{knative}/revisions", RUN, "run.revisions.list", _revisions),
        _route(world, "/v2/entries:list", "", "logging.entries.list", entries, "POST"),
    ]
    return Starlette(routes=routes, exception_handlers={404: _no_such_page})


async def _no_such_page(request: Request, _error: Exception) -> Response:
    return PlainTextResponse(
        f"The requested URL {request.url.path} was not found on this server. That's all we know.", 404
    )


def _route(
    world: World, path: str, api: str, method: str, make: Any, verb: str = "GET"
) -> Route:  # Any: sync or async Make
    async def endpoint(request: Request) -> Response:
        with world.visit():
            return await respond(request)

    async def respond(request: Request) -> Response:
        fault = world.faults.take(method)

        async def answer() -> Response:
            try:
                if fault and fault.kind == "refusal":
                    raise refusal_of(world, fault)
                if api:
                    permission = _PERMISSIONS.get(method, method)
                    world.asking = f"{request.url.path}?{request.url.query}"
                    world.enter(api, method, permission, _project(world, request), _resource(request))
                found = make(world, request)
                body = await found if asyncio.iscoroutine(found) else found
            except RefusalError as refusal:
                return JSONResponse(_refused(refusal, api), refusal.code)
            return JSONResponse(_halved(body) if fault and fault.kind == "half_page" else body)

        return await through(fault, answer)

    return Route(path, endpoint, methods=[verb])


def _project(world: World, request: Request) -> str:
    named = request.path_params.get("project") or request.query_params.get("project")
    return str(named or world.projects[0])


def _resource(request: Request) -> str:
    """Cloud Run's v1 names what it refuses by its namespace; the others name the project."""
    _, knative, name = request.url.path.partition("/apis/serving.knative.dev/v1/")
    return name if knative else ""


def _refused(refusal: RefusalError, api: str) -> Json:
    """Google's two forms: Cloud SQL and Storage still answer in the old one, without status and details."""
    plain = {"code": refusal.code, "message": refusal.message}
    if api in _OLD_FORM:
        return {
            "error": {**plain, "errors": [{"domain": "global", "reason": refusal.legacy, "message": refusal.message}]}
        }
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": refusal.reason, "domain": refusal.domain}
    details = [{**info, "metadata": dict(refusal.metadata)}] if refusal.reason else []
    return {"error": {**plain, "status": refusal.status, "details": details}}


def _halved(body: Json) -> Json:
    """Half of the list, and a token that leads nowhere."""
    cut = {key: value[: len(value) // 2] if isinstance(value, list) else value for key, value in body.items()}
    return {**cut, "nextPageToken": "nowhere"}


def _apis(world: World, request: Request) -> Json:
    wanted = request.query_params.get("filter", "")
    disabled = world.scenario.disabled_apis
    found = [answers.api(world, name) for name in world.scenario.apis if name not in disabled]
    if "name:" in wanted:  # gcloud's own way to ask for one
        found = [one for one in found if one["config"]["name"] in wanted] or found
    return {"services": found}


def _dashboards(world: World, _request: Request) -> Json:
    return {"dashboards": [answers.dashboard(world, one, n) for n, one in enumerate(world.scenario.dashboards)]}


_ALERTING: dict[str, Make] = {
    "alertPolicies": lambda world, request: alerting.policies(world, _project(world, request)),
    "alerts": lambda world, request: alerting.alerts(
        world, _project(world, request), request.query_params.get("filter", "")
    ),
    "notificationChannels": lambda world, request: alerting.channels(world, _project(world, request)),
    "snoozes": lambda world, request: alerting.snoozes(world, _project(world, request)),
    "uptimeCheckConfigs": lambda world, request: alerting.uptime_checks(world, _project(world, request)),
}


async def _create_policy(world: World, request: Request) -> Json:
    return alerting_changes.create_policy(world, _project(world, request), await request.json())


async def _change_policy(world: World, request: Request) -> Json:
    mask, wanted = request.query_params.get("updateMask", ""), request.path_params["policy"]
    return alerting_changes.change_policy(world, _project(world, request), wanted, await request.json(), mask)


async def _create_channel(world: World, request: Request) -> Json:
    return alerting_changes.create_channel(world, _project(world, request), await request.json())


_CHANGES: tuple[tuple[str, str, str, Any], ...] = (  # Any: sync or async Make
    ("alertPolicies", "alertPolicies.create", "POST", _create_policy),
    ("alertPolicies/{policy}", "alertPolicies.update", "PATCH", _change_policy),
    (
        "alertPolicies/{policy}",
        "alertPolicies.get",
        "GET",
        lambda world, request: alerting_changes.get_policy(
            world, _project(world, request), request.path_params["policy"]
        ),
    ),
    ("notificationChannels", "notificationChannels.create", "POST", _create_channel),
)


def _secrets(world: World, _request: Request) -> Json:
    return {"secrets": [answers.secret(world, one) for one in world.scenario.secrets]}


def _secret(world: World, request: Request) -> Json:
    for one in world.scenario.secrets:
        if one.name == request.path_params["name"]:
            return answers.secret(world, one)
    raise not_found(f"Secret [projects/{world.scenario.number}/secrets/{request.path_params['name']}] not found.")


def _services(world: World, request: Request) -> Json:
    found = [answers.knative_service(world, _project(world, request), one) for one in world.services()]
    return {"apiVersion": "serving.knative.dev/v1", "kind": "ServiceList", "metadata": {}, "items": found}


def _service(world: World, request: Request) -> Json:
    for one in world.services():
        if one.name == request.path_params["name"]:
            return answers.knative_service(world, _project(world, request), one)
    raise not_found(
        f"Resource '{request.path_params['name']}' of kind 'SERVICE' in region 'asia-northeast1' does not exist"
    )


def _revisions(world: World, request: Request) -> Json:
    """Those of every service, or of the one that `labelSelector` names."""
    _, one, name = request.query_params.get("labelSelector", "").partition("serving.knative.dev/service=")
    services = [service for service in world.services() if not one or service.name == name]
    found = answers.knative_revisions(world, services)
    return {"apiVersion": "serving.knative.dev/v1", "kind": "RevisionList", "metadata": {}, "items": found}


def _entries(book: LogBook, body: Json) -> Json:
    """Gcloud's `logging read`: the same entries as over gRPC."""
    asked = ListLogEntriesRequest.pb()()
    json_format.ParseDict(body, asked, ignore_unknown_fields=True)
    return json_format.MessageToDict(book.list_entries(asked))
