"""Which of the entries that checks read does a filter of a sink take? What cannot be told is taken to concern them."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from sagebase_ops.domain.log_filters import Answer, Known, matches

_ANY_SEVERITY = ("DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY")


class Read(StrEnum):
    """What is read elsewhere, and would be missed there without a word."""

    ERRORS = "errors"
    """ERROR and above of Cloud Run, as the application and the platform log it: counted, so that none is zero."""
    REQUESTS = "requests"
    """Cloud Run's request log."""
    DATABASE = "database"
    """What Cloud SQL's instances log themselves."""


_CLOUD_RUN, _SQL = "cloud_run_revision", "cloudsql_database"
_LOGS: Mapping[Read, tuple[str, ...]] = {
    Read.ERRORS: ("run.googleapis.com/stderr", "run.googleapis.com/stdout", "run.googleapis.com/varlog/system"),
    Read.REQUESTS: ("run.googleapis.com/requests",),
    Read.DATABASE: ("cloudsql.googleapis.com/postgres.log",),
}
_STATUS_OF: Mapping[str, str | None] = {"INFO": "200", "WARNING": "404", "ERROR": "500"}
"""Of a request by its severity."""
_NO_REQUEST: Known = {"httpRequest.status": ("0",), "httpRequest.requestUrl": ("",), "httpRequest.userAgent": ("",)}
"""Fields that only a request has are zero elsewhere, so that `httpRequest.status<500` matches everything that is none."""


def takes(filter_: str, read: Read, project: str) -> Answer:
    """True: all of these entries match, False: none of them, None: some may."""
    return matches(filter_, _known(read, project))


def of_some_kind(filter_: str, read: Read, project: str, *, taken: bool) -> bool:
    """Whether every entry of one kind, a severity in one log, is `taken`, or none of it."""
    return any(matches(filter_, kind) is taken for kind in _kinds(read, project))


def take_together(filters: Sequence[str], read: Read, project: str) -> bool:
    """Whether nothing of it is left by these filters, of which each may take but a part: `status<400` and `status>=400`."""
    return all(any(matches(one, kind) is True for one in filters) for kind in _kinds(read, project))


def _kinds(read: Read, project: str) -> Iterator[Known]:
    """One entry of each kind that there is, with all that is known of it."""
    known = _known(read, project)
    severities = _STATUS_OF.items() if read is Read.REQUESTS else [(one, None) for one in known["severity"]]
    for severity, status in severities:
        for log, name in zip(known["log_id"], known["logName"], strict=True):
            said = {} if status is None else {"httpRequest.status": (status,)}
            yield {**known, "severity": (severity,), "log_id": (log,), "logName": (name,), **said}


def _known(read: Read, project: str) -> Known:
    logs = _LOGS[read]
    return {
        "resource.type": (_SQL if read is Read.DATABASE else _CLOUD_RUN,),
        "severity": _ANY_SEVERITY[5:] if read is Read.ERRORS else _ANY_SEVERITY,
        "log_id": logs,
        "logName": tuple(f"projects/{project}/logs/{log.replace('/', '%2F')}" for log in logs),
        "resource.labels.project_id": (project,),
        **({} if read is Read.REQUESTS else _NO_REQUEST),
    }
