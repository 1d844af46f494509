"""The one place that calls Firestore: each call bounded in time, each write on condition, each failure in plain words.

There are no interactive transactions here: they lock, wait for seconds when two meet, and give up. A change is decided on
documents as they were seen, and one commit writes all of it only if they still stand so.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from google.api_core import exceptions
from google.api_core.retry import AsyncRetry, if_exception_type
from google.auth.exceptions import GoogleAuthError
from google.cloud.firestore import AsyncClient
from google.cloud.firestore_v1.base_document import DocumentSnapshot
from google.cloud.firestore_v1.base_query import FieldFilter

from sagebase_ops.store.firestore.failures import explained
from sagebase_ops.store.firestore.queries import Query

ROOT = "sagebase-ops/store"
"""The document below which all of ours stands, so that nothing of another program in the same database is touched."""

CALL_SECONDS = 5.0
"""The longest a call waits, its repeats included; less than the 8 s in which the daemon must be able to stop."""

_TRY_SECONDS = 2.0
_AGAIN = AsyncRetry(
    if_exception_type(exceptions.ServiceUnavailable, exceptions.DeadlineExceeded, exceptions.InternalServerError),
    initial=0.1,
    maximum=1.0,
    timeout=CALL_SECONDS,
)
"""Safe for writes too: each is conditional, and a success that looks like a conflict is recognised when it is read back."""

_CONFLICTS = (exceptions.AlreadyExists, exceptions.FailedPrecondition, exceptions.Aborted, exceptions.NotFound)

Content: TypeAlias = Mapping[str, Any]  # Any: a document's fields are whatever was written


@dataclass(frozen=True, slots=True)
class Seen:
    """A document as it stood when it was read or written: `version` is Firestore's update_time, None where there is none."""

    path: str
    content: Content | None = None
    version: datetime | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """What a document becomes (None: it goes), on condition that it still stands as it was `seen`."""

    seen: Seen
    content: Content | None


def create(path: str, content: Content) -> Write:
    """On condition that nothing stands there."""
    return Write(Seen(path), content)


class Database:
    """Our part of one Firestore database. Paths are below ROOT. Made inside the event loop that uses it.

    Every method raises StoreError, `retryable` where the same call may go through later.
    """

    def __init__(self, client: AsyncClient, name: str, on_call: Callable[[str, int], None] | None = None) -> None:
        self.name = name
        self._client = client
        self._count = on_call or _uncounted
        self._closed = False

    async def seen(self, path: str) -> Seen:
        (found,) = await self.seen_all([path])
        return found

    async def seen_all(self, paths: Sequence[str]) -> list[Seen]:
        """Each document, in the order asked, also where there is none."""
        found = await self._snapshots(paths)
        return [_seen(path, found[path]) for path in paths]

    async def find(self, query: Query) -> list[Seen]:
        return await self._found(query)

    async def as_of(self, path: str, wanted: Sequence[Query]) -> tuple[Seen, list[Seen]]:
        """A document, and what the queries found at the very moment at which it was read, whoever writes meanwhile.

        Source: Firestore, RunQueryRequest.read_time: any time of the last hour; it locks nothing.
        """
        snapshot = (await self._snapshots([path]))[path]
        found = [seen for query in wanted for seen in await self._found(query, snapshot.read_time)]
        return _seen(path, snapshot), found

    async def _snapshots(self, paths: Sequence[str]) -> Mapping[str, DocumentSnapshot[Any]]:
        if not paths:
            return {}
        references = [self._client.document(_below_root(path)) for path in paths]
        async with self._bounded():
            asked = self._client.get_all(references, retry=_AGAIN, timeout=_TRY_SECONDS)
            found = {_own_path(snapshot): snapshot async for snapshot in asked}
        self._count("read", len(paths))
        return found

    async def _found(self, query: Query, at: datetime | None = None) -> list[Seen]:
        async with self._bounded():
            asked = self._built(query).stream(retry=_AGAIN, timeout=CALL_SECONDS, read_time=at)
            found = [_seen(_own_path(snapshot), snapshot) async for snapshot in asked]
        self._count("read", max(len(found), 1))  # a query that finds nothing is billed as one read
        return found

    async def total(self, query: Query, field: str) -> int:
        """The sum of a number field over what the query finds."""
        async with self._bounded():
            sums = self._built(query).sum(field, alias="total")
            ((answer,),) = await sums.get(retry=_AGAIN, timeout=CALL_SECONDS)
        self._count("read", 1)  # for each thousand index entries
        return int(answer.value)

    async def commit(self, writes: Sequence[Write]) -> list[Seen] | None:
        """All of them at once, as they then stand; None, and nothing was written, where one condition does not hold.

        None may also be the second answer to our own success, whose first answer was lost: read back before believing it.
        """
        batch = self._client.batch()
        for write in writes:
            self._add(batch, write)
        async with self._bounded():
            try:
                results = await batch.commit(retry=_AGAIN, timeout=_TRY_SECONDS)
            except _CONFLICTS:
                return None
        self._count("write", sum(write.content is not None for write in writes))
        self._count("delete", sum(write.content is None for write in writes))
        versions: list[Any] = [result.update_time for result in results]  # Any: declared as protobuf, is a datetime
        return [Seen(write.seen.path, write.content, at) for write, at in zip(writes, versions, strict=True)]

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            # AsyncClient.close() is its synchronous sister's and closes nothing; without this, grpc warns at exit.
            await self._client._firestore_api.transport.close()  # noqa: SLF001

    def _add(self, batch: Any, write: Write) -> None:  # Any: the library publishes no types
        document, seen = self._client.document(_below_root(write.seen.path)), write.seen
        if seen.version is None:
            batch.create(document, dict(write.content or {}))
            return
        unchanged = self._client.write_option(last_update_time=seen.version)
        if write.content is None:
            batch.delete(document, option=unchanged)
        else:
            batch.update(document, dict(write.content), option=unchanged)

    def _built(self, query: Query) -> Any:  # Any: the library's query
        built: Any = self._client.collection(_below_root(query.collection))
        for field, operator, value in query.where:
            built = built.where(filter=FieldFilter(field, operator, value))
        for field in query.order:
            built = built.order_by(field.removeprefix("-"), direction=_direction(field))
        if query.fields is not None:
            built = built.select(query.fields)
        return built.limit(query.limit) if query.limit else built

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(CALL_SECONDS):
                yield
        except (exceptions.GoogleAPIError, GoogleAuthError, TimeoutError) as error:
            raise explained(error, self.name) from error


def _seen(path: str, snapshot: DocumentSnapshot[Any]) -> Seen:
    return Seen(path, snapshot.to_dict(), snapshot.update_time) if snapshot.exists else Seen(path)


def _below_root(path: str) -> str:
    return f"{ROOT}/{path}" if path else ROOT


def _own_path(snapshot: DocumentSnapshot[Any]) -> str:
    return str(snapshot.reference.path).removeprefix(ROOT).removeprefix("/")


def _direction(field: str) -> str:
    return "DESCENDING" if field.startswith("-") else "ASCENDING"


def _uncounted(kind: str, many: int) -> None:
    """Nobody counts what is billed."""
