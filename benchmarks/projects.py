"""Many projects in one file: 50 of 20 services, 200 ms added to every call, against 32 calls in flight without a pause.

Our own CPU time stands beside it: the pretend cloud has the other core, and costs more than its client.
"""

import asyncio
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.daily import SHIPPED, Daily
from benchmarks.processes import sandbox
from benchmarks.rows import Row, at_most

PROJECTS, SERVICES, LATENCY, IN_FLIGHT = 50, 20, 0.2, 32
LIMIT, MEMORY = 1.3, 200.0
LEFT_OUT = {"smoke_test"}
"""It visits the services' own pages, which are no API calls."""
_MB = 1_000_000


def rows() -> list[Row]:
    few, _, _, _ = _measured(PROJECTS, 1, 0)
    calls, seconds, cpu, size = _measured(PROJECTS, SERVICES, LATENCY)
    one, _, _, _ = _measured(1, SERVICES, 0)
    ideal = calls * LATENCY / IN_FLIGHT
    return [
        at_most("50 projects x 20 services, 200 ms a call : ideal at 32 in flight", seconds / ideal, LIMIT),
        Row("  the run", f"{seconds:.1f} s"),
        Row(f"  ideal: {calls} calls x 200 ms / 32", f"{ideal:.1f} s"),
        Row("  CPU time of our own process", f"{cpu:.1f} s"),
        at_most("memory after it, MB, the measuring process included", size, MEMORY, form="{:.0f}"),
        Row("API calls of 50 projects with 1, 20 services", f"{few}, {calls}", "the same number", few == calls),
        Row("API calls of 1, 50 projects", f"{one}, {calls}", "50 x", calls == PROJECTS * one),
    ]


def _measured(projects: int, services: int, latency: float) -> tuple[int, float, float, float]:
    """API calls, seconds, CPU seconds and MB of one run."""
    ids = [f"sagebase-{number:02}" for number in range(projects)]
    with tempfile.TemporaryDirectory() as folder:
        scenario, schedules = Path(folder) / "many.yaml", Path(folder) / "schedules.yaml"
        names = [f"service-{number:02}" for number in range(services)]
        scenario.write_text(_scenario(names), encoding="utf-8")
        schedules.write_text(_schedules(ids), encoding="utf-8")
        with sandbox(str(scenario), ids) as box:
            if latency:
                box.add_latency(latency)
            seconds, cpu = asyncio.run(_run(box.grpc, box.rest, schedules))
            size = psutil.Process().memory_info().rss / _MB
            return len(box.take_calls()), seconds, cpu, size


async def _run(grpc: str, rest: str, schedules: Path) -> tuple[float, float]:
    async with Daily.connected(grpc, rest, schedules) as daily:
        before = time.process_time()
        seconds = await daily.run(daily.names(LEFT_OUT))
        return seconds, time.process_time() - before


def _scenario(names: list[str]) -> str:
    services = "\n".join(f"  - {{name: {name}}}" for name in names)
    logs = "\n".join(f"  - {{text: started, severity: INFO, service: {name}, count: 5}}" for name in names)
    return f"extends: healthy\nservices:\n{services}\nlog_entries:\n{logs}\n"


def _schedules(ids: list[str]) -> str:
    """The shipped file, its one project written once for each id."""
    before, rest = SHIPPED.read_text(encoding="utf-8").split("projects:\n", 1)
    after = rest[rest.index("\nslack:") :]
    every = '{{id: {}, services: "*", sql_instances: "*", buckets: "*"}}'
    return before + "projects:\n" + "".join(f"  - {every.format(one)}\n" for one in ids) + after
