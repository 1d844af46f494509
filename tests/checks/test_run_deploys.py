"""What was deployed, by whom, and whether the service answers worse since; the way back is an exact command."""

from collections.abc import Sequence
from typing import Any

import pytest

from sagebase_ops.checks.deploys.params import Params
from sagebase_ops.checks.run_deploys import run_deploys
from sagebase_ops.domain.results import Finding
from sagebase_ops.errors import GcpError
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import RunService
from tests.checks.watching import looking, refusing, said

OLD, NEW = {"name": "00041-old", "age": "9d"}, {"name": "00042-new", "age": "3h"}
BROKEN = {"name": "00043-bad", "age": "1h", "ready": False, "reason": "HEALTH_CHECK_CONTAINER_ERROR"}
WELL = {"requests": 30, "errors": 0.02, "latency_p50": "0.4s", "latency_p95": "1.2s"}


async def seen(
    *revisions: dict[str, Any],
    since: dict[str, Any] | None = None,
    faults: Sequence[Fault] = (),
    missing: Sequence[str] = (),
    **service: Any,
) -> Finding:
    """`since` is how the service answers since three hours, where it differs; `missing` are metrics without data."""
    load = [{**WELL, "until": "3h"}, {**WELL, "since": "3h", **(since or {})}]
    given = RunService.model_validate({"revisions": list(revisions), "load": load, **service})
    async with looking(services=[given], faults=faults, metrics_missing=list(missing)) as (_, context):
        (found,) = await run_deploys(Params(), context)
    return found


@pytest.mark.parametrize(
    ("revisions", "since", "verdict", "reason"),
    [
        ([OLD], {}, "pass", None),
        ([OLD, NEW], {}, "pass", None),
        ([OLD, NEW], {"errors": 0.29}, "pass", None),
        ([OLD, NEW], {"errors": 0.6}, "fail", "more_errors"),
        ([OLD, NEW], {"latency_p50": "1s", "latency_p95": "2.6s"}, "warn", "slower"),
        ([OLD, NEW], {"requests": 0.1, "errors": 0.1}, "pass", None),
        ([OLD, NEW, BROKEN], {}, "warn", "never_ready"),
        ([OLD, BROKEN], {}, "warn", "never_ready"),
    ],
)
async def test_a_deploy_is_judged_by_how_the_service_answers_since(
    revisions: list[dict[str, Any]], since: dict[str, Any], verdict: str, reason: str | None
) -> None:
    found = await seen(*revisions, since=since)
    assert (found.verdict, found.reason) == (verdict, reason)


async def test_a_deploy_of_which_no_metric_tells_is_unknown_and_not_well() -> None:
    services = [RunService.model_validate({"revisions": [OLD, NEW]})]
    async with looking(services=services, metrics_silent=True) as (_, context):
        (found,) = await run_deploys(Params(), context)
    assert (found.verdict, found.reason) == ("unknown", "no_data")


async def test_a_deploy_that_nobody_asked_anything_is_well_where_instances_prove_that_google_looked() -> None:
    quiet = {"revisions": [OLD, NEW], "load": [{"requests": 0, "errors": 0}]}
    async with looking(services=[RunService.model_validate(quiet)]) as (_, context):
        (found,) = await run_deploys(Params(), context)
    assert (found.verdict, found.reason) == ("pass", None)


async def test_requests_without_a_class_of_status_may_all_have_failed() -> None:
    load = [{**WELL, "until": "3h"}, {**WELL, "since": "3h", "errors": 9}]
    service = RunService.model_validate({"revisions": [OLD, NEW], "load": load})
    async with looking(services=[service], labels_missing=["response_code_class"]) as (_, context):
        (found,) = await run_deploys(Params(), context)
    assert (found.verdict, found.reason) == ("unknown", "no_status")
    assert sum("error rate unknown" in note for note in said(found.notes)) == 2


LATENCIES, COUNTS, INSTANCES = "request_latencies", "request_count", "instance_count"


async def test_without_response_times_nobody_says_that_it_is_no_slower_though_errors_are_still_judged() -> None:
    found = await seen(OLD, NEW, missing=[LATENCIES])
    assert (found.verdict, found.reason) == ("unknown", "no_data")
    assert "no response times of sagebase-streamlit-00042-new" in found.sentence.en.format_map(found.values)
    assert any("error rate" in note and "p95 unknown" in note for note in said(found.notes))
    worse = await seen(OLD, NEW, since={"errors": 0.6}, missing=[LATENCIES])
    assert (worse.verdict, worse.reason) == ("fail", "more_errors")
    assert any("no response times" in note for note in said(worse.notes))


@pytest.mark.parametrize("missing", [[COUNTS], [COUNTS, LATENCIES, INSTANCES], [COUNTS, INSTANCES]])
async def test_without_counts_nobody_says_that_it_fails_no_more(missing: Sequence[str]) -> None:
    found = await seen(OLD, NEW, missing=missing)
    assert (found.verdict, found.reason, "were counted" in found.sentence.en) == ("unknown", "no_data", True)


async def test_a_deploy_that_got_nothing_since_is_well_only_where_its_instances_were_counted() -> None:
    silent = {"requests": 0, "errors": 0}
    assert (await seen(OLD, NEW, since=silent)).verdict == "pass"
    unseen = await seen(OLD, NEW, since=silent, missing=[INSTANCES])
    assert (unseen.verdict, unseen.reason) == ("unknown", "no_data")


