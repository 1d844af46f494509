"""A write is done and its answer never comes: the store finds out by itself that it was its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sagebase_ops.errors import ClaimLostError, StoreError
from sagebase_ops.store.base import Outcome
from sagebase_ops.store.firestore.store import FirestoreStore
from tests.contract.child import WRITES, prepare
from tests.contract.examples import at, claim, missed, posts, run
from tests.contract.test_other_processes import AFTERWARDS
from tests.store.firestore.conftest import Opened
from tests.store.firestore.lossy import Loss, LossyDoor, lossy_door


@pytest_asyncio.fixture
async def door(emulator: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LossyDoor]:
    async with lossy_door(emulator) as opened:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", opened.address)
        yield opened


@pytest_asyncio.fixture
async def store(door: LossyDoor, opened: Opened) -> FirestoreStore:
    return await opened()


@pytest.mark.parametrize("method", WRITES)
async def test_a_write_whose_answer_was_lost_is_done_once_and_known_to_be_done(
    store: FirestoreStore, door: LossyDoor, method: str
) -> None:
    await prepare(store)
    door.losing = [Loss.RESET]

    answer = await WRITES[method](store)

    assert door.losing == []
    assert answer in (None, True) or method in ("prune", "thin")  # which say how many they forgot, so far as they know
    assert await AFTERWARDS[method](store)


async def test_a_claim_whose_answer_never_came_is_ours_and_told_once(store: FirestoreStore, door: LossyDoor) -> None:
    door.losing = [Loss.SILENCE]

    assert await store.claim_slot(claim(10), at(10), missed=missed(1, 9, 9))

    assert await store.claims() == [claim(10)]
    assert (await store.untold("daily")).missed == (missed(1, 9, 9),)


async def test_a_claim_that_was_another_holders_is_not_ours_although_its_answer_was_lost(
    store: FirestoreStore, door: LossyDoor, opened: Opened
) -> None:
    assert await (await opened()).claim_slot(claim(10, "b"), at(10))
    door.losing = [Loss.RESET]

    assert not await store.claim_slot(claim(10), at(10))


async def test_a_run_is_recorded_once_when_no_try_was_answered_and_it_is_recorded_again(
    store: FirestoreStore, door: LossyDoor
) -> None:
    await store.claim_slot(claim(10), at(10))
    outcome = Outcome(run(), claim(10), posts())
    door.losing = [Loss.SILENCE] * 3

    with pytest.raises(StoreError, match="did not answer in time") as failed:
        await store.record(outcome, at(11))
    assert failed.value.retryable
    assert not isinstance(failed.value, ClaimLostError)
    door.losing = []
    await store.record(outcome, at(11))

    assert await store.runs() == [run()]
    assert await store.notice("digest") == list(posts())
    assert await store.claims() == []
