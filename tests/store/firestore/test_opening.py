"""Whose database is it, and does it fit?"""

import asyncio
from contextlib import aclosing

import pytest

from sagebase_ops.errors import StoreError
from sagebase_ops.store.firestore.database import Seen, Write
from sagebase_ops.store.firestore.opening import look_at, open_copy, open_store
from tests.store.firestore.conftest import Opened


async def test_whoever_opens_it_finds_the_same_installation(opened: Opened) -> None:
    stores = await asyncio.gather(*(opened() for _ in range(4)))

    assert len({store.installation for store in stores}) == 1
    assert len(stores[0].installation) == 8


async def test_the_real_and_the_pretend_world_are_never_mixed(opened: Opened) -> None:
    await opened()

    with pytest.raises(StoreError, match="remembers the real world and must not be mixed with the sandbox one"):
        await opened(sandbox=True)


async def test_what_a_newer_version_wrote_is_left_alone(opened: Opened, project: str) -> None:
    store = await opened()
    made = await store._database.seen("")
    assert made.content
    await store._database.commit([Write(made, {**made.content, "version": 2})])

    with pytest.raises(StoreError, match="written by a newer sagebase-ops"):
        await open_store(project, "ops", sandbox=False)
    with pytest.raises(StoreError, match="written by a newer sagebase-ops"):
        await open_copy(project, "ops", sandbox=False)


async def test_an_emulator_that_is_not_there_is_told_as_such_and_may_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")

    with pytest.raises(StoreError, match=r"firestore://p/ops: Firestore .* it is tried again") as refused:
        await open_store("p", "ops", sandbox=False)
    assert refused.value.retryable


async def test_a_copy_leaves_an_empty_database_empty(opened: Opened, project: str) -> None:
    async with aclosing(await open_copy(project, "ops", sandbox=False)) as copy:
        assert await copy.jobs() == {}
    store = await opened()

    assert (await store._database.seen("board/ledger")) == Seen("board/ledger")


async def test_a_look_says_whether_a_store_is_there_and_changes_nothing(project: str) -> None:
    assert not await look_at(project, "ops", sandbox=False)
    assert not await look_at(project, "ops", sandbox=True)  # nothing was made by the first look
    store = await open_store(project, "ops", sandbox=False)
    await store.aclose()
    assert await look_at(project, "ops", sandbox=False)
    again = await open_store(project, "ops", sandbox=False)
    assert again.installation == store.installation
    await again.aclose()
    with pytest.raises(StoreError, match="real world"):
        await look_at(project, "ops", sandbox=True)
