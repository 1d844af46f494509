"""What was deployed, by whom, and did the service answer worse since?"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.deploys import words
from sagebase_ops.checks.deploys.people import changes_of_run, deployed_by
from sagebase_ops.checks.deploys.rollback import previous_ready, rollback_to
from sagebase_ops.checks.deploys.traffic import Answers, Traffic, traffic_by_revision
from sagebase_ops.checks.metrics.idle import idle_services
from sagebase_ops.checks.parts import or_refusal
from sagebase_ops.checks.run.targets import target_of, watched
from sagebase_ops.checks.settings_judged import Mistake, judged, not_read
from sagebase_ops.domain.audit_entries import AuditEntry
from sagebase_ops.domain.console import run_service_page
from sagebase_ops.domain.quantities import Percentage, PositiveDuration, Quantity
from sagebase_ops.domain.refusals import details_of
from sagebase_ops.domain.results import Finding, Note, Sentence, Value, Verdict, passing
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.run import Revision, RunService


class Params(CheckParams):
    """How far back, and how much worse is bad."""

    window: PositiveDuration = timedelta(hours=24)
    """Revisions made in it are told."""
    max_error_rate: Percentage = 0.01
    """A new revision with more 5xx than this, and more than the one before, fails."""
    warn_slower: Percentage = 0.5
    """A 95th percentile so much longer than before is a warning."""
    min_requests: Annotated[int, Field(ge=1)] = 50
    """With fewer, before or after, nothing is compared."""


@dataclass(frozen=True, slots=True)
class _Deploys:
    """`own` and `made` newest first: all revisions of the service, and those of the window."""

    service: RunService
    own: Sequence[Revision]
    made: Sequence[Revision]
    changes: Sequence[AuditEntry]
    traffic: Traffic
    idle: bool
    """Google looked, and nobody asked it anything."""

    @property
    def newest(self) -> Revision | None:
        return next((one for one in self.made if one.ready and one.ready.state == "succeeded"), None)

    @property
    def before(self) -> str:
        """The newest ready one that is older than all of the window."""
        made = {one.name for one in self.made}
        good = (one.name for one in self.own if one.name not in made and one.ready and one.ready.state == "succeeded")
        return next(good, "")

    def who(self, revision: Revision) -> str:
        return deployed_by(revision, self.changes)


@check(
    Params,
    question=Sentence(
        ja="この期間に何がデプロイされ、その前後でエラー率とレスポンスタイムは悪化したか",
        en="What was deployed, by whom, and are error rate and response time worse since?",
    ),
    runbook=Sentence(
        ja=(
            "1. 悪化していれば、下に示したリビジョンへ戻す（手順書「緊急ロールバック」、./scripts/rollback.sh --revision REVISION と同じ）。\n"
            "2. 起動に失敗したリビジョンは、コンソールの「リビジョン」とログで理由を確認する。旧リビジョンが応答を続けている。\n"
            "3. 心当たりのないデプロイは、示された実行者に確認する。"
        ),
        en=(
            "1. If it is worse, go back to the revision that is named (the guide's emergency rollback, "
            "./scripts/rollback.sh --revision REVISION).\n"
            "2. For one that never became ready, read its reason and logs in the console; the older one still serves.\n"
            "3. Ask whoever is named about a deploy that nobody knows of."
        ),
    ),
    permissions=["run.services.list", "run.revisions.list", "logging.logEntries.list", "monitoring.timeSeries.list"],
    command="gcloud run revisions list --service={target} --region={region} --project={project}",
    example="{check: run_deploys, title: デプロイ, window: 24h}",
)
async def run_deploys(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per service. Who and how well is asked only where something was deployed, once for all services.

    Source: Revisions.ListRevisions, the activity log, and MetricService.ListTimeSeries by revision.
    """
    project, since = context.project, context.now - params.window
    listing, revisions = await asyncio.gather(
        context.gcp.run.services(project.id, project.region), context.gcp.run.revisions(project.id, project.region)
    )
    seen = watched(project, listing)
    names = {one.name for one in seen.services}
    made = [one for one in revisions if one.service in names and one.created_at and one.created_at > since]
    if not made:
        return [*(_none(one, params, context) for one in seen.services), *seen.lost]
    changes, traffic = await asyncio.gather(
        or_refusal(changes_of_run(since, context)), traffic_by_revision(2 * params.window, context)
    )
    told = {one.service for one in revisions if traffic.of(one.name).requests}
    silent = set() if traffic.partial else {one.service for one in made} - told
    idle = (await idle_services(2 * params.window, context)).without_requests if silent else frozenset()
    known: Sequence[AuditEntry] = () if isinstance(changes, GcpError) else changes
    notes = _without_log(changes) if isinstance(changes, GcpError) else []
    findings = []
    for service in seen.services:
        own = [one for one in revisions if one.service == service.name]
        mine = [one for one in made if one.service == service.name]
        deploys = _Deploys(service, own, mine, known, traffic, idle=service.name in idle)
        findings.append(_judge(deploys, params, context, notes) if mine else _none(service, params, context))
    return [*findings, *seen.lost]


