"""What does an entry of Cloud Logging say? Read from a LogEntry message of its API v2."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import unquote, urlsplit

from sagebase_ops.domain.audit_entries import AuditEntry, GrantChange
from sagebase_ops.domain.grants import Grant
from sagebase_ops.domain.log_entries import HttpRequest, LogEntry
from sagebase_ops.domain.paths import path_shape

_MESSAGE_KEYS = ("message", "msg", "error")
_LONGEST_MESSAGE = 20_000  # characters; an entry may have 256 KiB, and only its head and its last line are looked at
_SEVERITIES = {
    0: "DEFAULT",
    100: "DEBUG",
    200: "INFO",
    300: "NOTICE",
    400: "WARNING",
    500: "ERROR",
    600: "CRITICAL",
    700: "ALERT",
    800: "EMERGENCY",
}


def read_entry(message: Any) -> LogEntry:  # raw google.logging.v2.LogEntry; protobuf makes its class at run time
    """A LogEntry message as we see it. An entry without a timestamp has the time of its arrival."""
    stamp = message.timestamp if message.HasField("timestamp") else message.receive_timestamp
    return LogEntry(
        at=stamp.ToDatetime(tzinfo=UTC),
        severity=_SEVERITIES.get(message.severity, str(message.severity)),
        log=unquote(message.log_name.rpartition("/logs/")[2]),
        service=_whose(message.resource.labels),
        message=_message(message)[:_LONGEST_MESSAGE],
        revision=message.resource.labels.get("revision_name", ""),
        request=read_request(message.http_request) if message.HasField("http_request") else None,
    )


def _whose(labels: Mapping[str, str]) -> str:
    """Cloud Run's service, or Cloud SQL's instance, which has the project before it."""
    return labels.get("service_name", "") or labels.get("database_id", "").rpartition(":")[2]


def read_audit(message: Any) -> AuditEntry:  # raw LogEntry, as above
    """An entry of the audit log as we see it; what is no AuditLog inside has no method and nobody who did it."""
    from google.cloud.audit.audit_log_pb2 import AuditLog

    audit = AuditLog()
    message.proto_payload.Unpack(audit)
    return AuditEntry(
        at=message.timestamp.ToDatetime(tzinfo=UTC),
        who=audit.authentication_info.principal_email,
        method=audit.method_name,
        resource=audit.resource_name,
        changes=tuple(_grants_changed(audit)),
        code=audit.status.code,
    )


def _grants_changed(audit: Any) -> Iterator[GrantChange]:  # raw AuditLog
    """Where the entry says what an IAM policy gained and lost."""
    from google.iam.v1.logging.audit_data_pb2 import AuditData

    data = AuditData()
    if audit.service_data.Unpack(data):
        for delta in data.policy_delta.binding_deltas:
            title, expression = delta.condition.title, delta.condition.expression
            grant = Grant(delta.member, delta.role, title or expression, expression)
            yield GrantChange(delta.action == delta.ADD, grant)


def _message(entry: Any) -> str:  # raw LogEntry, as above
    kind = entry.WhichOneof("payload")
    if kind == "text_payload":
        return str(entry.text_payload)
    if kind == "json_payload":
        return _text_in(entry.json_payload)
    if kind == "proto_payload":
        return _audit_message(entry.proto_payload)
    return _request_line(entry.http_request) if entry.HasField("http_request") else ""


def _text_in(payload: Any) -> str:  # raw google.protobuf.Struct
    """The first of `message`, `msg`, `error` (a text, or an object with a `message`) that says something."""
    for key in _MESSAGE_KEYS:
        if key not in payload.fields:
            continue
        value = payload.fields[key]
        nested = value.struct_value.fields["message"] if value.WhichOneof("kind") == "struct_value" else value
        if nested.string_value:
            return str(nested.string_value)
    return ""


def _audit_message(payload: Any) -> str:  # raw google.protobuf.Any
    """The status text of an audit entry; "" for every other kind of payload, and for one that cannot be read."""
    from google.cloud.audit.audit_log_pb2 import AuditLog
    from google.protobuf.message import DecodeError

    audit = AuditLog()
    try:
        return str(audit.status.message) if payload.Unpack(audit) else ""
    except DecodeError:
        return ""


def read_request(message: Any) -> HttpRequest:  # raw google.logging.type.HttpRequest
    """A request as we see it: the query may hold tokens, and a whole address is a person's."""
    return HttpRequest(
        method=message.request_method,
        path=urlsplit(message.request_url).path or "/",
        status=message.status,
        source=network_of(message.remote_ip),
        took=message.latency.ToTimedelta() if message.HasField("latency") else None,
    )


def network_of(address: str) -> str:
    """`203.0.113.*` or `2001:db8:1::*`: the first 24 bits of an IPv4 address, 48 of an IPv6 one, with or without a port."""
    bare = address.rpartition(":")[0] if address.count(":") == 1 else address.partition("]")[0].lstrip("[")
    try:
        found = ip_address(bare)
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    whole = ip_network((found, 24 if found.version == 4 else 48), strict=False)  # noqa: PLR2004 (IPv4)
    first = str(whole.network_address)
    return f"{first.rpartition('.')[0]}.*" if found.version == 4 else f"{first}*"  # noqa: PLR2004


def _request_line(request: Any) -> str:  # raw google.logging.type.HttpRequest
    """Method, shape of the path and status, without what may be somebody's own."""
    return f"{request.request_method} {path_shape(urlsplit(request.request_url).path)} → {request.status}"
