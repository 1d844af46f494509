"""Is there a revision to go back to, and does the newest one get the traffic?"""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.deploys.rollback import pinned, previous_ready, rollback_to, split_of, split_unknown
from sagebase_ops.checks.run.targets import target_of, watched
from sagebase_ops.checks.settings_judged import Mistake, judged
from sagebase_ops.domain.console import run_service_page
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Verdict, unknown
from sagebase_ops.gcp.run import Revision, RunService

RIGHT = Sentence(
    ja="{serving} が稼働中。戻せるリビジョンは {previous}、保持数 {kept}",
    en="{serving} serves; {previous} is there to go back to, {kept} are kept",
)
NOT_LISTED = Sentence(
    ja="確認できません：リビジョンの一覧に {target} のものがありません",
    en="could not look: the list of revisions has none of {target}",
)
PINNED = Sentence(
    ja="トラフィックが {split} に固定され、新しい {newest} は使われていません。戻すには --to-latest",
    en="traffic is pinned to {split}; the newer {newest} gets none (--to-latest undoes it)",
)
GONE = Sentence(
    ja="トラフィックの宛先 {revision} が一覧にありません", en="{revision}, which should get traffic, does not exist"
)
IMAGE_GONE = Sentence(
    ja="稼働中の {revision} のコンテナイメージがありません。次の起動（スケールアウト）で失敗します",
    en="the image of {revision}, which serves, is gone: its next start fails",
)
OLD_IMAGE_GONE = Sentence(
    ja="{revisions} はコンテナイメージがなく、戻せません", en="there is no going back to {revisions}: the image is gone"
)
NEVER_READY = Sentence(
    ja="一度も Ready になったリビジョンがありません。リクエストを受けるものも、戻せるものもありません",
    en="no revision ever became ready: none gets requests, and there is none to go back to",
)
NOTHING_BEFORE = Sentence(
    ja="正常な旧リビジョンがなく、ロールバックできません",
    en="no older revision is ready: there is nothing to roll back to",
)
TOO_MANY = Sentence(
    ja="リビジョンが {kept} 個残っています（上限 {wanted}）", en="{kept} revisions are kept (limit {wanted})"
)
ALL_TO_ONE = Sentence(
    ja="トラフィックは最新の {revision} に固定されています。次のデプロイはそのままでは使われません",
    en="traffic is pinned to the newest, {revision}: the next deploy will get none by itself",
)
BACK = Sentence(ja="戻すコマンド：{command}", en="to go back: {command}")
_UNSAID = "-"


class Params(CheckParams):
    """How many revisions are too many."""

    warn_kept: Annotated[int, Field(ge=1)] = 200
    """More revisions than this of one service are a warning; Google itself deletes the oldest beyond 1000."""


@check(
    Params,
    question=Sentence(
        ja="戻せる旧リビジョンがあり、トラフィックは最新に向いているか",
        en="Is there an older revision to go back to, and does the newest get the traffic?",
    ),
    runbook=Sentence(
        ja=(
            "1. 一覧：gcloud run revisions list --service=SERVICE --region=REGION --project=PROJECT\n"
            "2. 固定を解いて最新へ向ける：gcloud run services update-traffic SERVICE --region=REGION --project=PROJECT --to-latest\n"
            "3. イメージのないリビジョンは、Artifact Registry の保持設定を見直し、必要なイメージを再ビルドする。\n"
            "注意：イメージの有無は、Google がそのリビジョンを起動しようとしたときにしかわからない。"
        ),
        en=(
            "1. List them: gcloud run revisions list --service=SERVICE --region=REGION --project=PROJECT\n"
            "2. Undo a pin: gcloud run services update-traffic SERVICE --region=REGION --project=PROJECT --to-latest\n"
            "3. For one without an image, look at Artifact Registry's clean-up rules, and build the image again.\n"
            "Google finds out that an image is gone only when it starts the revision."
        ),
    ),
    permissions=["run.services.list", "run.revisions.list"],
    command="gcloud run revisions list --service={target} --region={region} --project={project}",
    example="{check: run_revisions, title: リビジョンとトラフィック, warn_kept: 200}",
)
async def run_revisions(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per service: fail where what serves cannot start again, warn where nobody could go back.

    Unknown where Google does not say what serves.

    Source: Cloud Run Admin API v2, Services.ListServices and Revisions.ListRevisions over `services/-`.
    """
    project = context.project
    listing = await context.gcp.run.services(project.id, project.region)
    revisions = await context.gcp.run.revisions(project.id, project.region)
    seen = watched(project, listing)
    return [*(_judge(one, _own(one, revisions), params, project) for one in seen.services), *seen.lost]


def _own(service: RunService, revisions: Sequence[Revision]) -> list[Revision]:
    return [one for one in revisions if one.service == service.name]


def _judge(service: RunService, own: Sequence[Revision], params: Params, project: Project) -> Finding:
    target, region = target_of(service.name), service.region or project.region
    link = run_service_page(project.id, region, service.name, tab="revisions")
    if not own:
        return unknown(target, NOT_LISTED, reason="no_revisions", link=link)
    previous = previous_ready(service, own)
    serving = ", ".join(part.revision for part in service.serving)
    notes = []
    if pinned(service) == (service.latest_ready_revision,):
        notes.append(Note(ALL_TO_ONE, {"revision": service.latest_ready_revision}))
    if previous:
        notes.append(Note(BACK, {"command": rollback_to(service, previous, project)}))
    shown = {"serving": serving, "previous": previous or _UNSAID, "kept": Quantity(len(own), "{revisions}")}
    asked = {"method": "google.cloud.run.v2.Revisions.ListRevisions"}
    return judged(target, RIGHT, list(_mistakes(service, own, params, project)), notes, **shown, link=link, asked=asked)


def _mistakes(service: RunService, own: Sequence[Revision], params: Params, project: Project) -> Iterator[Mistake]:
    if service.never_ready:
        yield Mistake(Verdict.FAIL, "never_ready", NEVER_READY)
    elif not service.serving:
        yield split_unknown(service, project)
    else:
        yield from _of_traffic(service, own)
    if len(own) > params.warn_kept:
        counts = {"kept": len(own), "wanted": params.warn_kept}
        yield Mistake(Verdict.WARN, "too_many", TOO_MANY, counts)


def _of_traffic(service: RunService, own: Sequence[Revision]) -> Iterator[Mistake]:
    there, fixed = {one.name: one for one in own}, pinned(service)
    serving = {part.revision for part in service.serving}
    for name in sorted(serving):
        if name not in there:
            yield Mistake(Verdict.FAIL, "revision_gone", GONE, {"revision": name})
        elif there[name].image_gone:
            yield Mistake(Verdict.FAIL, "image_gone", IMAGE_GONE, {"revision": name})
    if fixed and service.latest_ready_revision not in serving:
        newest = {"split": split_of(service), "newest": service.latest_ready_revision}
        yield Mistake(Verdict.WARN, "pinned", PINNED, newest)
    lost = [one.name for one in own if one.image_gone and one.name not in serving]
    if lost:
        yield Mistake(Verdict.WARN, "old_image_gone", OLD_IMAGE_GONE, {"revisions": ", ".join(lost)})
    if not previous_ready(service, own):
        yield Mistake(Verdict.WARN, "nothing_before", NOTHING_BEFORE)
