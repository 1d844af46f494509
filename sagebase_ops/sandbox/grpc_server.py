"""The gRPC door: Google's services by their full names, faults and refusals included."""

import asyncio
from collections.abc import Callable
from typing import Any

import grpc
from google.cloud.logging_v2 import types as logging_types
from google.cloud.monitoring_v3 import types as monitoring_types
from google.cloud.run_v2 import types as run_types
from google.cloud.secretmanager_v1 import types as secret_types
from google.protobuf import any_pb2, text_format
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from sagebase_ops.sandbox import monitoring, run, secrets
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.logs import LogBook
from sagebase_ops.sandbox.metric_types import METRICS
from sagebase_ops.sandbox.refusals import RefusalError, api_disabled, permission_denied, quota_exceeded
from sagebase_ops.sandbox.world import World

Answer = Callable[[World, Any], Any]
"""A raw request in, a raw response out; Google's messages publish no types."""

_RUBBISH = b"\xff\xff\xff\xff\xff"
_FOR_EVER = 3600
_NOWHERE = "nowhere"


def _services(world: World) -> dict[str, dict[str, tuple[Any, Any, Answer]]]:
    book = LogBook(world)
    return {
        "google.cloud.run.v2.Services": {
            "ListServices": (run_types.ListServicesRequest, run_types.ListServicesResponse, run.list_services),
            "GetService": (run_types.GetServiceRequest, run_types.Service, run.get_service),
        },
        "google.cloud.run.v2.Revisions": {
            "ListRevisions": (run_types.ListRevisionsRequest, run_types.ListRevisionsResponse, run.list_revisions),
        },
        "google.monitoring.v3.MetricService": {
            "ListTimeSeries": (
                monitoring_types.ListTimeSeriesRequest,
                monitoring_types.ListTimeSeriesResponse,
                monitoring.list_time_series,
            ),
            "ListMetricDescriptors": (
                monitoring_types.ListMetricDescriptorsRequest,
                monitoring_types.ListMetricDescriptorsResponse,
                monitoring.list_metric_descriptors,
            ),
            "GetMetricDescriptor": (
                monitoring_types.GetMetricDescriptorRequest,
                type(monitoring.describe("", "", METRICS["run.googleapis.com/request_count"])),
                monitoring.get_metric_descriptor,
            ),
        },
        "google.logging.v2.LoggingServiceV2": {
            "ListLogEntries": (
                logging_types.ListLogEntriesRequest,
                logging_types.ListLogEntriesResponse,
                lambda _world, request: book.list_entries(request),
            ),
        },
        "google.cloud.secretmanager.v1.SecretManagerService": {
            "ListSecrets": (secret_types.ListSecretsRequest, secret_types.ListSecretsResponse, secrets.list_secrets),
            "ListSecretVersions": (
                secret_types.ListSecretVersionsRequest,
                secret_types.ListSecretVersionsResponse,
                secrets.list_secret_versions,
            ),
            "AccessSecretVersion": (
                secret_types.AccessSecretVersionRequest,
                secret_types.AccessSecretVersionResponse,
                secrets.access_secret_version,
            ),
        },
    }


async def start_grpc(world: World, port: int) -> tuple[Any, int]:
    """The running grpc.aio server and its port (`port` 0: any free one), on loopback."""
    server = grpc.aio.server()
    for name, methods in _services(world).items():
        handlers = {method: _handler(world, f"{name}/{method}", *parts) for method, parts in methods.items()}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    return server, bound


def _raw(message: Any) -> Any:  # Any: a proto-plus class or a raw one
    return message.pb() if hasattr(message, "pb") else message


