"""Every recorded Cloud SQL instance is read, and what a list leaves out is told from what does not exist."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.asked import Asked, Listing
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.sql import SqlInstance, SqlReader, read_instance

RECORDINGS = Path(__file__).parents[1] / "recordings"
Answering = Callable[..., Connections]


def recorded_instances() -> Iterator[Any]:  # JSON as Google's servers answered it
    for path in (*sorted(RECORDINGS.glob("sql_*.json")), RECORDINGS / "run_service_with_cloud_sql.json"):
        for number, exchange in enumerate(json.loads(path.read_text())):
            if exchange["response"].get("kind") == "sql#instance":
                yield pytest.param(exchange["response"], id=f"{path.stem}-{number}")


async def listed(connections: Connections) -> Listing[SqlInstance]:
    return await SqlReader(connections, Asked()).instances("p")


@pytest.mark.parametrize("recorded", list(recorded_instances()))
def test_a_recorded_instance_is_read(recorded: Any) -> None:
    seen = read_instance(recorded)
    assert (seen.name, seen.region) == (recorded["name"], "us-central1")
    assert seen.tier == recorded["settings"]["tier"]
    assert seen.state == "RUNNABLE"
    assert seen.running is (recorded["settings"]["activationPolicy"] != "NEVER")
    assert seen.flags == {flag["name"]: flag["value"] for flag in recorded["settings"].get("databaseFlags", [])}


def test_there_are_recordings_to_read() -> None:
    assert len(list(recorded_instances())) >= 5


@pytest.mark.parametrize("state", ["RUNNABLE", "ONLINE_MAINTENANCE"])
def test_two_states_run(state: str) -> None:
    assert SqlInstance("db", state, "ALWAYS").running


@pytest.mark.parametrize(
    "instance",
    [
        SqlInstance("db", "RUNNABLE", "NEVER"),
        SqlInstance("db", "RUNNABLE", suspension_reasons=("BILLING_ISSUE",)),
        SqlInstance("db", "MAINTENANCE"),
        SqlInstance("db", "A_STATE_OF_NEXT_YEAR"),
        SqlInstance("db"),
    ],
)
def test_nothing_else_runs(instance: SqlInstance) -> None:
    assert not instance.running


@pytest.mark.parametrize("item", [{}, {"settings": None}, {"settings": {"databaseFlags": None}, "state": 7}])
def test_absent_and_odd_fields_are_stood(item: Any) -> None:
    assert read_instance(item) == SqlInstance("")


async def test_an_answer_without_items_is_an_empty_complete_list(answering: Answering) -> None:
    assert await listed(answering({"kind": "sql#instancesList"})) == Listing(())


async def test_all_pages_are_read(answering: Answering) -> None:
    first = {"items": [{"name": "a"}], "nextPageToken": "2"}
    connections = answering(first, {"items": [{"name": "b"}]})
    assert [instance.name for instance in (await listed(connections)).items] == ["a", "b"]
    assert [question.get("pageToken") for question in connections.rest.asked] == [None, "2"]  # type: ignore[attr-defined] # the scripted one


async def test_a_region_that_did_not_answer_makes_the_list_incomplete(answering: Answering) -> None:
    warnings = [{"code": "REGION_UNREACHABLE", "region": "asia-northeast1", "message": "…"}]
    found = await listed(answering({"items": [{"name": "a"}], "warnings": warnings}))
    assert found.unreachable == ("asia-northeast1",)
    assert not found.complete


@pytest.mark.parametrize(
    ("code", "unreachable"),
    [("INTERNAL_STATE_FAILURE", ("INTERNAL_STATE_FAILURE",)), ("MAX_RESULTS_EXCEEDS_LIMIT", ()), ("", ("?",))],
)
async def test_a_warning_counts_unless_it_is_known_to_leave_nothing_out(
    answering: Answering, code: str, unreachable: tuple[str, ...]
) -> None:
    assert (await listed(answering({"warnings": [{"code": code}]}))).unreachable == unreachable


@pytest.mark.parametrize(
    "page", [{"items": "none"}, {"items": ["db"]}, {"items": {"name": "db"}}, {"warnings": "REGION_UNREACHABLE"}]
)
async def test_an_answer_of_another_shape_is_malformed(answering: Answering, page: Any) -> None:
    with pytest.raises(GcpError) as refused:
        await listed(answering(page))
    assert refused.value.kind is GcpErrorKind.MALFORMED


async def test_a_page_token_that_comes_again_is_malformed(answering: Answering) -> None:
    page = {"items": [], "nextPageToken": "same"}
    with pytest.raises(GcpError, match="token came twice"):
        await listed(answering(page, page, page))


async def test_the_list_is_asked_once_a_run(answering: Answering) -> None:
    connections = answering({"items": [{"name": "a"}]})
    reader = SqlReader(connections, Asked())
    assert await reader.instances("p") is await reader.instances("p")
    assert len(connections.rest.asked) == 1  # type: ignore[attr-defined] # the scripted one
