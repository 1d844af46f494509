"""Which revisions that serve take which version of which secret, and since when are they there?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.run.serving import unlisted
from sagebase_ops.gcp.run import Revision, RunService
from sagebase_ops.gcp.run_secrets import SecretUse


@dataclass(frozen=True, slots=True)
class Use:
    """What a revision that gets requests takes.

    `serves` is False for a service of which no revision ever was ready, and None where Google does not say which gets the
    requests: then it is the template's. `since` is when the revision was made (aware); None where Google does not say.
    `restart` is the command for a new revision of it; "" where somebody pinned the requests to this one, since a new one
    would get none.
    """

    service: str
    use: SecretUse
    since: datetime | None
    revision: str = ""
    restart: str = ""
    serves: bool | None = True


Uses: TypeAlias = Mapping[str, tuple[Use, ...]]
"""By secret."""


async def read_uses(context: CheckContext) -> Uses:
    """Every service of the region counts, watched or not: a secret is the project's. Raises GcpError.

    In a list that is not whole a service may be missing, and with it a use: the GcpError of the list is raised. So is one
    for a revision that serves and is in no list.
    """
    project = context.project
    listing = await context.gcp.run.services(project.id, project.region)
    if listing.partial:
        raise listing.partial
    known = {one.name: one for one in await context.gcp.run.revisions(project.id, project.region)}
    found: defaultdict[str, list[Use]] = defaultdict(list)
    for service in listing.items:
        for use in _uses(service, known, context):
            found[use.use.secret].append(use)
    return {secret: tuple(uses) for secret, uses in found.items()}


def _uses(service: RunService, known: Mapping[str, Revision], context: CheckContext) -> Iterator[Use]:
    serving = {part.revision: part.latest for part in service.serving}
    if not serving:
        serves, newest = (False if service.never_ready else None), service.latest_created_revision
        yield from (Use(service.name, one, None, newest, serves=serves) for one in service.secrets)
    for name, follows in serving.items():
        if name not in known:
            raise unlisted(name, context)
        revision = known[name]
        restart = _restart(service, context) if follows else ""
        yield from (Use(service.name, one, revision.created_at, name, restart) for one in revision.secrets)


def _restart(service: RunService, context: CheckContext) -> str:
    """A changed label makes a new revision; without any change gcloud refuses."""
    place = f"--region={service.region or context.project.region} --project={context.project.id}"
    return f"gcloud run services update {service.name} {place} --update-labels=restarted-at=$(date +%s)"
