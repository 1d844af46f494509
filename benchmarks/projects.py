"""Many projects in one file: 50 of 20 services, 200 ms added to every call, against 32 calls in flight without a pause.

Our own CPU time stands beside it: the pretend cloud has the other core, and costs more than its client.
"""

import asyncio
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.daily import SHIPPED, Daily
from benchmarks.processes import sandbox
from benchmarks.rows import Row, at_most

PROJECTS, FEW_PROJECTS, SERVICES, LATENCY, IN_FLIGHT = 50, 10, 20, 0.2, 32
LIMIT, MEMORY, LOG_READS = 1.3, 200.0, 60
LEFT_OUT = {"smoke_test", "db_statistics", "db_indexes", "db_connections", "db_slow_queries"}
"""What asks no API: the services' own pages, and a database."""
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One run: its API calls, how many of them one project's logs were read by at the most, and what it took."""

    calls: int
    log_reads: int
    seconds: float = 0.0
    cpu: float = 0.0
    mb: float = 0.0


def rows() -> list[Row]:
    return [*_of("daily"), *_of("weekly"), *_of_the_month()]


def _of(job: str) -> list[Row]:
    few, one = _measured(job, PROJECTS, 1, 0), _measured(job, 1, SERVICES, 0)
    many = _measured(job, PROJECTS, SERVICES, LATENCY)
    ideal = many.calls * LATENCY / IN_FLIGHT
    return [
        at_most(
            f"{job}: 50 projects x 20 services, 200 ms a call : ideal at 32 in flight", many.seconds / ideal, LIMIT
        ),
        Row(f"  the run; ideal: {many.calls} calls x 200 ms / 32", f"{many.seconds:.1f}; {ideal:.1f} s"),
        Row("  CPU time of our own process", f"{many.cpu:.1f} s"),
        at_most("  memory after it, MB, the measuring process included", many.mb, MEMORY, form="{:.0f}"),
        Row(
            "  API calls with 1, 20 services", f"{few.calls}, {many.calls}", "the same number", few.calls == many.calls
        ),
        Row("  API calls of 1, 50 projects", f"{one.calls}, {many.calls}", "50 x", many.calls == PROJECTS * one.calls),
        at_most("  reads of one project's logs", many.log_reads, LOG_READS, form="{:.0f}"),
    ]


def _of_the_month() -> list[Row]:
    """Sixty days by the hour: the pretend cloud takes longer to make them up than we to read them, so no ratio is shown."""
    few, many = _measured("monthly", 1, 1, 0), _measured("monthly", 1, SERVICES, 0)
    projects = _measured("monthly", FEW_PROJECTS, SERVICES, LATENCY)
    return [
        Row("monthly: CPU time of our own process for 1 project of 20 services", f"{many.cpu:.1f} s"),
        Row(
            "  API calls of a project with 1, 20 services",
            f"{few.calls}, {many.calls}",
            "the same number",
            few.calls == many.calls,
        ),
        at_most(f"  memory after {FEW_PROJECTS} projects, MB", projects.mb, MEMORY, form="{:.0f}"),
    ]


def _measured(job: str, projects: int, services: int, latency: float) -> Seen:
    ids = [f"sagebase-{number:02}" for number in range(projects)]
    with tempfile.TemporaryDirectory() as folder:
        scenario, schedules = Path(folder) / "many.yaml", Path(folder) / "schedules.yaml"
        names = [f"service-{number:02}" for number in range(services)]
        scenario.write_text(_scenario(names), encoding="utf-8")
        schedules.write_text(_schedules(ids), encoding="utf-8")
        with sandbox(str(scenario), ids) as box:
            if latency:
                box.add_latency(latency)
            seconds, cpu = asyncio.run(_run(box.grpc, box.rest, schedules, job))
            size = psutil.Process().memory_info().rss / _MB
            calls = box.take_calls()
            of_logs = Counter(call["project"] for call in calls if call["method"].endswith("ListLogEntries"))
            return Seen(len(calls), max(of_logs.values(), default=0), seconds, cpu, size)


async def _run(grpc: str, rest: str, schedules: Path, job: str) -> tuple[float, float]:
    async with Daily.connected(grpc, rest, schedules, job) as checklist:
        before = time.process_time()
        seconds = await checklist.run(checklist.names(LEFT_OUT))
        return seconds, time.process_time() - before


def _scenario(names: list[str]) -> str:
    services = "\n".join(f"  - {{name: {name}}}" for name in names)
    kinds = ("text: started", "log: run.googleapis.com/requests, status: 200, visit: {path: /}")
    logs = "\n".join(f"  - {{{kind}, severity: INFO, service: {name}, count: 5}}" for name in names for kind in kinds)
    return f"extends: healthy\nservices:\n{services}\nlog_entries:\n{logs}\n"


def _schedules(ids: list[str]) -> str:
    """The shipped file, its one project written once for each id."""
    before, rest = SHIPPED.read_text(encoding="utf-8").split("projects:\n", 1)
    after = rest[rest.index("\nslack:") :]
    every = '{{id: {}, services: "*", sql_instances: "*", buckets: "*"}}'
    return before + "projects:\n" + "".join(f"  - {every.format(one)}\n" for one in ids) + after
