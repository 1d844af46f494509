"""An uptime check is judged by what the guide's alert relies on: how often, from where, which page, over TLS."""

from typing import Any

import pytest

from sagebase_ops.checks.uptime_checks import Params, uptime_checks
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError
from sagebase_ops.sandbox.alerting_scenario import UptimeCheck
from sagebase_ops.sandbox.scenario import RunService
from tests.checks.watching import WEB, looking, refusing, said


async def seen(*checks: UptimeCheck, **changed: Any) -> list[Finding]:
    async with looking(uptime_checks=list(checks), **changed) as (_, context):
        return await uptime_checks(Params(), context)


def check(**changed: Any) -> UptimeCheck:
    return UptimeCheck.model_validate(changed)


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        ({}, Verdict.PASS, None),
        ({"period": "5m", "path": "/_stcore/health", "regions": ["USA"]}, Verdict.PASS, None),
        ({"period": "10m"}, Verdict.FAIL, "too_rare"),
        ({"tls": False, "validates": False}, Verdict.WARN, "no_tls"),
        ({"validates": False}, Verdict.WARN, "certificate_not_validated"),
        ({"path": "/admin"}, Verdict.WARN, "other_path"),
        ({"regions": ["EUROPE", "ASIA_PACIFIC"]}, Verdict.WARN, "few_places"),
        ({"disabled": True}, Verdict.FAIL, "disabled"),
        ({"accepts": ["STATUS_CLASS_ANY"]}, Verdict.FAIL, "cannot_fail"),
        ({"accepts": ["STATUS_CLASS_2XX", "STATUS_CLASS_5XX"]}, Verdict.FAIL, "cannot_fail"),
        ({"accepts": [503]}, Verdict.FAIL, "cannot_fail"),
        ({"accepts": ["STATUS_CLASS_4XX"]}, Verdict.WARN, "takes_refusals"),
        ({"accepts": ["STATUS_CLASS_2XX", 302]}, Verdict.PASS, None),
        ({"port": 8443}, Verdict.FAIL, "other_port"),
        ({"port": 443}, Verdict.PASS, None),
    ],
)
async def test_a_check_is_held_against_what_the_alert_relies_on(
    changed: dict[str, Any], verdict: Verdict, reason: str
) -> None:
    (found,) = await seen(check(**changed))
    assert (found.verdict, found.reason, found.target.name) == (verdict, reason, WEB)


@pytest.mark.parametrize(("where", "verdict"), [("asia-northeast1", Verdict.PASS), ("us-central1", Verdict.FAIL)])
async def test_a_check_that_is_bound_to_a_service_counts_in_its_region_alone(where: str, verdict: Verdict) -> None:
    (found,) = await seen(check(bound_in=where))
    assert (found.verdict, found.target.name) == (verdict, WEB)


async def test_the_name_of_a_service_is_not_told_as_an_address() -> None:
    (found,) = await seen(check(bound_in="asia-northeast1"))
    assert found.values["page"] == "Cloud Run sagebase-streamlit/"


async def test_every_mistake_is_named_the_worst_first() -> None:
    (found,) = await seen(check(period="15m", tls=False, path="/x"))
    assert found.reason == "too_rare"
    assert [line.split("'")[2].split(";")[0] for line in said(found.notes)] == [
        " does not ask over HTTPS",
        " asks for /x (expected: /, /_stcore/health)",
    ]


async def test_the_best_of_two_checks_counts() -> None:
    (found,) = await seen(check(period="15m"), check(title="Second"))
    assert (found.verdict, found.values["check"]) == (Verdict.PASS, "Second")


async def test_a_service_at_a_port_of_its_own_is_looked_at_there() -> None:
    params = Params(urls={WEB: "https://www.example.com:8443"})
    async with looking(uptime_checks=[check(host="www.example.com", port=8443)]) as (_, context):
        (found,) = await uptime_checks(params, context)
    async with looking(uptime_checks=[]) as (_, context):
        (absent,) = await uptime_checks(params, context)
    assert found.verdict is Verdict.PASS
    assert "host=www.example.com,project_id=sagebase-sandbox --protocol=https --port=8443" in str(absent.remedy)


