"""How is the newest revision of each service, and what is there to go back to?"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.domain.console import run_service_page
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.quoting import one_line
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, failing, passing, skipped, unknown, warning
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.run import Condition, Revision, RunService

REVISION_READY = Sentence(ja="最新リビジョン {revision} は正常です", en="the newest revision {revision} is ready")
REVISION_FAILED = Sentence(
    ja="最新リビジョン {revision} が起動に失敗し、旧リビジョン {serving} で稼働中です（{why}）",
    en="the newest revision {revision} failed to become ready ({why}); {serving} serves instead",
)
REVISION_PENDING = Sentence(
    ja="最新リビジョン {revision} はデプロイ中です", en="the newest revision {revision} is still being deployed"
)
REVISION_UNSEEN = Sentence(
    ja="確認できません：最新リビジョン {revision} の状態が得られません",
    en="could not look: Google does not say how the newest revision {revision} is",
)
GOOGLE_SAYS = Sentence(ja="Google の説明：{message}", en="Google says: {message}")
CHANGED = Sentence(ja="最終更新：{at}（{who}）", en="last changed {at} by {who}")

OnFailedRevision: TypeAlias = Literal["warn", "fail", "off"]
_UNSAID = "-"


async def judge_newest_revisions(
    services: Sequence[RunService], on_failed: OnFailedRevision, context: CheckContext
) -> list[Finding]:
    """One finding per service that has served before; none when they are `off`.

    The revisions are asked for only where the newest one is not the newest ready one. A refusal of that second
    question must not hide the answer to the first, so it is caught here and is a finding of its own.
    """
    if on_failed == "off":
        return []
    settled = [_settled(service, context) for service in services if not _is_open(service)]
    doubtful = [
        one for one in services if _is_open(one) and not one.never_ready
    ]  # of those, the service's own says all
    return [*settled, *(await _look_closer(doubtful, on_failed, context) if doubtful else [])]


def rollback_command(service: RunService, project: Project) -> str:
    """All traffic back to the newest revision that was ready; where there is none, the list to choose from."""
    place = f"--region={service.region or project.region} --project={project.id}"
    good = service.latest_ready_revision
    if good and good != service.latest_created_revision:
        return f"gcloud run services update-traffic {service.name} {place} --to-revisions={good}=100"
    return f"gcloud run revisions list --service={service.name} {place}"


def details_of(service: RunService, condition: Condition) -> tuple[Note, ...]:
    """What Google says, and who changed the service when."""
    said = Note(GOOGLE_SAYS, {"message": one_line(condition.message)})
    if service.update_time is None:
        return (said,) if condition.message else ()
    changed = Note(CHANGED, {"at": service.update_time, "who": service.last_modifier or _UNSAID})
    return (said, changed) if condition.message else (changed,)


async def _look_closer(
    services: Iterable[RunService], on_failed: OnFailedRevision, context: CheckContext
) -> list[Finding]:
    try:
        revisions = await context.gcp.run.revisions(context.project.id, context.project.region)
    except GcpError as error:
        return [refused(_target(service), error) for service in services]
    return [_judge(service, _newest_of(service, revisions), on_failed, context) for service in services]


def _judge(service: RunService, newest: Revision | None, on_failed: OnFailedRevision, context: CheckContext) -> Finding:
    given = _given(service, newest.name if newest else service.latest_created_revision, context)
    ready = newest.ready if newest else None
    if ready and ready.state == "failed":
        return _failed(service, ready, on_failed, given, context.project)
    if ready and ready.state == "succeeded":
        return passing(_target(service), REVISION_READY, **given)
    if ready and ready.state != "unspecified":
        return skipped(_target(service), REVISION_PENDING, reason="deploying", **given)
    return unknown(_target(service), REVISION_UNSEEN, reason="no_condition", **given)


def _failed(
    service: RunService, ready: Condition, on_failed: OnFailedRevision, given: dict[str, Any], project: Project
) -> Finding:
    verdict = failing if on_failed == "fail" else warning
    return verdict(
        _target(service),
        REVISION_FAILED,
        why=ready.reason or "Ready = False",
        reason=ready.reason or "not_ready",
        serving=service.latest_ready_revision or _UNSAID,
        notes=details_of(service, ready),
        remedy=rollback_command(service, project),
        **given,
    )


def _settled(service: RunService, context: CheckContext) -> Finding:
    return passing(_target(service), REVISION_READY, **_given(service, service.latest_ready_revision, context))


def _is_open(service: RunService) -> bool:
    """The list alone does not settle it. Older answers lack both names, which says nothing."""
    return not service.latest_created_revision or service.latest_created_revision != service.latest_ready_revision


def _newest_of(service: RunService, revisions: Sequence[Revision]) -> Revision | None:
    """The one the service calls its newest, else the youngest; `revisions` come newest first."""
    own = [revision for revision in revisions if revision.service == service.name]
    named = [revision for revision in own if revision.name == service.latest_created_revision]
    return next(iter(named if service.latest_created_revision else own), None)


def _target(service: RunService) -> Target:
    return Target("run_revision", service.name)


def _given(service: RunService, revision: str, context: CheckContext) -> dict[str, Any]:  # fields of Finding by name
    project = context.project
    return {
        "revision": revision or _UNSAID,
        "link": run_service_page(project.id, service.region or project.region, service.name, tab="revisions"),
        "asked": {
            "method": "google.cloud.run.v2.Revisions.ListRevisions",
            "parent": f"projects/{project.id}/locations/{project.region}/services/-",
            "at": context.now.isoformat(),
        },
    }
