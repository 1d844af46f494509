"""Each of the guide's six alerts is judged by what it measures, and each wrong part is named."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sagebase_ops.checks.alert_policies import alert_policies
from sagebase_ops.checks.alerts.wanted import Params
from sagebase_ops.domain.projects import EVERY
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError
from sagebase_ops.sandbox.alerting_scenario import AlertPolicy, NotificationChannel, Snooze, UptimeCheck
from sagebase_ops.sandbox.scenario import RunService, load_scenario
from tests.checks.watching import PROJECT, looking, refusing, said

HEALTHY = load_scenario("healthy").alert_policies
UPTIME, ERRORS, LATENCY, CPU, MEMORY, DATABASE = range(6)
PASSED = 'metric.type="monitoring.googleapis.com/uptime_check/check_passed" AND resource.type="uptime_url"'
LATENCIES = 'metric.type="run.googleapis.com/request_latencies" AND resource.type="cloud_run_revision"'
BACKENDS = (
    'metric.type="cloudsql.googleapis.com/database/postgresql/num_backends" AND resource.type="cloudsql_database"'
)
REQUESTS = 'metric.type="run.googleapis.com/request_count" AND resource.type="cloud_run_revision"'
USE = 'metric.type="run.googleapis.com/container/cpu/utilizations" AND resource.type="cloud_run_revision"'
FIVE = 'metric.type="run.googleapis.com/request_count" AND metric.label.response_code_class="5xx"'


def aligned(aligner: str, reducer: str = "REDUCE_NONE", *groups: str, period: str = "60s") -> list[dict[str, Any]]:
    by = {"alignmentPeriod": period, "perSeriesAligner": aligner, "crossSeriesReducer": reducer}
    return [{**by, "groupByFields": list(groups)}] if groups else [by]


def conditions(number: int, **changed: Any) -> list[dict[str, Any]]:
    """A healthy policy's, with these fields of its threshold; None leaves one out."""
    found = deepcopy(HEALTHY[number].conditions)
    threshold = {**found[0]["conditionThreshold"], **changed}
    found[0]["conditionThreshold"] = {key: value for key, value in threshold.items() if value is not None}
    return found


async def seen(number: int, policy: AlertPolicy | None, *more: AlertPolicy, **changed: Any) -> Finding:
    """What is said of one of the six when `policy` stands in its place; without one, it is not there."""
    others = [one for place, one in enumerate(HEALTHY) if place != number]
    given = [*others, *([policy] if policy else []), *more]
    async with looking(alert_policies=given, **changed) as (_, context):
        findings = await alert_policies(Params(), context)
    assert [one.verdict for place, one in enumerate(findings) if place != number] == [Verdict.PASS] * 5 or changed
    return findings[number]


