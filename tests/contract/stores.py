"""Every kind of store there is. A new one is one line in KINDS, and the whole suite runs over it."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from sagebase_ops.store.base import Store
from sagebase_ops.store.sqlite.opening import open_store

Opener = Callable[[Path], Awaitable[Store]]
"""Opens the store that belongs to a folder: the same folder again is the same store, also in another process."""


async def _sqlite(folder: Path) -> Store:
    return await open_store(folder / "state.db", sandbox=False)


KINDS: Mapping[str, Opener] = {"sqlite": _sqlite}
