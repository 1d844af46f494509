"""Daemons as real processes whose ledger is one Firestore database, in Google's emulator."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from sagebase_ops.domain.calendars import between, calendar_of
from sagebase_ops.domain.runs import Run
from sagebase_ops.domain.slots import JobRecord, Missed
from sagebase_ops.store.base import Store
from sagebase_ops.store.firestore.opening import open_store
from tests.e2e.processes import Box, daemon, sandbox, wait_until
from tests.e2e.test_daemon import job, schedule, seconds_to_start, told_keys
from tests.ports import free_port


@pytest.fixture
def env(emulator: str) -> dict[str, str]:
    return {
        "SAGEBASE_OPS_STATE": f"firestore://t-{os.urandom(8).hex()}/ops",
        "FIRESTORE_EMULATOR_HOST": emulator,
    }


@pytest.fixture
def box() -> Iterator[Box]:
    with sandbox() as running:
        yield running


def test_two_daemons_run_each_slot_once_and_post_each_digest_once(
    tmp_path: Path, box: Box, env: dict[str, str]
) -> None:
    schedule(tmp_path, job(every="1s", digest="never"), job("told", every="3s"))
    with daemon(tmp_path, box, "one", **env) as one, daemon(tmp_path, box, "two", **env) as two:
        # Which of the two is first is chance each time, so one may go without for a while.
        wait_until(lambda: min(len(each.events("run.recorded")) for each in (one, two)) >= 4, "4 runs of each", 180)
        wait_until(lambda: told_keys(box) != [], "a digest in Slack")
        for running in (one, two):
            running.signal(signal.SIGTERM)
        assert [one.ended(), two.ended()] == [0, 0]
    asyncio.run(each_slot_is_settled_once(env))
    assert max(Counter(told_keys(box)).values()) == 1


def test_kills_at_random_moments_lose_no_slot_and_double_no_run_and_no_post(
    tmp_path: Path, box: Box, env: dict[str, str]
) -> None:
    # Each digest is two posts and a channel takes one a second: what waits for a dead sender's lease must be able to catch up.
    schedule(tmp_path, job("told", "6s"), *(job(f"quiet-{number}", "5s", "never") for number in range(5)))
    moments, start = Random(20261125), seconds_to_start(tmp_path, box, **env)
    for number in range(7):
        with daemon(tmp_path, box, f"killed-{number}", **env):
            time.sleep(
                moments.uniform(start / 2, start + 1.5)
            )  # the kill comes whenever it comes: nothing is waited for
    with daemon(tmp_path, box, "last", **env) as last:
        last.says("run.recorded", times=8)
        # A slot that a killed daemon held is run again only after its lease: until then nothing of `told` may have been posted.
        wait_until(lambda: told_keys(box) != [], lambda: f"a digest, in {last.tail}", 180)
        wait_until(lambda: asyncio.run(all_is_told(env)), "every digest sent", 180)
        last.signal(signal.SIGTERM)
        assert last.ended() == 0
    asyncio.run(each_slot_is_settled_once(env))
    assert max(Counter(told_keys(box)).values()) == 1


def test_a_store_that_is_not_there_at_the_start_is_waited_for_in_plain_sight(
    tmp_path: Path, box: Box, env: dict[str, str]
) -> None:
    schedule(tmp_path, job(every="1d"))
    port, nowhere = free_port(), f"127.0.0.1:{free_port()}"
    with daemon(tmp_path, box, **env | {"FIRESTORE_EMULATOR_HOST": nowhere, "PORT": str(port)}) as waiting:
        waiting.says("store.unreachable", times=2)
        with pytest.raises(HTTPError) as refused:
            urlopen(f"http://127.0.0.1:{port}/health")
        with refused.value as answer:
            assert (answer.code, "Firestore" in answer.read().decode()) == (503, True)
        waiting.signal(signal.SIGTERM)
        assert waiting.ended(8) == 0
        assert not waiting.events("daemon.started")


def test_a_database_that_remembers_the_real_world_ends_a_pretend_daemon_with_2_and_is_left_as_it_was(
    tmp_path: Path, box: Box, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", env["FIRESTORE_EMULATOR_HOST"])
    schedule(tmp_path, job(every="1d"))
    asyncio.run(jobs_of_the_real_world(env))
    with daemon(tmp_path, box, **env) as refused:
        assert refused.ended(30) == 2
    said = refused.log_path.read_text()
    assert f"{env['SAGEBASE_OPS_STATE']}: it remembers the real world" in said
    assert "Traceback" not in said
    assert asyncio.run(jobs_of_the_real_world(env)) == {}


# What the ledger says


async def jobs_of_the_real_world(env: dict[str, str]) -> Mapping[str, JobRecord]:
    store = await opened(env, sandbox=False)
    try:
        return await store.jobs()
    finally:
        await store.aclose()


async def opened(env: dict[str, str], *, sandbox: bool = True) -> Store:
    project, database = env["SAGEBASE_OPS_STATE"].removeprefix("firestore://").split("/")
    return await open_store(project, database, sandbox=sandbox)


async def all_is_told(env: dict[str, str]) -> bool:
    store = await opened(env)
    try:
        return (await store.backlog()).oldest is None
    finally:
        await store.aclose()


async def each_slot_is_settled_once(env: dict[str, str]) -> None:
    """Every planned time since a job was first seen was recorded once, is in one missed range, or is claimed."""
    store = await opened(env)
    held = [claim.slot for claim in await store.claims()]
    for name, record in (await store.jobs()).items():
        calendar = calendar_of(record.calendar or "")
        if calendar is None or record.last_slot is None:
            continue
        runs = await store.runs(name, limit=1000)
        owed = list(between(calendar, record.since, record.last_slot))
        claimed = [slot.at for slot in held if slot.job == name]
        gone = missed_times([*(await store.untold(name)).missed, *told_as_missed(runs)], owed)
        assert sorted([*(run.slot for run in runs), *gone, *claimed]) == owed, name
    await store.aclose()


def told_as_missed(runs: Sequence[Run]) -> list[Missed]:
    """Of the runs that posted a digest; the others leave it to be told."""
    return [missed for run in runs if run.job == "told" for missed in run.missed]


def missed_times(ranges: Sequence[Missed], owed: Sequence[datetime]) -> list[datetime]:
    times = [at for one in ranges for at in owed if one.first <= at <= one.last]
    assert len(times) == sum(one.count for one in ranges)
    return times
