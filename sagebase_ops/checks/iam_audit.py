"""Who may do what in the project, is that approved, and which keys are out there?"""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator

from sagebase_ops.checks.accounts.changes import judge_changes
from sagebase_ops.checks.accounts.judge import judge_grants
from sagebase_ops.checks.accounts.keys import judge_keys
from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.parts import each_part
from sagebase_ops.domain.grants import read_grant
from sagebase_ops.domain.quantities import PositiveDuration
from sagebase_ops.domain.results import Finding, Sentence, Target


def _is_grant(written: str) -> str:
    read_grant(written)
    return written


class Params(CheckParams):
    """What was approved, and how old a key may be."""

    approved: tuple[Annotated[str, AfterValidator(_is_grant)], ...] | None = None
    """Each approved grant as MEMBER ROLE (or MEMBER ROLE if CONDITION); without a list, all there are are shown to approve."""
    max_key_age: PositiveDuration = timedelta(days=90)
    """A key that somebody holds fails when it is older; a younger one warns."""
    window: PositiveDuration = timedelta(days=7)
    """How far back changes of grants are told."""


@check(
    Params,
    question=Sentence(
        ja="プロジェクトの権限は承認済みのものだけか、危険な権限や古い鍵はないか",
        en="Are the project's grants those that were approved, and is there a dangerous one or an old key?",
    ),
    runbook=Sentence(
        ja=(
            "1. 一覧にない権限は、誰がいつ付けたかを「変更」で確認し、必要なら schedules.yaml の approved に加える。"
            "貼り付ける行は sagebase-ops --run weekly --check iam_audit --dry-run がすべて表示する（Slack では初めの数行だけ）。\n"
            "2. 不要な権限は外す：gcloud projects remove-iam-policy-binding PROJECT --member=MEMBER --role=ROLE\n"
            "3. 鍵は作らずに済む方法（Workload Identity 連携、サービスアカウントの借用）へ移し、古い鍵を無効にしてから消す。\n"
            "注意：手順書のコマンドはロール名だけを表示し、誰の権限か分からない。フォルダや組織から継承した権限、"
            "バケットやシークレットなど個々のリソースの権限は、プロジェクトの一覧に含まれない。"
        ),
        en=(
            "1. See under changes who granted what is not on the list; add it to approved in schedules.yaml where it is needed. "
            "sagebase-ops --run weekly --check iam_audit --dry-run prints every line to paste; Slack shows the first few.\n"
            "2. Take away what is not: gcloud projects remove-iam-policy-binding PROJECT --member=MEMBER --role=ROLE\n"
            "3. Replace keys (workload identity federation, impersonation); disable an old key first, delete it later.\n"
            "The guide's command prints roles only and not whose they are. What folders, the organization or single resources "
            "(buckets, secrets) grant is not in a project's policy."
        ),
    ),
    permissions=[
        "resourcemanager.projects.get",
        "resourcemanager.projects.getIamPolicy",
        "iam.serviceAccounts.list",
        "iam.serviceAccountKeys.list",
        "logging.logEntries.list",
    ],
    command="gcloud projects get-iam-policy {project} --format='table(bindings.members, bindings.role)'",
    example="{check: iam_audit, max_key_age: 90d}",
)
async def iam_audit(params: Params, context: CheckContext) -> list[Finding]:
    """One finding for the project, one for each member with a grant to look at, one for what changed, one for each account with keys.

    Source: Resource Manager v1 projects.getIamPolicy; IAM v1 serviceAccounts.list and .keys.list; the activity log.
    """
    project = context.project.id
    approved = None if params.approved is None else tuple(map(read_grant, params.approved))
    return await each_part(
        (Target("project", project), judge_grants(approved, context)),
        (Target("iam_changes", project), judge_changes(params.window, approved, context)),
        (Target("service_accounts", project), judge_keys(params.max_key_age, context)),
    )
