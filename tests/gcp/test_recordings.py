"""Every recording is read, and each of Google's recorded refusals is understood."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sagebase_ops.errors import GcpErrorKind
from sagebase_ops.gcp.dashboards import read_dashboard
from sagebase_ops.gcp.errors import Question, from_response

RECORDINGS = Path(__file__).parents[1] / "recordings"
TESTS = Path(__file__).parent
READ_BY = {
    "alert_policy.json": "test_alerting",
    "bucket.json": "test_storage",
    "dashboard.json": "here",
    "error_api_disabled.json": "here and test_errors",
    "error_permission_denied.json": "here and test_errors",
    "run_service_basic.json": "test_run",
    "run_service_with_cloud_sql.json": "test_run and test_sql",
    "secret_basic.json": "test_secrets",
    "secret_version.json": "test_secrets",
    "sql_instance_point_in_time_recovery.json": "test_sql",
    "sql_instance_postgres.json": "test_sql",
    "uptime_check.json": "test_alerting",
}
KINDS = {403: {GcpErrorKind.PERMISSION_DENIED, GcpErrorKind.API_DISABLED}, 404: {GcpErrorKind.NOT_FOUND}}


def exchanges() -> Iterator[tuple[str, dict[str, Any]]]:  # JSON as Google's servers answered it
    for path in sorted(RECORDINGS.glob("*.json")):
        for number, exchange in enumerate(json.loads(path.read_text())):
            yield f"{path.stem}-{number}", exchange


REFUSED = {name: exchange for name, exchange in exchanges() if exchange["status"] >= 400}
DASHBOARDS = {
    name: exchange["response"]
    for name, exchange in exchanges()
    if name.startswith("dashboard") and "displayName" in exchange["response"]
}


@pytest.mark.parametrize("exchange", REFUSED.values(), ids=REFUSED)
def test_a_recorded_refusal_is_understood(exchange: Any) -> None:
    host = exchange["url"].split("/")[2]
    error = from_response(
        exchange["status"], json.dumps(exchange["response"]), Question(host, "m", None, "example-project")
    )
    assert error.kind in KINDS[exchange["status"]]
    assert exchange["response"]["error"]["message"][:80] in str(error)
    assert str(error.remedy).startswith("gcloud ")


@pytest.mark.parametrize("answer", DASHBOARDS.values(), ids=DASHBOARDS)
def test_a_recorded_dashboard_is_read_in_its_layout(answer: Any) -> None:
    seen = read_dashboard(answer)
    assert (seen.name, seen.display_name) == ("dashboardid", answer["displayName"])
    charts = json.dumps(answer).count('"timeSeriesFilter"')  # a panel of logs has the same filter
    asked = 'metric.type="agent.googleapis.com/nginx/connections/accepted_count"'
    assert seen.queries == (asked,) * charts
    assert charts > 0


def test_no_recording_is_forgotten() -> None:
    assert {path.name for path in RECORDINGS.glob("*.json")} == set(READ_BY)