@pytest.mark.parametrize(
    ("number", "changed", "verdict", "reason"),
    [
        (ERRORS, {"denominatorFilter": None, "denominatorAggregations": None}, "fail", "not_a_ratio"),
        (ERRORS, {"denominatorAggregations": aligned("ALIGN_RATE", "REDUCE_SUM")}, "fail", "unlike_denominator"),
        (ERRORS, {"denominatorFilter": FIVE}, "fail", "other_denominator"),
        (ERRORS, {"thresholdValue": 5}, "fail", "never_fires"),
        (ERRORS, {"thresholdValue": 0.01}, "warn", "other_limit"),
        (LATENCY, {"thresholdValue": 3}, "fail", "always_fires"),
        (LATENCY, {"thresholdValue": 5000}, "warn", "other_limit"),
        (LATENCY, {"aggregations": aligned("ALIGN_MEAN")}, "fail", "inapplicable_aligner"),
        (LATENCY, {"aggregations": aligned("ALIGN_DELTA")}, "fail", "inapplicable_aligner"),
        (LATENCY, {"aggregations": None}, "fail", "inapplicable_aligner"),
        (LATENCY, {"aggregations": aligned("ALIGN_PERCENTILE_95")}, "warn", "per_series"),
        (LATENCY, {"aggregations": aligned("ALIGN_PERCENTILE_95", "REDUCE_MEAN")}, "warn", "mixed_percentiles"),
        (LATENCY, {"aggregations": aligned("ALIGN_DELTA", "REDUCE_PERCENTILE_99")}, "warn", "other_statistic"),
        (LATENCY, {"comparison": "COMPARISON_LT"}, "fail", "wrong_way"),
        (LATENCY, {"filter": f'{LATENCIES} AND resource.label.service_name="other"'}, "fail", "of_others"),
        (CPU, {"thresholdValue": 80}, "fail", "never_fires"),
        (CPU, {"duration": None}, "warn", "no_duration"),
        (MEMORY, {"filter": HEALTHY[MEMORY].conditions[0]["conditionThreshold"]["filter"].replace("cloud_run_revision", "gae_app")}, "fail", "other_resource"),
        (UPTIME, {"filter": f'{PASSED} AND metric.label.check_id="gone"'}, "fail", "uptime_check_gone"),
        (UPTIME, {"filter": PASSED}, "warn", "no_check_id"),
        (UPTIME, {"duration": "60s"}, "warn", "too_short"),
        (UPTIME, {"aggregations": aligned("ALIGN_MEAN")}, "fail", "inapplicable_aligner"),
        (UPTIME, {"aggregations": aligned("ALIGN_FRACTION_TRUE"), "comparison": "COMPARISON_LT"}, "warn", "one_place"),
        (DATABASE, {"filter": f'{BACKENDS} AND resource.label.database_id="sagebase-db"'}, "fail", "no_project"),
        (DATABASE, {"thresholdValue": 0}, "fail", "never_fires"),
        (DATABASE, {"evaluationMissingData": None}, "warn", "silent_when_stopped"),
        (DATABASE, {"filter": BACKENDS.replace("postgresql/num_backends", "network/connections")}, "fail", "other_metric"),
    ],
)  # fmt: skip
async def test_a_condition_is_judged_by_what_it_measures(
    number: int, changed: dict[str, Any], verdict: str, reason: str
) -> None:
    wrong = HEALTHY[number].model_copy(update={"conditions": conditions(number, **changed)})
    found = await seen(number, wrong)
    assert (found.target.name, found.verdict, found.reason) == (HEALTHY[number].title, verdict, reason)


BY_SERVICE, P95 = "resource.label.service_name", "REDUCE_PERCENTILE_95"


async def test_a_count_that_nothing_aggregates_is_told_by_the_minute() -> None:
    raw = conditions(ERRORS, aggregations=None, denominatorFilter=None, denominatorAggregations=None)
    found = await seen(ERRORS, HEALTHY[ERRORS].model_copy(update={"conditions": raw}))
    assert (found.reason, found.values["period"]) == ("not_a_ratio", "60")


