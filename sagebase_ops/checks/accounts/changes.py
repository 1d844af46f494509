"""Who changed the project's grants lately? From Google's audit log."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.domain.audit_entries import AuditEntry
from sagebase_ops.domain.console import logs_page
from sagebase_ops.domain.grants import Grant
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, passing, unknown, warning
from sagebase_ops.domain.service_agents import is_own_agent
from sagebase_ops.gcp.logs import AUDIT_LOG

MOST = 10
CHANGED = Sentence(ja="変更 {at} {who}：{change}", en="changed {at} by {who}: {change}")
MORE = Sentence(ja="変更はほかに {count}あります", en="{count} more")
NONE = Sentence(ja="過去 {window}に権限の変更はありません", en="no grant changed in the last {window}")
SOME = Sentence(ja="過去 {window}に権限の変更が {value}ありました", en="{value} of grants in the last {window}")
NEW = Sentence(
    ja="過去 {window}に、承認済みの一覧にない権限が {count}付けられました（権限の変更 {value}）",
    en="{count} that are not on the approved list came in the last {window} ({value} in all)",
)
CUT_OFF = Sentence(
    ja="確認できません：過去 {window}の権限の変更を読み切れませんでした（{count}まで読み取り）",
    en="could not look: not all changes of the last {window} could be read ({count} were)",
)
CHANGES = "{changes}"
_GRANTS = 'protoPayload.serviceName="cloudresourcemanager.googleapis.com" AND protoPayload.methodName=~"SetIamPolicy$"'


async def judge_changes(window: timedelta, approved: Sequence[Grant] | None, context: CheckContext) -> list[Finding]:
    """Each grant that came or went, as a line. One that is on no list is a warning, even where it went again. Raises GcpError.

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
    given["value"] = Quantity(len(told), CHANGES)
    if new := _unapproved(page.entries, approved):
        return [warning(target, NEW, reason="not_approved", count=Quantity(new, "{grants}"), **given)]
    return [passing(target, SOME if told else NONE, **given)]


def _unapproved(entries: Sequence[AuditEntry], approved: Sequence[Grant] | None) -> int:
    """How many grants came that no line of the list approves. Without a list the policy itself is shown to approve."""
    if approved is None:
        return 0
    known = {(one.member.lower(), one.role) for one in approved}  # an entry does not say the condition
    came = [change[1:].split() for entry in entries for change in entry.changes if change.startswith("+")]
    return sum(
        (member.lower(), role) not in known and not is_own_agent(member, role, None) for member, role, *_ in came
    )


def _each(entries: tuple[AuditEntry, ...]) -> list[tuple[AuditEntry, str]]:
    """An entry that does not say what changed is told by its method."""
    return [(entry, change) for entry in entries for change in entry.changes or (entry.method,)]
