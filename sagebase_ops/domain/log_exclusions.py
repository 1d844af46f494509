"""Which of the entries that checks read does a filter of a sink take? What cannot be told is taken to concern them."""

from collections.abc import Mapping
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
_NO_REQUEST: Known = {"httpRequest.status": ("0",), "httpRequest.requestUrl": ("",), "httpRequest.userAgent": ("",)}
"""Fields that only a request has are zero elsewhere, so that `httpRequest.status<500` matches everything that is none."""


def takes(filter_: str, read: Read, project: str) -> Answer:
    """True: all of these entries match, False: none of them, None: some may."""
    return matches(filter_, _known(read, project))


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
