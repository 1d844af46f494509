"""Grants -> findings: one for the project, one for each member with something to look at."""

import asyncio
import json
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.parts import or_refusal
from sagebase_ops.checks.settings_judged import Mistake, judged
from sagebase_ops.domain.console import iam_page
from sagebase_ops.domain.grants import GRAVE, Grant, Risk, gone, risk_of, unapproved
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, Verdict, passing, unknown, warning
from sagebase_ops.domain.service_agents import is_own_agent
from sagebase_ops.errors import GcpError

APPROVED = Sentence(ja="権限 {value}はすべて承認済みです", en="all of {value} are approved")
SOME_NOT = Sentence(
    ja="権限 {value}のうち {count}は、承認済みの一覧（approved）にありません",
    en="of {value} {count} are not on the approved list",
)
NO_LIST = Sentence(
    ja="権限 {value}。承認済みの一覧がまだありません。下の行を確認して schedules.yaml の approved に貼ってください",
    en="{value}, and no approved list yet: read the lines below, and put them under approved in schedules.yaml",
)
TO_APPROVE = Sentence(ja="{grant}", en="{grant}")
GONE = Sentence(
    ja="承認済みの権限が今はありません（一覧から消せます）：{grant}", en="approved, but granted no more: {grant}"
)
DELETED = Sentence(ja="削除済みのアカウントの権限が残っています：{grant}", en="its member was deleted: {grant}")
OVER = Sentence(ja="条件の期限が過ぎた権限です（外せます）：{grant}", en="its condition has run out: {grant}")
OWNERS = Sentence(ja="オーナー：{members}", en="owners: {members}")
NOT_APPROVED = Sentence(ja="承認済みの一覧にない権限 {role}", en="{role} is not on the approved list")
NO_GRANTS = Sentence(
    ja="確認できません：権限が1つも読み取れませんでした。誰にも権限のないプロジェクトはほとんどありません",
    en="could not look: the policy came without a single grant, and hardly a project has none",
)
FINE = Sentence(ja="問題ありません", en="nothing to see")
RISKS = {
    Risk.PUBLIC: Sentence(ja="誰でも {role} を持っています", en="anybody at all has {role}"),
    Risk.OWNER: Sentence(ja="サービスアカウントがオーナー（{role}）です", en="a service account is owner ({role})"),
    Risk.OUTSIDER: Sentence(
        ja="別プロジェクトのアカウントが {role} で、すべてのサービスアカウントになりすませます",
        en="an account of another project may act as any service account ({role})",
    ),
    Risk.PERSON_OWNS: Sentence(
        ja="オーナー（{role}）です。すべてを変更・削除でき、権限も増やせます",
        en="is an owner ({role}): may change and delete everything, and grant more",
    ),
    Risk.FOREIGN_AGENT: Sentence(
        ja="このプロジェクトのものではない Google のサービスエージェントが {role} を持っています",
        en="has {role}, and is Google's agent of another project, not of this one",
    ),
    Risk.EDITOR: Sentence(
        ja="{role} はほぼすべてを変更できます。必要なロールだけにしてください",
        en="{role} may change nearly everything; give it the roles that it needs",
    ),
    Risk.AS_ANY: Sentence(
        ja="プロジェクト全体の {role} で、すべてのサービスアカウントになりすませます",
        en="{role} on the whole project lets it act as any service account",
    ),
    Risk.OVER_GRANTS: Sentence(
        ja="{role} は権限や鍵を自分で増やせます", en="{role} may give itself more grants or keys"
    ),
    Risk.SECRETS: Sentence(
        ja="プロジェクト全体の {role} で、すべてのシークレットを読めます",
        en="{role} on the whole project reads every secret",
    ),
}
_OWNER = "roles/owner"


async def judge_grants(approved: Sequence[Grant] | None, context: CheckContext) -> list[Finding]:
    """What is approved is not told again, but for what anybody at all may do. Raises GcpError.

    Google's own agents of this project need no approval; where its number was refused, that is told beside the rest.
    """
    project = context.project.id
    every, asked = await asyncio.gather(
        context.gcp.iam.grants(project), or_refusal(context.gcp.iam.project_number(project))
    )
    number = None if isinstance(asked, GcpError) else asked
    lost = [refused(Target("service_agents", project), asked)] if isinstance(asked, GcpError) else []
    grants = [one for one in every if not is_own_agent(one.member, one.role, number)]
    whole = _whole(grants, approved, context) if every else _no_grants(context)
    return [whole, *_members(grants, approved, number, context), *lost]


