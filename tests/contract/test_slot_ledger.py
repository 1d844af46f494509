"""Each planned time is run by one holder, or is missed and said to be."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from sagebase_ops.domain.calendars import EveryCalendar
from sagebase_ops.domain.slots import MissedReason, is_abandoned, overdue
from sagebase_ops.errors import ClaimLostError
from sagebase_ops.store.base import Outcome, Store
from tests.contract.conftest import Place
from tests.contract.examples import at, claim, job, missed, run, slot


async def finish(store: Store, minute: float, name: str = "a") -> None:
    await store.record(Outcome(run(f"run-{name}-{minute}", minute), claim(minute, name)), at(minute))


async def test_a_job_is_remembered_as_it_was_adopted(store: Store) -> None:
    await store.adopt(job(last_slot=5))

    assert await store.jobs() == {"daily": job(last_slot=5)}


async def test_a_job_that_left_the_file_is_remembered_without_calendar(store: Store) -> None:
    await store.adopt(job(last_slot=5))
    await store.adopt(job(calendar=None, since=7, last_slot=5))

    assert await store.jobs() == {"daily": job(calendar=None, since=7, last_slot=5)}


async def test_the_last_slot_never_goes_back(store: Store) -> None:
    await store.adopt(job(last_slot=5))
    await store.adopt(job("other", since=7, last_slot=3))
    await store.adopt(job("third", since=8))

    assert (await store.jobs())["daily"] == job("third", since=8, last_slot=5)


async def test_what_the_calendar_before_owed_is_missed_once(store: Store) -> None:
    owed = missed(1, 4, 4)
    await store.adopt(job())
    for _ in range(2):
        await store.adopt(job("new", since=5, last_slot=4), owed)

    assert (await store.untold("daily")).missed == (owed,)
    assert (await store.jobs())["daily"] == job("new", since=5, last_slot=4)


async def test_a_process_that_adopts_the_same_calendar_later_loses_nothing_between(store: Store) -> None:
    await store.adopt(job(since=5))
    await store.adopt(job(since=6), missed(1, 5, 5))

    assert (await store.jobs())["daily"].since == at(5)
    assert (await store.untold("daily")).missed == ()


async def test_a_claimed_slot_is_listed_and_settles_the_job(store: Store) -> None:
    await store.adopt(job())

    assert await store.claim_slot(claim(10), at(10))
    assert await store.claims() == [claim(10)]
    assert (await store.jobs())["daily"].last_slot == at(10)


async def test_the_ledger_is_jobs_and_claims_of_one_moment(store: Store) -> None:
    assert await store.ledger() == ({}, [])
    await store.adopt(job())
    await store.claim_slot(claim(10), at(10))

    assert await store.ledger() == (await store.jobs(), [claim(10)])


async def test_exactly_one_of_many_claimers_gets_the_slot(place: Place) -> None:
    doors = [await place.open() for _ in range(3)]
    tries = [doors[number % 3].claim_slot(claim(10, str(number)), at(10)) for number in range(30)]

    answers = await asyncio.gather(*tries)

    assert answers.count(True) == 1
    assert [held.id for held in await doors[0].claims()] == [f"claim-{answers.index(True)}"]


async def test_a_claim_whose_answer_was_lost_is_ours_still_and_changes_nothing(store: Store) -> None:
    await store.adopt(job())
    for _ in range(2):
        assert await store.claim_slot(claim(10), at(10), missed=missed(1, 9, 9))

    assert await store.claims() == [claim(10)]
    assert (await store.untold("daily")).missed == (missed(1, 9, 9),)


async def test_a_slot_is_claimed_with_the_older_ones_as_missed_or_not_at_all(store: Store) -> None:
    await store.claim_slot(claim(10, "a"), at(10))

    assert not await store.claim_slot(claim(12, "b"), at(12), missed=missed(11, 11))
    assert (await store.untold("daily")).missed == ()


async def test_a_finished_slot_is_never_run_again(store: Store) -> None:
    await store.claim_slot(claim(10), at(10))
    await finish(store, 10)

    assert not await store.claim_slot(claim(10, "b"), at(11))
    assert not await store.claim_slot(claim(10, "b"), at(11), instead_of=claim(10))
    assert await store.slot_run(slot(10)) == "run-a-10"
    assert await store.claims() == []


async def test_a_missed_slot_is_never_run(store: Store) -> None:
    await store.claim_slot(claim(10), at(10), missed=missed(1, 9, 9))
    await finish(store, 10)

    assert not await store.claim_slot(claim(4, "b"), at(11))


async def test_what_ran_meanwhile_is_not_called_missed(store: Store) -> None:
    """Two processes see 10 and 11 owed; the first runs 10 before the second claims 11 with 10 as missed."""
    await store.claim_slot(claim(10), at(10))
    await finish(store, 10)

    assert not await store.claim_slot(claim(11, "b"), at(11), missed=missed(10, 10))
    assert (await store.untold("daily")).missed == ()


async def test_a_job_never_overlaps_itself_but_other_jobs_go_on(store: Store) -> None:
    await store.claim_slot(claim(10), at(10))

    assert not await store.claim_slot(claim(11, "b"), at(11))
    assert await store.claim_slot(claim(11, "b", job="watch"), at(11))

    await finish(store, 10)
    assert await store.claim_slot(claim(11, "b"), at(11))


async def test_a_slot_is_taken_over_from_a_holder_that_is_gone(store: Store) -> None:
    gone = claim(10, "a", until=11)
    await store.claim_slot(gone, at(10))

    assert await store.claim_slot(claim(10, "b"), at(12), instead_of=gone)
    assert await store.claims() == [claim(10, "b")]
    assert not await store.claim_slot(claim(10, "c"), at(12), instead_of=gone)
    with pytest.raises(ClaimLostError):
        await store.renew_claim(gone, at(10.5))


async def test_a_newer_slot_is_taken_instead_and_the_abandoned_one_is_missed(store: Store) -> None:
    gone = claim(10, "a", until=11)
    await store.claim_slot(gone, at(10))

    assert await store.claim_slot(claim(15, "b"), at(15), missed=missed(10, 14, 5), instead_of=gone)
    assert await store.claims() == [claim(15, "b")]
    assert (await store.untold("daily")).missed == (missed(10, 14, 5),)
    assert not await store.claim_slot(claim(10, "c"), at(15))
    with pytest.raises(ClaimLostError):
        await store.record(Outcome(run(), gone), at(10.5))


async def test_an_abandoned_slot_is_still_owed_after_the_calendar_changed(store: Store) -> None:
    gone = claim(10, "a", until=11)
    await store.claim_slot(gone, at(10))
    await store.adopt(job("new", since=20, last_slot=19), missed(11, 19, 9))

    assert await store.claim_slot(claim(10, "b"), at(20), instead_of=gone)
    assert (await store.jobs())["daily"].last_slot == at(19)


async def test_a_holder_that_came_back_in_time_keeps_its_slot(store: Store) -> None:
    seen = claim(10, "a", until=11)
    await store.claim_slot(seen, at(10))
    await store.renew_claim(claim(10, "a", until=20), at(10.9))

    assert not await store.claim_slot(claim(10, "b"), at(12), instead_of=seen)
    assert await store.claims() == [claim(10, "a", until=20)]


async def test_a_lease_that_ran_out_is_not_renewed(store: Store) -> None:
    await store.claim_slot(claim(10, until=11), at(10))
    await store.renew_claim(claim(10, until=12), at(11))

    with pytest.raises(ClaimLostError, match="daily 2026-11-24 09:10:00Z is no longer ours"):
        await store.renew_claim(claim(10, until=14), at(12.1))
    assert await store.claims() == [claim(10, until=12)]


async def test_a_slot_that_was_never_claimed_cannot_be_renewed(store: Store) -> None:
    with pytest.raises(ClaimLostError):
        await store.renew_claim(claim(10), at(10))


async def test_a_slot_that_was_handed_back_is_owed_at_once(store: Store) -> None:
    await store.claim_slot(claim(10), at(10))
    for _ in range(2):
        await store.release_claim(claim(10))

    (released,) = await store.claims()
    assert not await store.claim_slot(claim(10), at(10))  # what was handed back is not ours by the old claim
    assert is_abandoned(released, at(10))
    with pytest.raises(ClaimLostError):
        await store.renew_claim(claim(10), at(10))
    with pytest.raises(ClaimLostError):
        await finish(store, 10)
    assert await store.claim_slot(claim(10, "b"), at(10), instead_of=released)


async def test_a_slot_that_is_another_holders_by_now_is_not_handed_back(store: Store) -> None:
    gone = claim(10, "a", until=11)
    await store.claim_slot(gone, at(10))
    await store.claim_slot(claim(10, "b"), at(12), instead_of=gone)

    await store.release_claim(gone)

    assert await store.claims() == [claim(10, "b")]


async def test_an_owner_reads_back_exactly_what_is_owed(store: Store) -> None:
    """The ledger and the decision over it, together: nothing is owed twice, nothing is forgotten."""
    every_minute = EveryCalendar(timedelta(minutes=1))
    await store.adopt(job(since=0))
    await store.claim_slot(claim(1), at(1))
    await finish(store, 1)
    owed = overdue((await store.jobs())["daily"], every_minute, at(4.5))

    assert owed is not None
    assert owed.slot == slot(4)
    assert owed.missed == missed(2, 3, 2)
    assert await store.claim_slot(claim(4), at(4.5), missed=owed.missed)
    assert overdue((await store.jobs())["daily"], every_minute, at(4.9)) is None


async def test_why_it_was_missed_is_kept(store: Store) -> None:
    await store.adopt(job())
    changed = replace(missed(1, 4, 4), reason=MissedReason.SCHEDULE_CHANGED)
    await store.adopt(job("new", since=5, last_slot=4), changed)

    assert (await store.untold("daily")).missed == (changed,)
