"""A month of watch, a round each minute: how long does it take to rehearse a changed file on it?

43,200 runs of six entries lie in a store as the daemon writes them; on each day the error rate is too high for 50 minutes.
The file that is tried has another limit for it and another second step, and is held against the present one.
"""

import json
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from benchmarks.rows import Row, at_most
from sagebase_ops.config.load import load
from sagebase_ops.config.model import ScheduleEntry, Schedules
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Sentence, Target, failing, passing
from sagebase_ops.domain.runs import CheckResult, EntryRef, Run, Trigger
from sagebase_ops.jobs.run_checks import planned
from sagebase_ops.store.sqlite import runs
from sagebase_ops.store.sqlite.migrations import migrate, shipped

PRESENT = Path(__file__).parent / "watch.yaml"
ROUNDS = 30 * 24 * 60
START = datetime(2026, 10, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LIMIT_SECONDS = 30.0
_SEEN = Sentence(ja="{value}（上限 {limit}）", en="{value} (limit {limit})")


class Spent(NamedTuple):
    """Seconds of one command. On cores that others use, too, only the CPU's tell of the program."""

    wall: float
    cpu: float


def rows() -> list[Row]:
    with TemporaryDirectory() as folder:
        store, tried = Path(folder) / "state.db", Path(folder) / "tried.yaml"
        present = PRESENT.read_text(encoding="utf-8")
        tried.write_text(present.replace("fail_above: 5%", "fail_above: 8%").replace("after: 30m", "after: 15m"))
        _fill(store, load(PRESENT))
        alone, _ = _rehearsed(store, tried)
        both, seen = _rehearsed(store, tried, "--against", str(PRESENT))
        size = store.stat().st_size / 1e6
    return [
        at_most("rehearse of 43,200 recorded rounds of six entries, CPU", alone.cpu, LIMIT_SECONDS, "{:.1f} s"),
        Row("  wall", f"{alone.wall:.1f} s"),
        at_most("  the same with --against (two files, one reading), CPU", both.cpu, LIMIT_SECONDS, "{:.1f} s"),
        Row("  wall", f"{both.wall:.1f} s"),
        Row("  rounds; posts; calls that another file would change", _counted(seen)),
        Row("  the store with that month in it", f"{size:.0f} MB"),
    ]


def _counted(seen: Any) -> str:  # Any: the command's JSON
    return f"{seen['rounds']}; {len(seen['timeline'])}; {len(seen['against']['differences'])}"


def _rehearsed(store: Path, tried: Path, *more: str) -> tuple[Spent, Any]:  # Any: the command's JSON
    command = [sys.executable, "-m", "sagebase_ops", "rehearse", "--from", str(store), "--schedules", str(tried)]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([*command, "--format", "json", *more], capture_output=True, text=True, check=True)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(wall, cpu), json.loads(done.stdout)


def _fill(path: Path, schedules: Schedules) -> None:
    """The month's runs as they are recorded, in one transaction: 43,200 of them would only measure the disk."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrate(db, shipped())
        db.execute("INSERT INTO meta (name, value) VALUES ('installation', 'bench'), ('world', 'sandbox')")
        db.execute("BEGIN")
        db.executemany(runs.INSERT, map(runs.columns, _month(schedules)))
        db.execute("COMMIT")


def _month(schedules: Schedules) -> Iterator[Run]:
    entries = entries_of(schedules)
    for number in range(ROUNDS):
        yield round_of(entries, START + number * MINUTE, number)


def entries_of(schedules: Schedules) -> list[tuple[EntryRef, ScheduleEntry]]:
    """Of the watch."""
    project = schedules.projects[0]
    return [(planned(schedules, entry, project).ref, entry) for entry in schedules.named("watch").entries]


def round_of(entries: list[tuple[EntryRef, ScheduleEntry]], at: datetime, number: int) -> Run:
    """The round with this number, counted from a midnight (UTC)."""
    minute = number % (24 * 60)
    results = tuple(CheckResult(ref, (_finding(ref, entry, at, minute),)) for ref, entry in entries)
    refs = tuple(ref for ref, _ in entries)
    return replace(_EMPTY, id=f"watch-{number}", slot=at, started_at=at, finished_at=at, expected=refs, results=results)


_EMPTY = Run("", "watch", "監視", Trigger.SCHEDULE, START, START, START, "ja", "Asia/Tokyo", (), ())


def _finding(ref: EntryRef, entry: ScheduleEntry, at: datetime, minute: int) -> Finding:
    target = Target("run_service", "sagebase-streamlit")
    params: Any = entry.params  # of the check metric, where there is one
    if ref.check != "metric":
        return passing(target, _SEEN, asked={"method": "Services.ListServices", "filter": ref.project})
    limit = params.limits[0]
    bad = ref.name == "high_error_rate" and 600 <= minute < 650
    value = Quantity(
        limit.at.amount * (2 + minute % 7 / 10) if bad else limit.at.amount / 2 + 1 * (not limit.above), limit.at.unit
    )
    end = at - 3 * MINUTE
    asked = {
        "method": "MetricService.ListTimeSeries",
        "filter": params.known.filter or params.known.type,
        "aligner": params.known.aligner,
        "reducer": params.known.reducer,
        "start": end - params.window,
        "end": end,
    }
    given = {
        "value": value,
        "limit": limit.at,
        "asked": asked,
        "metric": params.metric,
        "link": "https://console.cloud.google.com/run",
    }
    return failing(target, _SEEN, reason="over_limit", **given) if bad else passing(target, _SEEN, **given)
