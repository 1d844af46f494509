"""Both who look at one sandbox: the real gcloud with the guide's own commands, and our daily checklist."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from sagebase_ops.config.load import load
from sagebase_ops.domain.results import Finding
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.jobs.run_checks import plan, run_checks
from sagebase_ops.probe.http import Probe
from sagebase_ops.sandbox.server import Sandbox
from tests.referee.gcloud import Command, Gcloud, Printed, gcloud_ready

SHIPPED = Path(__file__).parents[2] / "schedules.yaml"
OWN = Path(__file__).parent / "scenarios"
Seen: TypeAlias = tuple[list[Printed], list[tuple[str, Finding]]]
"""What gcloud's commands printed, in their order; our findings by entry name."""


@pytest.fixture(scope="session", autouse=True)
def gcloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gcloud]:
    """One for the whole session; every test of this folder wants it."""
    if shutil.which("gcloud") is None:
        if os.environ.get("CI"):
            pytest.fail("gcloud is missing; .ci/run says how to get it")
        pytest.skip("gcloud is not installed here: the referee needs it")
    with gcloud_ready(tmp_path_factory.mktemp("gcloud")) as ready:
        yield ready


@pytest.fixture
def look(tmp_path: Path, gcloud: Gcloud) -> Callable[..., Awaitable[Seen]]:
    """Play a scenario (shipped, or of the folder beside this file), and let both look at it."""

    async def looking(scenario: str, *commands: Command, job: str = "daily") -> Seen:
        own = OWN / f"{scenario}.yaml"
        async with Sandbox.running(str(own) if own.is_file() else scenario) as box:
            env = {**os.environ, **box.exports(), "CLOUDSDK_CONFIG": str(tmp_path)}
            printed = [await asyncio.to_thread(gcloud.prints, command, env) for command in commands]
            return printed, await _our_findings(box, job)

    return looking


async def _our_findings(box: Sandbox, job: str) -> list[tuple[str, Finding]]:
    """The shipped checklist of this name, on the same sandbox."""
    schedules = load(SHIPPED, example_project=box.world.projects[0])
    connections, probe = Connections(box.grpc, box.rest), Probe(box.rest, None)
    cloud = Cloud(connections)
    try:
        planned = plan(schedules, schedules.named(job))
        results = await run_checks(planned, cloud, probe, box.world.now(), zone=schedules.timezone)
    finally:
        for part in (cloud, probe, connections):
            await part.aclose()
    return [(result.entry.name, finding) for result in results for finding in result.findings]