@pytest.mark.parametrize(
    ("number", "also", "verdict", "reason"),
    [
        (CPU, 'resource.label.location="us-central1"', "fail", "of_others"),
        (CPU, 'resource.label.location="asia-northeast1"', "pass", None),
        (CPU, 'resource.label.revision_name="sagebase-streamlit-00001-abc"', "fail", "one_revision"),
        (CPU, 'resource.label.revision_name!="sagebase-streamlit-00001-abc"', "warn", "narrowed"),
        (CPU, 'resource.label.service_name="sagebase-streamlit"', "pass", None),
        (CPU, 'resource.label.service_name!="sagebase-streamlit"', "fail", "of_others"),
        (CPU, 'NOT resource.label.service_name="sagebase-streamlit"', "fail", "of_others"),
        (CPU, 'resource.label.service_name=starts_with("sagebase")', "pass", None),
        (CPU, 'resource.label.service_name=starts_with("other")', "fail", "of_others"),
        (CPU, 'resource.label.service_name=monitoring.regex.full_match("other.*")', "fail", "of_others"),
        (CPU, 'resource.label.service_name=monitoring.regex.full_match("(s|o)+.*")', "warn", "not_read"),
        (CPU, 'resource.label.service_name=new_function("sagebase")', "warn", "not_read"),
        (CPU, 'project="other-project"', "fail", "of_others"),
        (CPU, 'project="sagebase-sandbox"', "pass", None),
        (CPU, 'metadata.user_labels.team="web"', "warn", "narrowed"),
        (CPU, "((", "warn", "not_read"),
        (LATENCY, 'metric.label.response_code_class="5xx"', "fail", "of_others"),
        (LATENCY, 'metric.label.response_code_class="2xx"', "warn", "narrowed"),
        (DATABASE, 'metric.label.database="template1"', "warn", "narrowed"),
        (DATABASE, 'resource.label.database_id!="sagebase-sandbox:sagebase-db"', "fail", "of_others"),
        (UPTIME, 'metric.label.checker_location="eur-belgium"', "warn", "narrowed"),
        (UPTIME, 'NOT metric.label.check_id="sagebase-uptime-000000"', "fail", "of_others"),
    ],
)  # fmt: skip
async def test_what_a_filter_leaves_out_is_told(number: int, also: str, verdict: str, reason: str | None) -> None:
    threshold = HEALTHY[number].conditions[0]["conditionThreshold"]
    narrower = conditions(number, filter=f"{threshold['filter']} AND {also}")
    found = await seen(number, HEALTHY[number].model_copy(update={"conditions": narrower}))
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("number", "changed", "verdict", "reason"),
    [
        (LATENCY, {"duration": "82800s"}, "fail", "too_late"),
        (ERRORS, {"duration": "3000s"}, "warn", "too_late"),
        (UPTIME, {"duration": "82800s"}, "fail", "too_late"),
        (UPTIME, {"duration": "600s"}, "warn", "too_long"),
        (CPU, {"aggregations": aligned("ALIGN_DELTA", P95, BY_SERVICE, period="90000s")}, "fail", "too_late"),
        (CPU, {"trigger": {"count": 10}}, "fail", "many_at_once"),
        (CPU, {"trigger": {"percent": 100}}, "warn", "share_at_once"),
        (CPU, {"aggregations": aligned("ALIGN_DELTA", P95)}, "warn", "mixed"),
        (CPU, {"aggregations": aligned("ALIGN_DELTA", P95, BY_SERVICE, "resource.label.revision_name")}, "warn", "apart"),
        (CPU, {"aggregations": aligned("ALIGN_DELTA", P95), "filter": f'{USE} AND resource.label.service_name="sagebase-streamlit"'}, "pass", None),
        (CPU, {"aggregations": [*aligned("ALIGN_DELTA", P95, BY_SERVICE), *aligned("ALIGN_MIN")]}, "warn", "not_read"),
        (CPU, {"forecastOptions": {"forecastHorizon": "3600s"}}, "warn", "not_read"),
        (UPTIME, {"thresholdValue": 100}, "fail", "never_fires"),
        (UPTIME, {"thresholdValue": 5}, "warn", "other_limit"),
        (UPTIME, {"aggregations": aligned("ALIGN_NEXT_OLDER", "REDUCE_COUNT_TRUE")}, "fail", "other_statistic"),
        (UPTIME, {"aggregations": aligned("ALIGN_FRACTION_TRUE", "REDUCE_MEAN"), "comparison": "COMPARISON_LT", "thresholdValue": 0}, "fail", "never_fires"),
        (UPTIME, {"aggregations": aligned("ALIGN_FRACTION_TRUE", "REDUCE_MAX"), "comparison": "COMPARISON_LT", "thresholdValue": 0.5}, "warn", "other_statistic"),
        (UPTIME, {"aggregations": aligned("ALIGN_FRACTION_TRUE"), "comparison": "COMPARISON_LT", "thresholdValue": 0.5, "trigger": {"count": 2}}, "pass", None),
        (DATABASE, {"aggregations": aligned("ALIGN_MIN", "REDUCE_SUM", "resource.label.database_id")}, "warn", "other_statistic"),
        (DATABASE, {"aggregations": aligned("ALIGN_RATE", "REDUCE_SUM", "resource.label.database_id")}, "fail", "inapplicable_aligner"),
        (ERRORS, {"filter": f'{REQUESTS} AND metric.label.response_code="500"'}, "fail", "not_5xx"),
        (ERRORS, {"filter": f'{REQUESTS} AND metric.label.response_code_class=one_of("4xx", "5xx")'}, "fail", "not_5xx"),
        (ERRORS, {"filter": f'{REQUESTS} AND metric.label.response_code_class=new_function("5")'}, "warn", "not_read"),
        (ERRORS, {"denominatorFilter": f'{REQUESTS} AND resource.label.service_name="other"'}, "fail", "other_denominator"),
        (ERRORS, {"denominatorFilter": f'{REQUESTS} AND NOT metric.label.response_code_class="4xx"'}, "fail", "other_denominator"),
        (ERRORS, {"denominatorFilter": f'{REQUESTS} AND resource.label.service_name="sagebase-streamlit"'}, "pass", None),
        (ERRORS, {"filter": f'{REQUESTS} AND metric.label.response_code_class="5xx" AND resource.label.location="asia-northeast1"'}, "fail", "unlike_denominator"),
        (ERRORS, {"aggregations": aligned("ALIGN_COUNT", "REDUCE_SUM", BY_SERVICE), "denominatorAggregations": aligned("ALIGN_COUNT", "REDUCE_SUM", BY_SERVICE)}, "warn", "other_statistic"),
    ],
)  # fmt: skip
async def test_when_a_condition_fires_is_judged(
    number: int, changed: dict[str, Any], verdict: str, reason: str | None
) -> None:
    found = await seen(number, HEALTHY[number].model_copy(update={"conditions": conditions(number, **changed)}))
    assert (found.verdict, found.reason) == (verdict, reason)