def _without_log(error: GcpError) -> list[Note]:
    """The revisions' creators still say something."""
    return [Note(words.NOT_AUDITED), *details_of(error)]


def _none(service: RunService, params: Params, context: CheckContext) -> Finding:
    return passing(target_of(service.name), words.NONE, window=Quantity.of(params.window), **_given(service, context))


def _judge(deploys: _Deploys, params: Params, context: CheckContext, notes: Sequence[Note]) -> Finding:
    newest, service = deploys.newest or deploys.made[0], deploys.service
    back = deploys.before or previous_ready(service, deploys.own)
    mistakes = list(_mistakes(deploys, params))
    command = rollback_to(service, back, context.project) if back else ""
    told = [Note(words.ROLL_BACK, {"revision": back, "command": command})] if back else []
    given = {**_given(service, context), **({"remedy": command} if command and mistakes else {})}
    shown = {"count": Quantity(len(deploys.made), "{revisions}"), "revision": newest.name, "who": deploys.who(newest)}
    return judged(
        target_of(service.name), words.WELL, mistakes, [*_notes(deploys, params), *notes, *told], **shown, **given
    )


def _mistakes(deploys: _Deploys, params: Params) -> Iterator[Mistake]:
    for one in deploys.made:
        if one.ready and one.ready.state == "failed":
            why = one.ready.reason or "Ready = False"
            values = {"revision": one.name, "who": deploys.who(one), "why": why}
            yield Mistake(Verdict.WARN, "never_ready", words.NEVER_READY, values)
    if deploys.newest is None:
        return
    after, before = deploys.traffic.of(deploys.newest.name), deploys.traffic.of(deploys.before)
    if deploys.traffic.partial is not None:  # of a part of it nothing is believed
        yield not_read(deploys.traffic.partial)
        return
    if not after.requests and not before.requests and not deploys.idle:
        yield Mistake(Verdict.UNKNOWN, "no_data", words.UNCOUNTED)
    if after.requests < params.min_requests:
        return
    if after.error_rate > max(params.max_error_rate, before.error_rate):
        rates = {"after": _share(after), "before": _share(before), "wanted": Quantity(params.max_error_rate, "1")}
        yield Mistake(Verdict.FAIL, "more_errors", words.MORE_ERRORS, rates)
    if before.requests < params.min_requests or after.p95 is None or before.p95 is None:
        return
    if after.p95 > before.p95 * (1 + params.warn_slower):
        times = {"after": Quantity(after.p95, "s"), "before": Quantity(before.p95, "s")}
        yield Mistake(Verdict.WARN, "slower", words.SLOWER, times)


def _notes(deploys: _Deploys, params: Params) -> Iterator[Note]:
    for one in deploys.made:
        if one.created_at:
            yield Note(words.DEPLOYED, {"at": one.created_at, "revision": one.name, "who": deploys.who(one)})
    split = ", ".join(f"{part.revision} {part.percent}%" for part in deploys.service.traffic if part.percent)
    yield Note(words.SPLIT, {"split": split or "-"})
    for name in filter(None, [deploys.before, deploys.newest.name if deploys.newest else ""]):
        found = deploys.traffic.of(name)
        counted: dict[str, Value] = {"name": name, "requests": round(found.requests)}
        if found.requests < params.min_requests or found.p95 is None:
            yield Note(words.TOO_FEW, counted)
        else:
            yield Note(words.COMPARED, {**counted, "rate": _share(found), "p95": Quantity(found.p95, "s")})


def _share(found: Answers) -> Quantity:
    return Quantity(found.error_rate, "1")


def _given(service: RunService, context: CheckContext) -> dict[str, Any]:  # fields of Finding by name
    project = context.project
    region = service.region or project.region
    return {
        "asked": {"method": "google.cloud.run.v2.Revisions.ListRevisions", "at": context.now.isoformat()},
        "link": run_service_page(project.id, region, service.name, tab="revisions"),
    }
