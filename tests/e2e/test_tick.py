"""`tick` as a real process: all that is due, once, then an end with its exit code."""

import asyncio
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sagebase_ops.config.load import load
from sagebase_ops.domain.calendars import EveryCalendar
from sagebase_ops.domain.runs import Run
from sagebase_ops.domain.slots import JobRecord
from sagebase_ops.store.base import Outcome
from sagebase_ops.store.sqlite.opening import open_store
from tests.contract.test_thinning import looked
from tests.e2e.processes import COMMAND, Box, daemon, sandbox
from tests.e2e.test_daemon import far_from_its_end, in_minutes

SCHEDULES = """
projects: [{id: your-project-id, services: [sagebase-streamlit], sql_instances: [sagebase-db]}]
slack: {channel: "#sagebase-ops", fallback: "#sagebase-ops-fallback"}
contacts: {operator: {name: 運用担当者, slack: S0123ABCD}, lead: {name: 技術責任者, slack: U0123ABCD}}
escalation: {default: [{after: 0m, tell: [operator]}, {after: 30m, tell: [lead]}]}
checklists:
  hourly: {every: PERIOD, digest: always, checks: [{check: run_ready}]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "schedules.yaml").write_text(SCHEDULES.replace("PERIOD", in_minutes(far_from_its_end())))
    return tmp_path


@pytest.fixture
def box() -> Iterator[Box]:
    with sandbox("outage") as running:
        yield running


def ticked(folder: Path, box: Box, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, "tick"],
        cwd=folder,
        env={**box.env, **more},
        capture_output=True,
        text=True,
        timeout=50,  # less than a tick waits where it has to
        check=False,
    )


def owing_one_slot(folder: Path) -> None:
    """The ledger as it stands some time after the job was first seen."""
    (calendar,) = [calendar for job, calendar in load(folder / "schedules.yaml").calendars().items() if job == "hourly"]
    assert isinstance(calendar, EveryCalendar)
    record = JobRecord("hourly", calendar.fingerprint, datetime.now(UTC) - calendar.period)

    async def adopt() -> None:
        store = await open_store(folder / "var" / "state.db", sandbox=True)
        await store.adopt(record)
        await store.aclose()

    asyncio.run(adopt())


def test_it_runs_what_is_owed_opens_the_incident_tells_slack_and_leaves_nothing(folder: Path, box: Box) -> None:
    owing_one_slot(folder)
    done = ticked(folder, box)
    assert done.returncode == 0, done.stderr
    assert [line.split(":")[0].split()[0] for line in done.stdout.splitlines()] == ["hourly", "next"]
    keys = [post["metadata"]["event_payload"]["notice_key"].split(":")[1] for post in box.get("/messages")]
    assert {"digest", "incident"} <= set(keys)
    again = ticked(folder, box)
    assert (again.returncode, "hourly" in again.stdout) == (0, False)
    assert len(box.get("/messages")) == len(keys)


def test_the_first_one_ever_owes_nothing(folder: Path, box: Box) -> None:
    done = ticked(folder, box)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "no slot was owed")


def test_what_slack_refuses_for_now_waits_for_the_next_one(folder: Path, box: Box) -> None:
    owing_one_slot(folder)
    box.post(
        "/faults", {"method": "chat.postMessage", "kind": "refusal", "times": 9, "status": 429, "retry_after": 600}
    )
    done = ticked(folder, box)
    assert done.returncode == 0, done.stderr
    assert "stored, not yet delivered: " in done.stdout


def test_beside_a_daemon_that_holds_the_slot_it_takes_nothing(folder: Path, box: Box) -> None:
    box.post("/faults", {"method": "ListServices", "kind": "timeout_before", "times": None})
    owing_one_slot(folder)
    with daemon(folder, box) as running:
        running.says("slot.claimed")
        done = ticked(folder, box)
    assert (done.returncode, "hourly" in done.stdout) == (0, False)


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"SAGEBASE_OPS_SLACK_BOT_TOKEN": ""}, "there is nobody to tell"),
        ({"SAGEBASE_OPS_STATE": "sqlite:////proc/state.db"}, "/proc/state.db"),
    ],
)
def test_a_mistake_ends_with_2(folder: Path, box: Box, env: dict[str, str], says: str) -> None:
    done = ticked(folder, box, **env)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


def test_a_store_that_cannot_be_written_ends_with_3(folder: Path, box: Box) -> None:
    owing_one_slot(folder)
    _no_run_can_be_written(folder / "var" / "state.db")
    done = ticked(folder, box)
    assert done.returncode == 3
    assert "hourly: not done" in done.stdout


def _no_run_can_be_written(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'disk full'); END")


def test_it_thins_what_is_long_ago(folder: Path, box: Box) -> None:
    long_ago = (datetime.now(UTC) - timedelta(days=40)).replace(minute=0)

    async def ids(*recorded: Run) -> list[str]:
        store = await open_store(folder / "var" / "state.db", sandbox=True)
        for run in recorded:
            await store.record(Outcome(run), run.started_at)
        found = await store.runs_between(long_ago, long_ago + timedelta(days=1))
        await store.aclose()
        return [run.id for run in found]

    alike = [replace(looked(minute), started_at=long_ago + timedelta(minutes=minute)) for minute in (1, 2)]
    assert asyncio.run(ids(*alike)) == ["watch-1", "watch-2"]
    assert ticked(folder, box).returncode == 0
    assert asyncio.run(ids()) == ["watch-1"]
