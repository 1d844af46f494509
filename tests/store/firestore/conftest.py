"""A database of its own in the emulator for each test."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from sagebase_ops.store.firestore.opening import open_store
from sagebase_ops.store.firestore.store import FirestoreStore

Opened = Callable[..., Awaitable[FirestoreStore]]


@pytest.fixture
def project(emulator: str) -> str:
    return f"t-{os.urandom(8).hex()}"


@pytest_asyncio.fixture
async def opened(project: str) -> AsyncIterator[Opened]:
    """Opens the test's database; each time is another process as far as the store knows."""
    async with AsyncExitStack() as stack:

        async def _open(**options: Any) -> FirestoreStore:
            store = await open_store(project, "ops", **{"sandbox": False, **options})
            return await stack.enter_async_context(store)

        yield _open
