"""Why did Google not answer, in words, and which one command mends it? `refusals` tells the kinds apart."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from sagebase_ops.domain.quoting import one_line
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.permissions import action_of, title_of
from sagebase_ops.gcp.refusals import Refusal, classify, read_body, said_by
from sagebase_ops.gcp.remedies import remedy, role_for

UNKNOWN_ACCOUNT = "SERVICE_ACCOUNT"
"""Stands in a remedy where the account that we run as is not known."""

_PASSES_BY_ITSELF = {GcpErrorKind.QUOTA, GcpErrorKind.DEADLINE, GcpErrorKind.UNAVAILABLE}


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
    said = said_by(error)
    return _worded(error, question) if said is None else from_refusal(said, question)


def from_response(status: int, body: str, question: Question) -> GcpError:
    """The GcpError for an HTTP answer past 399, whatever its body is: both error forms, a list, HTML, nothing."""
    return from_refusal(read_body(status, body), question)


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
