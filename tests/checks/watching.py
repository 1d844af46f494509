"""The shipped watch on the wire: a sandbox in one state or another, and what each entry finds there."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.config.load import load
from sagebase_ops.domain.projects import Environment, Project
from sagebase_ops.domain.results import Finding, Note
from sagebase_ops.domain.runs import CheckResult
from sagebase_ops.gcp.calls import Patience
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.jobs.run_checks import plan, run_checks
from sagebase_ops.probe.http import Probe
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.server import Sandbox

SHIPPED = Path(__file__).parents[2] / "schedules.yaml"
WEB, DB = "sagebase-streamlit", "sagebase-db"
PATIENT = Patience(one_try=120, tries=120, whole=240)
"""A machine that is slow is no Google that hangs: nothing is given up, and nothing asked again, because of that."""
PROJECT = Project("sagebase-sandbox", Environment.PRODUCTION, "asia-northeast1", (WEB,), (DB,))


@dataclass(frozen=True)
class Round:
    """One round of the watch: its results by entry, and the methods that were called for them."""

    results: dict[str, CheckResult]
    methods: list[str]

    def found(self, entry: str) -> Finding:
        """Its only finding."""
        (finding,) = self.results[entry].findings
        return finding


@asynccontextmanager
async def looking(
    scenario: str = "healthy", faults: Sequence[Fault] = (), **changed: Any
) -> AsyncIterator[tuple[Sandbox, CheckContext]]:
    """A sandbox whose scenario differs in `changed`, with these faults, and a check's context on it."""
    async with Sandbox.running(scenario) as box:
        box.world.scenario = box.world.scenario.model_copy(update=changed)
        for fault in faults:
            box.world.faults.add(fault)
        connections, probe = Connections(box.grpc, box.rest, PATIENT), Probe(box.rest)
        yield box, CheckContext(PROJECT, Cloud(connections), probe, box.world.now())
        await probe.aclose()
        await connections.aclose()


async def watched(
    scenario: str = "healthy", faults: Sequence[Fault] = (), names: tuple[str, ...] = (WEB,), **changed: Any
) -> Round:
    """One round of the shipped watch, over the services with these names."""
    async with looking(scenario, faults, **changed) as (box, context):
        schedules = load(SHIPPED, example_project=PROJECT.id)
        schedules = replace(schedules, projects=tuple(replace(one, services=names) for one in schedules.projects))
        planned = plan(schedules, schedules.named("watch"))
        results = await run_checks(planned, context.gcp, context.probe, context.now)
        return Round({result.entry.name: result for result in results}, [call.method for call in box.world.calls])


def refusing(method: str, permission: str) -> Fault:
    """Every call of `method` is refused for want of `permission`."""
    api = f"{permission.partition('.')[0]}.googleapis.com"
    options = {"status": "permission_denied", "permission": permission, "api": api}
    return Fault(method, "refusal", None, options)


def said(notes: Sequence[Note]) -> list[str]:
    """Their English, with names filled in as they are."""
    return [note.sentence.en.format_map({key: str(value) for key, value in note.values.items()}) for note in notes]
