"""The pretend cloud behaves as Google's does where it matters to a verdict."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.monitoring import MetricQuery
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import ScenarioError, load_scenario, shipped_names
from sagebase_ops.sandbox.server import Sandbox

PROJECT = "sagebase-sandbox"
LATENCY = 'metric.type = "run.googleapis.com/request_latencies" AND resource.type = "cloud_run_revision"'


@pytest.fixture
async def cloud(box: Sandbox) -> AsyncIterator[Cloud]:
    connections = Connections(box.grpc, box.rest)
    yield Cloud(connections)
    await connections.aclose()


def query(box: Sandbox, text: str = LATENCY, **changed: Any) -> MetricQuery:
    end = box.world.now().replace(second=0, microsecond=0) - timedelta(minutes=4)
    plain: dict[str, Any] = {
        "filter": text,
        "aligner": "ALIGN_DELTA",
        "reducer": "REDUCE_PERCENTILE_95",
        "group_by": ("resource.labels.service_name",),
        "start": end - timedelta(hours=1),
        "end": end,
    }
    return MetricQuery(**{**plain, **changed})


async def test_a_percentile_is_taken_over_the_merged_histogram(box: Sandbox, cloud: Cloud) -> None:
    answer = await cloud.metrics.series(PROJECT, query(box))
    assert answer.unit == "ms"
    assert answer.series[0].points[0].value == pytest.approx(1200, rel=0.05)


@pytest.mark.parametrize("aligner", ["ALIGN_MEAN", "ALIGN_MAX", "ALIGN_RATE"])
async def test_an_aligner_that_does_not_fit_a_distribution_is_refused(box: Sandbox, cloud: Cloud, aligner: str) -> None:
    with pytest.raises(
        GcpError, match="The aligner cannot be applied to metrics with kind DELTA and value type DISTRIBUTION"
    ):
        await cloud.metrics.series(PROJECT, query(box, aligner=aligner))


async def test_an_unknown_metric_is_not_found(box: Sandbox, cloud: Cloud) -> None:
    with pytest.raises(GcpError, match="Cannot find metric") as refused:
        await cloud.metrics.series(PROJECT, query(box, 'metric.type = "run.googleapis.com/nothing"'))
    assert refused.value.kind is GcpErrorKind.NOT_FOUND


async def test_a_label_that_does_not_exist_is_refused(box: Sandbox, cloud: Cloud) -> None:
    with pytest.raises(GcpError, match="does not specify a valid combination"):
        await cloud.metrics.series(PROJECT, query(box, LATENCY + ' AND resource.labels.servce = "x"'))


async def test_an_unknown_project_is_denied_as_google_does(cloud: Cloud) -> None:
    with pytest.raises(GcpError) as refused:
        await cloud.run.services("somebody-elses", "asia-northeast1")
    assert refused.value.kind is GcpErrorKind.PERMISSION_DENIED


async def test_half_an_answer_says_so(box: Sandbox, cloud: Cloud) -> None:
    box.world.faults.add(Fault("MetricService/ListTimeSeries", "half_page"))
    answer = await cloud.metrics.series(PROJECT, query(box))
    assert not answer.complete


async def test_rubbish_on_the_wire_is_malformed(box: Sandbox, cloud: Cloud) -> None:
    box.world.faults.add(Fault("sqladmin.instances.list", "malformed"))
    with pytest.raises(GcpError) as refused:
        await cloud.sql.instances(PROJECT)
    assert refused.value.kind is GcpErrorKind.MALFORMED


async def test_the_same_question_of_one_run_is_asked_once(box: Sandbox, cloud: Cloud) -> None:
    await cloud.run.services(PROJECT, "asia-northeast1")
    await cloud.run.services(PROJECT, "asia-northeast1")
    assert [call.method for call in box.world.calls] == ["Services.ListServices"]


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_scenario_loads(name: str) -> None:
    assert load_scenario(name).title


def test_a_scenario_with_a_wrong_key_says_where(tmp_path: Any) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("extends: healthy\nservces: []\n")
    with pytest.raises(ScenarioError, match=r"mine\.yaml: servces"):
        load_scenario(str(path))


async def test_the_control_port_lists_what_is_allowed(box: Sandbox) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{box.control}/scenario", json={"name": "helthy"})
    assert answer.status_code == 400
    assert "healthy" in answer.json()["scenarios"]


async def test_half_a_page_ends_in_a_token_that_leads_nowhere(box: Sandbox, cloud: Cloud) -> None:
    box.world.faults.add(Fault("Revisions/ListRevisions", "half_page"))
    with pytest.raises(GcpError, match="page token is invalid"):
        await cloud.run.revisions(PROJECT, "asia-northeast1")


async def test_latency_holds_up_every_kind_of_call_and_the_calls_say_how_long(box: Sandbox, cloud: Cloud) -> None:
    fault = {"method": "*", "kind": "latency", "times": None, "seconds": 0.05}
    async with httpx.AsyncClient() as control, httpx.AsyncClient(proxy=box.rest) as visitor:
        (await control.post(f"{box.control}/faults", json=fault)).raise_for_status()
        await cloud.run.services(PROJECT, "asia-northeast1")
        await cloud.sql.instances(PROJECT)
        await visitor.get(f"http://{box.world.services()[0].host}/")
        calls = (await control.get(f"{box.control}/calls")).json()
    assert [call["api"] for call in calls] == ["run.googleapis.com", "sqladmin.googleapis.com", "website"]
    took = [datetime.fromisoformat(call["ended"]) - datetime.fromisoformat(call["time"]) for call in calls]
    assert min(took) >= timedelta(seconds=0.05)


async def test_a_website_leaves_a_fault_that_it_cannot_play_to_the_next_call(box: Sandbox, cloud: Cloud) -> None:
    box.world.faults.add(Fault("*", "refusal", options={"status": "permission_denied"}))
    async with httpx.AsyncClient(proxy=box.rest) as visitor:
        assert (await visitor.get(f"http://{box.world.services()[0].host}/")).status_code == 302
    with pytest.raises(GcpError):
        await cloud.sql.instances(PROJECT)
