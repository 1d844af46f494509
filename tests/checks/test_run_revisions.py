"""Where traffic goes, and whether there is a way back."""

from typing import Any

import pytest

from sagebase_ops.checks.run_revisions import Params, run_revisions
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError
from sagebase_ops.sandbox.scenario import RunService
from tests.checks.watching import looking, refusing, said

OLD, NEW = {"name": "00041-old", "age": "9d"}, {"name": "00042-new", "age": "1d"}
LOST = {"ready": False, "reason": "CONTAINER_MISSING"}


async def seen(*revisions: dict[str, Any], kept: int = 200, **service: Any) -> Finding:
    given = RunService.model_validate({"revisions": list(revisions), **service})
    async with looking(services=[given]) as (_, context):
        (found,) = await run_revisions(Params(warn_kept=kept), context)
    return found


@pytest.mark.parametrize(
    ("revisions", "traffic", "verdict", "reason"),
    [
        ([OLD, NEW], {}, "pass", None),
        ([OLD, NEW], {"00042-new": 100}, "pass", None),
        ([OLD, NEW], {"00041-old": 100}, "warn", "pinned"),
        ([OLD, NEW], {"00041-old": 50, "00042-new": 50}, "pass", None),
        ([OLD, NEW], {"00041-old": 90, "00042-new": 10}, "pass", None),
        ([OLD, NEW], {"00007-deleted": 100}, "fail", "revision_gone"),
        ([NEW], {}, "warn", "nothing_before"),
        ([{**OLD, **LOST}, NEW], {}, "warn", "old_image_gone"),
        ([{**OLD, **LOST}, NEW], {"00041-old": 100}, "fail", "image_gone"),
    ],
)
async def test_a_service_is_judged_by_where_it_could_go(
    revisions: list[dict[str, Any]], traffic: dict[str, int], verdict: str, reason: str | None
) -> None:
    found = await seen(*revisions, traffic=traffic)
    assert (found.verdict, found.reason) == (verdict, reason)


async def test_where_google_does_not_say_what_serves_it_is_unknown_and_nothing_to_go_back_to_is_named() -> None:
    found = await seen(OLD, NEW, traffic_told=False)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "no_traffic_split")
    assert str(found.remedy).startswith("gcloud run services describe sagebase-streamlit ")
    assert said(found.notes) == []


async def test_a_service_that_never_was_ready_has_nothing_that_serves() -> None:
    found = await seen({"name": "00001-bad", "age": "1d", "ready": False})
    assert (found.verdict, found.reason) == (Verdict.FAIL, "never_ready")


async def test_the_way_back_is_an_exact_command() -> None:
    found = await seen(OLD, NEW)
    assert said(found.notes)[-1].endswith("--to-revisions=sagebase-streamlit-00041-old=100")


async def test_the_way_back_from_a_deploy_in_steps_is_what_still_serves_beside_it() -> None:
    oldest = {"name": "00040-eldest", "age": "30d"}
    found = await seen(oldest, OLD, NEW, traffic={"00041-old": 90, "00042-new": 10})
    assert said(found.notes)[-1].endswith("--to-revisions=sagebase-streamlit-00041-old=100")


async def test_a_pin_to_the_newest_is_told_before_the_next_deploy_gets_nothing() -> None:
    assert "pinned to the newest" in said((await seen(OLD, NEW, traffic={"00042-new": 100})).notes)[0]


async def test_too_many_are_a_warning_only_past_the_limit() -> None:
    assert (await seen(OLD, NEW, kept=2)).verdict is Verdict.PASS
    assert (await seen(OLD, NEW, kept=1)).reason == "too_many"


async def test_a_refusal_is_no_empty_list() -> None:
    async with looking("healthy", [refusing("Revisions.ListRevisions", "run.revisions.list")]) as (_, context):
        with pytest.raises(GcpError, match=r"run\.revisions\.list"):
            await run_revisions(Params(), context)
