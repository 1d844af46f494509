"""The smoke test on the wire: each part passes, fails, and says when it could not look."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.smoke.answers import NOT_SENT, SILENT
from sagebase_ops.checks.smoke.params import CLOUD_PARTS, WEB_PARTS, Params
from sagebase_ops.checks.smoke_test import look, smoke_test
from sagebase_ops.domain.projects import EVERY, Environment, Project
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.probe.http import Probe
from sagebase_ops.probe.tls import CertificateProblem
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.server import Sandbox

ID = "sagebase-sandbox"
WEB = {"name": "sagebase-streamlit", "region": "asia-northeast1"}
BUCKETS = (f"{ID}-sagebase-minutes-production", f"{ID}-sagebase-backups-production")
Found = dict[str, list[Finding]]


def scenario(folder: Path, **changed: Any) -> str:  # YAML: any of a scenario's keys
    path = folder / "own.yaml"
    with path.open("w") as out:
        YAML(typ="safe").dump({"extends": "healthy", **changed}, out)
    return str(path)


@asynccontextmanager
async def looking(name: str, services: Any = ("sagebase-streamlit",)) -> AsyncIterator[tuple[Sandbox, CheckContext]]:
    async with Sandbox.running(name) as box:
        connections, probe = Connections(box.grpc, box.rest), Probe(box.rest)
        project = Project(ID, Environment.PRODUCTION, "asia-northeast1", services, ("sagebase-db",), BUCKETS)
        yield box, CheckContext(project, Cloud(connections), probe, box.world.now())
        await probe.aclose()
        await connections.aclose()


async def smoke(context: CheckContext, **params: Any) -> Found:
    given = {"secrets": ["database-password"], **params}
    found: Found = {}
    for finding in await smoke_test(Params.model_validate(given), context):
        found.setdefault(finding.target.kind, []).append(finding)
    return found


def verdicts(found: Found) -> Mapping[str, set[str]]:
    return {kind: {finding.verdict.value for finding in findings} for kind, findings in found.items()}


async def time_enough() -> float:
    """Seconds in which this machine, busy as it is, has all parts answered several times over; less than a site that hangs."""
    begun = asyncio.get_running_loop().time()
    async with looking("healthy") as (_, context):
        await smoke(context)
    return min(max(2.0, 5 * (asyncio.get_running_loop().time() - begun)), 20.0)


def site(**website: Any) -> dict[str, Any]:
    return {"services": [{**WEB, "website": website}]}


async def test_all_parts_pass_when_healthy() -> None:
    async with looking("healthy") as (_, context):
        found = await smoke(context)
    assert verdicts(found) == {part: {"pass"} for part in (*WEB_PARTS, *CLOUD_PARTS)}
    assert all(f.link and f.asked for findings in found.values() for f in findings)


async def test_no_question_is_asked_twice() -> None:
    async with looking("healthy") as (box, context):
        await smoke(context)
        await smoke(context)
        methods = [call.method for call in box.world.calls]
    assert len(methods) == len(set(methods)), methods


async def test_a_secret_that_is_gone_fails_even_where_the_others_may_not_be_listed(tmp_path: Path) -> None:
    own = scenario(tmp_path, secrets=[], denied_permissions=["secretmanager.secrets.list"])
    async with looking(own) as (_, context):
        (found,) = (await smoke(context))["secret"]
    assert (found.verdict, found.reason) == (Verdict.FAIL, "does_not_exist")


async def test_the_probe_gets_ready_without_waiting_for_the_list_of_services() -> None:
    async with looking("healthy") as (box, context):
        box.world.faults.add(Fault("Services/ListServices", "refusal", None, {"status": "permission_denied"}))
        await smoke(context)
        assert context.probe.is_open


@pytest.mark.parametrize(
    ("changed", "part", "verdict", "reason"),
    [
        (site(status=503), "http_answer", "fail", "http_503"),
        (site(status=503), "http_status", "fail", "http_503"),
        (site(status=429), "http_status", "fail", "http_429"),
        (site(health_status=500), "streamlit_health", "fail", "http_500"),
        (site(health_body="starting"), "streamlit_health", "fail", "unhealthy"),
        (site(body="<html>nginx</html>"), "page_text", "fail", "text_missing"),
        (site(redirects_to_https=False), "https_redirect", "fail", "no_https_redirect"),
        (site(redirect_to="https://elsewhere.example/x"), "http_status", "fail", "http_302"),
        (site(redirect_to="https://accounts.google.com/o"), "http_status", "unknown", "iap"),
        (site(certificate_days=20), "tls_certificate", "warn", None),
        (site(certificate_days=3), "tls_certificate", "fail", None),
        (site(certificate_days=-2), "tls_certificate", "fail", "tls_expired"),
        (site(certificate_days=-2), "http_answer", "fail", "tls_expired"),
        ({"services": [{**WEB, "public": False}]}, "http_answer", "unknown", "http_403"),
        ({"services": [{**WEB, "ingress": "INTERNAL_ONLY"}]}, "http_answer", "unknown", "ingress"),
        ({"services": [{**WEB, "name": "other"}]}, "http_answer", "fail", "does_not_exist"),
        ({"sql_instances": [{"name": "sagebase-db", "activation_policy": "NEVER"}]}, "sql_instance", "fail", "stopped"),
        ({"sql_instances": [{"name": "sagebase-db", "state": "FAILED"}]}, "sql_instance", "fail", "failed"),
        ({"sql_instances": []}, "sql_instance", "fail", "does_not_exist"),
        (
            {"secrets": [{"name": "database-password", "versions": ["DISABLED"]}]},
            "secret",
            "fail",
            "no_enabled_version",
        ),
        (
            {"secrets": [{"name": "database-password", "versions": ["ENABLED", "DISABLED"]}]},
            "secret",
            "warn",
            "latest_not_enabled",
        ),
        ({"secrets": []}, "secret", "fail", "does_not_exist"),
        ({"buckets": []}, "bucket", "fail", "does_not_exist"),
        ({"apis": ["run.googleapis.com"]}, "api", "fail", "not_enabled"),
    ],
)
async def test_each_part_has_its_failing_case(
    tmp_path: Path, changed: dict[str, Any], part: str, verdict: str, reason: str | None
) -> None:
    async with looking(scenario(tmp_path, **changed)) as (_, context):
        seen = (await smoke(context))[part]
    assert {(f.verdict.value, f.reason) for f in seen} == {(verdict, reason)}


@pytest.mark.parametrize(
    ("denied", "parts"),
    [
        ("run.services.list", WEB_PARTS),
        ("cloudsql.instances.list", ("sql_instance",)),
        ("secretmanager.versions.list", ("secret",)),
        ("storage.buckets.list", ("bucket",)),
        ("serviceusage.services.list", ("api",)),
    ],
)
async def test_one_refusal_spoils_no_other_part(tmp_path: Path, denied: str, parts: tuple[str, ...]) -> None:
    async with looking(scenario(tmp_path, denied_permissions=[denied])) as (_, context):
        found = await smoke(context)
    expected = {part: {"unknown"} if part in parts else {"pass"} for part in (*WEB_PARTS, *CLOUD_PARTS)}
    assert verdicts(found) == expected
    assert all("add-iam-policy-binding" in (f.remedy or "") for part in parts for f in found[part])


@pytest.mark.parametrize(
    ("limits", "verdict", "limit"),
    [
        ({"warn_above": "5s", "fail_above": "10s"}, Verdict.PASS, 5),
        ({"warn_above": "1s", "fail_above": "10s"}, Verdict.WARN, 1),
        ({"warn_above": "1s", "fail_above": "1s"}, Verdict.FAIL, 1),
    ],
)
async def test_the_answer_time_is_measured_and_judged(
    tmp_path: Path, limits: dict[str, str], verdict: Verdict, limit: float
) -> None:
    async with looking(scenario(tmp_path, **site(delay="1.1s"))) as (_, context):
        slow = (await smoke(context, answer_time=limits))["answer_time"][0]
    assert (slow.verdict, slow.limit and slow.limit.amount) == (verdict, limit)
    assert slow.value is not None
    assert slow.value.amount >= 1.1


async def test_a_service_without_its_run_app_url_wants_its_own(tmp_path: Path) -> None:
    moved = {"services": [{**WEB, "default_uri": False, "domains": ["sagebase.example.com"]}]}
    async with looking(scenario(tmp_path, **moved)) as (_, context):
        found = await smoke(context)
        there = await smoke(context, urls={WEB["name"]: "https://sagebase.example.com"})
    assert {(f.verdict.value, f.reason) for part in WEB_PARTS for f in found[part]} == {
        ("unknown", "default_uri_disabled")
    }
    assert verdicts(there) == {part: {"pass"} for part in (*WEB_PARTS, *CLOUD_PARTS)}
    assert {f.asked["url"].split("/")[2] for part in WEB_PARTS for f in there[part]} == {"sagebase.example.com"}


async def test_the_front_ends_404_is_a_refusal_of_us(tmp_path: Path) -> None:
    """As when `urls` names the very URL that lets nobody in."""
    inside = {"services": [{**WEB, "ingress": "INTERNAL_ONLY"}]}
    async with looking(scenario(tmp_path, **inside)) as (box, context):
        address = box.world.services()[0].address
        found = await smoke(context, urls={WEB["name"]: address})
    assert {(f.verdict.value, f.reason) for f in found["http_status"]} == {("unknown", "http_404")}


async def test_a_404_of_the_service_itself_is_its_failure(tmp_path: Path) -> None:
    async with looking(scenario(tmp_path, **site(status=404, body="404 page not found"))) as (_, context):
        found = await smoke(context)
    assert {(f.verdict.value, f.reason) for f in found["http_status"]} == {("fail", "http_404")}


async def test_a_private_service_is_asked_as_ourselves(tmp_path: Path) -> None:
    asked: list[str] = []

    async def token_for(audience: str) -> str:
        asked.append(audience)
        return "a-token"

    async with looking(scenario(tmp_path, services=[{**WEB, "public": False}])) as (box, context):
        probe = Probe(box.rest, token_for)
        found = await smoke(CheckContext(context.project, context.gcp, probe, context.now))
        await probe.aclose()
        assert set(asked) == {box.world.services()[0].address}
    assert verdicts(found) == {part: {"pass"} for part in (*WEB_PARTS, *CLOUD_PARTS)}


@pytest.mark.parametrize(
    ("changed", "fault", "late"),
    [
        (site(delay="30s"), None, {"http_answer", "http_status", "streamlit_health", "answer_time", "page_text"}),
        ({}, "Services/ListServices", set(WEB_PARTS)),
        ({}, "SecretManagerService/ListSecretVersions", {"secret"}),
    ],
    ids=["the site hangs", "Cloud Run hangs", "Secret Manager hangs"],
)
async def test_what_has_no_end_costs_its_own_parts_only(
    tmp_path: Path, changed: dict[str, Any], fault: str | None, late: set[str]
) -> None:
    stopped = {"sql_instances": [{"name": "sagebase-db", "activation_policy": "NEVER"}]}
    enough = await time_enough()
    async with looking(scenario(tmp_path, **changed, **stopped)) as (box, context):
        if fault:
            box.world.faults.add(Fault(fault, "timeout_before", None))
        seen = await look(Params(secrets=("database-password",)), context, longest=enough)
    assert {f.target.kind for f in seen if f.reason == "deadline"} == late
    assert {f.verdict for f in seen if f.reason == "deadline"} == {Verdict.UNKNOWN}
    assert [f.reason for f in seen if f.target.kind == "sql_instance"] == ["stopped"]


@pytest.mark.parametrize("method", ["sqladmin.instances.list", "storage.buckets.list"])
async def test_half_an_answer_is_never_a_missing_thing(method: str) -> None:
    async with looking("healthy") as (box, context):
        box.world.faults.add(Fault(method, "half_page", None))
        found = await smoke(context)
    part = "sql_instance" if "sql" in method else "bucket"
    assert "fail" not in verdicts(found)[part]
    assert "unknown" in verdicts(found)[part]


async def test_parts_are_left_out_and_unnamed_ones_skipped() -> None:
    async with looking("healthy") as (_, context):
        found = await smoke(context, skip=[*WEB_PARTS, "api"], secrets=[], buckets=[])
    assert verdicts(found) == {"sql_instance": {"pass"}, "secret": {"skipped"}, "bucket": {"skipped"}}


async def test_a_project_without_services_has_no_page_to_look_at() -> None:
    async with looking("healthy", ()) as (_, context):
        found = verdicts(await smoke(context))
    assert found == {part: {"skipped" if part in WEB_PARTS else "pass"} for part in (*WEB_PARTS, *CLOUD_PARTS)}


async def test_every_part_says_that_no_service_is_there(tmp_path: Path) -> None:
    async with looking(scenario(tmp_path, services=[]), EVERY) as (_, context):
        found = verdicts(await smoke(context))
    assert found == {part: {"unknown" if part in WEB_PARTS else "pass"} for part in (*WEB_PARTS, *CLOUD_PARTS)}


async def test_every_service_of_the_region_is_asked() -> None:
    async with looking("healthy", EVERY) as (_, context):
        assert verdicts(await smoke(context))["http_status"] == {"pass"}


async def test_time_left_is_measured_against_the_runs_now(tmp_path: Path) -> None:
    async with looking(scenario(tmp_path, **site(certificate_days=40))) as (_, context):
        seen = (await smoke(context))["tls_certificate"][0]
    assert seen.value is not None
    off = timedelta(seconds=seen.value.amount) - timedelta(days=40)
    assert abs(off) < timedelta(minutes=1)  # the certificate is made a moment after the run's now


def test_every_way_a_request_may_fail_has_its_sentence() -> None:
    ways = {
        "foreign_host",
        "dns",
        "connect",
        "timeout",
        "reset",
        "malformed",
        "proxy",
        "tls",
        *map(str, CertificateProblem),
    }
    assert ways == {*SILENT, *NOT_SENT}
