"""Who changed the project's grants lately? From Google's audit log."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.settings_judged import Mistake, judged, warned
from sagebase_ops.domain.audit_entries import PERMISSION_DENIED, AuditEntry
from sagebase_ops.domain.console import logs_page
from sagebase_ops.domain.grants import Grant
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, Value, unknown
from sagebase_ops.domain.service_agents import is_own_agent
from sagebase_ops.gcp.logs import AUDIT_LOG, rfc3339

MOST = 10
CHANGED = Sentence(ja="変更 {at} {who}：{change}", en="changed {at} by {who}: {change}")
MORE = Sentence(ja="変更はほかに {count}あります", en="{count} more")
NONE = Sentence(ja="過去 {window}に権限の変更はありません", en="no grant changed in the last {window}")
SOME = Sentence(ja="過去 {window}に権限の変更が {value}ありました", en="{value} of grants in the last {window}")
CONDITIONAL = Sentence(
    ja="過去 {window}に、条件付きの権限が {count}付けられました。一覧は条件を名前だけで承認しているため、下の行の式を確認してください",
    en="came in the last {window} with a condition: {count}; the list approves a condition by its name, so read what it says below",
)
DENIED = Sentence(
    ja="過去 {window}に、権限の変更が {count}拒否されました（権限のない人による操作）",
    en="refused in the last {window}, to people who may not: {count} of grants",
)
ATTEMPT = Sentence(ja="拒否 {at} {who}", en="refused {at} to {who}")
NEW = Sentence(
    ja="過去 {window}に、承認済みの一覧にない権限が {count}付けられました（権限の変更 {value}）",
    en="came in the last {window} and not on the approved list: {count} ({value} in all)",
)
CUT_OFF = Sentence(
    ja="確認できません：過去 {window}の権限の変更を読み切れませんでした（{count}まで読み取り）",
    en="could not look: not all changes of the last {window} could be read ({count} were)",
)
CHANGES = "{changes}"
_GRANTS = 'protoPayload.serviceName="cloudresourcemanager.googleapis.com" AND protoPayload.methodName=~"SetIamPolicy$"'


async def judge_changes(window: timedelta, approved: Sequence[Grant] | None, context: CheckContext) -> list[Finding]:
    """Each grant that came or went, as a line. Raises GcpError.

    One that is on no list is a warning, even where it went again; so are one with a condition, of which the list has the name
    alone, and a change that was refused.
    Source: LoggingServiceV2.ListLogEntries over cloudaudit.googleapis.com/activity.
    """
    project, since = context.project.id, context.now - window
    page = await context.gcp.logs.audited(project, f'{_GRANTS} AND timestamp>="{rfc3339(since)}"')
    made = [one for one in page.entries if not one.code]
    denied = [one for one in page.entries if one.code == PERMISSION_DENIED]
    told = [Note(CHANGED, {"at": entry.at, "who": entry.who, "change": change}) for entry, change in _each(made)]
    left, whole = len(told) - MOST, f"{AUDIT_LOG} AND {_GRANTS}"
    more = [Note(MORE, {"count": Quantity(left, CHANGES)})] if left > 0 else []
    attempts = [Note(ATTEMPT, {"at": entry.at, "who": entry.who}) for entry in denied[:MOST]]
    notes = (*told[:MOST], *more, *attempts)
    given: dict[str, Any] = {  # fields of Finding by name
        "window": Quantity.of(window),
        "asked": {"method": "google.logging.v2.LoggingServiceV2.ListLogEntries", "filter": whole},
        "link": logs_page(project, whole, since, context.now),
    }
    target = Target("iam_changes", project)
    if not page.complete:
        count = Quantity(len(page.entries), "{entries}")
        remedy = f"gcloud logging read '{whole}' --freshness={max(1, window.days)}d --project={project}"
        return [unknown(target, CUT_OFF, reason="partial", count=count, remedy=remedy, notes=notes, **given)]
    counted: dict[str, Value] = {"value": Quantity(len(told), CHANGES), "window": Quantity.of(window)}
    mistakes = [*_unapproved(made, approved), *_denied(denied)]
    whole_of_it = [replace(one, values={**counted, **one.values}) for one in mistakes]
    return [judged(target, SOME if told else NONE, whole_of_it, notes, **{**given, **counted})]


def _unapproved(entries: Sequence[AuditEntry], approved: Sequence[Grant] | None) -> Iterator[Mistake]:
    """Grants that came and no line of the list approves. Without a list the policy itself is shown to approve."""
    if approved is None:
        return
    came = [one.grant for entry in entries for one in entry.changes if one.added]
    known = {one.key for one in approved}
    unsaid = {(one.member.lower(), one.role) for one in approved}  # an older entry does not say the condition
    new = [
        one
        for one in came
        if one.key not in known
        and (one.condition or (one.member.lower(), one.role) not in unsaid)
        and not is_own_agent(one.member, one.role, None)
    ]
    if new:
        yield warned("not_approved", NEW, count=Quantity(len(new), "{grants}"))
    if bound := [one for one in came if one.condition and one not in new]:
        yield warned("condition_came", CONDITIONAL, count=Quantity(len(bound), "{grants}"))


def _denied(entries: Sequence[AuditEntry]) -> Iterator[Mistake]:
    """Other failures are those of a program that tries again."""
    if entries:
        yield warned("refused_attempt", DENIED, count=Quantity(len(entries), CHANGES))


def _each(entries: Sequence[AuditEntry]) -> list[tuple[AuditEntry, str]]:
    """An entry that does not say what changed is told by its method."""
    return [(entry, str(change)) for entry in entries for change in entry.changes or (entry.method,)]