@pytest.mark.parametrize(
    ("state", "age", "verdict", "reason"),
    [
        ("UNSAID", "1h", "unknown", "no_condition"),
        ("PENDING", "14m", "pass", None),
        ("PENDING", "16m", "warn", "never_ready"),
        ("RECONCILING", "16m", "warn", "never_ready"),
    ],
)
async def test_a_revision_of_which_nobody_says_that_it_is_ready_did_not_start_well(
    state: str, age: str, verdict: str, reason: str | None
) -> None:
    found = await seen(OLD, {"name": "00043-late", "age": age, "ready": False, "state": state})
    assert (found.verdict, found.reason) == (verdict, reason)


async def test_a_revision_of_which_nobody_says_when_it_was_made_may_be_a_deploy() -> None:
    found = await seen(OLD, {**NEW, "dated": False})
    assert (found.verdict, found.reason) == ("unknown", "no_time")


async def test_what_serves_is_compared_and_not_what_was_deployed_after_it_without_traffic() -> None:
    later = {"name": "00043-dark", "age": "1h"}
    found = await seen(OLD, NEW, later, since={"errors": 3}, traffic={"00042-new": 100})
    assert (found.reason, found.remedy is not None) == ("more_errors", True)
    assert any(note.startswith("sagebase-streamlit-00042-new: error rate") for note in said(found.notes))


async def test_a_deploy_that_gets_no_traffic_is_not_compared_and_has_no_way_back() -> None:
    found = await seen(OLD, NEW, since={"errors": 3}, traffic={"00041-old": 100})
    assert (found.verdict, found.reason, found.remedy) == ("pass", None, None)
    assert "none of what was deployed gets requests now, so nothing is compared" in said(found.notes)
    assert not any("roll back" in note for note in said(found.notes))


async def test_where_google_does_not_say_what_serves_it_is_unknown_but_a_worse_answer_is_still_told() -> None:
    found = await seen(OLD, NEW, traffic_told=False)
    assert (found.verdict, found.reason) == ("unknown", "no_traffic_split")
    assert (await seen(OLD, NEW, since={"errors": 3}, traffic_told=False)).reason == "more_errors"


@pytest.mark.parametrize("method", ["Services.ListServices", "MetricService.ListTimeSeries"])
async def test_of_a_part_of_the_answer_nothing_is_well(method: str) -> None:
    services = [RunService.model_validate({"revisions": [OLD, NEW], "load": [WELL]})]
    async with looking(faults=[Fault(method, "half_page", None)], services=services) as (_, context):
        (found,) = await run_deploys(Params(), context)
    assert (found.verdict, found.reason) == ("unknown", "partial")


async def test_half_a_list_of_revisions_is_no_list() -> None:
    async with looking(faults=[Fault("Revisions.ListRevisions", "half_page", None)]) as (_, context):
        with pytest.raises(GcpError, match="page token"):
            await run_deploys(Params(), context)


@pytest.mark.parametrize("listed", [[], [OLD], [{**OLD, "age": "2h"}]])
async def test_a_list_without_the_newest_revision_says_nothing_of_deploys(listed: list[dict[str, Any]]) -> None:
    found = await seen(*listed, {**NEW, "listed": False})
    assert (found.verdict, found.reason) == ("unknown", "no_revisions")


async def test_the_way_back_is_in_words_with_revision_and_command() -> None:
    found = await seen(OLD, NEW, since={"errors": 3})
    command = "--to-revisions=sagebase-streamlit-00041-old=100"
    assert said(found.notes)[-1].startswith(
        "roll back to sagebase-streamlit-00041-old: gcloud run services update-traffic"
    )
    assert found.remedy is not None
    assert found.remedy.endswith(command)


async def test_the_activity_log_names_the_person_and_a_refusal_leaves_the_creator() -> None:
    async with looking("bad-deploy") as (_, context):
        (found,) = await run_deploys(Params(), context)
    assert any("00043-bad by hanako@example.com" in note for note in said(found.notes))
    refusal = refusing("LoggingServiceV2.ListLogEntries", "logging.logEntries.list")
    async with looking("bad-deploy", [refusal]) as (_, context):
        (found,) = await run_deploys(Params(), context)
    assert any("00043-bad by deploy@sagebase-sandbox" in note for note in said(found.notes))
    assert any("may not be read" in note for note in said(found.notes))


async def test_nothing_more_is_asked_where_nothing_was_deployed_and_nothing_more_for_many_services() -> None:
    calls = []
    for revisions, count in (([OLD], 1), ([OLD, NEW], 1), ([OLD, NEW], 20)):
        every = [RunService.model_validate({"name": f"web-{n}", "revisions": revisions}) for n in range(count)]
        async with looking(services=[every[0].model_copy(update={"name": "sagebase-streamlit"}), *every]) as (
            box,
            context,
        ):
            await run_deploys(Params(), context)
            calls.append(len(box.world.calls))
    assert calls == [2, 5, 5]


async def test_a_refusal_is_no_good_deploy() -> None:
    found = await seen(OLD, NEW, faults=[refusing("MetricService.ListTimeSeries", "monitoring.timeSeries.list")])
    assert (found.verdict, found.reason) == ("unknown", "permission_denied")
    assert not any("too few" in note for note in said(found.notes))
    async with looking("bad-deploy", [refusing("Revisions.ListRevisions", "run.revisions.list")]) as (_, context):
        with pytest.raises(GcpError, match=r"run\.revisions\.list"):
            await run_deploys(Params(), context)
