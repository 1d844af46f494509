"""Which Cloud Run services is a check about? Those the file names, or every one there is."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.domain.console import run_services_page
from sagebase_ops.domain.projects import EVERY, Project
from sagebase_ops.domain.results import Finding, Sentence, Target, failing, unknown
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.run import RunService

ABSENT = Sentence(
    ja="Cloud Run サービス {target} が {region} に存在しません",
    en="Cloud Run has no service {target} in {region}",
)
PERHAPS_ABSENT = Sentence(
    ja="確認できません：{target} が一覧にありませんが、{unreachable} の応答がなく一覧が不完全です",
    en="could not look: {target} is not listed, but the list is not complete ({unreachable} did not answer)",
)
NONE_MATCHED = Sentence(
    ja="確認できません：{region} に Cloud Run サービスが1つもありません（対象は「*」）",
    en="could not look: {region} has no Cloud Run service at all, and the target is '*'",
)
INCOMPLETE = Sentence(
    ja="確認できません：{unreachable} のサービス一覧が得られませんでした",
    en="could not look: the services of {unreachable} could not be listed",
)


@dataclass(frozen=True, slots=True)
class Watched:
    """The services to judge, and one finding for each target that could not be found or looked for."""

    services: tuple[RunService, ...]
    lost: tuple[Finding, ...]


def watched(project: Project, listing: Listing[RunService]) -> Watched:
    """What `project` watches of `listing`. Absence is `fail` only in a complete list, else `unknown`."""
    if project.services == EVERY:
        return Watched(listing.items, _none_or_some_missing(project, listing))
    there = {service.name: service for service in listing.items}
    found = tuple(there[name] for name in project.services if name in there)
    lost = tuple(_absent(name, project, listing) for name in project.services if name not in there)
    return Watched(found, lost)


async def services_to_judge(
    context: CheckContext, seen: Collection[str]
) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """Names to judge, and a finding for each that is not there. `seen` are those that the data itself proves to exist.

    Only where one is not seen, the list of services is asked. When that is refused, the unseen stay to be judged, as
    unknown; for "*" there is nothing to judge then. Raises GcpError for "*" alone.
    """
    project = context.project
    if project.services == EVERY:
        every = watched(project, await context.gcp.run.services(project.id, project.region))
        return tuple(service.name for service in every.services), every.lost
    lost = await _absent_ones(tuple(name for name in project.services if name not in seen), context)
    gone = {finding.target.name for finding in lost}
    return tuple(name for name in project.services if name not in gone), lost


async def _absent_ones(names: tuple[str, ...], context: CheckContext) -> tuple[Finding, ...]:
    if not names:
        return ()
    try:
        listing = await context.gcp.run.services(context.project.id, context.project.region)
    except GcpError:
        return ()
    return watched(replace(context.project, services=names), listing).lost


def target_of(service: str) -> Target:
    return Target("run_service", service)


def _none_or_some_missing(project: Project, listing: Listing[RunService]) -> tuple[Finding, ...]:
    target = Target("project", project.id)
    if not listing.complete:
        unreachable = ", ".join(listing.unreachable)
        return (unknown(target, INCOMPLETE, reason="partial", unreachable=unreachable, remedy=_list_command(project)),)
    if not listing.items:
        remedy = _list_command(project)
        return (unknown(target, NONE_MATCHED, reason="nothing_matched", region=project.region, remedy=remedy),)
    return ()


def _absent(name: str, project: Project, listing: Listing[RunService]) -> Finding:
    given = {"region": project.region, "remedy": _list_command(project), "link": run_services_page(project.id)}
    if listing.complete:
        return failing(target_of(name), ABSENT, reason="does_not_exist", **given)
    unreachable = ", ".join(listing.unreachable)
    return unknown(target_of(name), PERHAPS_ABSENT, reason="partial", unreachable=unreachable, **given)


def _list_command(project: Project) -> str:
    return f"gcloud run services list --region={project.region} --project={project.id}"
