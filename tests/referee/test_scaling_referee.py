"""The guide's command for scaling prints nothing; the one that we show prints what we judge."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sagebase_ops.domain.results import Finding

WHERE = ("--region=asia-northeast1", "--project=sagebase-sandbox", "--quiet")
SERVICE = ("run", "services", "describe", "sagebase-streamlit", *WHERE)
GUIDE = (*SERVICE, "--format=value(spec.template.spec.scaling)")
ANNOTATIONS = "spec.template.metadata.annotations"
FIELDS = (
    f"{ANNOTATIONS}['autoscaling.knative.dev/minScale']",
    f"{ANNOTATIONS}['autoscaling.knative.dev/maxScale']",
    "spec.template.spec.containerConcurrency",
    "spec.template.spec.containers[0].resources.limits.cpu",
)
SHOWN = (*SERVICE, f"--format=value({','.join(FIELDS)})")
TIER = ("sql", "instances", "describe", "sagebase-db", "--format=value(settings.tier)", *WHERE[1:])

Look = Callable[..., Awaitable[tuple[list[Any], list[tuple[str, Finding]]]]]  # Any: conftest's Printed


@pytest.mark.parametrize(
    ("scenario", "printed", "tier", "verdicts"),
    [
        ("healthy", "1\t10\t80\t1000m", "db-custom-2-8192", ["pass", "pass"]),
        ("undersized", "0\t4\t80\t1000m", "db-f1-micro", ["fail", "warn"]),
    ],
)
async def test_both_see_the_same_sizes(look: Look, scenario: str, printed: str, tier: str, verdicts: list[str]) -> None:
    (guide, shown, machine), findings = await look(scenario, GUIDE, SHOWN, TIER, job="monthly")
    assert (guide.code, guide.answer) == (0, "")
    assert (shown.answer, machine.answer) == (printed, tier)
    assert [found.verdict for name, found in findings if name == "run_scaling"] == verdicts
