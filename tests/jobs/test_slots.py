import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sagebase_ops.domain.calendars import EveryCalendar
from sagebase_ops.domain.runs import Run, Trigger
from sagebase_ops.domain.slots import Claim, Missed, MissedReason, Slot
from sagebase_ops.errors import StoreError
from sagebase_ops.jobs.slots import TRIES, Slots
from sagebase_ops.store.base import Outcome, Store
from sagebase_ops.store.sqlite.opening import open_store
from tests.fakes import NINE, FakeClock, settled

MINUTES = {"watch": EveryCalendar(timedelta(minutes=1))}


def after(**span: float) -> datetime:
    return NINE + timedelta(**span)


class Work:
    """Notes what it was asked; `gate` holds it up, `crashes` makes our own code fail so often."""

    def __init__(self) -> None:
        self.begun: list[Slot] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.crashes = 0

    async def run(self, claim: Claim, now: datetime) -> Outcome:
        self.begun.append(claim.slot)
        await self.gate.wait()
        if self.crashes:
            self.crashes -= 1
            raise ZeroDivisionError
        return Outcome(run_of(claim, now), claim)

    def set_aside(self, claim: Claim, now: datetime, failure: Exception) -> Outcome:
        return Outcome(replace(run_of(claim, now), title=f"set aside: {type(failure).__name__}"), claim)


def run_of(claim: Claim, now: datetime) -> Run:
    return Run(
        id=f"{claim.slot.job}-{claim.id}",
        job=claim.slot.job,
        title="見張り",
        trigger=Trigger.SCHEDULE,
        slot=claim.slot.at,
        started_at=now,
        finished_at=now,
        language="ja",
        timezone="Asia/Tokyo",
        expected=(),
        results=(),
    )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(tmp_path / "state.db", sandbox=True)
    yield opened
    await opened.aclose()


@pytest.fixture
def work() -> Work:
    return Work()


async def started(store: Store, work: Work, clock: FakeClock, owner: str = "one", calendars: object = MINUTES) -> Slots:
    slots = Slots(calendars, store, work, clock, owner)  # type: ignore[arg-type] # a mapping, as the tests say
    await slots.adopt_calendars()
    return slots


async def swept(slots: Slots) -> None:
    await slots.sweep()
    await slots.settle()


async def ran(store: Store) -> list[datetime]:
    return sorted(run.slot for run in await store.runs(limit=100))


async def test_a_slot_runs_once_when_its_time_has_come(store: Store, work: Work, clock: FakeClock) -> None:
    slots = await started(store, work, clock)
    for _ in range(3):
        await clock.advance(seconds=30)
        await swept(slots)
        await swept(slots)
    assert await ran(store) == [after(minutes=1)]


async def test_after_a_long_stop_the_newest_runs_and_the_older_are_missed(
    store: Store, work: Work, clock: FakeClock
) -> None:
    await started(store, work, clock)
    await clock.advance(minutes=10, seconds=30)
    again = await started(store, work, clock, "two")
    await swept(again)
    assert await ran(store) == [after(minutes=10)]
    assert (await store.untold("watch")).missed == (Missed("watch", after(minutes=1), after(minutes=9), 9),)


async def test_two_processes_run_each_slot_once(store: Store, work: Work, clock: FakeClock) -> None:
    one, two = await started(store, work, clock), await started(store, work, clock, "two")
    for _ in range(5):
        await clock.advance(minutes=1)
        await asyncio.gather(swept(one), swept(two))
    assert work.begun == [Slot("watch", after(minutes=number)) for number in range(1, 6)]


async def test_a_slot_whose_holder_died_runs_again_once_its_lease_ran_out(
    store: Store, work: Work, clock: FakeClock
) -> None:
    claim = Claim(Slot("watch", after(minutes=1)), "dead", "gone", after(minutes=1, seconds=30))
    await started(store, work, clock)
    await clock.advance(minutes=1)
    assert await store.claim_slot(claim, clock.now())
    slots = await started(store, work, clock, "two")
    await clock.advance(seconds=39)
    await swept(slots)
    assert work.begun == []
    await clock.advance(seconds=2)
    await swept(slots)
    assert await ran(store) == [after(minutes=1)]


async def test_a_job_never_overlaps_itself(store: Store, work: Work, clock: FakeClock) -> None:
    one, two = await started(store, work, clock), await started(store, work, clock, "two")
    work.gate.clear()
    await clock.advance(minutes=1)
    await one.sweep()
    await until(lambda: bool(work.begun))
    for _ in range(6):
        await clock.advance(seconds=10)
        await renewed(store, clock)
    await asyncio.gather(one.sweep(), two.sweep())
    await until(lambda: not two.running)
    assert work.begun == [Slot("watch", after(minutes=1))]
    work.gate.set()
    await one.settle()


async def test_a_long_run_keeps_its_claim(store: Store, work: Work, clock: FakeClock) -> None:
    slots = await started(store, work, clock)
    work.gate.clear()
    await clock.advance(minutes=1)
    await slots.sweep()
    await until(lambda: bool(work.begun))
    for _ in range(6):
        await clock.advance(seconds=10)
        await renewed(store, clock)
    work.gate.set()
    await slots.settle()
    assert await ran(store) == [after(minutes=1)]


async def test_a_holder_that_slept_past_its_lease_stops_and_records_nothing(
    store: Store, work: Work, clock: FakeClock
) -> None:
    slots = await started(store, work, clock)
    work.gate.clear()
    await clock.advance(minutes=1)
    await slots.sweep()
    await until(lambda: bool(work.begun))
    clock.jump(timedelta(minutes=5))  # as after SIGSTOP: time went on, nothing was renewed
    await clock.advance(seconds=10)
    await slots.settle()
    assert await ran(store) == []
    work.gate.set()
    await swept(slots)
    assert await ran(store) == [after(minutes=6)]


