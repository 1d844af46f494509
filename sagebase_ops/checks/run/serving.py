"""With which sizes does a service work? With those of the revisions that get its requests, which need not be the newest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.parts import or_refusal
from sagebase_ops.checks.run.targets import target_of
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.run import API, Revision, RunService
from sagebase_ops.gcp.run_sizing import Sizing


@dataclass(frozen=True, slots=True)
class Serving:
    """A service with the sizes that it works with: those of what gets most requests.

    `most` instances are what all that serves may come to (None: no maximum is set); `revisions` are what serves, none where it is
    the newest alone.
    """

    service: RunService
    most: int | None
    revisions: tuple[str, ...] = ()


async def as_they_serve(
    services: Sequence[RunService], context: CheckContext
) -> tuple[tuple[Serving, ...], tuple[Finding, ...]]:
    """Each service as it works, and a finding for each of which that could not be read.

    The revisions are asked for only where an older one than the newest gets requests. Source: Revisions.ListRevisions.
    """
    if all(_by_newest_alone(one) for one in services):
        return tuple(map(_by_template, services)), ()
    asked = await or_refusal(context.gcp.run.revisions(context.project.id, context.project.region))
    known = asked if isinstance(asked, GcpError) else {one.name: one for one in asked}
    found = [_served(one, known, context) for one in services]
    return (
        tuple(one for one in found if isinstance(one, Serving)),
        tuple(one for one in found if isinstance(one, Finding)),
    )


def unlisted(revision: str, context: CheckContext) -> GcpError:
    """What to say of a revision that serves and is in no list: the list is not whole."""
    said = f"{revision} serves requests, but is not in the list of revisions"
    return GcpError(
        GcpErrorKind.PARTIAL,
        said,
        api=API,
        method="Revisions.ListRevisions",
        permission="run.revisions.list",
        remedy=f"gcloud run revisions list --region={context.project.region} --project={context.project.id}",
        said=said,
    )


def _by_newest_alone(service: RunService) -> bool:
    """Of one that does not say what serves, the newest is all there is to look at."""
    return all(part.revision == service.latest_created_revision for part in service.serving)


def _served(service: RunService, known: Mapping[str, Revision] | GcpError, context: CheckContext) -> Serving | Finding:
    if _by_newest_alone(service):
        return _by_template(service)
    if isinstance(known, GcpError):
        return refused(target_of(service.name), known)
    parts = sorted(service.serving, key=lambda part: -part.percent)
    lost = next(_missing((part.revision for part in parts), known), None)
    if lost is not None:
        return refused(target_of(service.name), unlisted(lost, context))
    names = tuple(part.revision for part in parts)
    sizes = [_of_both(service.sizing, known[name].sizing) for name in names]
    maxima = [one.revision_max for one in sizes]
    every = None if None in maxima else sum(most or 0 for most in maxima)
    return Serving(replace(service, sizing=sizes[0]), replace(sizes[0], revision_max=every).most, names)


def _by_template(service: RunService) -> Serving:
    return Serving(service, service.max_instances)


def _missing(names: Iterator[str], known: Mapping[str, Revision]) -> Iterator[str]:
    return (name for name in names if name not in known)


def _of_both(service: Sizing, revision: Sizing) -> Sizing:
    """A revision knows nothing of what is set on its service."""
    return replace(
        revision,
        service_min=service.service_min,
        service_max=service.service_max,
        manual_instances=service.manual_instances,
    )
