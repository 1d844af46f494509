"""A dry run works on a copy that it may change."""

from contextlib import aclosing
from typing import Any

from sagebase_ops.store.base import ClockJump, Decision, Outcome, Store, Untold
from sagebase_ops.store.firestore.opening import open_copy
from tests.contract.examples import at, claim, ended, job, missed, posts, run, silence
from tests.contract.examples import opened as incident
from tests.store.firestore.conftest import Opened


async def known(store: Store) -> list[Any]:  # Any: each its own
    return [
        await store.jobs(),
        await store.claims(),
        await store.untold("daily"),
        await store.runs("daily", limit=1),
        await store.live_incidents(at(0)),
        await store.silences(at(0)),
    ]


async def test_a_copy_knows_what_a_dry_run_needs_and_changes_nothing(opened: Opened, project: str) -> None:
    store = await opened()
    await store.adopt(job())
    await store.claim_slot(claim(10), at(10), missed=missed(1, 9, 9))
    await store.record(Outcome(run(), claim(10), posts()), at(11))
    gone = claim(20, until=21)
    await store.claim_slot(gone, at(20))
    await store.adopt(job("new", since=30, last_slot=29), missed(21, 29, 9))
    await store.record_jump(ClockJump(at(3), 61))
    await store.claim_slot(claim(5, job="watch"), at(5))
    await store.release_claim(claim(5, job="watch"))
    incidents = (incident(), ended(incident("over", target="over")))
    await store.decide(Decision(incidents, silences=(silence(),)), at(20))
    before = await known(store)

    async with aclosing(await open_copy(project, "ops", sandbox=False)) as copy:
        assert await known(copy) == before
        assert await copy.claim_slot(claim(20, "dry"), at(40), instead_of=gone)
        await copy.record(Outcome(run("dry", 20), claim(20, "dry"), told=before[2]), at(41))
        assert await copy.untold("daily") == Untold()

    assert await known(store) == before
