"""What gcloud prints of Cloud SQL's upkeep is what we judge: its hours are UTC, and its version is no update."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sagebase_ops.domain.results import Finding

INSTANCE = ("sql", "instances", "describe", "sagebase-db", "--project=sagebase-sandbox", "--quiet")
WINDOW = (*INSTANCE, "--format=value(settings.maintenanceWindow.day,settings.maintenanceWindow.hour)")
GUIDES_WINDOW = (*INSTANCE, "--format=value(settings.maintenanceWindow)")

Look = Callable[..., Awaitable[tuple[list[Any], list[tuple[str, Finding]]]]]  # Any: conftest's Printed


@pytest.mark.parametrize(
    ("scenario", "printed", "utc", "verdict"),
    [("healthy", "6\t19", "SAT 19:00", "pass"), ("sql-neglected", "7\t4", "SUN 04:00", "fail")],
)
async def test_both_see_the_same_window(look: Look, scenario: str, printed: str, utc: str, verdict: str) -> None:
    (guide, window), findings = await look(scenario, GUIDES_WINDOW, WINDOW, job="monthly")
    (found,) = [finding for name, finding in findings if name == "sql_maintenance"]
    assert (guide.code, window.answer) == (0, printed)
    assert (found.values["utc"], found.verdict) == (utc, verdict)


@pytest.mark.parametrize(
    ("scenario", "updates", "verdict"),
    [("healthy", "", "pass"), ("sql-neglected", "POSTGRES_12_22.R20250302.00_31", "fail")],
)
async def test_the_guides_version_is_the_present_one_and_updates_stand_elsewhere(
    look: Look, scenario: str, updates: str, verdict: str
) -> None:
    version, available = "--format=value(maintenanceVersion)", "--format=value(availableMaintenanceVersions)"
    printed, findings = await look(scenario, (*INSTANCE, version), (*INSTANCE, available), job="monthly")
    (found,) = [finding for name, finding in findings if name == "sql_updates"]
    assert printed[0].answer.startswith("POSTGRES_")
    assert (printed[1].answer, found.verdict) == (updates, verdict)
