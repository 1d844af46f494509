"""The guide's command for the disk prints its size and nothing of what is used; we say both."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sagebase_ops.domain.results import Finding

ON = ("--project=sagebase-sandbox", "--quiet")
DISK = ("sql", "instances", "describe", "sagebase-db", "--format=value(settings.dataDiskSizeGb, currentDiskSize)", *ON)
BUCKETS = ("storage", "ls", *ON)

Look = Callable[..., Awaitable[tuple[list[Any], list[tuple[str, Finding]]]]]  # Any: conftest's Printed


@pytest.mark.parametrize(("scenario", "used", "verdict"), [("healthy", 7.2, "pass"), ("sql-neglected", 18.4, "fail")])
async def test_both_see_the_same_disk(look: Look, scenario: str, used: float, verdict: str) -> None:
    (disk, buckets), findings = await look(scenario, DISK, BUCKETS, job="monthly")
    found = [finding for name, finding in findings if name == "storage_usage"]
    (of_disk,) = [finding for finding in found if finding.target.kind == "sql_instance"]
    assert (disk.answer, of_disk.verdict) == ("20", verdict)
    assert of_disk.value is not None
    assert of_disk.value.amount / 2**30 == pytest.approx(used, abs=0.5)
    assert {f"gs://{one.target.name}/" for one in found if one.target.kind == "bucket"} == set(buckets.answer.split())