async def test_where_every_service_is_watched_each_of_them_has_to_be_covered() -> None:
    one = HEALTHY[CPU].model_copy(
        update={"conditions": conditions(CPU, filter=f'{USE} AND resource.label.service_name="sagebase-streamlit"')}
    )
    policies = [one if policy is HEALTHY[CPU] else policy for policy in HEALTHY]
    two = [RunService(), RunService(name="second")]
    async with looking(alert_policies=policies, services=two) as (_, context):
        findings = await alert_policies(Params(), replace(context, project=replace(PROJECT, services=EVERY)))
    assert (findings[CPU].verdict, findings[CPU].values["wanted"]) == (Verdict.FAIL, "second")
    assert findings[MEMORY].verdict is Verdict.PASS


async def test_many_services_that_a_policy_leaves_out_are_one_sentence() -> None:
    other = conditions(CPU, filter=f'{USE} AND resource.label.service_name="other"')
    policies = [HEALTHY[CPU].model_copy(update={"conditions": other})]
    many = [RunService(name=f"web-{number:02}") for number in range(20)]
    async with looking(alert_policies=policies, services=many) as (_, context):
        findings = await alert_policies(Params(), replace(context, project=replace(PROJECT, services=EVERY)))
    assert findings[CPU].notes == ()
    assert findings[CPU].values["wanted"] == "web-00, web-01, web-02, web-03, web-04 … (+15)"


async def test_a_region_without_a_service_is_no_region_whose_alerts_are_right() -> None:
    async with looking(services=[]) as (_, context):
        *_, nothing = await alert_policies(Params(), replace(context, project=replace(PROJECT, services=EVERY)))
    assert (nothing.verdict, nothing.reason) == (Verdict.UNKNOWN, "nothing_matched")


