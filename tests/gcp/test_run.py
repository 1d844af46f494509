"""Every recorded Cloud Run service is read, and so are answers that lack what the recordings lack."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.cloud import run_v2

from sagebase_ops.gcp.run import Revision, RunService, Traffic, read_revision, read_service
from sagebase_ops.gcp.run_sizing import Sizing, kubernetes_quantity

RECORDINGS = Path(__file__).parents[1] / "recordings"
PLACE = "projects/p/locations/asia-northeast1/services/web"


def recorded_services() -> Iterator[Any]:  # JSON as Google's servers answered it
    for path in sorted(RECORDINGS.glob("run_*.json")):
        for number, exchange in enumerate(json.loads(path.read_text())):
            answer = exchange["response"]
            for service in (answer, answer.get("metadata", {}), answer.get("response", {})):
                if "/services/" in service.get("name", "") and "terminalCondition" in service:
                    yield pytest.param(service, id=f"{path.stem}-{number}")


def read(service: Any) -> RunService:  # JSON
    message = run_v2.Service.from_json(json.dumps(service), ignore_unknown_fields=True)
    return read_service(run_v2.Service.pb(message))


def service(**fields: Any) -> RunService:  # fields of the message by name
    return read_service(run_v2.Service.pb(run_v2.Service(name=PLACE, **fields)))


@pytest.mark.parametrize("recorded", list(recorded_services()))
def test_a_recorded_service_is_read(recorded: Any) -> None:
    seen = read(recorded)
    assert seen.name == recorded["name"].rsplit("/", 1)[1]
    assert seen.region == "us-central1"
    assert seen.ready is not None
    assert seen.ready.state == "succeeded"
    assert seen.ready.since is not None
    assert seen.ingress == "all"
    assert (seen.traffic, seen.serving) == ((), ())  # the recordings hold what is wanted, not what came about
    assert seen.max_instances == recorded["template"].get("scaling", {}).get("maxInstanceCount")


def test_there_are_recordings_to_read() -> None:
    assert len(list(recorded_services())) >= 8


def test_an_empty_service_is_read_without_inventing_anything() -> None:
    seen = service()
    assert (seen.ready, seen.update_time, seen.max_instances, seen.ingress) == (None, None, None, "")
    assert (seen.latest_ready_revision, seen.latest_created_revision) == ("", "")


def test_a_failed_condition_carries_googles_reason_and_message() -> None:
    condition = {"type_": "Ready", "state": 3, "reason": "SECRETS_ACCESS_CHECK_FAILED", "message": "no access"}
    seen = service(terminal_condition=condition)
    assert seen.ready is not None
    assert (seen.ready.state, seen.ready.reason, seen.ready.message) == (
        "failed",
        "SECRETS_ACCESS_CHECK_FAILED",
        "no access",
    )


def test_a_reason_and_a_state_newer_than_the_library_are_no_crash() -> None:
    message = run_v2.Service.pb(run_v2.Service(name=PLACE))
    message.terminal_condition.state, message.terminal_condition.reason = 77, 99
    seen = read_service(message)
    assert seen.ready is not None
    assert (seen.ready.state, seen.ready.reason) == ("unspecified", "99")


def test_the_actual_traffic_wins_over_the_wanted_one() -> None:
    seen = service(
        traffic=[{"type_": 1, "percent": 100}],
        traffic_statuses=[{"type_": 2, "revision": "web-1", "percent": 90}, {"type_": 1, "percent": 10}],
        latest_ready_revision=f"{PLACE}/revisions/web-2",
    )
    assert seen.traffic == (Traffic("web-1", 90), Traffic("web-2", 10, latest=True))


def test_scaling_is_the_larger_minimum_and_the_smaller_maximum() -> None:
    scaling = {"min_instance_count": 1, "max_instance_count": 5}
    seen = service(scaling=scaling, template={"scaling": {"min_instance_count": 2, "max_instance_count": 10}})
    assert (seen.min_instances, seen.max_instances) == (2, 5)


def test_a_revision_has_its_ready_condition_wherever_it_stands() -> None:
    reason = run_v2.Condition.RevisionReason.HEALTH_CHECK_CONTAINER_ERROR
    conditions = [{"type_": "Active", "state": 4}, {"type_": "Ready", "state": 3, "revision_reason": reason}]
    message = run_v2.Revision(name=f"{PLACE}/revisions/web-3", service="web", conditions=conditions)
    seen = read_revision(run_v2.Revision.pb(message))
    assert isinstance(seen, Revision)
    assert (seen.service, seen.name, seen.created_at) == ("web", "web-3", None)
    assert seen.ready is not None
    assert (seen.ready.state, seen.ready.reason) == ("failed", "HEALTH_CHECK_CONTAINER_ERROR")


@pytest.mark.parametrize("recorded", list(recorded_services()))
def test_the_sizes_of_a_recorded_service_are_read(recorded: Any) -> None:
    template = recorded["template"]
    limits = template["containers"][0]["resources"]["limits"]
    assert (limits, template["maxInstanceRequestConcurrency"]) == ({"cpu": "1000m", "memory": "512Mi"}, 80)
    most, of_service = (
        template.get("scaling", {}).get("maxInstanceCount"),
        recorded.get("scaling", {}).get("maxInstanceCount"),
    )
    assert read(recorded).sizing == Sizing(1.0, 2**29, 80, service_max=of_service, revision_max=most)


def test_sizes_are_those_of_the_container_that_takes_the_requests() -> None:
    helper = {"image": "proxy", "resources": {"limits": {"cpu": "250m", "memory": "64Mi"}}}
    web = {"image": "web", "ports": [{"container_port": 8080}], "resources": {"limits": {"cpu": "2", "memory": "1Gi"}}}
    sizing = service(template={"containers": [helper, web]}).sizing
    assert (sizing.cpu, sizing.memory) == (2, 2**30)


def test_manual_scaling_has_its_fixed_number_even_zero() -> None:
    assert service(scaling={"scaling_mode": 2, "manual_instance_count": 0}).sizing.manual_instances == 0
    assert service(scaling={"manual_instance_count": 3}).sizing.manual_instances is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1", 1), ("1000m", 1), ("1.5", 1.5), ("512Mi", 2**29), ("4Gi", 2**32), ("1G", 10**9), ("", None), ("5 GB", None)],
)
def test_a_quantity_of_kubernetes_is_read(text: str, amount: float | None) -> None:
    assert kubernetes_quantity(text) == amount
