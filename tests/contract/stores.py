"""Every kind of store there is. A new one is one line in KINDS, and the whole suite runs over it."""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from pathlib import Path

from sagebase_ops.store.base import Store
from sagebase_ops.store.sqlite.opening import open_store

Opener = Callable[[Path], Awaitable[Store]]
"""Opens the store that belongs to a folder: the same folder again is the same store, also in another process."""


async def _sqlite(folder: Path) -> Store:
    return await open_store(folder / "state.db", sandbox=False)


async def _firestore(folder: Path) -> Store:
    """In the emulator, whose projects need not be made: one for each folder."""
    from sagebase_ops.store.firestore.opening import open_store as open_firestore  # noqa: PLC0415 (heavy)

    return await open_firestore(f"t-{sha256(bytes(folder)).hexdigest()[:16]}", "ops", sandbox=False)


KINDS: Mapping[str, Opener] = {"sqlite": _sqlite, "firestore": _firestore}
