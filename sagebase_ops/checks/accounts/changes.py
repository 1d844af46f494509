"""Who changed the project's grants lately? From Google's audit log."""

from datetime import UTC, timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.domain.audit_entries import AuditEntry
from sagebase_ops.domain.console import logs_page
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, passing, unknown
from sagebase_ops.gcp.logs import AUDIT_LOG

MOST = 10
CHANGED = Sentence(ja="変更 {at} {who}：{change}", en="changed {at} by {who}: {change}")
MORE = Sentence(ja="変更はほかに{count}あります", en="{count} more")
NONE = Sentence(ja="過去 {window}に権限の変更はありません", en="no grant changed in the last {window}")
SOME = Sentence(ja="過去 {window}に権限の変更が {value}ありました", en="{value} of grants in the last {window}")
CUT_OFF = Sentence(
    ja="確認できません：過去 {window}の権限の変更を読み切れませんでした（{count}まで読み取り）",
    en="could not look: not all changes of the last {window} could be read ({count} were)",
)
CHANGES = "{changes}"
_GRANTS = 'protoPayload.serviceName="cloudresourcemanager.googleapis.com" AND protoPayload.methodName=~"SetIamPolicy$"'


async def judge_changes(window: timedelta, context: CheckContext) -> list[Finding]:
    """Each grant that came or went, as a line: whether it may stay is judged by what there is now. Raises GcpError.

    Source: LoggingServiceV2.ListLogEntries over cloudaudit.googleapis.com/activity.
    """
    project, since = context.project.id, context.now - window
    page = await context.gcp.logs.audited(
        project, f'{_GRANTS} AND timestamp>="{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"'
    )
    told = [
        Note(CHANGED, {"at": entry.at, "who": entry.who, "change": change}) for entry, change in _each(page.entries)
    ]
    left, whole = len(told) - MOST, f"{AUDIT_LOG} AND {_GRANTS}"
    given: dict[str, Any] = {  # fields of Finding by name
        "window": Quantity.of(window),
        "notes": (*told[:MOST], *([Note(MORE, {"count": Quantity(left, CHANGES)})] if left > 0 else [])),
        "asked": {"method": "google.logging.v2.LoggingServiceV2.ListLogEntries", "filter": whole},
        "link": logs_page(project, whole, since, context.now),
    }
    target = Target("iam_changes", project)
    if not page.complete:
        count = Quantity(len(page.entries), "{entries}")
        remedy = f"gcloud logging read '{whole}' --freshness={max(1, window.days)}d --project={project}"
        return [unknown(target, CUT_OFF, reason="partial", count=count, remedy=remedy, **given)]
    return [passing(target, SOME if told else NONE, value=Quantity(len(told), CHANGES), **given)]


def _each(entries: tuple[AuditEntry, ...]) -> list[tuple[AuditEntry, str]]:
    """An entry that does not say what changed is told by its method."""
    return [(entry, change) for entry in entries for change in entry.changes or (entry.method,)]
