"""Does an instance log at all? Only then is no error among its entries believed."""

from collections.abc import Collection
from dataclasses import dataclass

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.logs.counts import Window
from sagebase_ops.domain.log_entries import LogEntry
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.logs import any_of, rfc3339

PAGE_SIZE = 1000
"""Google's most for one read."""
_OWN = "cloudsql.googleapis.com/"


@dataclass(frozen=True, slots=True)
class Logged:
    """The instances that logged anything in the window; of the others that is not known where Logging refused."""

    names: frozenset[str]
    refusal: GcpError | None = None


async def who_logged(
    names: Collection[str], errors: Collection[LogEntry], window: Window, context: CheckContext
) -> Logged:
    """Those of `names` with an entry of their own; the `errors` that were read prove theirs.

    PostgreSQL always says something (checkpoints, connections), so that one that is silent is one whose log is thrown away.
    One read for a single instance; of many the newest thousand entries, and once more for each instance that fills them.
    Source: LoggingServiceV2.ListLogEntries.
    """
    proven = _of(errors)
    while silent := set(names) - proven:
        try:
            page = await context.gcp.logs.newest(
                context.project.id,
                own_entries(silent, context, window),
                pages=1,
                page_size=1 if len(silent) == 1 else PAGE_SIZE,
            )
        except GcpError as error:
            return Logged(frozenset(proven), error)
        seen = _of(page.entries)
        proven |= seen
        if not seen or page.complete:
            break
    return Logged(frozenset(proven))


def own_entries(names: Collection[str], context: CheckContext, window: Window | None = None) -> str:
    """The filter for all that these instances log themselves, without what Google's audit log says of them."""
    databases = any_of(f"{context.project.id}:{name}" for name in sorted(names))
    lines = [
        'resource.type="cloudsql_database"',
        f"resource.labels.database_id={databases}",
        f'logName:"{_OWN.rstrip("/")}"',
    ]
    if window:
        lines += [f'timestamp>="{rfc3339(window.start)}"', f'timestamp<"{rfc3339(window.end)}"']
    return "\n".join(lines)


def errors_filter(names: Collection[str], context: CheckContext, window: Window | None = None) -> str:
    """Of these instances what is ERROR and above; a link to Logs Explorer has its window elsewhere.

    Cloud SQL's label has the project before the instance.
    """
    databases = any_of(f"{context.project.id}:{name}" for name in names)
    lines = ['resource.type="cloudsql_database"', f"resource.labels.database_id={databases}", "severity>=ERROR"]
    if window:
        lines += [f'timestamp>="{rfc3339(window.start)}"', f'timestamp<"{rfc3339(window.end)}"']
    return "\n".join(lines)


def _of(entries: Collection[LogEntry]) -> set[str]:
    return {entry.service for entry in entries if entry.log.startswith(_OWN)}