@pytest.mark.parametrize("check", [UptimeCheck(title="Site", host="www.example.com"), UptimeCheck(disabled=True)])
async def test_an_alert_on_an_uptime_check_that_does_not_look_at_ours_watches_nothing(check: UptimeCheck) -> None:
    found = await seen(UPTIME, HEALTHY[UPTIME], uptime_checks=[check])
    assert (found.verdict, found.reason) == (Verdict.FAIL, "nothing_watched")


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        ({"enabled": False}, "fail", "disabled"),
        ({"enabled": None}, "unknown", "no_state"),
        ({"invalid": "the metric is gone"}, "fail", "invalid"),
        ({"channels": []}, "fail", "no_channel"),
        ({"prompts": ["CLOSED"]}, "fail", "told_when_closed"),
        ({"prompts": ["OPENED", "CLOSED"]}, "pass", None),
        ({"channels": ["1"]}, "fail", "channel_gone"),
        ({"channels": ["1", "7000000000000000001"]}, "warn", "channel_gone"),
    ],
)
async def test_a_policy_that_nobody_hears_is_no_pass(changed: dict[str, Any], verdict: str, reason: str | None) -> None:
    found = await seen(CPU, HEALTHY[CPU].model_copy(update=changed))
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "snoozed"),
        ({"until": None}, "snoozed"),
        ({"since": timedelta(hours=5), "until": timedelta(hours=-1)}, None),
        ({"since": timedelta(hours=-1)}, None),
        ({"policies": ["High Error Rate"]}, None),
    ],
)
async def test_a_policy_that_is_snoozed_now_warns_until_when(given: dict[str, Any], reason: str | None) -> None:
    snooze = Snooze(**{"policies": ["High CPU Usage"], **given})
    found = await seen(CPU, HEALTHY[CPU], snoozes=[snooze])
    assert (found.verdict, found.reason) == (Verdict.WARN if reason else Verdict.PASS, reason)


@pytest.mark.parametrize(
    ("filter_", "reason"),
    [
        ('resource.labels.service_name="sagebase-streamlit"', "snoozed"),
        ('resource.labels.location="asia-northeast1"', "snoozed"),
        ("((", "snoozed"),
        ('resource.labels.service_name="another" AND resource.labels.location="asia-northeast1"', None),
    ],
)
async def test_a_snooze_of_what_matches_a_filter_is_told_as_such(filter_: str, reason: str | None) -> None:
    snooze = Snooze(policies=["High CPU Usage"], filter=filter_)
    found = await seen(CPU, HEALTHY[CPU], snoozes=[snooze])
    assert (found.reason, found.values.get("found")) == (reason, filter_ if reason else None)


@pytest.mark.parametrize("filter_", ["", 'resource.labels.service_name="sagebase-streamlit"'])
async def test_a_snooze_that_names_no_policy_is_unknown_while_it_goes_on(filter_: str) -> None:
    over = Snooze(title="Over", filter=filter_, since=timedelta(hours=5), until=timedelta(hours=-1))
    async with looking(snoozes=[Snooze(title="All", filter=filter_), over]) as (_, context):
        *policies, last = await alert_policies(Params(), context)
    assert (last.target.name, last.verdict, last.reason) == ("All", Verdict.UNKNOWN, "no_policy_named")
    assert [one.verdict for one in policies] == [Verdict.PASS] * 6


async def test_snoozes_that_may_not_be_listed_are_told_beside_the_policies() -> None:
    async with looking(denied_permissions=["monitoring.snoozes.list"]) as (_, context):
        *policies, last = await alert_policies(Params(), context)
    assert (last.verdict, last.target.kind, last.reason) == (Verdict.UNKNOWN, "snoozes", "permission_denied")
    assert [one.verdict for one in policies] == [Verdict.PASS] * 6


