"""Availability is what Google's uptime checks saw, or a request of our own; their absence alone is never green."""

from datetime import timedelta
from typing import Any

import pytest

from sagebase_ops.checks.uptime import Params, uptime
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.sandbox.alerting_scenario import UptimeCheck
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import Load, RunService, Website
from tests.checks.watching import looking, said

DOWN_SITE = Website(status=503, body="Service Unavailable")


async def seen(scenario: str = "healthy", *, faults: tuple[Fault, ...] = (), **changed: Any) -> Finding:
    async with looking(scenario, faults, **changed) as (_, context):
        (found,) = await uptime(Params(), context)
    return found


@pytest.mark.parametrize(
    ("places", "verdict", "reason"),
    [
        ([], Verdict.PASS, None),
        (["usa-iowa"], Verdict.WARN, "some_places"),
        (["usa-iowa", "usa-oregon"], Verdict.FAIL, "does_not_answer"),
    ],
)
async def test_one_place_may_be_cut_off_itself_two_may_not(places: list[str], verdict: Verdict, reason: str) -> None:
    found = await seen(uptime_checks=[UptimeCheck(down_at=places)])
    assert (found.verdict, found.reason) == (verdict, reason)
    assert found.value
    assert found.value.amount == pytest.approx(1 - len(places) / 6)


async def test_the_worst_of_two_checks_counts() -> None:
    found = await seen(uptime_checks=[UptimeCheck(down_at=["usa-iowa", "eur-belgium"]), UptimeCheck(title="second")])
    assert found.verdict is Verdict.FAIL


async def test_a_paused_check_is_unknown_and_named() -> None:
    found = await seen(uptime_checks=[UptimeCheck(title="Front page", paused=True)])
    assert (found.verdict, found.reason, found.values["check"]) == (Verdict.UNKNOWN, "no_data", "Front page")


async def test_a_paused_check_beside_a_good_one_is_no_pass() -> None:
    found = await seen(uptime_checks=[UptimeCheck(), UptimeCheck(paused=True)])
    assert found.verdict is Verdict.UNKNOWN


async def test_half_an_answer_is_no_pass_but_a_proven_failure_stays_one() -> None:
    half = (Fault("MetricService/ListTimeSeries", "half_page", None),)
    assert (await seen(faults=half)).verdict is Verdict.UNKNOWN
    assert (await seen("outage", faults=half)).verdict is Verdict.FAIL


async def test_without_a_check_a_request_of_our_own_decides_and_says_so() -> None:
    found = await seen(uptime_checks=[])
    assert found.verdict is Verdict.PASS
    assert found.asked["method"] == "GET"
    assert "one request of our own" in said(found.notes)[0]
    assert str(found.remedy).startswith("gcloud monitoring uptime create sagebase-streamlit --resource-type=uptime-url")


async def test_without_a_check_a_service_that_answers_503_is_down() -> None:
    found = await seen(uptime_checks=[], services=[RunService(website=DOWN_SITE)])
    assert (found.verdict, found.reason, found.target.kind) == (Verdict.FAIL, "http_503", "run_service")


async def test_without_a_check_a_service_that_lets_nobody_in_is_unknown() -> None:
    found = await seen(uptime_checks=[], services=[RunService(ingress="INTERNAL_ONLY")])
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "ingress")


async def test_a_check_of_another_host_says_nothing_of_the_service() -> None:
    found = await seen(uptime_checks=[UptimeCheck(host="elsewhere.example.com")])
    assert found.asked["method"] == "GET"


async def test_a_check_of_the_public_url_counts() -> None:
    async with looking(uptime_checks=[UptimeCheck(host="minutes.example.com")]) as (_, context):
        (found,) = await uptime(Params(urls={"sagebase-streamlit": "https://minutes.example.com"}), context)
    assert (found.verdict, found.asked["method"]) == (Verdict.PASS, "MetricService.ListTimeSeries")


async def test_a_check_that_looks_rarely_has_as_long_as_its_own_period() -> None:
    found = await seen(uptime_checks=[UptimeCheck(period=timedelta(minutes=15))])
    start, end = found.asked["start"], found.asked["end"]
    assert found.verdict is Verdict.PASS
    assert (int(end[14:16]) - int(start[14:16])) % 60 == 15


async def test_only_the_newest_look_counts() -> None:
    load = [Load(until=timedelta(minutes=7), errors=30, requests=30), Load(since=timedelta(minutes=7))]
    found = await seen(services=[RunService(load=load)])
    assert found.verdict is Verdict.PASS


async def test_a_service_that_does_not_exist_fails() -> None:
    found = await seen(services=[])
    assert (found.verdict, found.reason) == (Verdict.FAIL, "does_not_exist")
