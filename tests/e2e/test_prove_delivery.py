"""The command that kills daemons while they tell, as a user runs it; and that it would find what is wrong."""

import json
import os
import subprocess
from typing import Any

import pytest

from sagebase_ops.cli.proving.counting import Pressed, counted
from sagebase_ops.cli.proving.plan import FAULTS, Step, Work, rounds
from tests.e2e.processes import COMMAND, clean_environment

ROUNDS = 1000 if os.environ.get("CI") else 126
"""A thousand take four minutes on two cores of their own; outside CI each step meets each fault twice."""

WORKERS = str((os.cpu_count() or 1) + 1)
"""A round waits for a third of its time."""

FIRESTORE_ROUNDS = 63 if os.environ.get("CI") else 21
"""Each step meets each fault once, and each work at least once; outside CI three faults."""

SEED = 20261125


def prove(*options: str, **env: str) -> "subprocess.CompletedProcess[str]":
    command = [*COMMAND, "prove-delivery", *options]
    environment = {**clean_environment(), **env}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.long
def test_kills_at_every_step_and_every_fault_of_slack_lose_nothing_and_double_nothing() -> None:
    done = prove("--rounds", str(ROUNDS), "--seed", str(SEED), "--workers", WORKERS, "--format", "json")
    assert done.returncode == 0, done.stderr[-6000:]
    total = json.loads(done.stdout)["total"]
    assert (total["rounds"], total["told"]) == (ROUNDS, total["decided"])
    assert total["killed"] > ROUNDS / 2
    assert {total[wrong] for wrong in ("lost", "doubled", "unlabelled")} == {0}


@pytest.mark.long
def test_the_same_over_the_second_store(emulator: str) -> None:
    count, options = str(FIRESTORE_ROUNDS), ("--seed", str(SEED), "--store", "firestore")
    done = prove("--rounds", count, *options, FIRESTORE_EMULATOR_HOST=emulator)
    assert done.returncode == 0, done.stderr[-6000:]
    assert f"{count} rounds, seed 20261125, firestore" in done.stdout
    assert "nothing lost, nothing doubled" in done.stdout


def test_a_real_database_is_never_written_by_a_proof() -> None:
    done = prove("--rounds", "1", "--store", "firestore", FIRESTORE_EMULATOR_HOST="")
    assert (done.returncode, "FIRESTORE_EMULATOR_HOST is not set" in done.stderr) == (2, True)


def test_one_round_is_named_by_seed_and_number() -> None:
    done = prove("--round", "7")
    assert (done.returncode, "--round goes with --seed" in done.stderr) == (2, True)


def test_a_thousand_rounds_meet_every_step_with_every_fault_in_every_work_and_come_out_the_same_again() -> None:
    drawn = list(rounds(SEED, 1000))
    assert {(one.step, one.fault) for one in drawn} == {(step, fault) for step in Step for fault in FAULTS}
    assert {(one.step, one.work) for one in drawn} == {(step, work) for step in Step for work in Work}
    assert drawn == list(rounds(SEED, 1000))


def decided(key: str = "n", due: str | None = None) -> dict[str, Any]:
    return {"key": key, "text": "障害", "due": due}


def held(key: str = "n", text: str = "障害", ts: str = "1795600000.000000", **more: Any) -> dict[str, Any]:
    metadata = {"event_payload": {"notice_key": key}}
    return {"text": text, "ts": ts, "metadata": metadata, "deleted": False, "blocks": [], **more}


TEN_MINUTES_BEFORE = "2026-11-25T09:36:40+00:00"  # of 1795600000


def test_four_hundred_and_forty_one_meet_every_step_with_every_fault_in_every_work() -> None:
    drawn = {(one.step, one.fault, one.work) for one in rounds(SEED, 441)}
    assert drawn == {(step, fault, work) for step in Step for fault in FAULTS for work in Work}


@pytest.mark.parametrize(("worked", "wrong"), [(1, (0, 0)), (0, (1, 0)), (2, (0, 1))])
def test_a_press_takes_effect_once(worked: int, wrong: tuple[int, int]) -> None:
    found = counted([decided()], [held()], Pressed(1, worked), clock_is_right=True)
    assert (found["lost"], found["doubled"]) == wrong


def test_sixty_three_rounds_meet_every_step_in_every_work() -> None:
    drawn = list(rounds(SEED, 63))
    assert {(one.step, one.work) for one in drawn} == {(step, work) for step in Step for work in Work}


@pytest.mark.parametrize(
    ("decisions", "messages", "wrong"),
    [
        ([decided()], [held()], {}),
        ([decided()], [], {"lost": 1}),
        ([decided()], [held(deleted=True)], {"lost": 1}),
        ([decided()], [held(text="older")], {"lost": 1}),
        ([decided()], [held(), held()], {"doubled": 1}),
        ([decided()], [held(), held("never decided")], {"doubled": 1}),
        ([decided(due=TEN_MINUTES_BEFORE)], [held()], {"unlabelled": 1}),
        ([decided(due=TEN_MINUTES_BEFORE)], [held(text="障害 10 分遅れて届いています")], {"late": 1}),
    ],
)
def test_what_is_wrong_is_counted(
    decisions: list[dict[str, Any]], messages: list[dict[str, Any]], wrong: dict[str, int]
) -> None:
    found = counted(decisions, messages, clock_is_right=True)
    counts = {name: found[name] for name in ("lost", "doubled", "late", "unlabelled") if found[name]}
    assert counts == wrong
