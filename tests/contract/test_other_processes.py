"""Real processes beside each other on one store, and dead ones."""

import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from sagebase_ops.domain.delivery_transitions import sending
from sagebase_ops.errors import ClaimLostError
from sagebase_ops.store.base import ClockJump, Decision, Store, Untold
from tests.contract.child import INCIDENTS, JOBS, WRITES, prepare
from tests.contract.conftest import Place
from tests.contract.examples import at, audit, claim, missed, opened, posts, run, silence, slot

ROOT = Path(__file__).parents[2]


def child(place: Place, *command: str) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-m", "tests.contract.child", place.kind, str(place.folder), *command]
    return subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def race(place: Place, command: str) -> list[list[str]]:
    """What each of two processes printed that did the same at the same time."""
    children = [child(place, command, owner) for owner in ("a", "b")]
    for process in children:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"  # both have opened, and one of them made, the same store
    for process in children:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate()[0].split() for process in children]


async def test_of_two_processes_exactly_one_gets_each_slot(place: Place) -> None:
    got = race(place, "claim")

    assert sorted(got[0] + got[1]) == sorted(JOBS)
    held = await (await place.open()).claims()
    assert sorted(one.slot.job for one in held if one.owner == "owner-a") == sorted(got[0])


async def test_of_two_processes_that_decide_upon_an_incident_one_wins_and_one_is_stale(place: Place) -> None:
    store = await place.open()
    await store.decide(Decision(tuple(opened(name, target=name) for name in INCIDENTS)), at(10))
    printed = race(place, "decide-all")

    won = [[name for name in words if not name.startswith("-")] for words in printed]
    stale = [[name[1:] for name in words if name.startswith("-")] for words in printed]
    assert sorted(won[0] + won[1]) == INCIDENTS
    assert (stale[0], stale[1]) == (won[1], won[0])
    by_a = [one.id for one in await store.live_incidents(at(0)) if one.resolved_by == "a"]
    assert sorted(by_a) == won[0]


async def _adopted(store: Store) -> bool:
    return (await store.jobs())["daily"].calendar == "new" and missed(1, 4, 4) in (await store.untold("daily")).missed


async def _claimed(store: Store) -> bool:
    return claim(20, "b") in await store.claims() and missed(11, 19, 9) in (await store.untold("daily")).missed


async def _renewed(store: Store) -> bool:
    return await store.claims() == [claim(10, job="watch", until=2000)]


async def _released(store: Store) -> bool:
    return (await store.claims())[0].lease_until < at(0)


async def _recorded(store: Store) -> bool:
    finished = await store.slot_run(slot(10, "watch")) == "run-2"
    return finished and await store.runs("watch") == [run("run-2", job="watch")] and len(await store.notice("new")) == 1


async def _decided(store: Store) -> bool:
    live = {one.id: one.state for one in await store.live_incidents(at(0))}
    told = [row.action for row in await store.notice("digest")] == ["post", "edit"]
    noted = await store.audit() == [audit()] and await store.silences(at(0)) == [silence()]
    return live == {"open": "resolved", "new": "open"} and told and noted


async def _jumped(store: Store) -> bool:
    return await store.untold("daily") == Untold((), (ClockJump(at(3), 61),))


async def _leased(store: Store) -> bool:
    try:
        await store.save_notification(posts()[0], "sender-a", at(65))
    except ClaimLostError:
        return False
    return True


async def _saved(store: Store) -> bool:
    return await store.notice("digest") == [sending(posts()[0], at(10))]


async def _pruned(store: Store) -> bool:
    return await store.runs() == []


async def _thinned(store: Store) -> bool:
    return await store.thinned_until() == at(20)


AFTERWARDS: dict[str, Callable[[Store], Awaitable[bool]]] = {
    "adopt": _adopted,
    "claim_slot": _claimed,
    "renew_claim": _renewed,
    "release_claim": _released,
    "record": _recorded,
    "decide": _decided,
    "record_jump": _jumped,
    "take_sender_lease": _leased,
    "save_notification": _saved,
    "prune": _pruned,
    "thin": _thinned,
}


@pytest.mark.parametrize("method", WRITES)
async def test_what_a_method_wrote_outlives_a_kill_the_moment_it_returned(place: Place, method: str) -> None:
    store = await place.open()
    await prepare(store)
    assert not await AFTERWARDS[method](store)

    killed = child(place, method)
    killed.communicate()

    assert killed.returncode == -9
    assert await AFTERWARDS[method](store)
    assert await AFTERWARDS[method](await place.open())
