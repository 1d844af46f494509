"""Why did Google not answer, and which one command mends it? One classification for gRPC and REST.

Rules, in this order: the machine-readable reason (`google.rpc.ErrorInfo`), the text, the status.
Source: google.api.error_reason_pb2.ErrorReason, google.rpc.Code.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sagebase_ops.domain.quoting import one_line
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.permissions import action_of, title_of
from sagebase_ops.gcp.remedies import remedy, role_for

UNKNOWN_ACCOUNT = "SERVICE_ACCOUNT"
"""Stands in a remedy where the account that we run as is not known."""

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
_PASSES_BY_ITSELF = {GcpErrorKind.QUOTA, GcpErrorKind.DEADLINE, GcpErrorKind.UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Google said: HTTP number (0: none), gRPC status name, ErrorInfo's reason and metadata, and its text."""

    http: int = 0
    status: str = ""
    reason: str = ""
    text: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: `api` is a host, `method` Google's name of the call, `permission` the one it needs.

    `account` is the e-mail of the account that asks, for the command that would grant it the role.
    """

    api: str
    method: str
    permission: str | None
    project: str
    account: str = UNKNOWN_ACCOUNT


def classify(refusal: Refusal) -> GcpErrorKind:
    """The kind of a refusal, by reason, else text, else status."""
    by_text = next((kind for pattern, kind in _BY_TEXT if pattern.search(refusal.text)), None)
    known = _BY_REASON.get(refusal.reason) or by_text or _BY_STATUS.get(refusal.status) or _BY_HTTP.get(refusal.http)
    server_failed = refusal.http >= 500  # noqa: PLR2004 (HTTP's server errors)
    return known or (GcpErrorKind.UNAVAILABLE if server_failed else GcpErrorKind.REFUSED)


def from_refusal(refusal: Refusal, question: Question) -> GcpError:
    """The GcpError for what Google said to `question`, with the remedy in one command."""
    return _error(classify(refusal), refusal, question)


def failure(kind: GcpErrorKind, said: str, question: Question) -> GcpError:
    """A GcpError that Google did not word itself: nothing arrived, too late, or not in the promised shape."""
    return _error(kind, Refusal(text=said), question)


def in_part(places: Iterable[str], question: Question) -> GcpError | None:
    """The GcpError for an answer that lacks `places`, in Google's words for them; None when it lacks none."""
    said = "; ".join(dict.fromkeys(places))
    return failure(GcpErrorKind.PARTIAL, said, question) if said else None


@cache
def google_errors() -> tuple[type[Exception], ...]:
    """All that Google's libraries raise of their own. Cheap where it is used: by then they are imported."""
    import grpc
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from google.protobuf.message import DecodeError

    return GoogleAPIError, GoogleAuthError, grpc.RpcError, DecodeError, TimeoutError


def from_google(error: Exception, question: Question) -> GcpError:
    """The GcpError for one of `google_errors()`; anything else counts as malformed."""
    return from_refusal(said, question) if (said := _said_by(error)) else _worded(error, question)


def from_response(status: int, body: str, question: Question) -> GcpError:
    """The GcpError for an HTTP answer past 399, whatever its body is: both error forms, a list, HTML, nothing."""
    return from_refusal(_read_body(status, body), question)


def _said_by(error: Exception) -> Refusal | None:
    """What the server said, or None when the failure arose on our side of the wire."""
    import grpc
    from google.api_core.exceptions import GoogleAPICallError, RetryError, from_grpc_error

    if isinstance(error, RetryError) and isinstance(error.cause, Exception):
        return _said_by(error.cause)
    if isinstance(error, grpc.RpcError):
        error = from_grpc_error(error)  # type: ignore[no-untyped-call]  # api_core leaves this one untyped
    if not isinstance(error, GoogleAPICallError):
        return None
    status = error.grpc_status_code.name if error.grpc_status_code else ""
    return Refusal(int(error.code or 0), status, error.reason or "", str(error.message), dict(error.metadata or {}))