def _handler(
    world: World, method: str, request_type: Any, _response_type: Any, answer: Answer
) -> Any:  # Any: grpc's types
    async def handle(request: Any, context: Any) -> bytes:  # Any: raw message, grpc's context
        with world.visit():
            return await respond(request, context)

    async def respond(request: Any, context: Any) -> bytes:  # Any: raw message, grpc's context
        fault = world.faults.take(method)
        if fault:
            await _before(world, fault, context)
            _forget_own_token(fault, request)
        world.asking = text_format.MessageToString(request, as_one_line=True)
        try:
            found = answer(world, request)
        except RefusalError as refusal:
            await on_its_way(fault)
            return await _refuse(context, refusal)
        await on_its_way(fault)
        return await _after(fault, found)

    return grpc.unary_unary_rpc_method_handler(
        handle, request_deserializer=_raw(request_type).FromString, response_serializer=lambda answered: answered
    )


async def _before(world: World, fault: Fault, context: Any) -> None:  # Any: grpc's context
    if fault.kind == "timeout_before":
        await asyncio.sleep(_FOR_EVER)
    elif fault.kind == "reset":  # no handler comes near the socket: this is what a client makes of a lost one by itself
        await context.abort(grpc.StatusCode.UNAVAILABLE, "Socket closed")
    elif fault.kind == "refusal":
        await _refuse(context, refusal_of(world, fault))


async def on_its_way(fault: Fault | None) -> None:
    """Latency holds an answer up once it is made: made later, all answers of one burst would queue for the processor."""
    if fault and fault.kind == "latency":
        await asyncio.sleep(float(fault.options.get("seconds", 1)))


async def _after(fault: Fault | None, answer: Any) -> bytes:  # Any: raw message
    if fault and fault.kind == "timeout_after":
        await asyncio.sleep(_FOR_EVER)
    if fault and fault.kind == "malformed":
        return _RUBBISH
    if fault and fault.kind == "half_page":
        _halve(answer)
    return bytes(answer.SerializeToString())


def _halve(answer: Any) -> None:  # Any: raw message
    """Half of the items, and Google's own word for it: `execution_errors`, `unreachable`, or a token that leads nowhere."""
    fields = {field.name for field in answer.DESCRIPTOR.fields}
    items = next(
        (name for name in ("time_series", "services", "revisions", "entries", "secrets", "versions") if name in fields),
        None,
    )
    if items:
        found = getattr(answer, items)
        del found[len(found) // 2 :]
    if "execution_errors" in fields:
        answer.execution_errors.add(code=4, message="The query exceeded its time limit; the data may be incomplete.")
    elif "unreachable" in fields:
        answer.unreachable.append("projects/-/locations/asia-northeast1")
    else:
        answer.next_page_token = _NOWHERE


def _forget_own_token(fault: Fault, request: Any) -> None:  # Any: raw message
    """While the fault lasts its own token gives the first page again, and again: an answer that goes round."""
    if fault.kind == "half_page" and getattr(request, "page_token", "") == _NOWHERE:
        request.page_token = ""


def refusal_of(world: World, fault: Fault) -> RefusalError:
    """The refusal that a fault asks for by `status`, with Google's own details where it is a known kind."""
    number, api = world.scenario.number, str(fault.options.get("api", "run.googleapis.com"))
    known = {
        "permission_denied": lambda: permission_denied(
            str(fault.options.get("permission", "run.services.list")), "projects/-", api
        ),
        "api_disabled": lambda: api_disabled(api, number),
        "quota": lambda: quota_exceeded(api, number),
    }
    status = str(fault.options.get("status", "UNAVAILABLE"))
    if status in known:
        return known[status]()
    return RefusalError(status, str(fault.options.get("message", f"refused: {status}")))


async def _refuse(context: Any, refusal: RefusalError) -> bytes:  # Any: grpc's context
    code = getattr(grpc.StatusCode, refusal.status)
    status = status_pb2.Status(code=code.value[0], message=refusal.message)
    if refusal.reason:
        info = error_details_pb2.ErrorInfo(
            reason=refusal.reason, domain=refusal.domain, metadata=dict(refusal.metadata)
        )
        packed = any_pb2.Any()
        packed.Pack(info)
        status.details.append(packed)
    await context.abort_with_status(rpc_status.to_status(status))
    return b""
