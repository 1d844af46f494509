"""What one run changes is written at once, once, and only by who holds its slot."""

import pytest

from sagebase_ops.domain.runs import Trigger
from sagebase_ops.domain.slots import Claim
from sagebase_ops.errors import ClaimLostError, StoreError
from sagebase_ops.store.base import Backlog, ClockJump, Outcome, Store, Untold
from tests.contract.examples import at, claim, missed, posts, run, slot
from tests.contract.outbox import deliver


async def test_a_run_comes_back_exactly_as_it_was(store: Store) -> None:
    await store.claim_slot(claim(10), at(10))
    await store.record(Outcome(run(), claim(10), posts(count=2)), at(11))

    assert await store.runs() == [run()]
    assert await store.notice("digest") == list(posts(count=2))
    assert await store.slot_run(slot(10)) == "run-1"
    assert await store.claims() == []


async def test_runs_of_a_span_come_oldest_first_its_start_among_them_and_its_end_not(store: Store) -> None:
    for name, minute in (("c", 30.0), ("a", 10.0), ("b", 20.0), ("d", 40.0)):
        await store.record(Outcome(run(name, minute, job="watch" if name == "b" else "daily")), at(minute))

    assert [found.id for found in await store.runs_between(at(10), at(40))] == ["a", "b", "c"]
    assert await store.runs_between(at(41), at(50)) == []


async def test_a_manual_run_has_no_slot(store: Store) -> None:
    manual = run(trigger=Trigger.MANUAL)
    await store.record(Outcome(manual, notifications=posts()), at(11))

    assert await store.runs("daily") == [manual]
    assert await store.slot_run(slot(10)) is None
    assert await store.notice("digest") == list(posts())
    assert await store.claim_slot(claim(10), at(11))


@pytest.mark.parametrize(
    ("held", "now"),
    [
        pytest.param(claim(10, "a", until=11), 11.1, id="ran-out"),
        pytest.param(claim(10, "b"), 10.5, id="another-holder"),
        pytest.param(None, 10.5, id="never-claimed"),
    ],
)
async def test_a_run_whose_claim_is_lost_writes_nothing(store: Store, held: Claim | None, now: float) -> None:
    if held is not None:
        await store.claim_slot(held, at(10), missed=missed(1, 2))
    await store.record_jump(ClockJump(at(3), 90))
    before = await store.claims(), await store.untold("daily")

    with pytest.raises(ClaimLostError):
        await store.record(Outcome(run(), claim(10), posts(), told=before[1]), at(now))

    assert await store.runs() == []
    assert await store.notice("digest") == []
    assert (await store.claims(), await store.untold("daily")) == before


async def test_a_run_whose_post_cannot_be_queued_is_not_half_written(store: Store) -> None:
    await store.record(Outcome(run("run-1"), notifications=posts()), at(11))
    await store.claim_slot(claim(20), at(20))

    with pytest.raises(StoreError):
        await store.record(Outcome(run("run-2", 20), claim(20), posts()), at(21))

    assert await store.runs() == [run("run-1")]
    assert await store.claims() == [claim(20)]


async def test_a_run_whose_answer_was_lost_is_recorded_once(store: Store) -> None:
    await store.claim_slot(claim(10, until=12), at(10))
    outcome = Outcome(run(), claim(10), posts(), Untold())
    await store.record(outcome, at(11))
    await deliver(store, "digest", at(11))

    await store.record(outcome, at(13))

    assert await store.runs() == [run()]
    assert [post.state for post in await store.notice("digest")] == ["sent"]


async def test_what_a_digest_said_is_not_said_again(store: Store) -> None:
    jump = ClockJump(at(3), -75.5)
    await store.claim_slot(claim(10), at(10), missed=missed(1, 2, 2))
    for _ in range(2):
        await store.record_jump(jump)
    said = await store.untold("daily")
    later = ClockJump(at(10.2), 61)
    await store.record_jump(later)

    await store.record(Outcome(run(), claim(10), told=said), at(11))

    assert said == Untold((missed(1, 2, 2),), (jump,))
    assert await store.untold("daily") == Untold((), (later,))


async def test_a_run_without_a_digest_leaves_its_missed_slots_to_be_told(store: Store) -> None:
    await store.claim_slot(claim(10), at(10), missed=missed(1, 2, 2))
    await store.record(Outcome(run(), claim(10)), at(11))

    assert (await store.untold("daily")).missed == (missed(1, 2, 2),)


async def test_each_digest_says_what_its_own_job_missed(store: Store) -> None:
    await store.claim_slot(claim(10), at(10), missed=missed(1, 2, 2))
    await store.claim_slot(claim(10, job="watch"), at(10), missed=missed(3, 4, 2, job="watch"))

    assert (await store.untold("daily")).missed == (missed(1, 2, 2),)
    assert (await store.untold("watch")).missed == (missed(3, 4, 2, job="watch"),)


async def test_the_newest_runs_come_first(store: Store) -> None:
    for minute in (10, 30, 20):
        await store.record(Outcome(run(f"run-{minute}", minute)), at(minute))
    await store.record(Outcome(run("other", 25, job="watch")), at(25))

    assert [found.id for found in await store.runs(limit=3)] == ["run-30", "other", "run-20"]
    assert [found.id for found in await store.runs("daily", limit=2)] == ["run-30", "run-20"]
    assert [found.id for found in await store.runs("daily", limit=2, before=at(30))] == ["run-20", "run-10"]
    assert [found.id for found in await store.runs(before=at(25))] == ["run-20", "run-10"]


async def test_what_is_old_is_forgotten_with_all_that_belongs_to_it(store: Store) -> None:
    await store.claim_slot(claim(10), at(10), missed=missed(1, 2, 2))
    await store.record_jump(ClockJump(at(3), 61))
    await store.record(Outcome(run("old"), claim(10), posts("old")), at(11))
    await store.claim_slot(claim(30), at(30), missed=missed(28, 29, 2))
    await store.record(Outcome(run("new", 30), claim(30), posts("new", 30)), at(31))
    await deliver(store, "old", at(31))

    assert await store.prune(at(20)) == 1
    assert await store.runs() == [run("new", 30)]
    assert await store.slot_run(slot(10)) is None
    assert await store.untold("daily") == Untold((missed(28, 29, 2),))
    assert await store.notice("old") == []
    assert await store.notice("new") == list(posts("new", 30))
    assert await store.prune(at(20)) == 0


async def test_a_slot_whose_run_was_forgotten_is_not_run_again(store: Store) -> None:
    await store.claim_slot(claim(10), at(10))
    await store.record(Outcome(run(), claim(10)), at(11))
    await store.prune(at(20))

    assert not await store.claim_slot(claim(10, "b"), at(30))


async def test_a_notice_that_is_not_told_yet_is_never_forgotten(store: Store) -> None:
    await store.record(Outcome(run(), notifications=posts(count=2)), at(11))
    await deliver(store, "digest", at(11))

    assert await store.prune(at(1000)) == 1
    assert [post.state for post in await store.notice("digest")] == ["sent", "waiting"]
    assert await store.backlog() == Backlog(unsent=1, oldest=at(10))
