"""What could a service go back to, and by which command?"""

from collections.abc import Sequence

from sagebase_ops.checks.settings_judged import Mistake
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.results import Sentence, Verdict
from sagebase_ops.gcp.run import Revision, RunService

NO_SPLIT = Sentence(
    ja="確認できません：{service} のどのリビジョンがリクエストを受けているか、Google が答えていません",
    en="could not look: Google does not say which revision of {service} gets the requests",
)


def pinned(service: RunService) -> tuple[str, ...]:
    """The revisions that somebody sends traffic to by name; empty where it follows the newest."""
    return tuple(part.revision for part in service.serving if not part.latest)


def split_of(service: RunService) -> str:
    """What gets how much (`web-1 90%, web-2 10%`), "" where nothing does or nobody says."""
    return ", ".join(f"{part.revision} {part.percent}%" for part in service.serving)


def split_unknown(service: RunService, project: Project) -> Mistake:
    """Google names no revision that gets the requests, as it may while it changes the service; some revision does."""
    place = f"--region={service.region or project.region} --project={project.id}"
    remedy = f"gcloud run services describe {service.name} {place}"
    return Mistake(Verdict.UNKNOWN, "no_traffic_split", NO_SPLIT, {"service": service.name}, remedy)


def previous_ready(service: RunService, own: Sequence[Revision]) -> str:
    """The newest ready revision older than the newest that serves, "" where there is none or nobody says what serves.

    It may have a part of the traffic already: that is the way back from a deploy in steps. `own` come newest first.
    """
    if not service.serving:
        return ""
    names = [one.name for one in own]
    serving = [names.index(part.revision) for part in service.serving if part.revision in names]
    older = own[min(serving) + 1 :] if serving else own
    good = (one.name for one in older if one.ready and one.ready.state == "succeeded" and not one.image_gone)
    return next(good, "")


def rollback_to(service: RunService, revision: str, project: Project) -> str:
    place = f"--region={service.region or project.region} --project={project.id}"
    return f"gcloud run services update-traffic {service.name} {place} --to-revisions={revision}=100"
