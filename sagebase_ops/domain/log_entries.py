"""What was logged: one entry, as far as grouping and showing it needs."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry. `message` is as it was logged: mask it before it goes anywhere. Times are aware UTC.

    `service` is Cloud Run's service or Cloud SQL's instance that logged it. `severity` is Google's name (`ERROR`), `log` the log's id, unencoded (`run.googleapis.com/stderr`).
    """

    at: datetime
    severity: str
    log: str
    service: str
    message: str
    revision: str = ""
