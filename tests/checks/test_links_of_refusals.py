"""What Google would not tell us, a person may see for themselves: a refusal carries a link as well."""

from typing import Any

import pytest

from sagebase_ops.config.load import load
from sagebase_ops.domain.results import Finding
from sagebase_ops.jobs.run_checks import plan, run_checks
from sagebase_ops.sandbox.faults import Fault
from tests.checks.watching import PROJECT, SHIPPED, looking

PLACE = f"?project={PROJECT.id}"


async def refused(job: str, fault: Fault) -> list[tuple[str, Finding]]:
    """Entry and finding of each refusal in the shipped checklist."""
    schedules = load(SHIPPED, example_project=PROJECT.id)
    async with looking(faults=[fault]) as (_, context):
        planned = plan(schedules, schedules.named(job))
        results = await run_checks(planned, context.gcp, context.probe, context.now)
    found = [(result.entry.name, finding) for result in results for finding in result.findings]
    return [(name, finding) for name, finding in found if str(finding.asked.get("api", "")).endswith("googleapis.com")]


def everywhere(**options: Any) -> Fault:
    return Fault("*", "refusal", None, {"status": "permission_denied", **options})


@pytest.mark.parametrize("job", ["daily", "weekly", "monthly"])
async def test_no_refusal_is_without_a_link(job: str) -> None:
    found = await refused(job, everywhere())
    assert len(found) > 3
    assert [name for name, finding in found if not finding.link] == []


async def test_a_database_that_does_not_answer_is_looked_for_among_the_instances() -> None:
    schedules = load(SHIPPED, example_project=PROJECT.id)
    async with looking() as (_, context):
        planned = plan(schedules, schedules.named("monthly"), ["db_statistics"])
        ((found,),) = [one.findings for one in await run_checks(planned, context.gcp, context.probe, context.now)]
    assert (found.reason, found.link) == ("no_address", f"https://console.cloud.google.com/sql/instances{PLACE}")


async def test_the_link_leads_to_what_could_not_be_read_and_not_just_to_its_api() -> None:
    links = {name: finding.link for name, finding in await refused("weekly", everywhere())}
    console = "https://console.cloud.google.com"
    assert links["run_revisions"] == f"{console}/run{PLACE}"
    assert links["alert_policies"] == f"{console}/monitoring/alerting{PLACE}"
    assert links["notification_channels"] == f"{console}/monitoring/alerting/notifications{PLACE}"
    assert links["secrets"] == f"{console}/security/secret-manager{PLACE}"
