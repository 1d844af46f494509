"""With which sizes does a service work? With those of the revisions that get its requests, which need not be the newest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.parts import or_refusal
from sagebase_ops.checks.run.sizes import GOOGLES_MAXIMUM
from sagebase_ops.domain.results import Note, Sentence
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.run import API, Revision, RunService
from sagebase_ops.gcp.run_sizing import Sizing

OLDER = Sentence(
    ja="リクエストを受けている {revisions} の設定で判定しています（次のリビジョンの設定ではありません）",
    en="judged by the settings of what gets the requests, {revisions}, which are not those of the next revision",
)


@dataclass(frozen=True, slots=True)
class Serving:
    """A service with the sizes that it works with: those of what gets most requests.

    `most` instances are what all that serves may come to (Google's own maximum where none is set); `maxima` are those of the
    revisions that serve, none where it is the newest alone.
    """

    service: RunService
    most: int
    maxima: Mapping[str, int] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a reader must know who looks at the settings of the next revision."""
        return (Note(OLDER, {"revisions": ", ".join(self.maxima)}),) if self.maxima else ()


Served: TypeAlias = Mapping[str, Serving | GcpError]
"""By the service's name; the error is why nobody could see how it works."""


async def as_they_serve(services: Sequence[RunService], context: CheckContext) -> Served:
    """Each service as it works.

    The revisions are asked for only where an older one than the newest gets requests. Source: Revisions.ListRevisions.
    """
    if all(_by_newest_alone(one) for one in services):
        return {one.name: _by_template(one, context) for one in services}
    asked = await or_refusal(context.gcp.run.revisions(context.project.id, context.project.region))
    known = asked if isinstance(asked, GcpError) else {one.name: one for one in asked}
    return {one.name: _served(one, known, context) for one in services}


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


def _served(service: RunService, known: Mapping[str, Revision] | GcpError, context: CheckContext) -> Serving | GcpError:
    if _by_newest_alone(service):
        return _by_template(service, context)
    if isinstance(known, GcpError):
        return known
    names = tuple(part.revision for part in sorted(service.serving, key=lambda part: -part.percent))
    lost = next((name for name in names if name not in known), None)
    if lost is not None:
        return unlisted(lost, context)
    sizes = [_of_both(service.sizing, known[name].sizing) for name in names]
    maxima = [one.most or GOOGLES_MAXIMUM for one in sizes]
    every = sum(maxima) if min(maxima) > 0 else min(maxima)
    most = replace(sizes[0], revision_max=every).most or every
    own = dict(zip(names, maxima, strict=True))
    return _believed(Serving(replace(service, sizing=sizes[0]), most, own), context)


def _by_template(service: RunService, context: CheckContext) -> Serving | GcpError:
    return _believed(Serving(service, service.max_instances or GOOGLES_MAXIMUM), context)


def _believed(serving: Serving, context: CheckContext) -> Serving | GcpError:
    """A maximum below 0 is no answer: it would be reached by nothing at all."""
    if serving.most > 0:
        return serving
    said = f"a maximum of {serving.most} instances"
    remedy = f"gcloud run services describe {serving.service.name} --region={context.project.region} --project={context.project.id}"
    return GcpError(GcpErrorKind.MALFORMED, said, api=API, method="Services.ListServices", remedy=remedy, said=said)


def _of_both(service: Sizing, revision: Sizing) -> Sizing:
    """A revision knows nothing of what is set on its service."""
    return replace(
        revision,
        service_min=service.service_min,
        service_max=service.service_max,
        manual_instances=service.manual_instances,
    )
