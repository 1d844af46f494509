"""Both who look at one sandbox: the real gcloud with the guide's own commands, and our daily checklist."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest

from sagebase_ops.config.load import load
from sagebase_ops.domain.results import Finding
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.jobs.run_checks import plan, run_checks
from sagebase_ops.probe.http import Probe
from sagebase_ops.sandbox.server import Sandbox

SHIPPED = Path(__file__).parents[2] / "schedules.yaml"
OWN = Path(__file__).parent / "scenarios"
AT_ONCE = os.cpu_count() or 1
REFUSALS = {  # gcloud's words for it, the first that fits
    "has not been used in project": "disabled",
    "Quota exceeded": "quota",
    "Cannot find": "absent",
    "does not exist": "absent",
    "not found": "absent",
    "matched no objects": "absent",
    "denied": "denied",
    "not authorized": "denied",
}


class Printed(NamedTuple):
    """How one gcloud command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> str:
        """What it printed, or in one word why it was refused."""
        if self.code == 0:
            return self.out.strip()
        return next((word for text, word in REFUSALS.items() if text in self.err), self.err)

    @property
    def count(self) -> str:
        """How many lines it printed, or in one word why it was refused."""
        return str(len(self.out.splitlines())) if self.code == 0 else self.answer


Command: TypeAlias = Sequence[str]
Seen: TypeAlias = tuple[list[Printed], list[tuple[str, Finding]]]
"""What gcloud's commands printed, in their order; our findings by entry name."""


@pytest.fixture(autouse=True)
def _gcloud() -> None:
    if shutil.which("gcloud") is None:
        if os.environ.get("CI"):
            pytest.fail("gcloud is missing; .ci/run says how to get it")
        pytest.skip("gcloud is not installed here: the referee needs it")


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., Awaitable[Seen]]:
    """Play a scenario (shipped, or of the folder beside this file), and let both look at it."""

    async def looking(scenario: str, *commands: Command, job: str = "daily") -> Seen:
        own = OWN / f"{scenario}.yaml"
        async with Sandbox.running(str(own) if own.is_file() else scenario) as box:
            env = {**os.environ, **box.exports(), "CLOUDSDK_CONFIG": str(tmp_path)}
            turns = asyncio.Semaphore(AT_ONCE)
            printed = asyncio.gather(*(_gcloud_prints(command, env, turns) for command in commands))
            return await printed, await _our_findings(box, job)

    return looking


async def _gcloud_prints(command: Command, env: dict[str, str], turns: asyncio.Semaphore) -> Printed:
    async with turns, asyncio.timeout(60):
        pipes = {
            "stdin": asyncio.subprocess.DEVNULL,
            "stdout": asyncio.subprocess.PIPE,
            "stderr": asyncio.subprocess.PIPE,
        }
        process = await asyncio.create_subprocess_exec("gcloud", *command, env=env, **pipes)
        out, err = await process.communicate()
        return Printed(process.returncode or 0, out.decode(), err.decode())


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
