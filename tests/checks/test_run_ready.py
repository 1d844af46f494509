"""Is each service ready? Judged on what Google's list says."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.run_ready import Params, run_ready
from sagebase_ops.domain.projects import EVERY, Environment, Project
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.run import Condition, Revision, RunService

NOW = datetime(2026, 11, 24, tzinfo=UTC)
READY = Condition("succeeded")
FAILED = Condition("failed", "HEALTH_CHECK_CONTAINER_ERROR", "did not listen on PORT=8080")


@dataclass
class FakeRun:
    """Cloud Run as a list of services and revisions; `refusal` is for the revisions."""

    listed: tuple[RunService, ...] = ()
    unreachable: tuple[str, ...] = ()
    revised: tuple[Revision, ...] = ()
    refusal: GcpError | None = None
    asked: list[str] = field(default_factory=list)

    async def services(self, _project: str, _region: str) -> Listing[RunService]:
        self.asked.append("services")
        return Listing(self.listed, self.unreachable)

    async def revisions(self, _project: str, _region: str) -> tuple[Revision, ...]:
        self.asked.append("revisions")
        if self.refusal:
            raise self.refusal
        return self.revised


@dataclass
class FakeCloud:
    run: FakeRun


def web(ready: Condition | None = READY, newest: str = "web-2", good: str = "web-2", **given: Any) -> RunService:
    names = {"latest_created_revision": newest, "latest_ready_revision": good}
    return RunService("web", "asia-northeast1", ready=ready, **names, **given)  # any field of RunService


async def look(run: FakeRun, services: Any = ("web",), **params: Any) -> dict[str, Finding]:  # a list or "*"
    project = Project("prod", Environment.PRODUCTION, "asia-northeast1", services)
    context = CheckContext(project, cast("Any", FakeCloud(run)), cast("Any", None), NOW)  # no probe is needed
    findings = await run_ready(Params(**params), context)
    return {f"{finding.target.kind} {finding.target.name}": finding for finding in findings}


async def test_a_ready_service_and_its_newest_revision_pass_with_one_question() -> None:
    run = FakeRun((web(),))
    seen = await look(run)
    assert {name: finding.verdict for name, finding in seen.items()} == {
        "run_service web": Verdict.PASS,
        "run_revision web": Verdict.PASS,
    }
    assert run.asked == ["services"]


async def test_a_failed_deploy_behind_a_serving_revision_is_a_warning_of_its_own() -> None:
    seen = await look(FakeRun((web(newest="web-3"),), revised=(Revision("web", "web-3", NOW, FAILED),)))
    finding = seen["run_revision web"]
    assert seen["run_service web"].verdict is Verdict.PASS
    assert (finding.verdict, finding.reason) == (Verdict.WARN, "HEALTH_CHECK_CONTAINER_ERROR")
    assert finding.values["serving"] == "web-2"
    assert "PORT=8080" in str(finding.notes[0].values["message"])


async def test_the_remedy_of_a_failed_deploy_goes_back_to_the_exact_revision() -> None:
    seen = await look(FakeRun((web(FAILED, newest="web-3"),), revised=(Revision("web", "web-3", NOW, FAILED),)))
    expected = "gcloud run services update-traffic web --region=asia-northeast1 --project=prod --to-revisions=web-2=100"
    assert {finding.remedy for finding in seen.values()} == {expected}


@pytest.mark.parametrize(("parameter", "verdict"), [("warn", Verdict.WARN), ("fail", Verdict.FAIL)])
async def test_how_bad_a_failed_revision_is_can_be_chosen(parameter: str, verdict: Verdict) -> None:
    run = FakeRun((web(newest="web-3"),), revised=(Revision("web", "web-3", NOW, FAILED),))
    assert (await look(run, failed_revision=parameter))["run_revision web"].verdict is verdict


async def test_revisions_can_be_left_out() -> None:
    run = FakeRun((web(newest="web-3"),))
    assert list(await look(run, failed_revision="off")) == ["run_service web"]
    assert run.asked == ["services"]


async def test_a_refusal_of_the_revisions_does_not_hide_the_service() -> None:
    refusal = GcpError(GcpErrorKind.PERMISSION_DENIED, "no", api="run.googleapis.com", method="m", remedy="gcloud x")
    seen = await look(FakeRun((web(FAILED, newest="web-3"),), refusal=refusal))
    assert seen["run_service web"].verdict is Verdict.FAIL
    assert (seen["run_revision web"].verdict, seen["run_revision web"].remedy) == (Verdict.UNKNOWN, "gcloud x")


@pytest.mark.parametrize(
    ("service", "verdict", "reason"),
    [
        (web(FAILED), Verdict.FAIL, "HEALTH_CHECK_CONTAINER_ERROR"),
        (web(Condition("failed")), Verdict.FAIL, "not_ready"),
        (web(FAILED, reconciling=True), Verdict.FAIL, "HEALTH_CHECK_CONTAINER_ERROR"),
        (web(FAILED, good=""), Verdict.FAIL, "HEALTH_CHECK_CONTAINER_ERROR"),
        (web(None), Verdict.UNKNOWN, "no_condition"),
        (web(Condition("unspecified")), Verdict.UNKNOWN, "no_condition"),
        (web(Condition("reconciling", since=NOW - timedelta(minutes=15))), Verdict.WARN, "deploying"),
        (web(Condition("pending", since=NOW - timedelta(minutes=16))), Verdict.FAIL, "deploying"),
        (web(Condition("pending")), Verdict.WARN, "deploying"),
        (web(reconciling=True, update_time=NOW - timedelta(minutes=1)), Verdict.WARN, "deploying"),
        (web(reconciling=True, update_time=NOW - timedelta(hours=1)), Verdict.FAIL, "deploying"),
    ],
)
async def test_a_service_is_judged_by_its_terminal_condition(
    service: RunService, verdict: Verdict, reason: str
) -> None:
    finding = (await look(FakeRun((service,))))["run_service web"]
    assert (finding.verdict, finding.reason) == (verdict, reason)


async def test_a_service_that_never_served_has_no_second_finding() -> None:
    seen = await look(FakeRun((web(FAILED, good=""),)))
    assert list(seen) == ["run_service web"]
    assert "revisions list" in str(seen["run_service web"].remedy)


@pytest.mark.parametrize(
    ("revisions", "verdict"),
    [
        ((Revision("web", "web-3", NOW, Condition("reconciling")),), Verdict.SKIPPED),
        ((Revision("web", "web-3", NOW),), Verdict.UNKNOWN),
        ((), Verdict.UNKNOWN),
        ((Revision("web", "web-3", NOW, READY),), Verdict.PASS),
    ],
)
async def test_a_newest_revision_is_judged_by_its_own_ready_condition(
    revisions: tuple[Revision, ...], verdict: Verdict
) -> None:
    seen = await look(FakeRun((web(newest="web-3"),), revised=revisions))
    assert seen["run_revision web"].verdict is verdict


async def test_a_list_without_the_names_of_revisions_falls_back_on_the_youngest() -> None:
    older = Revision("web", "web-1", NOW - timedelta(days=1), READY)
    run = FakeRun((web(newest="", good=""),), revised=(Revision("web", "web-2", NOW, FAILED), older))
    assert (await look(run))["run_revision web"].verdict is Verdict.WARN


async def test_a_named_service_that_is_absent_fails() -> None:
    finding = (await look(FakeRun((web(),)), services=("web", "ghost")))["run_service ghost"]
    assert (finding.verdict, finding.reason) == (Verdict.FAIL, "does_not_exist")


async def test_a_named_service_absent_from_half_a_list_is_unknown() -> None:
    finding = (await look(FakeRun((web(),), ("asia-northeast1",)), services=("ghost",)))["run_service ghost"]
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, "partial")


async def test_every_service_of_a_region_without_any_is_unknown() -> None:
    finding = (await look(FakeRun(), services=EVERY))["project prod"]
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, "nothing_matched")


async def test_every_service_of_half_a_list_is_not_all_clear() -> None:
    seen = await look(FakeRun((web(),), ("asia-northeast1",)), services=EVERY)
    assert seen["run_service web"].verdict is Verdict.PASS
    assert (seen["project prod"].verdict, seen["project prod"].reason) == (Verdict.UNKNOWN, "partial")


async def test_each_finding_says_where_to_look_and_what_was_asked() -> None:
    for finding in (await look(FakeRun((web(),)))).values():
        assert str(finding.link).startswith("https://console.cloud.google.com/run/detail/asia-northeast1/web/")
        assert finding.asked["method"].startswith("google.cloud.run.v2.")
