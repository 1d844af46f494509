"""A policy that is snoozed in Cloud Monitoring is seen by gcloud and told by us."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sagebase_ops.domain.results import Finding

SNOOZES = ("monitoring", "snoozes", "list", "--format=value(displayName)", "--project=sagebase-sandbox", "--quiet")
SCENARIO = str(Path(__file__).parent / "scenarios" / "snoozed.yaml")

Look = Callable[..., Awaitable[tuple[list[Any], list[tuple[str, Finding]]]]]  # Any: conftest's Printed


async def test_both_see_the_same_snooze(look: Look) -> None:
    (snoozes,), findings = await look(SCENARIO, SNOOZES, job="weekly")
    told = [one for name, one in findings if name == "alert_policies" and one.reason == "snoozed"]
    assert [one.values["snooze"] for one in told] == [snoozes.answer] == ["Load test"]
