"""A shipped checklist, the daily one but where it is said, run inside this process, its channels kept open from run to run."""

import asyncio
from collections.abc import AsyncIterator, Container, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sagebase_ops.config.load import load
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.jobs.run_checks import plan, run_checks
from sagebase_ops.probe.http import Probe

SHIPPED = Path(__file__).parents[1] / "schedules.yaml"
PROJECT = "sagebase-sandbox"


class Daily:
    """One process's connections; every run has a snapshot and a probe of its own, as in the daemon."""

    def __init__(self, grpc: str, rest: str, schedules: Path, job: str) -> None:
        self._rest, self._job = rest, job
        self._connections = Connections(grpc, rest)
        self._schedules = load(schedules, example_project=PROJECT)

    @classmethod
    @asynccontextmanager
    async def connected(
        cls, grpc: str, rest: str, schedules: Path = SHIPPED, job: str = "daily"
    ) -> AsyncIterator["Daily"]:
        daily = cls(grpc, rest, schedules, job)
        try:
            yield daily
        finally:
            await daily._connections.aclose()

    def names(self, but: Container[str]) -> list[str]:
        """The checklist's entries, those in `but` left out."""
        return [entry.name for entry in self._schedules.named(self._job).entries if entry.name not in but]

    async def run(
        self, only: Iterable[str] = (), may_be_blind: Container[str] = (), at: datetime | None = None
    ) -> float:
        """Seconds for all entries, or for those called `only`, as of now or of the moment `at`.

        Raises RuntimeError where one could not look, those in `may_be_blind` left out.
        """
        planned = plan(self._schedules, self._schedules.named(self._job), only)
        started = datetime.now(UTC)
        async with AsyncExitStack() as stack:
            cloud, probe = Cloud(self._connections), Probe(self._rest, None)
            stack.push_async_callback(cloud.aclose)
            stack.push_async_callback(probe.aclose)
            results = await run_checks(planned, cloud, probe, at or started)
            seconds = (datetime.now(UTC) - started).total_seconds()
        unknown = [result.entry.name for result in results if result.verdict == "unknown"]
        blind = [name for name in unknown if name not in may_be_blind]
        if blind:
            raise RuntimeError(f"could not look: {', '.join(blind)}; nothing was measured")
        return seconds


def run_once(grpc: str, rest: str) -> None:
    """The whole checklist in a process that has nothing else to do."""

    async def once() -> None:
        async with Daily.connected(grpc, rest) as daily:
            await daily.run()

    asyncio.run(once())
