"""A whole daily run on the wire: no question is asked twice, and more services ask no more questions."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from sagebase_ops.checks.smoke.params import WEB_PARTS
from sagebase_ops.config.load import load
from sagebase_ops.domain.runs import CheckResult
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.jobs.run_checks import Deadlines, Planned, plan, run_checks
from sagebase_ops.probe.http import Probe
from sagebase_ops.sandbox.scenario import RunService
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.sandbox.world import Call
from tests.checks.watching import PATIENT

SHIPPED = Path(__file__).parents[2] / "schedules.yaml"
PAGES_OF_LOGS = 2
"""The newest entries may take two calls; every other answer fits on one page."""


async def daily(scenario: str, names: tuple[str, ...] = ()) -> tuple[list[Call], tuple[CheckResult, ...]]:
    """What the shipped daily checklist asked, with these services in place of its own, and what it found."""
    async with Sandbox.running(scenario) as box:
        schedules = load(SHIPPED, example_project=box.world.projects[0])
        if names:
            (project,) = schedules.projects
            schedules = replace(schedules, projects=(replace(project, services=names),))
            like = box.world.services()[0]
            many = [RunService(name=name, region=like.region, load=like.load) for name in names]
            box.world.scenario = box.world.scenario.model_copy(update={"services": many})
        connections, probe = Connections(box.grpc, box.rest, PATIENT), Probe(box.rest)
        planned = plan(schedules, schedules.checklists["daily"])
        planned = tuple(map(without_pages, planned)) if names else planned
        results = await run_checks(
            planned, Cloud(connections), probe, box.world.now(), deadlines=Deadlines(check=240, run=600)
        )
        await probe.aclose()
        await connections.aclose()
        return box.world.calls, results


def without_pages(item: Planned) -> Planned:
    """Pages are the services' own, and a hundred of them no question to Google."""
    if item.ref.check != "smoke_test":
        return item
    return replace(item, params=item.params.model_copy(update={"skip": WEB_PARTS}))


@pytest.mark.parametrize("scenario", ["healthy", "high-error-rate", "no-traffic", "failed-deploy", "no-data"])
async def test_no_question_of_a_whole_run_is_asked_twice(scenario: str) -> None:
    calls, _ = await daily(scenario)
    asked = Counter((call.api, call.method, call.request) for call in calls)
    assert {question: times for question, times in asked.items() if times > 1} == {}
    assert sum("ListLogEntries" in call.method for call in calls) <= PAGES_OF_LOGS
    assert all(call.request for call in calls)


async def test_a_run_of_one_ten_or_a_hundred_services_asks_as_many_questions() -> None:
    asked = []
    for many in (1, 10, 100):
        calls, results = await daily("healthy", tuple(f"service-{number}" for number in range(many)))
        judged = {finding.target.name for result in results for finding in result.findings}
        assert len({name for name in judged if name.startswith("service-")}) == many
        asked.append(Counter(call.method for call in calls))
    assert asked[0] == asked[1] == asked[2]
