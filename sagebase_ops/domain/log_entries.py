"""What was logged: one entry, as far as grouping and showing it needs."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """The request that an entry of the request log is about, without what nobody must read.

    `path` has no query, `source` is the network an address belongs to (`203.0.113.*`, "" where none is known).
    """

    method: str
    path: str
    status: int
    source: str = ""
    took: timedelta | None = None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry. `message` is as it was logged: mask it before it goes anywhere. Times are aware UTC.

    `service` is Cloud Run's service or Cloud SQL's instance that logged it. `severity` is Google's name (`ERROR`), `log`
    the log's id, unencoded (`run.googleapis.com/stderr`).
    """

    at: datetime
    severity: str
    log: str
    service: str
    message: str
    revision: str = ""
    request: HttpRequest | None = None