async def test_an_unverified_channel_fails_every_policy_that_relies_on_it() -> None:
    channel = NotificationChannel(id="7000000000000000001", type="email", verification="UNVERIFIED")
    found = await seen(CPU, HEALTHY[CPU], notification_channels=[channel])
    assert (found.verdict, found.reason) == (Verdict.FAIL, "channel_unverified")


async def test_a_policy_by_the_mean_passes_and_says_what_it_does_not_see() -> None:
    mean = conditions(CPU, aggregations=aligned("ALIGN_DELTA", "REDUCE_MEAN", BY_SERVICE))
    found = await seen(CPU, HEALTHY[CPU].model_copy(update={"conditions": mean}))
    assert found.verdict is Verdict.PASS
    assert said(found.notes)[0].startswith("it takes the mean")
    assert (await seen(CPU, HEALTHY[CPU])).notes == ()


@pytest.mark.parametrize(
    ("where", "resource", "reason"),
    [
        ("asia-northeast1", "cloud_run_revision", None),
        ("asia-northeast1", "uptime_url", "other_resource"),
        ("us-central1", "cloud_run_revision", "nothing_watched"),
    ],
)
async def test_a_check_that_is_bound_to_the_service_there_has_its_results_on_the_service(
    where: str, resource: str, reason: str | None
) -> None:
    by = aligned("ALIGN_NEXT_OLDER", "REDUCE_COUNT_FALSE", BY_SERVICE)
    asked = PASSED.replace("uptime_url", resource) + ' AND metric.label.check_id="sagebase-uptime-000000"'
    policy = HEALTHY[UPTIME].model_copy(update={"conditions": conditions(UPTIME, filter=asked, aggregations=by)})
    found = await seen(UPTIME, policy, uptime_checks=[UptimeCheck(bound_in=where)])
    assert (found.reason, found.verdict) == (reason, Verdict.FAIL if reason else Verdict.PASS)


async def test_where_no_service_is_watched_no_check_of_one_is_missed() -> None:
    async with looking(uptime_checks=[]) as (_, context):
        nothing = replace(context, project=replace(context.project, services=()))
        (found, *_) = await alert_policies(Params(), nothing)
    assert found.reason != "nothing_watched"


async def test_a_missing_policy_fails_and_its_name_alone_is_no_measure() -> None:
    assert (await seen(CPU, None)).reason == "does_not_exist"
    named = HEALTHY[MEMORY].model_copy(update={"title": "High CPU Usage"})
    assert (await seen(CPU, None, named)).reason == "other_metric"


async def test_the_best_of_several_counts_whatever_it_is_called() -> None:
    worse = HEALTHY[CPU].model_copy(update={"conditions": conditions(CPU, thresholdValue=80)})
    found = await seen(CPU, worse, HEALTHY[CPU].model_copy(update={"title": "CPU"}))
    assert found.verdict is Verdict.PASS
    assert said(found.notes) == ["judged by the policy 'CPU'", "others on the same metric: High CPU Usage"]


async def test_a_query_in_another_language_is_there_but_not_judged() -> None:
    asked = "run_googleapis_com:container_cpu_utilizations > 0.8"
    query = [{"conditionPrometheusQueryLanguage": {"query": asked, "duration": "300s"}}]
    found = await seen(CPU, HEALTHY[CPU].model_copy(update={"conditions": query}))
    assert (found.verdict, found.reason) == (Verdict.WARN, "not_judged")


async def test_a_rate_is_told_as_the_errors_that_it_takes() -> None:
    async with looking("guide-alerting") as (_, context):
        findings = await alert_policies(Params(), context)
    assert {one.verdict for one in findings} == {Verdict.FAIL}
    assert (findings[ERRORS].values["found"], findings[ERRORS].values["per_minute"]) == ("5", "300")


async def test_a_refusal_is_no_missing_policy() -> None:
    what = "monitoring.alertPolicies.list"
    async with looking("healthy", [refusing(what, what)]) as (_, context):
        with pytest.raises(GcpError, match="alertPolicies"):
            await alert_policies(Params(), context)