def _no_grants(context: CheckContext) -> Finding:
    target = Target("project", context.project.id)
    remedy = f"gcloud projects get-iam-policy {context.project.id}"
    return unknown(target, NO_GRANTS, reason="no_data", remedy=remedy, **_given(context))


def _members(
    grants: Sequence[Grant], approved: Sequence[Grant] | None, number: str | None, context: CheckContext
) -> Iterator[Finding]:
    project, listed = context.project.id, {one.key for one in approved or ()}
    living = [one for one in grants if not one.of_nobody and not one.over_at(context.now)]
    risky = [(one, risk_of(one, project, number)) for one in living]
    left = [(one, risk) for one, risk in risky if one.key not in listed or risk is Risk.PUBLIC]
    for member, of_member in groupby(sorted(left, key=_member), key=_member):
        mistakes = list(_mistakes(of_member, project, listed=approved is not None))
        if mistakes:
            yield judged(Target("iam_member", member), FINE, mistakes, **_given(context))


def _member(risky: tuple[Grant, Risk | None]) -> str:
    return risky[0].member


def _whole(grants: Sequence[Grant], approved: Sequence[Grant] | None, context: CheckContext) -> Finding:
    target, value = Target("project", context.project.id), Quantity(len(grants), "{grants}")
    notes = tuple(_remarks(grants, approved or (), context))
    given = {**_given(context), "value": value}
    if approved is None:
        lines = tuple(Note(TO_APPROVE, {"grant": _in_yaml(one)}) for one in unapproved(grants, ()))
        return warning(target, NO_LIST, reason="no_approved_list", notes=(*lines, *notes), **given)
    new = unapproved(grants, approved)
    if new:
        count = Quantity(len(new), "{grants}")
        return warning(target, SOME_NOT, reason="not_approved", count=count, notes=notes, **given)
    return passing(target, APPROVED, notes=notes, **given)


def _in_yaml(grant: Grant) -> str:
    """In quotes where YAML would read more than a text: a condition may be called anything."""
    written = str(grant)
    return json.dumps(written, ensure_ascii=False) if re.search(r": |:$| #", written) else written


def _remarks(grants: Sequence[Grant], approved: Iterable[Grant], context: CheckContext) -> Iterator[Note]:
    owners = sorted(one.member for one in grants if one.role == _OWNER)
    if owners:
        yield Note(OWNERS, {"members": ", ".join(owners)})
    for sentence, those in (
        (GONE, gone(grants, approved)),
        (DELETED, [one for one in grants if one.of_nobody]),
        (OVER, [one for one in grants if one.over_at(context.now)]),
    ):
        yield from (Note(sentence, {"grant": str(one)}) for one in those)


def _mistakes(grants: Iterable[tuple[Grant, Risk | None]], project: str, *, listed: bool) -> Iterator[Mistake]:
    """What is on no list is wrong in itself where there is one; its risk says it more closely."""
    for one, risk in grants:
        values = {"role": one.role + (f" if {one.condition}" if one.condition else "")}
        if risk:
            verdict, remedy = (Verdict.FAIL, _taken_away(one, project)) if risk in GRAVE else (Verdict.WARN, None)
            yield Mistake(verdict, risk.value, RISKS[risk], values, remedy)
        elif listed:
            yield Mistake(Verdict.WARN, "not_approved", NOT_APPROVED, values)


def _taken_away(grant: Grant, project: str) -> str | None:
    """The command for it; a conditional one wants the condition's own words beside it, which are for a person to copy."""
    if grant.condition:
        return None
    member = f"--member={shlex.quote(grant.member)} --role={grant.role}"
    return f"gcloud projects remove-iam-policy-binding {project} {member}"


def _given(context: CheckContext) -> dict[str, Any]:  # fields of Finding by name
    return {"link": iam_page(context.project.id), "asked": {"method": "resourcemanager.projects.getIamPolicy"}}
