"""What do "*" and labels stand for in this run? What the project has of each kind, or why that cannot be told."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sagebase_ops.checks.base import CheckContext, CheckDefinition, CheckParams
from sagebase_ops.domain.projects import BUCKETS, RUN_SERVICES, SQL_INSTANCES, Selector
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Sentence, Target, unknown
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.run import RunService
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
NO_SUCH_LABELS = Sentence(
    ja="確認できません：{what} のうち、ラベル {labels} の付いたものが1つもありません（全 {total} 件）",
    en="could not look: of {total} in {what} none carries the labels {labels}",
)
INCOMPLETE = Sentence(
    ja="確認できません：一覧が不完全です（{unreachable} の応答がありません）",
    en="could not look: the list is not complete ({unreachable} did not answer)",
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How things of a kind are listed, once a run; `field` of the project holds their names."""

    field: str
    permission: str
    listing: Callable[[CheckContext], Awaitable[Listing[RunService] | Listing[SqlInstance] | Listing[Bucket]]]
    command: str
    none: Sentence = NO_SUCH_LABELS


_KINDS: Mapping[str, _Kind] = {
    RUN_SERVICES: _Kind(
        "services",
        "run.services.list",
        lambda context: context.gcp.run.services(context.project.id, context.project.region),
        "gcloud run services list --region={region} --project={project}",
    ),
    SQL_INSTANCES: _Kind(
        "sql_instances",
        "cloudsql.instances.list",
        lambda context: context.gcp.sql.instances(context.project.id),
        "gcloud sql instances list --project={project}",
        NO_INSTANCE,
    ),
    BUCKETS: _Kind(
        "buckets",
        "storage.buckets.list",
        lambda context: context.gcp.storage.buckets(context.project.id),
        "gcloud storage buckets list --project={project}",
        NO_BUCKET,
    ),
}


async def with_every_target(
    context: CheckContext, definition: CheckDefinition, params: CheckParams
) -> tuple[CheckContext, tuple[Finding, ...]]:
    """The context with the names that its selectors stand for, and an unknown finding for each list empty, in part or refused.

    Lists are asked only for a check that declares the permission for them. A refused one leaves the check's other
    targets to be judged: a page that is down is still told.
    Source: Services.ListServices; sqladmin v1, instances.list; storage.buckets.list. Each once a run.
    """
    named: dict[str, Any] = {}  # fields of the project
    lost: list[Finding] = []
    for selector in context.project.selectors:
        kind = _KINDS[selector.kind]
        if kind.permission in definition.permissions and params.is_about(selector.kind):
            names, missing = await _taken(context, selector, kind)
            named[kind.field] = names
            lost += missing
    return replace(context, project=replace(context.project, **named)), tuple(lost)


async def _taken(context: CheckContext, selector: Selector, kind: _Kind) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    project = context.project
    target = Target("project", project.id)
    try:
        listing = await kind.listing(context)
    except GcpError as error:
        return (), (refused(target, error),)
    names = tuple(sorted(one.name for one in listing.items if selector.takes(one.labels)))
    given = {"remedy": kind.command.format(project=project.id, region=project.region)}
    if not listing.complete:
        unreachable = ", ".join(listing.unreachable)
        return names, (unknown(target, INCOMPLETE, reason="partial", unreachable=unreachable, **given),)
    if names:
        return names, ()
    if not selector.labels:
        return (), (unknown(target, kind.none, reason="nothing_matched", **given),)
    labels = ", ".join(f"{key}={value}" for key, value in selector.labels)
    total = len(listing.items)
    return (), (
        unknown(
            target,
            NO_SUCH_LABELS,
            reason="nothing_matched",
            what=kind.field,
            labels=labels,
            total=total,
            **given,
        ),
    )