async def test_what_is_taken_for_a_good_answer_is_named() -> None:
    (found,) = await seen(check(accepts=["STATUS_CLASS_2XX", "STATUS_CLASS_4XX", 503]))
    assert found.values["found"] == "2xx, 4xx, 503"


async def test_a_service_without_a_check_fails_with_the_command_that_makes_one() -> None:
    (found,) = await seen()
    assert (found.verdict, found.reason) == (Verdict.FAIL, "does_not_exist")
    assert str(found.remedy).startswith(f"gcloud monitoring uptime create {WEB} ")


async def test_a_check_of_a_host_that_no_service_has_is_told_beside() -> None:
    gone, other = check(title="Old", host="old-abc-an.a.run.app"), check(title="Site", host="www.example.com")
    service, stale = await seen(gone, other)
    assert (service.reason, stale.verdict, stale.reason) == ("does_not_exist", Verdict.WARN, "stale_host")
    assert stale.target.name == "Old"


OLD_FORM, BY_NUMBER = f"{WEB}-7x2kq3vq5a-an.a.run.app", f"{WEB}-123456789012.asia-northeast1.run.app"


@pytest.mark.parametrize("host", [OLD_FORM, BY_NUMBER, BY_NUMBER.upper()])
async def test_a_check_of_either_url_of_a_service_is_a_check_of_the_service(host: str) -> None:
    (found,) = await seen(check(host=host))
    assert (found.verdict, found.target.name) == (Verdict.PASS, WEB)


@pytest.mark.parametrize(
    ("host", "verdict", "reason"),
    [
        ("old-1234567890.asia-northeast1.run.app", Verdict.WARN, "stale_host"),
        (f"{WEB}-999999999999.asia-northeast1.run.app", Verdict.WARN, "stale_host"),
        (f"{WEB}-zzzzzzzzzz-an.a.run.app", Verdict.WARN, "stale_host"),
        (f"{WEB}-123456789012.us-central1.run.app", Verdict.SKIPPED, "other_region"),
        (f"{WEB}-7x2kq3vq5a-uc.a.run.app", Verdict.SKIPPED, "other_region"),
        ("other-123456789012.asia-northeast1.run.app", Verdict.SKIPPED, "not_watched"),
        ("other-7x2kq3vq5a-an.a.run.app", Verdict.SKIPPED, "not_watched"),
        (f"canary---{BY_NUMBER}", Verdict.WARN, "tagged"),
        (f"canary---{OLD_FORM}", Verdict.WARN, "tagged"),
        (f"canary---{WEB}-123456789012.us-central1.run.app", Verdict.SKIPPED, "other_region"),
    ],
)
async def test_a_host_that_is_no_watched_services_is_told_for_what_it_is_and_counts_for_none(
    host: str, verdict: Verdict, reason: str
) -> None:
    services = [RunService(), RunService(name="other")]
    service, told = await seen(check(title="Mine", host=host), services=services)
    assert (service.verdict, service.reason) == (Verdict.FAIL, "does_not_exist")
    assert (told.target.name, told.verdict, told.reason) == ("Mine", verdict, reason)


@pytest.mark.parametrize(
    ("host", "reason"),
    [(BY_NUMBER, "url_not_told"), (f"{WEB}-zzzzzzzzzz-an.a.run.app", "does_not_exist")],
)
async def test_where_google_names_one_url_alone_the_other_one_may_be_right(host: str, reason: str) -> None:
    found, *_ = await seen(check(host=host), services=[RunService(urls_told=False)])
    assert (found.verdict is Verdict.UNKNOWN, found.reason) == (reason == "url_not_told", reason)


async def test_a_service_behind_a_closed_door_needs_none() -> None:
    (found,) = await seen(services=[RunService(ingress="INTERNAL_ONLY")])
    assert (found.verdict, found.reason) == (Verdict.SKIPPED, "closed")


async def test_a_refusal_is_no_missing_check() -> None:
    faults = [refusing("monitoring.uptimeCheckConfigs.list", "monitoring.uptimeCheckConfigs.list")]
    async with looking("healthy", faults) as (_, context):
        with pytest.raises(GcpError, match=r"monitoring\.uptimeCheckConfigs\.list"):
            await uptime_checks(Params(), context)
