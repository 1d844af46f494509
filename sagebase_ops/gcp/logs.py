"""What was logged? Source: Cloud Logging API v2, LoggingServiceV2.ListLogEntries, over gRPC.

Never for counting: at 60 reads a minute a noisy service cannot be counted, and half a count reads as a small one.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sagebase_ops.domain.audit_entries import AuditEntry
from sagebase_ops.domain.log_entries import LogEntry
from sagebase_ops.gcp.asked import Asked
from sagebase_ops.gcp.calls import asking, pages_of
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.log_messages import read_audit, read_entry

if TYPE_CHECKING:
    from google.cloud.logging_v2.services.logging_service_v2 import LoggingServiceV2AsyncClient

API = "logging.googleapis.com"
PAGE_SIZE = 250
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
AUDIT_LOG = 'log_id("cloudaudit.googleapis.com/activity")'

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class LogPage(Generic[Entry]):
    """The newest entries that match, newest first. Not `complete`: older ones match too, or may."""

    entries: tuple[Entry, ...]
    complete: bool


def quoted(value: str) -> str:
    """`value` as a string of a filter of Logging or Monitoring. Raises ValueError for control characters."""
    if _CONTROL.search(value):
        raise ValueError(f"{value!r}: a filter cannot hold control characters; remove them from the name")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def any_of(values: Iterable[str]) -> str:
    """`("a" OR "b")`, the right side of a comparison in a filter of Logging."""
    return "(" + " OR ".join(map(quoted, values)) + ")"


class LogReader:
    """Cloud Logging by project, at a pace that leaves room in its quota for people."""

    def __init__(self, connections: Connections, asked: Asked) -> None:
        self._connections = connections
        self._asked = asked

    async def newest(self, project: str, filter_: str, pages: int = 2, page_size: int = PAGE_SIZE) -> LogPage[LogEntry]:
        """The newest entries of `filter_`, at most `pages` x `page_size`. Raises GcpError.

        `filter_` must bound the timestamp, else the server searches everything retained. An empty page with a token
        means "nothing so far": the next is asked, and when `pages` are used up the answer is not complete.
        """
        key = ("logs.newest", project, filter_, pages, page_size)
        return await self._asked.once(key, lambda: self._newest(project, filter_, pages, page_size, read_entry))

    async def audited(self, project: str, filter_: str) -> LogPage[AuditEntry]:
        """The newest entries of the audit log that match `filter_`, at most a page of them. Raises GcpError.

        `filter_` must bound the timestamp. Only the activity log is read: data access needs a role that ours is not.
        """
        whole = f"{AUDIT_LOG} AND {filter_}"
        key = ("logs.audited", project, whole)
        return await self._asked.once(key, lambda: self._newest(project, whole, 1, PAGE_SIZE, read_audit))

    async def _newest(
        self,
        project: str,
        filter_: str,
        pages: int,
        page_size: int,
        read: Callable[[Any], Entry],  # Any: a raw LogEntry, as log_messages reads it
    ) -> LogPage[Entry]:
        question = self._connections.question(
            API, "LoggingServiceV2.ListLogEntries", "logging.logEntries.list", project
        )
        request = {
            "resource_names": [f"projects/{project}"],
            "filter": filter_,
            "order_by": "timestamp desc",  # the default is "asc", which can be very slow for recent entries
            "page_size": page_size,
        }
        async with asking(question, self._connections.patience) as tries:
            client = await self._connections.client(_logging_client)
            await self._connections.log_reads.turn(project)
            found: list[Entry] = []
            left = pages
            async for page in pages_of(await client.list_log_entries(request=request, **tries)):
                found += map(read, page.entries)
                left -= 1
                if left == 0 or not page.next_page_token:
                    return LogPage(tuple(found), complete=not page.next_page_token)
                await self._connections.log_reads.turn(project)
            return LogPage(tuple(found), complete=True)


def _logging_client() -> "type[LoggingServiceV2AsyncClient]":
    from google.cloud.logging_v2.services.logging_service_v2 import LoggingServiceV2AsyncClient

    return LoggingServiceV2AsyncClient


def rfc3339(moment: datetime) -> str:
    """`2026-11-24T00:00:00Z`, as filters and links want it. Whole seconds; `moment` is aware."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
