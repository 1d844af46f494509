"""Is this Firestore database of a version we know and of the right world? Then open it."""

import secrets
from collections.abc import Callable

from google.auth.exceptions import GoogleAuthError
from google.cloud.firestore import AsyncClient

from sagebase_ops.errors import StoreError
from sagebase_ops.store.base import Store
from sagebase_ops.store.firestore.copying import copied
from sagebase_ops.store.firestore.database import Database, Seen, create
from sagebase_ops.store.firestore.failures import explained
from sagebase_ops.store.firestore.store import FirestoreStore

VERSION = 1
"""How the documents are laid out. This code reads VERSION only; a newer one is never written into."""


async def open_store(
    project: str, database: str, *, sandbox: bool, on_call: Callable[[str, int], None] | None = None
) -> FirestoreStore:
    """The store in this database, where FIRESTORE_EMULATOR_HOST says so in the emulator's. Close it with `aclose`.

    `on_call` is told what is billed: `read`, `write` or `delete`, and how many documents. Raises StoreError where there is
    no such database, it may not be used, or what it holds is of a newer version or of the other world.
    """
    opened = _database(project, database, on_call)
    try:
        seen = await opened.seen("")
        if seen.content is None:
            await opened.commit([create("", _made("sandbox" if sandbox else "real"))])
            seen = await opened.seen("")  # another process may have been faster
        return FirestoreStore(opened, _checked(seen, opened.name, "sandbox" if sandbox else "real"))
    except BaseException:
        await opened.aclose()
        raise


async def open_copy(project: str, database: str, *, sandbox: bool) -> Store:
    """What a dry run needs of it, in memory, to be thrown away: the database is only read, and an empty one is fine.

    Raises StoreError as `open_store` does.
    """
    opened = _database(project, database)
    try:
        seen = await opened.seen("")
        if seen.content is not None:
            _checked(seen, opened.name, "sandbox" if sandbox else "real")
        return await copied(FirestoreStore(opened, ""), sandbox=sandbox)
    finally:
        await opened.aclose()


async def look_at(project: str, database: str, *, sandbox: bool) -> bool:
    """Whether there is a store in this database, which could be written; an empty database may be read. Changes nothing.

    Raises StoreError as `open_store` would.
    """
    opened = _database(project, database)
    try:
        seen = await opened.seen("")
        if seen.content is None:
            return False
        _checked(seen, opened.name, "sandbox" if sandbox else "real")
        await opened.commit([create("", _made(""))])  # it is there, so this fails; who may not write hears that first
        return True
    finally:
        await opened.aclose()


def _database(project: str, database: str, on_call: Callable[[str, int], None] | None = None) -> Database:
    name = f"{project}/{database}"
    try:
        return Database(AsyncClient(project=project, database=database), name, on_call)
    except GoogleAuthError as error:
        raise explained(error, name) from error


def _made(world: str) -> dict[str, str | int]:
    return {"installation": secrets.token_hex(4), "world": world, "version": VERSION}


def _checked(seen: Seen, name: str, world: str) -> str:
    """The installation's id."""
    kept = seen.content or {}
    if kept["version"] > VERSION:
        raise StoreError(
            f"firestore://{name}: written by a newer sagebase-ops (version {kept['version']}, this one knows up to "
            f"{VERSION}); nothing was changed. Run the newer one, or name another database in SAGEBASE_OPS_STATE"
        )
    if kept["world"] != world:
        raise StoreError(
            f"firestore://{name}: it remembers the {kept['world']} world and must not be mixed with the {world} one; "
            "nothing was changed. Name another database in SAGEBASE_OPS_STATE"
        )
    return str(kept["installation"])
