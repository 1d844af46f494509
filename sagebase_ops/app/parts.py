"""The parts that remember, built as the settings say: the store, and where it is told."""

import os
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

from sagebase_ops.config.model import Schedules
from sagebase_ops.errors import ConfigError, StoreError
from sagebase_ops.settings import Settings
from sagebase_ops.slack.messages.telling import Telling
from sagebase_ops.store.base import Store
from sagebase_ops.telling import Route


@asynccontextmanager
async def store_of(settings: Settings, *, copied: bool = False) -> AsyncIterator[Store]:
    """The store that SAGEBASE_OPS_STATE names; `copied` gives a copy of it that is thrown away.

    Raises ConfigError where it cannot be used at all.
    """
    async with _held(opened_store(settings, copied=copied)) as store:
        yield store


async def opened_store(settings: Settings, *, copied: bool = False) -> Store:
    """As `store_of`, to be closed by the caller. Raises StoreError, `retryable` where it may be there later."""
    return await (_copy_of_store if copied else _lasting_store)(settings)


@asynccontextmanager
async def store_to_read(settings: Settings) -> AsyncIterator[Store]:
    """The store as it is, of whichever world, for looking back only. Raises ConfigError where there is none to read.

    A file is read where it lies: a copy of a year would take all of its size in memory.
    """
    async with _held((_copy_of_store if settings.firestore else _file_to_read)(settings)) as store:
        yield store


@asynccontextmanager
async def _held(opening: Awaitable[Store]) -> AsyncIterator[Store]:
    """Closed in the end. Raises ConfigError where it cannot be opened."""
    try:
        store = await opening
    except StoreError as error:
        raise ConfigError(str(error)) from error
    try:
        yield store
    finally:
        await store.aclose()


async def _file_to_read(settings: Settings) -> Store:
    from sagebase_ops.store.sqlite.opening import open_to_read

    return await open_to_read(Path(settings.state_path))


async def _lasting_store(settings: Settings) -> Store:
    if settings.firestore:
        from sagebase_ops.store.firestore import opening

        return await opening.open_store(*settings.firestore, sandbox=settings.sandboxed)
    from sagebase_ops.store.sqlite.opening import open_store

    return await open_store(Path(settings.lasting_state_path()), sandbox=settings.sandboxed)


async def _copy_of_store(settings: Settings) -> Store:
    if settings.firestore:
        from sagebase_ops.store.firestore import opening

        return await opening.open_copy(*settings.firestore, sandbox=settings.sandboxed)
    from sagebase_ops.store.sqlite.opening import open_copy

    return await open_copy(Path(settings.state_path), sandbox=settings.sandboxed)


async def look_at_store(settings: Settings) -> bool:
    """Whether there is a store, of this world, that could be written; False: one would be made. Changes nothing.

    Raises ConfigError and StoreError as `store_of` does.
    """
    if settings.firestore:
        from sagebase_ops.store.firestore import opening

        return await opening.look_at(*settings.firestore, sandbox=settings.sandboxed)
    from sagebase_ops.store.sqlite.opening import look_at

    return await look_at(Path(settings.lasting_state_path()), sandbox=settings.sandboxed)


def route_of(schedules: Schedules, store: Store, *, sandbox: bool) -> Route:
    """Where incidents are told, and in which words."""
    slack = schedules.slack
    telling = Telling(
        language=schedules.language,
        timezone=schedules.timezone.key,
        sandbox=sandbox,
        allow_channel_mention=slack.allow_channel_mention,
    )
    return Route(store.installation, slack.channel, slack.fallback, telling)


def name_of_this_process() -> str:
    """Who claims: host and process, for whoever reads the ledger, and some bytes that no other start has."""
    return f"{os.uname().nodename}:{os.getpid()}:{os.urandom(4).hex()}"
