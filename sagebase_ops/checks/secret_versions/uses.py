"""Which services take which version of which secret, and since when do they run?"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.gcp.run import SecretUse


@dataclass(frozen=True, slots=True)
class Use:
    """`since` is when the oldest revision that gets requests was made (aware); None where Google does not say it of each."""

    service: str
    use: SecretUse
    since: datetime | None


async def read_uses(context: CheckContext) -> Mapping[str, tuple[Use, ...]]:
    """By secret. Every service of the region counts, watched or not: a secret is the project's. Raises GcpError.

    In a list that is not whole a service may be missing, and with it a use: the GcpError of the list is raised.
    """
    project = context.project
    listing = await context.gcp.run.services(project.id, project.region)
    if listing.partial:
        raise listing.partial
    made = {one.name: one.created_at for one in await context.gcp.run.revisions(project.id, project.region)}
    found: defaultdict[str, list[Use]] = defaultdict(list)
    for service in listing.items:
        serving = [made.get(part.revision) for part in service.traffic if part.percent]
        known = [moment for moment in serving if moment]
        since = min(known) if known and len(known) == len(serving) else None
        for use in service.secrets:
            found[use.secret].append(Use(service.name, use, since))
    return {secret: tuple(uses) for secret, uses in found.items()}
