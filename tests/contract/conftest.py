"""A store of each kind, and as many doors to it as a test opens."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from sagebase_ops.store.base import Store
from tests.contract.stores import KINDS


@dataclass(frozen=True)
class Place:
    """Where one store lives. Each `open` is another process as far as the store knows."""

    kind: str
    folder: Path
    opened: AsyncExitStack

    async def open(self) -> Store:
        store = await KINDS[self.kind](self.folder)
        self.opened.push_async_callback(store.aclose)
        return store


@pytest_asyncio.fixture(params=KINDS)
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    if request.param == "firestore":
        request.getfixturevalue("emulator")
    async with AsyncExitStack() as opened:
        yield Place(request.param, tmp_path, opened)


@pytest_asyncio.fixture
async def store(place: Place) -> Store:
    return await place.open()
