"""What could a service go back to, and by which command?"""

from collections.abc import Sequence

from sagebase_ops.domain.projects import Project
from sagebase_ops.gcp.run import Revision, RunService


def pinned(service: RunService) -> tuple[str, ...]:
    """The revisions that somebody sends traffic to by name; empty where it follows the newest."""
    return tuple(part.revision for part in service.traffic if part.percent and not part.latest)


def previous_ready(service: RunService, own: Sequence[Revision]) -> str:
    """The newest ready revision older than what serves, "" where there is none. `own` come newest first."""
    names = [one.name for one in own]
    serving = [names.index(part.revision) for part in service.traffic if part.percent and part.revision in names]
    older = own[max(serving) + 1 :] if serving else own
    good = (one.name for one in older if one.ready and one.ready.state == "succeeded" and not one.image_gone)
    return next(good, "")


def rollback_to(service: RunService, revision: str, project: Project) -> str:
    place = f"--region={service.region or project.region} --project={project.id}"
    return f"gcloud run services update-traffic {service.name} {place} --to-revisions={revision}=100"
