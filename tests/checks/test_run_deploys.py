"""What was deployed, by whom, and whether the service answers worse since; the way back is an exact command."""

from typing import Any

import pytest

from sagebase_ops.checks.run_deploys import Params, run_deploys
from sagebase_ops.domain.results import Finding
from sagebase_ops.errors import GcpError
from sagebase_ops.sandbox.scenario import RunService
from tests.checks.watching import looking, refusing, said

OLD, NEW = {"name": "00041-old", "age": "9d"}, {"name": "00042-new", "age": "3h"}
BROKEN = {"name": "00043-bad", "age": "1h", "ready": False, "reason": "HEALTH_CHECK_CONTAINER_ERROR"}
WELL = {"requests": 30, "errors": 0.02, "latency_p50": "0.4s", "latency_p95": "1.2s"}


async def seen(*revisions: dict[str, Any], since: dict[str, Any] | None = None, faults: Any = ()) -> Finding:
    """`since` is how the service answers since three hours, where it differs."""
    load = [{**WELL, "until": "3h"}, {**WELL, "since": "3h", **(since or {})}]
    given = RunService.model_validate({"revisions": list(revisions), "load": load})
    async with looking(services=[given], faults=faults) as (_, context):
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
    async with looking("bad-deploy", [refusing("Revisions.ListRevisions", "run.revisions.list")]) as (_, context):
        with pytest.raises(GcpError, match=r"run\.revisions\.list"):
            await run_deploys(Params(), context)