async def test_a_clock_set_back_an_hour_runs_no_slot_twice(store: Store, work: Work, clock: FakeClock) -> None:
    slots = await started(store, work, clock)
    await clock.advance(minutes=2)
    await swept(slots)
    clock.jump(timedelta(hours=-1))
    for _ in range(61):
        await clock.advance(minutes=1)
        await swept(slots)
    assert work.begun == [Slot("watch", after(minutes=2)), Slot("watch", after(minutes=3))]


async def test_a_dead_holder_from_before_the_clock_was_set_back_blocks_nobody(
    store: Store, work: Work, clock: FakeClock
) -> None:
    await started(store, work, clock)
    await clock.advance(minutes=1)
    await store.claim_slot(Claim(Slot("watch", after(minutes=1)), "dead", "gone", after(minutes=61)), clock.now())
    slots = await started(store, work, clock, "two")
    await swept(slots)
    assert await ran(store) == [after(minutes=1)]


async def test_an_edited_calendar_leaves_the_owed_slots_missed_as_schedule_changed(
    store: Store, work: Work, clock: FakeClock
) -> None:
    await started(store, work, clock)
    await clock.advance(minutes=3, seconds=30)
    hourly = {"watch": EveryCalendar(timedelta(hours=1))}
    await swept(await started(store, work, clock, "two", hourly))
    assert await ran(store) == []
    missed = Missed("watch", after(minutes=1), after(minutes=3), 3, MissedReason.SCHEDULE_CHANGED)
    assert (await store.untold("watch")).missed == (missed,)


async def test_a_job_that_left_the_file_owes_nothing_when_it_comes_back(
    store: Store, work: Work, clock: FakeClock
) -> None:
    await started(store, work, clock)
    await started(store, work, clock, "two", {})
    await clock.advance(hours=1)
    await swept(await started(store, work, clock, "three"))
    assert await ran(store) == []


async def test_a_stop_hands_back_what_does_not_finish_and_the_next_process_runs_it_at_once(
    store: Store, work: Work, clock: FakeClock
) -> None:
    slots = await started(store, work, clock)
    work.gate.clear()
    await clock.advance(minutes=1)
    await slots.sweep()
    await until(lambda: bool(work.begun))
    await slots.hand_back(0)
    work.gate.set()
    await swept(await started(store, work, clock, "two"))
    assert await ran(store) == [after(minutes=1)]


async def test_a_stopped_process_takes_no_slot(store: Store, work: Work, clock: FakeClock) -> None:
    slots = await started(store, work, clock)
    await slots.hand_back(0)
    await clock.advance(minutes=1)
    await swept(slots)
    assert work.begun == []


async def test_our_own_bug_is_tried_again_then_set_aside_and_holds_up_no_later_slot(
    store: Store, work: Work, clock: FakeClock
) -> None:
    slots = await started(store, work, clock)
    work.crashes = TRIES
    await clock.advance(minutes=1)
    await swept(slots)
    assert [run.title for run in await store.runs()] == ["set aside: ZeroDivisionError"]
    await clock.advance(minutes=1)
    await swept(slots)
    assert await ran(store) == [after(minutes=1), after(minutes=2)]


async def test_two_thousand_slots_due_in_one_second_all_run_and_none_twice(
    store: Store, work: Work, clock: FakeClock
) -> None:
    calendars = {f"job-{number}": EveryCalendar(timedelta(hours=1)) for number in range(2000)}
    slots = await started(store, work, clock, calendars=calendars)
    await clock.advance(hours=1)
    await swept(slots)
    await swept(slots)
    assert sorted(slot.job for slot in work.begun) == sorted(calendars)
    assert len(await store.runs(limit=5000)) == len(calendars)


async def test_an_outcome_that_cannot_be_written_is_written_once_it_can(work: Work, clock: FakeClock) -> None:
    full = FullDisk(times=2)
    slots = await started(full, work, clock)  # type: ignore[arg-type] # only what is used here
    await clock.advance(minutes=1)
    await slots.sweep()
    await until(lambda: full.refused == 1)
    await clock.advance(seconds=2)
    await clock.advance(seconds=2)
    await slots.settle()
    assert (full.refused, full.recorded) == (2, 1)


class FullDisk:
    """A store with one job whose disk is full for the first `times` records."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.refused = self.recorded = 0
        self.known: dict[str, object] = {}

    async def jobs(self) -> dict[str, object]:
        return self.known

    async def adopt(self, record: object, _missed: object = None) -> None:
        self.known["watch"] = record

    async def ledger(self) -> tuple[dict[str, object], list[Claim]]:
        return self.known, []

    async def claims(self) -> list[Claim]:
        return []

    async def claim_slot(self, *_: object, **__: object) -> bool:
        return True

    async def renew_claim(self, *_: object) -> None:
        return None

    async def record(self, *_: object) -> None:
        if self.left:
            self.left -= 1
            self.refused += 1
            error = StoreError("the disk is full")
            error.retryable = True
            raise error
        self.recorded += 1


async def until(true: object) -> None:
    """Wait for the store's thread, not for time."""
    for _ in range(2000):
        if true():  # type: ignore[operator] # a function
            return
        await settled()
    raise AssertionError("it never came true")


async def renewed(store: Store, clock: FakeClock) -> None:
    for _ in range(2000):
        claims = await store.claims()
        if all(claim.lease_until > clock.now() + timedelta(seconds=15) for claim in claims):
            return
        await settled()
    raise AssertionError("the claim was not renewed")
