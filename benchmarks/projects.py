"""Many projects in one file: 50 of 20 services, 200 ms for every call, against 32 calls in flight without a pause.

The pretend cloud needs longer to make an answer up than we to read it, so that it is asked before, and its answers are replayed.
"""

import asyncio
import gc
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import psutil

from benchmarks.daily import SHIPPED, Daily
from benchmarks.processes import Box, sandbox
from benchmarks.replay import Replay, replaying
from benchmarks.rows import Row, at_most
from sagebase_ops.cli.main import OBJECTS_BETWEEN_COLLECTIONS

PROJECTS, SERVICES, LATENCY, IN_FLIGHT, AT_A_TIME = 50, 20, 0.2, 32, 5
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
    return [row for job in ("daily", "weekly", "monthly") for row in _of(job)]


def _of(job: str) -> list[Row]:
    few, one, many = _asked(job, 1, 1), _asked(job, 1, SERVICES), _replayed(job, PROJECTS, SERVICES)
    ideal = many.calls * LATENCY / IN_FLIGHT
    return [
        at_most(
            f"{job}: 50 projects x 20 services, 200 ms a call : ideal at 32 in flight", many.seconds / ideal, LIMIT
        ),
        Row(f"  the run; ideal: {many.calls} calls x 200 ms / 32", f"{many.seconds:.1f}; {ideal:.1f} s"),
        Row("  CPU time of our own process", f"{many.cpu:.1f} s"),
        at_most("  memory after it, MB", many.mb, MEMORY, form="{:.0f}"),
        Row(
            "  API calls of a project with 1, 20 services",
            f"{few.calls}, {one.calls}",
            "the same number",
            few.calls == one.calls,
        ),
        Row("  API calls of 1, 50 projects", f"{one.calls}, {many.calls}", "50 x", many.calls == PROJECTS * one.calls),
        at_most("  reads of one project's logs", many.log_reads, LOG_READS, form="{:.0f}"),
    ]


@contextmanager
def _cloud(projects: int, services: int) -> Iterator[tuple[Box, Path, list[str]]]:
    """A sandbox with so many projects and services, a folder, and the projects' ids."""
    ids = [f"sagebase-{number:02}" for number in range(projects)]
    names = [f"service-{number:02}" for number in range(services)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "many.yaml").write_text(_scenario(names), encoding="utf-8")
        with sandbox(str(folder / "many.yaml"), ids) as box:
            yield box, folder, ids


def _asked(job: str, projects: int, services: int) -> Seen:
    """What is asked of the sandbox itself."""
    with _cloud(projects, services) as (box, folder, ids):
        _in_turn(box.grpc, box.rest, job, folder, ids, datetime.now(UTC))
        return _counted(box)


def _replayed(job: str, projects: int, services: int) -> Seen:
    """The same with what it takes, once the answers are known. Raises RuntimeError where other questions were asked then."""
    with _cloud(projects, services) as (box, folder, ids), replaying(box.grpc, box.rest, LATENCY) as known:
        at = datetime.now(UTC)
        _in_turn(known.grpc, known.rest, job, folder, ids, at)
        asked = _counted(box)
        alone = ProcessPoolExecutor(
            1, get_context("spawn"), initializer=gc.set_threshold, initargs=(OBJECTS_BETWEEN_COLLECTIONS,)
        )
        with alone:  # a process that has done nothing else: its memory is that of this run
            seen = alone.submit(_timed, known, job, folder, ids, at).result()
        if again := _counted(box).calls:
            raise RuntimeError(f"{job}: {again} questions were other ones the second time; nothing was measured")
        return replace(seen, calls=asked.calls, log_reads=asked.log_reads)


def _timed(known: Replay, job: str, folder: Path, ids: list[str], at: datetime) -> Seen:
    """Imports are made by a first run of a few projects."""
    _in_turn(known.grpc, known.rest, job, folder, ids[:AT_A_TIME], at)
    seconds, cpu = asyncio.run(_run(known.grpc, known.rest, _schedules(folder, ids), job, at))
    return Seen(0, 0, seconds, cpu, psutil.Process().memory_info().rss / _MB)


def _in_turn(grpc: str, rest: str, job: str, folder: Path, ids: list[str], at: datetime) -> None:
    """A few projects at a time, so that the sandbox keeps up."""
    for first in range(0, len(ids), AT_A_TIME):
        asyncio.run(_run(grpc, rest, _schedules(folder, ids[first : first + AT_A_TIME]), job, at))


def _counted(box: Box) -> Seen:
    calls = box.take_calls()
    of_logs = Counter(call["project"] for call in calls if call["method"].endswith("ListLogEntries"))
    return Seen(len(calls), max(of_logs.values(), default=0))


async def _run(grpc: str, rest: str, schedules: Path, job: str, at: datetime) -> tuple[float, float]:
    async with Daily.connected(grpc, rest, schedules, job) as checklist:
        before = time.process_time()
        seconds = await checklist.run(checklist.names(LEFT_OUT), at=at)
        return seconds, time.process_time() - before


def _scenario(names: list[str]) -> str:
    services = "\n".join(f"  - {{name: {name}}}" for name in names)
    kinds = ("text: started", "log: run.googleapis.com/requests, status: 200, visit: {path: /}")
    logs = "\n".join(f"  - {{{kind}, severity: INFO, service: {name}, count: 5}}" for name in names for kind in kinds)
    return f"extends: healthy\nservices:\n{services}\nlog_entries:\n{logs}\n"


def _schedules(folder: Path, ids: Sequence[str]) -> Path:
    """The shipped file, its one project written once for each id."""
    before, rest = SHIPPED.read_text(encoding="utf-8").split("projects:\n", 1)
    after = rest[rest.index("\nslack:") :]
    every = '{{id: {}, services: "*", sql_instances: "*", buckets: "*"}}'
    path = folder / "schedules.yaml"
    path.write_text(
        before + "projects:\n" + "".join(f"  - {every.format(one)}\n" for one in ids) + after, encoding="utf-8"
    )
    return path
