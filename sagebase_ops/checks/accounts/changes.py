"""Who changed the project's grants lately? From Google's audit log, as notes."""

from dataclasses import dataclass
from datetime import UTC, timedelta

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.domain.audit_entries import AuditEntry
from sagebase_ops.domain.console import logs_page
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, unknown
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.logs import AUDIT_LOG, AuditPage

MOST = 10
CHANGED = Sentence(ja="変更 {at} {who}：{change}", en="changed {at} by {who}: {change}")
MORE = Sentence(ja="変更はほかに{count}あります", en="{count} more")
NONE = Sentence(ja="過去 {window}に権限の変更はありません", en="no grant changed in the last {window}")
NOT_READ = Sentence(
    ja="過去 {window}の権限の変更は確認できませんでした", en="what changed in the last {window} could not be read"
)
CUT_OFF = Sentence(
    ja="確認できません：過去 {window}の権限の変更を読み切れませんでした（{count}まで読み取り）",
    en="could not look: not all changes of the last {window} could be read ({count} were)",
)
_GRANTS = 'protoPayload.serviceName="cloudresourcemanager.googleapis.com" AND protoPayload.methodName=~"SetIamPolicy$"'


@dataclass(frozen=True, slots=True)
class Changes:
    """A line for each grant that came or went; where they could not all be read, the finding that says so."""

    notes: tuple[Note, ...]
    missing: tuple[Finding, ...] = ()


async def read_changes(window: timedelta, context: CheckContext) -> Changes:
    """What came and went in `window`. A refusal becomes a finding of its own: what the policy says stands without it.

    Source: LoggingServiceV2.ListLogEntries over cloudaudit.googleapis.com/activity.
    """
    length = Quantity.of(window)
    since = f"{(context.now - window).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    target = Target("iam_changes", context.project.id)
    whole = f"{AUDIT_LOG} AND {_GRANTS}"
    given = {
        "link": logs_page(context.project.id, whole, context.now - window, context.now),
        "asked": {"method": "google.logging.v2.LoggingServiceV2.ListLogEntries", "filter": whole},
    }
    try:
        page = await context.gcp.logs.audited(context.project.id, f'{_GRANTS} AND timestamp>="{since}"')
    except GcpError as error:
        return Changes((Note(NOT_READ, {"window": length}),), (refused(target, error, **given),))
    told = _told(page, length)
    if page.complete:
        return Changes(told)
    count = Quantity(len(page.entries), "{entries}")
    remedy = f"gcloud logging read '{whole}' --freshness={max(1, window.days)}d --project={context.project.id}"
    missing = unknown(target, CUT_OFF, reason="partial", window=length, count=count, remedy=remedy, **given)
    return Changes(told, (missing,))


def _told(page: AuditPage, length: Quantity) -> tuple[Note, ...]:
    told = [
        Note(CHANGED, {"at": entry.at, "who": entry.who, "change": change}) for entry, change in _each(page.entries)
    ]
    if not told:
        return (Note(NONE if page.complete else NOT_READ, {"window": length}),)
    left = len(told) - MOST
    return (*told[:MOST], Note(MORE, {"count": Quantity(left, "{changes}")})) if left > 0 else tuple(told)


def _each(entries: tuple[AuditEntry, ...]) -> list[tuple[AuditEntry, str]]:
    """An entry that does not say what changed is told by its method."""
    return [(entry, change) for entry in entries for change in entry.changes or (entry.method,)]
