from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.store.sqlite.opening import open_store
from tests.failures.on_duty import OnDuty
from tests.sending import Impatient, Sending


@pytest.fixture
async def duty(tmp_path: Path) -> AsyncIterator[OnDuty]:
    async with Sandbox.running() as box:
        yield OnDuty(tmp_path, box)


@pytest.fixture
async def sending_to(tmp_path: Path) -> AsyncIterator[Sending]:
    async with Sandbox.running() as box:
        store = await open_store(tmp_path / "state.db", sandbox=True)
        yield Sending(box, store, Impatient())
        await store.aclose()
