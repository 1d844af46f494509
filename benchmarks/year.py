"""A year of watch, a round of six entries each minute: what is left of it, and how long does a start or a look back take?

The 525,600 runs are written as the daemon writes them, with their slots, in one transaction a week; each week is followed by
the store's own thinning of what is 35 days old by then. On each day the error rate is too high for 50 minutes.
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.processes import OURS, best
from benchmarks.rehearse import MINUTE, PRESENT, entries_of, round_of
from benchmarks.rows import Row, at_most
from benchmarks.slots import CountedWork
from sagebase_ops.app.desk import Desk, desk_of
from sagebase_ops.app.history import looks_of_group, past_of
from sagebase_ops.app.parts import route_of
from sagebase_ops.casebook import Casebook
from sagebase_ops.clock import SystemClock
from sagebase_ops.config.load import load
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.incidents import Incident
from sagebase_ops.domain.slots import JobRecord
from sagebase_ops.domain.thinning import WHOLE_FOR, trace_of
from sagebase_ops.jobs.incidents import Incidents
from sagebase_ops.jobs.slots import Slots
from sagebase_ops.log import set_up_logging
from sagebase_ops.settings import Settings, load_settings
from sagebase_ops.store.base import Decision
from sagebase_ops.store.packing import packed
from sagebase_ops.store.records import write_run
from sagebase_ops.store.sqlite import runs
from sagebase_ops.store.sqlite.opening import open_store
from tests.contract.examples import ended, opened

DAYS, A_WEEK, ROUNDS_A_DAY = 365, 7, 24 * 60
START_SECONDS, HISTORY_SECONDS = 1.0, 0.5
TRIES = 3
AN_INCIDENT, AROUND = f"inc-{DAYS // 2}", 500  # as many runs of each job as the command reads
DAY = timedelta(days=1)
SLOT = (
    "INSERT INTO slots (job, at, claim, owner, lease_until, claimed_at, run) VALUES ('watch', ?, ?, 'bench', ?, ?, ?)"
)


class Written(NamedTuple):
    """A run as it stands in the table, of the first day; the other days differ in their dates."""

    at: str
    record: str
    seen: str


def rows() -> list[Row]:
    set_up_logging(None, "ERROR")
    with TemporaryDirectory() as folder:
        Path(folder, "schedules.yaml").write_text(PRESENT.read_text(encoding="utf-8"), encoding="utf-8")
        path = Path(folder, "state.db")
        took = asyncio.run(_lived(path, load(PRESENT)))
        with closing(sqlite3.connect(path)) as db:
            (left,) = db.execute("SELECT count(*) FROM runs").fetchone()
        size = path.stat().st_size / 1e6
        return [*_looked_back(folder, path), *_thinned(took, left), Row("  the file", f"{size:.0f} MB")]


def _thinned(took: Sequence[float], left: int) -> list[Row]:
    ms = [1000 * seconds for seconds in took]
    return [
        Row("  its runs: made; left", f"{DAYS * ROUNDS_A_DAY:,}; {left:,}"),
        Row("  thinning all of it, an hour at a time", f"{sum(took):.0f} s"),
        Row("  one such hour: median, slowest", f"{median(ms):.1f}, {max(ms):.0f} ms"),
    ]


# The year


async def _lived(path: Path, schedules: Schedules) -> list[float]:
    """Seconds of each slice that was thinned."""
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - DAYS * DAY
    day, took = _first_day(schedules, start), list[float]()
    calendar = schedules.calendars()["watch"].fingerprint
    async with await open_store(path, sandbox=False) as store:
        await store.adopt(JobRecord("watch", calendar, start, start + DAYS * DAY - MINUTE))
        for first in range(0, DAYS, A_WEEK):
            days = range(first, min(first + A_WEEK, DAYS))
            _write(path, day, start, days)
            before = start + (days[-1] + 1) * DAY - WHOLE_FOR
            until = start
            while until < before:
                began = time.perf_counter()
                until = (await store.thin(before)).until
                took.append(time.perf_counter() - began)
        await store.decide(Decision(tuple(_incidents(schedules, start))), datetime.now(UTC))
    return took


def _first_day(schedules: Schedules, start: datetime) -> list[Written]:
    rounds = [round_of(entries_of(schedules), start + number * MINUTE, number) for number in range(ROUNDS_A_DAY)]
    return [
        Written(one.started_at.isoformat(timespec="microseconds"), write_run(one), trace_of(one).seen) for one in rounds
    ]


def _write(path: Path, day: Sequence[Written], start: datetime, days: range) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN")
        for number in days:
            written = list(_of_day(day, start, number))
            db.executemany(runs.INSERT, written)
            db.executemany(SLOT, ((at, name, at, at, name) for name, _, at, *_ in written))
        db.execute("COMMIT")


def _of_day(day: Sequence[Written], start: datetime, number: int) -> Iterator[tuple[object, ...]]:
    """Dates of the first day, of the one before and (in Tokyo) of the one after become those of the day with this number."""
    dates = [
        ((start + shift * DAY).date().isoformat(), (start + (number + shift) * DAY).date().isoformat())
        for shift in (1, 0, -1)  # from behind, since a day may take the date of the next one
    ]
    for minute, written in enumerate(day):
        name = f"watch-{number * ROUNDS_A_DAY + minute}"
        at, record, seen = (_dated(text, dates) for text in written)
        record = record.replace(f'"watch-{minute}"', f'"{name}"', 1)
        yield name, "watch", at, runs.PACKED, seen, False, packed(record)


def _dated(text: str, dates: Sequence[tuple[str, str]]) -> str:
    for old, new in dates:
        text = text.replace(old, new)
    return text


def _incidents(schedules: Schedules, start: datetime) -> Iterator[Incident]:
    """One on each day, while the error rate was too high."""
    ref = next(ref for ref, _ in entries_of(schedules) if ref.name == "high_error_rate")
    for number in range(DAYS):
        at = start + number * DAY + 10 * 60 * MINUTE
        one = ended(opened(f"inc-{number}", target="sagebase-streamlit"))
        mark = replace(one.fingerprint, project=ref.project, check=ref.check, name=ref.name)
        yield replace(
            one, fingerprint=mark, entry=ref, since=at, opened_at=at + 5 * MINUTE, resolved_at=at + 50 * MINUTE
        )


# What is measured


def _looked_back(folder: str, path: Path) -> list[Row]:
    settings, schedules = load_settings(_env_file=None, state=f"sqlite:///{path}"), load(PRESENT)
    env = {**os.environ, "SAGEBASE_OPS_STATE": settings.state}
    start = min(asyncio.run(_started(path, schedules)) for _ in range(TRIES))
    inside = min(asyncio.run(_timed(settings, schedules, _newest)) for _ in range(TRIES))
    of_one = min(asyncio.run(_timed(settings, schedules, _around_one)) for _ in range(TRIES))
    cold = [
        best([*OURS, "history", *words], TRIES, env, folder).wall
        for words in ((), ("--check", "high_error_rate"), ("--incident", AN_INCIDENT))
    ]
    with TemporaryDirectory() as empty:
        asyncio.run(_empty(Path(empty, "state.db")))
        bare = best(
            [*OURS, "history"], TRIES, {**env, "SAGEBASE_OPS_STATE": f"sqlite:///{empty}/state.db"}, folder
        ).wall
    return [
        at_most("a year of watch, thinned: what a daemon reads at its start", start, START_SECONDS, "{:.3f} s"),
        at_most("  `history`, the whole command", cold[0], HISTORY_SECONDS, "{:.2f} s"),
        Row(
            "  with --check; with --incident; on an empty store",
            "; ".join(f"{wall:.2f}" for wall in (*cold[1:], bare)) + " s",
        ),
        Row(
            "  of it the looking: the newest runs; all around an incident of half a year ago",
            f"{inside:.3f}; {of_one:.3f} s",
        ),
    ]


async def _empty(path: Path) -> None:
    await (await open_store(path, sandbox=False)).aclose()


async def _started(path: Path, schedules: Schedules) -> float:
    """Seconds until a daemon would wait for its first slot."""
    began, clock = time.perf_counter(), SystemClock()
    async with await open_store(path, sandbox=False) as store:
        book = Casebook(schedules, store, route_of(schedules, store, sandbox=False), clock)
        await Slots(schedules.calendars(), store, CountedWork(), clock, "bench").adopt_calendars()
        await Incidents(book).retire()
        await store.ledger()
        await store.backlog()
        return time.perf_counter() - began


async def _timed(settings: Settings, schedules: Schedules, ask: Callable[[Desk], Awaitable[object]]) -> float:
    async with desk_of(settings, schedules) as desk:
        began = time.perf_counter()
        await ask(desk)
        return time.perf_counter() - began


async def _newest(desk: Desk) -> object:
    return await past_of(desk, None, 20)


async def _around_one(desk: Desk) -> object:
    group = await desk.group(AN_INCIDENT)
    return looks_of_group(await past_of(desk, None, AROUND, group), group)
