"""200 and 2,000 jobs due in the same second: do all run, none twice, and how long does the ledger take?"""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.rows import Row
from sagebase_ops.clock import SystemClock
from sagebase_ops.domain.calendars import EveryCalendar
from sagebase_ops.domain.runs import Run, Trigger
from sagebase_ops.domain.slots import Claim, JobRecord
from sagebase_ops.jobs.slots import Slots
from sagebase_ops.log import set_up_logging
from sagebase_ops.store.base import Outcome, Store
from sagebase_ops.store.sqlite.opening import open_store

SIZES = (200, 2000)
HOURLY = EveryCalendar(timedelta(hours=1))


@dataclass
class CountedWork:
    """A run without checks: what is measured is claiming, recording and finishing."""

    ran: Counter[str] = field(default_factory=Counter)

    async def run(self, claim: Claim, now: datetime) -> Outcome:
        self.ran[claim.slot.job] += 1
        return Outcome(_nothing_asked(claim, now), claim)

    def set_aside(self, claim: Claim, now: datetime, failure: Exception) -> Outcome:
        raise RuntimeError(f"{claim.slot.job} crashed at {now}") from failure


def rows() -> list[Row]:
    set_up_logging(None, "WARNING")
    return [row for size in SIZES for row in asyncio.run(_measured(size))]


async def _measured(size: int) -> Sequence[Row]:
    """Two processes' worth of ledgers on one file, all slots owed at once."""
    with tempfile.TemporaryDirectory() as folder:
        one, two = [await open_store(Path(folder) / "state.db", sandbox=True) for _ in range(2)]
        calendars = {f"job-{number}": HOURLY for number in range(size)}
        await _seen_an_hour_ago(one, calendars)
        work, clock = CountedWork(), SystemClock()
        ledgers = [Slots(calendars, store, work, clock, name) for store, name in ((one, "one"), (two, "two"))]
        started = time.perf_counter()
        await asyncio.gather(*map(_swept, ledgers))
        seconds = time.perf_counter() - started
        recorded = len(await one.runs(limit=2 * size))
        await asyncio.gather(one.aclose(), two.aclose())
    kept = recorded == size and max(work.ran.values()) == 1
    return [
        Row(f"{size} slots due in one second, two ledgers: recorded", f"{recorded}", f"{size}, none twice", kept=kept),
        Row("  each, claim to record on the disk", f"{seconds / size * 1000:.1f} ms"),
    ]


async def _swept(slots: Slots) -> None:
    await slots.sweep()
    await slots.settle()


async def _seen_an_hour_ago(store: Store, calendars: dict[str, EveryCalendar]) -> None:
    before = datetime.now(UTC) - timedelta(hours=1)
    for job in calendars:
        await store.adopt(JobRecord(job, HOURLY.fingerprint, before))


def _nothing_asked(claim: Claim, now: datetime) -> Run:
    return Run(
        id=claim.id,
        job=claim.slot.job,
        title="",
        trigger=Trigger.SCHEDULE,
        slot=claim.slot.at,
        started_at=now,
        finished_at=now,
        language="ja",
        timezone="Asia/Tokyo",
        expected=(),
        results=(),
    )
