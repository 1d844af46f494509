"""What a recorded instance says of its upkeep is read, and what it leaves out is Google's default."""

import json
from pathlib import Path
from typing import Any

import pytest

from sagebase_ops.gcp.sql_upkeep import DenyPeriod, Upkeep, WeeklyHour, read_upkeep

RECORDINGS = Path(__file__).parents[1] / "recordings"
RECORDED = [
    exchange["response"]
    for path in sorted(RECORDINGS.glob("sql_instance_*.json"))
    for exchange in json.loads(path.read_text())
    if exchange["response"].get("kind") == "sql#instance"
]


@pytest.mark.parametrize("recorded", RECORDED)
def test_a_recorded_instance_is_read(recorded: Any) -> None:
    seen, settings = read_upkeep(recorded), recorded["settings"]
    assert (str(seen.disk_gb), seen.version) == (settings["dataDiskSizeGb"], recorded.get("maintenanceVersion", ""))
    assert (seen.auto_resize, str(seen.resize_limit_gb)) == (
        settings["storageAutoResize"],
        settings["storageAutoResizeLimit"],
    )
    assert (seen.certificate_ends is None) == ("serverCaCert" not in recorded)


def test_there_are_recordings_to_read() -> None:
    assert len(RECORDED) >= 3


def test_an_empty_instance_has_googles_defaults() -> None:
    assert read_upkeep({}) == Upkeep()


@pytest.mark.parametrize(
    ("window", "seen"),
    [({"day": 6, "hour": 19}, WeeklyHour(6, 19)), ({"day": 6}, WeeklyHour(6, 0)), ({"hour": 19}, None), ({}, None)],
)
def test_an_hour_that_is_left_out_is_midnight_and_a_day_that_is_left_out_is_any(window: Any, seen: Any) -> None:
    assert read_upkeep({"settings": {"maintenanceWindow": window}}).window == seen


def test_deny_periods_are_read() -> None:
    given = {"denyMaintenancePeriods": [{"startDate": "12-20", "endDate": "01-10", "time": "00:00:00"}]}
    assert read_upkeep({"settings": given}).deny_periods == (DenyPeriod("12-20", "01-10", "00:00:00"),)
