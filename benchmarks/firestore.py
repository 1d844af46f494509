"""What does the store cost in Firestore? An hour of the daemon's own loops, step by step, and what of it is billed.

The steps are the daemon's, over Google's emulator and the sandbox; only the clock is ours, so that an hour passes in seconds.
Free a day, for one database of a project: 50,000 reads, 20,000 writes, 20,000 deletes. Source: Firestore, pricing.
"""

import asyncio
import logging
import os
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import structlog

from benchmarks.processes import Box, sandbox
from benchmarks.rows import Row
from sagebase_ops.app.loops import Daemon
from sagebase_ops.app.outside import outside_of, slack_of
from sagebase_ops.app.parts import route_of
from sagebase_ops.casebook import Casebook
from sagebase_ops.config.load import load
from sagebase_ops.jobs.checklist_work import ChecklistWork
from sagebase_ops.jobs.deliver_outbox import Sender
from sagebase_ops.jobs.incidents import Incidents
from sagebase_ops.jobs.slots import Slots
from sagebase_ops.settings import load_settings
from sagebase_ops.store.firestore.opening import open_store
from tests.firestore_emulator import emulator, missing

FREE = {"read": 50_000, "write": 20_000, "delete": 20_000}
STEP = timedelta(seconds=15)
HOUR = 240  # steps

SCHEDULES = """
projects: [{id: sagebase-sandbox, region: asia-northeast1, services: [sagebase-streamlit], sql_instances: [sagebase-db]}]
slack: {channel: "#sagebase-ops", fallback: "#sagebase-ops-fallback"}
contacts: {operator: {name: operator, slack: U1AB2CD34}, tech_lead: {name: lead, slack: U2AB2CD34}}
escalation:
  default: [{after: 0m, tell: [operator]}, {after: 30m, tell: [tech_lead]}, {after: 1h, tell: [everyone]}]
  monitoring: [{after: 0m, tell: [operator]}]
checklists:
  watch:
    every: 1m
    checks:
      - {check: run_ready}
      - {check: metric, name: error_rate, metric: error_rate, window: 5m, fail_above: 5%}
      - {check: metric, name: cpu, metric: cpu_utilization, window: 5m, fail_above: 80%}
      - {check: metric, name: memory, metric: memory_utilization, window: 5m, fail_above: 85%}
  hourly: {every: 1h, digest: always, checks: [{check: run_ready}]}
"""


class SteppedClock:
    """Goes on when it is told to. Who waits a second for a channel finds it passed; who waits longer is never woken."""

    def __init__(self) -> None:
        now = datetime.now(UTC)
        self.wall = now.replace(minute=0, second=0, microsecond=0)
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds

    def step(self, by: timedelta) -> None:
        self.wall += by
        self.seconds += by.total_seconds()

    async def sleep(self, seconds: float) -> None:
        if seconds > 1:
            await asyncio.Event().wait()
        self.seconds += seconds


def rows() -> Sequence[Row]:
    if lack := missing():
        return [Row("Firestore, reads and writes a day", f"not measured: {lack}")]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with emulator() as address:
        os.environ["FIRESTORE_EMULATOR_HOST"] = address
        try:
            idle, bad = (_of_a_day(scenario) for scenario in ("healthy", "outage"))
        finally:
            del os.environ["FIRESTORE_EMULATOR_HOST"]
    return [*_shown("an idle day", idle, promised=True), *_shown("a day that is all outage", bad, promised=False)]


def _shown(day: str, billed: Counter[str], *, promised: bool) -> list[Row]:
    """Only an idle day is promised to be free."""
    return [
        Row(
            f"Firestore {kind}s of {day}",
            f"{billed[kind]:,}",
            f"free: {free:,}",
            billed[kind] <= free if promised else None,
        )
        for kind, free in FREE.items()
    ]


def _of_a_day(scenario: str) -> Counter[str]:
    with sandbox(scenario) as box:
        hour = asyncio.run(_an_hour(box, scenario))
    return Counter({kind: many * 24 for kind, many in hour.items()})


async def _an_hour(box: Box, name: str) -> Counter[str]:
    billed: Counter[str] = Counter()
    clock = SteppedClock()
    async with _daemon(box, name, clock, billed) as daemon:
        await _pass(daemon, clock, box)  # the first step finds what is there at a start
        billed.clear()
        for number in range(1, HOUR + 1):
            await _pass(daemon, clock, box)
            if number % 4 == 0:
                await daemon.heartbeat()
        await daemon.forget()
    return billed


async def _pass(daemon: Daemon, clock: SteppedClock, box: Box) -> None:
    """15 s of each loop, with the rounds that they wake each other for."""
    clock.step(STEP)
    _advance(box)
    await daemon.look_for_slots()
    await daemon.slots.settle()
    rounds = 1 + daemon.changed.is_set()
    daemon.changed.clear()
    for _ in range(rounds):
        await daemon.escalate()
        if daemon.sender:
            await daemon.deliver(daemon.sender)


def _advance(box: Box) -> None:
    httpx.post(f"{box.control}/clock", json={"advance": f"{STEP.seconds}s"}).raise_for_status()


@asynccontextmanager
async def _daemon(box: Box, name: str, clock: SteppedClock, billed: Counter[str]) -> AsyncIterator[Daemon]:
    def count(kind: str, many: int) -> None:
        billed[kind] += many

    exported = {key.removeprefix("SAGEBASE_OPS_").lower(): value for key, value in box.exports.items()}
    settings = load_settings(**{**exported, "state": f"firestore://bench-{name}/ops"})
    async with AsyncExitStack() as stack:
        schedules = load(_written(stack.enter_context(tempfile.TemporaryDirectory())))
        store = await stack.enter_async_context(await open_store(f"bench-{name}", "ops", sandbox=True, on_call=count))
        outside = await stack.enter_async_context(outside_of(settings))
        slack = slack_of(settings)
        book = Casebook(schedules, store, route_of(schedules, store, sandbox=True), clock)
        work = ChecklistWork(outside, schedules, store, clock, Incidents(book))
        slots = Slots(schedules.calendars(), store, work, clock, "bench")
        sender = Sender(store, slack, clock, "bench") if slack else None
        daemon = Daemon(book, work, slots, sender, sandbox=True)
        await slots.adopt_calendars()
        yield daemon


def _written(folder: str) -> Path:
    path = Path(folder) / "schedules.yaml"
    path.write_text(SCHEDULES, encoding="utf-8")
    return path
