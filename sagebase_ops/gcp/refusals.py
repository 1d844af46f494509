"""What did Google say, and of what kind is it? One classification for gRPC and REST.

Rules, in this order: the machine-readable reason (`google.rpc.ErrorInfo`), the text, the status.
Source: google.api.error_reason_pb2.ErrorReason, google.rpc.Code.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sagebase_ops.errors import GcpErrorKind

_BY_REASON = {
    "IAM_PERMISSION_DENIED": GcpErrorKind.PERMISSION_DENIED,
    "accessDenied": GcpErrorKind.PERMISSION_DENIED,
    "USER_PROJECT_DENIED": GcpErrorKind.PERMISSION_DENIED,
    "SERVICE_DISABLED": GcpErrorKind.API_DISABLED,
    "accessNotConfigured": GcpErrorKind.API_DISABLED,
    "CREDENTIALS_MISSING": GcpErrorKind.UNAUTHENTICATED,
    "ACCESS_TOKEN_EXPIRED": GcpErrorKind.UNAUTHENTICATED,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": GcpErrorKind.UNAUTHENTICATED,
    "invalid_grant": GcpErrorKind.UNAUTHENTICATED,
    "authError": GcpErrorKind.UNAUTHENTICATED,
    "RATE_LIMIT_EXCEEDED": GcpErrorKind.QUOTA,
    "RESOURCE_QUOTA_EXCEEDED": GcpErrorKind.QUOTA,
    "rateLimitExceeded": GcpErrorKind.QUOTA,
    "userRateLimitExceeded": GcpErrorKind.QUOTA,
    "quotaExceeded": GcpErrorKind.QUOTA,
    "CONSUMER_INVALID": GcpErrorKind.REFUSED,
    "CONSUMER_SUSPENDED": GcpErrorKind.REFUSED,
    "GCP_SUSPENDED": GcpErrorKind.REFUSED,
    "BILLING_DISABLED": GcpErrorKind.REFUSED,
    "SECURITY_POLICY_VIOLATED": GcpErrorKind.REFUSED,
}


_BY_TEXT = (
    (re.compile(r"has not been used in project|it is disabled\. Enable it"), GcpErrorKind.API_DISABLED),
    (re.compile(r"Permission '?[\w.-]+'? denied"), GcpErrorKind.PERMISSION_DENIED),
    (re.compile(r"Quota exceeded"), GcpErrorKind.QUOTA),
    (re.compile(r"Getting metadata from plugin failed"), GcpErrorKind.UNAUTHENTICATED),  # gRPC: no token to be had
)


_BY_STATUS = {
    "PERMISSION_DENIED": GcpErrorKind.PERMISSION_DENIED,
    "NOT_FOUND": GcpErrorKind.NOT_FOUND,
    "UNAUTHENTICATED": GcpErrorKind.UNAUTHENTICATED,
    "RESOURCE_EXHAUSTED": GcpErrorKind.QUOTA,
    "DEADLINE_EXCEEDED": GcpErrorKind.DEADLINE,
    "UNAVAILABLE": GcpErrorKind.UNAVAILABLE,
    "INTERNAL": GcpErrorKind.UNAVAILABLE,
    "ABORTED": GcpErrorKind.UNAVAILABLE,
    "CANCELLED": GcpErrorKind.UNAVAILABLE,
    "UNIMPLEMENTED": GcpErrorKind.REFUSED,
}


_BY_HTTP = {
    401: GcpErrorKind.UNAUTHENTICATED,
    403: GcpErrorKind.PERMISSION_DENIED,
    404: GcpErrorKind.NOT_FOUND,
    408: GcpErrorKind.DEADLINE,
    429: GcpErrorKind.QUOTA,
    504: GcpErrorKind.DEADLINE,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Google said: HTTP number (0: none), gRPC status name, ErrorInfo's reason and metadata, and its text."""

    http: int = 0
    status: str = ""
    reason: str = ""
    text: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


def classify(refusal: Refusal) -> GcpErrorKind:
    """The kind of a refusal, by reason, else text, else status."""
    by_text = next((kind for pattern, kind in _BY_TEXT if pattern.search(refusal.text)), None)
    known = _BY_REASON.get(refusal.reason) or by_text or _BY_STATUS.get(refusal.status) or _BY_HTTP.get(refusal.http)
    server_failed = refusal.http >= 500  # noqa: PLR2004 (HTTP's server errors)
    return known or (GcpErrorKind.UNAVAILABLE if server_failed else GcpErrorKind.REFUSED)


def said_by(error: Exception) -> Refusal | None:
    """What the server said, or None when the failure arose on our side of the wire."""
    import grpc
    from google.api_core.exceptions import GoogleAPICallError, RetryError, from_grpc_error

    if isinstance(error, RetryError) and isinstance(error.cause, Exception):
        return said_by(error.cause)
    if isinstance(error, grpc.RpcError):
        error = from_grpc_error(error)  # type: ignore[no-untyped-call]  # api_core leaves this one untyped
    if not isinstance(error, GoogleAPICallError):
        return None
    status = error.grpc_status_code.name if error.grpc_status_code else ""
    return Refusal(int(error.code or 0), status, error.reason or "", str(error.message), dict(error.metadata or {}))


def read_body(status: int, body: str) -> Refusal:
    """Of an HTTP answer past 399: both error forms, a list, HTML, nothing."""
    said = _error_object(body)
    info = next((part for part in _dicts(said.get("details")) if "ErrorInfo" in str(part.get("@type"))), {})
    old = next((str(part["reason"]) for part in _dicts(said.get("errors")) if part.get("reason")), "")
    metadata = info.get("metadata")
    return Refusal(
        http=status,
        status=str(said.get("status") or ""),
        reason=str(info.get("reason") or old),
        text=str(said.get("message") or ""),
        metadata={str(k): str(v) for k, v in metadata.items()} if isinstance(metadata, dict) else {},
    )


def _error_object(body: str) -> dict[str, Any]:  # JSON from outside: any shape
    try:
        read = json.loads(body)
    except ValueError:
        return {}  # a front end's HTML, or nothing
    read = read[0] if isinstance(read, list) and read else read  # streaming REST wraps it in a list
    said = read.get("error") if isinstance(read, dict) else None
    if isinstance(said, str):  # the token endpoint's own form
        return {"message": f"{said}: {read.get('error_description', '')}", "errors": [{"reason": said}]}
    return said if isinstance(said, dict) else {}


def _dicts(given: object) -> list[dict[str, Any]]:  # JSON from outside: any shape
    return [part for part in given if isinstance(part, dict)] if isinstance(given, list) else []
