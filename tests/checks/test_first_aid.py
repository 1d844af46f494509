"""Whoever is woken reads which errors, which deploy and how many instances, and only when something fails."""

from datetime import timedelta
from typing import Any

import pytest

from sagebase_ops.checks.metric import metric
from sagebase_ops.checks.metrics.params import Params
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import Revision, RunService
from tests.checks.watching import WEB, looking, refusing, said


async def seen(scenario: str, name: str, *faults: Fault, window: str = "5m", **changed: Any) -> Finding:
    async with looking(scenario, faults, **changed) as (_, context):
        (found,) = await metric(Params.model_validate({"metric": name, "window": window, "fail_above": "5%"}), context)
    return found


async def test_errors_come_with_their_groups_and_the_deploy_before_them() -> None:
    found = await seen("high-error-rate", "error_rate")
    lines = said(found.notes)
    assert any("QueuePool limit" in line for line in lines)
    assert f"last deploy before it: {WEB}-00042-tuq" in lines[-2]
    assert "by deploy@sagebase-sandbox.iam.gserviceaccount.com" in lines[-2]
    assert f"the one before: {WEB}-00041-kiv" in lines[-1]


async def test_a_revision_that_came_after_the_errors_is_not_their_cause() -> None:
    load = (await _services("outage"))[0].load
    revisions = [
        Revision(name="00042-tuq", age=timedelta(days=3)),
        Revision(name="00043-new", age=timedelta(minutes=1)),
    ]
    found = await seen("outage", "error_rate", services=[RunService(revisions=revisions, load=load)])
    assert not any("00043-new" in line for line in said(found.notes))


async def _services(scenario: str) -> list[RunService]:
    async with looking(scenario) as (box, _):
        return box.world.services()


async def test_high_load_comes_with_the_instances_against_their_maximum() -> None:
    async with looking("overload") as (_, context):
        (found,) = await metric(Params.model_validate({"metric": "cpu_utilization", "window": "5m"}), context)
    count, reached = found.notes
    assert (count.values["count"], count.values["most"]) == (reached.values["most"], reached.values["most"])
    assert "maximum of" in reached.sentence.en


async def test_no_log_of_an_error_is_said_and_not_taken_for_a_hidden_one() -> None:
    found = await seen("outage", "error_rate", log_entries=[])
    assert "nothing of ERROR or above was logged" in said(found.notes)[0]


async def test_a_long_window_has_no_first_aid() -> None:
    found = await seen("high-error-rate", "error_rate", window="2h")
    assert (found.verdict, found.notes) == (Verdict.FAIL, ())


@pytest.mark.parametrize("kind", ["refusal", "malformed"])
async def test_first_aid_that_cannot_be_had_leaves_the_failure(kind: str) -> None:
    faults = (
        [refusing("Revisions/ListRevisions", "run.revisions.list")]
        if kind == "refusal"
        else [Fault("Revisions/ListRevisions", kind, None)]
    )
    found = await seen("outage", "error_rate", *faults)
    assert found.verdict is Verdict.FAIL
    assert any("could not be read" in line for line in said(found.notes))
