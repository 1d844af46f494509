"""The runs: each one document, and more below it where its record is longer than a document may be."""

import asyncio
from collections.abc import Sequence

from sagebase_ops.domain.runs import Run
from sagebase_ops.domain.slots import Slot
from sagebase_ops.domain.thinning import trace_of
from sagebase_ops.store.base import Outcome
from sagebase_ops.store.firestore.database import Database, Seen, Write, create
from sagebase_ops.store.firestore.fields import aware, name_of, pieces
from sagebase_ops.store.firestore.notices import KEPT
from sagebase_ops.store.packing import packed, unpacked
from sagebase_ops.store.records import read_run, write_run

PIECE = 900_000
"""Bytes of a record in one document, which may hold 1 MiB. Source: Firestore, quotas. A record of 5,000 failing findings
is 4 MB of JSON, and 100 to 300 KB packed: nearly every run is one piece."""


def path_of(run: str) -> str:
    return f"runs/{name_of(run)}"


def slot_key(slot: Slot) -> str:
    return name_of(slot.job, aware(slot.at).isoformat())


def writes(outcome: Outcome) -> list[Write]:
    """The run as it is recorded, once."""
    run, path = outcome.run, path_of(outcome.run.id)
    first, *more = pieces(packed(write_run(run)), PIECE)
    expire_at, trace = aware(run.started_at) + KEPT, trace_of(run)
    head = {
        "id": run.id,
        "job": run.job,
        "started_at": aware(run.started_at),
        "of_slot": slot_key(outcome.claim.slot) if outcome.claim else None,
        "seen": trace.seen,
        "stays": trace.stays,
        "record": first,
        "parts": len(more),
        "expire_at": expire_at,
    }
    parts = zip(_part_paths(path, len(more)), more, strict=True)
    return [create(path, head), *(create(part, {"record": piece, "expire_at": expire_at}) for part, piece in parts)]


async def read(database: Database, found: Sequence[Seen]) -> list[Run]:
    """Raises StoreError where a record cannot be read."""
    return list(await asyncio.gather(*(_read(database, seen) for seen in found)))


async def forgetting(database: Database, found: Sequence[Seen]) -> list[Write]:
    """The writes that forget these runs, with all their parts."""
    parts = [path for seen in found if seen.content for path in _part_paths(seen.path, seen.content["parts"])]
    return [Write(seen, None) for seen in [*found, *await database.seen_all(parts)] if seen.version]


async def _read(database: Database, seen: Seen) -> Run:
    content = seen.content or {}
    parts = await database.seen_all(_part_paths(seen.path, content["parts"]))
    more = [part.content["record"] for part in parts if part.content]
    return read_run(unpacked(b"".join([content["record"], *more])))


def _part_paths(path: str, many: int) -> list[str]:
    return [f"{path}/parts/{number}" for number in range(1, many + 1)]
