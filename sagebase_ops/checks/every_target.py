"""What does "*" stand for in this run? The instances and buckets that the project has, or why that cannot be told."""

from collections.abc import Awaitable
from dataclasses import replace

from sagebase_ops.checks.base import CheckContext, CheckDefinition, CheckParams
from sagebase_ops.domain.projects import BUCKETS, SQL_INSTANCES
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Sentence, Target, unknown
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.sql import SqlInstance
from sagebase_ops.gcp.storage import Bucket

NO_INSTANCE = Sentence(
    ja="確認できません：Cloud SQL インスタンスが1つもありません（sql_instances は「*」）",
    en="could not look: there is no Cloud SQL instance at all, and sql_instances is '*'",
)
NO_BUCKET = Sentence(
    ja="確認できません：Cloud Storage バケットが1つもありません（buckets は「*」）",
    en="could not look: there is no Cloud Storage bucket at all, and buckets is '*'",
)
INCOMPLETE = Sentence(
    ja="確認できません：一覧が不完全です（{unreachable} の応答がありません）",
    en="could not look: the list is not complete ({unreachable} did not answer)",
)


async def with_every_target(
    context: CheckContext, definition: CheckDefinition, params: CheckParams
) -> tuple[CheckContext, tuple[Finding, ...]]:
    """The context with the names that "*" stands for, and an unknown finding for each list empty, in part or refused.

    Lists are asked only for a check that declares the permission for them. A refused one leaves the check's other
    targets to be judged: a page that is down is still told.
    Source: sqladmin v1, instances.list; storage.buckets.list. Both once a run.
    """
    project, lost = context.project, list[Finding]()

    def wants(kind: str, permission: str) -> bool:
        return kind in project.every and permission in definition.permissions and params.is_about(kind)

    if wants(SQL_INSTANCES, "cloudsql.instances.list"):
        remedy = f"gcloud sql instances list --project={project.id}"
        names, missing = await _listed(project.id, context.gcp.sql.instances(project.id), NO_INSTANCE, remedy)
        project, lost = replace(project, sql_instances=names), [*lost, *missing]
    if wants(BUCKETS, "storage.buckets.list"):
        remedy = f"gcloud storage buckets list --project={project.id}"
        names, missing = await _listed(project.id, context.gcp.storage.buckets(project.id), NO_BUCKET, remedy)
        project, lost = replace(project, buckets=names), [*lost, *missing]
    return replace(context, project=project), tuple(lost)


async def _listed(
    project: str, asked: Awaitable[Listing[SqlInstance] | Listing[Bucket]], none: Sentence, remedy: str
) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    target = Target("project", project)
    try:
        listing = await asked
    except GcpError as error:
        return (), (refused(target, error),)
    names = tuple(sorted(one.name for one in listing.items))
    if not listing.complete:
        unreachable = ", ".join(listing.unreachable)
        return names, (unknown(target, INCOMPLETE, reason="partial", unreachable=unreachable, remedy=remedy),)
    return names, () if names else (unknown(target, none, reason="nothing_matched", remedy=remedy),)
