"""A real process of its own on a store: `python -m tests.contract.child KIND FOLDER COMMAND [ARGUMENT]`.

claim OWNER   says `ready`, waits for a line, claims the slot of every job, prints the jobs it got, one a line
decide-all OWNER  says `ready`, waits for a line, ends each incident, prints those it ended and, after a minus, those gone stale
METHOD        does that one write, then kills itself as kill -9 does, in the very next instruction
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path

from sagebase_ops.domain.delivery_transitions import sending
from sagebase_ops.domain.incidents import Incident
from sagebase_ops.errors import StaleError, StoreError
from sagebase_ops.store.base import ClockJump, Decision, Outcome, Store
from tests.contract.examples import (
    at,
    audit,
    claim,
    edit,
    ended,
    job,
    kept,
    missed,
    opened,
    pending,
    posts,
    run,
    silence,
)
from tests.contract.stores import KINDS

JOBS = [f"job-{number}" for number in range(100)]
INCIDENTS = [f"inc-{number:02}" for number in range(100)]

DECISION = Decision(
    (kept(ended(opened("open", target="open"))), opened("new", target="new")),
    (kept(pending("pending", target="pending")),),
    (edit(),),
    (silence(),),
    (audit(),),
    once="press-1",
)

WRITES: Mapping[str, Callable[[Store], Awaitable[object]]] = {
    "adopt": lambda store: store.adopt(job("new", since=5), missed(1, 4, 4)),
    "claim_slot": lambda store: store.claim_slot(claim(20, "b"), at(20), missed=missed(11, 19, 9)),
    "renew_claim": lambda store: store.renew_claim(claim(10, job="watch", until=2000), at(11)),
    "release_claim": lambda store: store.release_claim(claim(10, job="watch")),
    "record": lambda store: store.record(
        Outcome(run("run-2", job="watch"), claim(10, job="watch"), posts("new")), at(11)
    ),
    "decide": lambda store: store.decide(DECISION, at(11)),
    "record_jump": lambda store: store.record_jump(ClockJump(at(3), 61)),
    "take_sender_lease": lambda store: store.take_sender_lease("sender-a", at(10), at(70)),
    "save_notification": lambda store: store.save_notification(sending(posts()[0], at(10)), "sender-a", at(10)),
    "prune": lambda store: store.prune(at(10.5)),
    "thin": lambda store: store.thin(at(20)),
}


async def prepare(store: Store) -> None:
    """One finished slot with its post, and one that is claimed; an open incident and a pending one."""
    await store.adopt(job())
    await store.claim_slot(claim(10), at(10))
    await store.record(Outcome(run(), claim(10), posts()), at(11))
    await store.claim_slot(claim(10, job="watch"), at(10))
    await store.take_sender_lease("sender-a", at(10), at(60))
    await store.decide(Decision((opened("open", target="open"), pending("pending", target="pending"))), at(10))


def wait_for_go() -> None:
    print("ready", flush=True)  # noqa: T201 (the parent waits for it)
    sys.stdin.readline()


async def claim_all(store: Store, owner: str) -> None:
    wait_for_go()
    for name in JOBS:
        if await claimed(store, name, owner):
            print(name, flush=True)  # noqa: T201 (the parent counts them)


async def claimed(store: Store, name: str, owner: str) -> bool:
    """Asked again where no answer came, as the daemon does: on a loaded machine the emulator is slow."""
    while True:
        try:
            return await store.claim_slot(claim(10, owner, job=name), at(10))
        except StoreError as error:
            if not error.retryable:
                raise


async def end_all(store: Store, owner: str) -> None:
    """Each incident as it was read at version 1, by this owner."""
    wait_for_go()
    for name in INCIDENTS:
        over = replace(kept(ended(opened(name, target=name))), resolved_by=owner)
        print(name if await decided(store, over) else f"-{name}", flush=True)  # noqa: T201


async def decided(store: Store, over: Incident) -> bool:
    """False where it went stale. Where no answer came it is asked again, and what is stale then may be by our own hand."""
    unanswered = False
    while True:
        try:
            return await store.decide(Decision((over,)), at(20))
        except StaleError:
            stands = await store.incident(over.id) if unanswered else None
            return stands is not None and stands.resolved_by == over.resolved_by
        except StoreError as error:
            if not error.retryable:
                raise
            unanswered = True


RACES: Mapping[str, Callable[[Store, str], Awaitable[None]]] = {"claim": claim_all, "decide-all": end_all}


async def opened_store(kind: str, folder: Path) -> Store:
    """Asked again where no answer came, as above."""
    while True:
        try:
            return await KINDS[kind](folder)
        except StoreError as error:
            if not error.retryable:
                raise


async def main(kind: str, folder: str, command: str, *arguments: str) -> None:
    store = await opened_store(kind, Path(folder))
    if command in RACES:
        await RACES[command](store, *arguments)
        await store.aclose()
    else:
        await WRITES[command](store)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
