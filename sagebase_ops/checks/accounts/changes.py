"""Who changed the project's grants lately? From Google's audit log, as notes."""

from datetime import UTC, timedelta

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.domain.audit_entries import AuditEntry
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import details_of
from sagebase_ops.domain.results import Note, Sentence
from sagebase_ops.errors import GcpError

MOST = 10
CHANGED = Sentence(ja="変更 {at} {who}：{change}", en="changed {at} by {who}: {change}")
MORE = Sentence(ja="変更はほかに{count}あります", en="{count} more")
NONE = Sentence(ja="過去 {window}に権限の変更はありません", en="no grant changed in the last {window}")
NOT_READ = Sentence(
    ja="過去 {window}の権限の変更は確認できませんでした", en="what changed in the last {window} could not be read"
)
_GRANTS = 'protoPayload.serviceName="cloudresourcemanager.googleapis.com" AND protoPayload.methodName=~"SetIamPolicy$"'


async def read_changes(window: timedelta, context: CheckContext) -> tuple[Note, ...]:
    """A line for each grant that came or went. A refusal becomes a line as well: what the policy says stands without it.

    Source: LoggingServiceV2.ListLogEntries over cloudaudit.googleapis.com/activity.
    """
    length = {"window": Quantity.of(window)}
    since = f"{(context.now - window).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    try:
        page = await context.gcp.logs.audited(context.project.id, f'{_GRANTS} AND timestamp>="{since}"')
    except GcpError as error:
        return Note(NOT_READ, length), *details_of(error)
    told = [
        Note(CHANGED, {"at": entry.at, "who": entry.who, "change": change}) for entry, change in _each(page.entries)
    ]
    if not told:
        return (Note(NONE, length),)
    left = len(told) - MOST
    return (*told[:MOST], Note(MORE, {"count": Quantity(left, "{changes}")})) if left > 0 else tuple(told)


def _each(entries: tuple[AuditEntry, ...]) -> list[tuple[AuditEntry, str]]:
    """An entry that does not say what changed is told by its method."""
    return [(entry, change) for entry in entries for change in entry.changes or (entry.method,)]