def _worded(error: Exception, question: Question) -> GcpError:
    from google.api_core.exceptions import RetryError
    from google.auth.exceptions import GoogleAuthError, TransportError

    if isinstance(error, TransportError):
        return failure(GcpErrorKind.UNAVAILABLE, str(error), question)
    if isinstance(error, GoogleAuthError):
        return failure(GcpErrorKind.UNAUTHENTICATED, str(error), question)
    if isinstance(error, TimeoutError | RetryError):
        return failure(GcpErrorKind.DEADLINE, "", question)
    return failure(GcpErrorKind.MALFORMED, f"{type(error).__name__}: {error}", question)


def _read_body(status: int, body: str) -> Refusal:
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


def _error(kind: GcpErrorKind, refusal: Refusal, question: Question) -> GcpError:
    permission, api = _permission(refusal, question), _api(refusal, question)
    where = f"{title_of(question.api)} {question.project}"
    quoted = one_line(refusal.text)
    return GcpError(
        kind,
        f"{where}: {_what(kind, refusal, question, permission)}" + (f". Google: {quoted}" if quoted else ""),
        api=api if kind is GcpErrorKind.API_DISABLED else question.api,
        method=question.method,
        permission=permission,
        remedy=remedy(kind, refusal, question, permission, api),
        retryable=kind in _PASSES_BY_ITSELF and refusal.reason != "RESOURCE_QUOTA_EXCEEDED",
        said=quoted,
    )


def _what(kind: GcpErrorKind, refusal: Refusal, question: Question, permission: str | None) -> str:
    number = str(refusal.http or refusal.status or "no answer")
    return {
        GcpErrorKind.PERMISSION_DENIED: (
            f"may not {action_of(permission)} ({number}, {permission or 'permission not named'}); "
            f"grant {role_for(permission, question) or 'a role that holds it'} to {_whom(question)}, "
            f"or check the names: Google answers the same when project {question.project} or the thing does not exist"
        ),
        GcpErrorKind.API_DISABLED: f"{_api(refusal, question)} is not enabled ({number}); enable it and wait a few minutes",
        GcpErrorKind.NOT_FOUND: f"{question.method} found nothing there ({number}); check the names in schedules.yaml",
        GcpErrorKind.UNAUTHENTICATED: f"no valid credentials ({number}); sign in, or run as a service account",
        GcpErrorKind.QUOTA: f"{question.method} is over its quota ({number}); it is asked again in the next round",
        GcpErrorKind.DEADLINE: f"{question.method} did not answer in time; it is asked again in the next round",
        GcpErrorKind.UNAVAILABLE: f"{question.method} could not be answered ({number}); it is asked again in the next round",
        GcpErrorKind.MALFORMED: f"{question.method} answered in a shape that cannot be read",
        GcpErrorKind.PARTIAL: f"{question.method} answered only in part",
        GcpErrorKind.REFUSED: f"{question.method} was refused ({refusal.reason or number})",
    }[kind]


def _permission(refusal: Refusal, question: Question) -> str | None:
    """The permission that Google names, else the one that the question is known to need."""
    if refusal.reason == "USER_PROJECT_DENIED":
        return "serviceusage.services.use"
    if "does not have permission to query table" in refusal.text:  # BigQuery's words where the job may run
        return "bigquery.tables.getData"
    named = re.search(r"Permission '?([\w-]+\.[\w.-]+\w)'? denied", refusal.text)
    return refusal.metadata.get("permission") or (named[1] if named else question.permission)


def _whom(question: Question) -> str:
    known = question.account != UNKNOWN_ACCOUNT
    return question.account if known else f"the service account of sagebase-ops, {UNKNOWN_ACCOUNT}"


def _api(refusal: Refusal, question: Question) -> str:
    """The API to enable: it may be another than the one asked, as when one API calls a second."""
    linked = re.search(r"apis/api/([a-z0-9.-]+\.googleapis\.com)", refusal.text)
    named = refusal.metadata.get("service", "")
    return named if re.fullmatch(r"[a-z0-9.-]+", named) else linked[1] if linked else question.api
