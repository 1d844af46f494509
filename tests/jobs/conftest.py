"""The pretend Slack, a store on disk, and one who sends from the one to the other."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.store.base import Store
from sagebase_ops.store.sqlite.opening import open_store
from tests.sending import Impatient, Sending


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox.running() as running:
        yield running


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(tmp_path / "state.db", sandbox=True)
    yield opened
    await opened.aclose()


@pytest.fixture
def sending_to(box: Sandbox, store: Store) -> Sending:
    return Sending(box, store, Impatient())
