"""The daemon as a real process: how it starts, tells, ends, and what a kill leaves behind."""

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from sagebase_ops.domain.calendars import EveryCalendar, between, calendar_of
from sagebase_ops.domain.notifications import part_key
from sagebase_ops.domain.slots import JobRecord
from sagebase_ops.store.base import RELEASED
from sagebase_ops.store.sqlite.opening import open_store
from tests.e2e.processes import COMMAND, Box, Daemon, daemon, sandbox, wait_until
from tests.ports import free_port

HEAD = """
projects: [{id: your-project-id, services: [sagebase-streamlit], sql_instances: [sagebase-db]}]
slack: {channel: "#sagebase-ops", fallback: "#sagebase-ops-fallback"}
checklists:
"""
JOB = "  {name}: {{every: {every}, digest: {digest}, checks: [{{check: run_ready}}]}}\n"


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with sandbox() as running:
        yield running


@pytest.fixture
def quiet_box() -> Iterator[Box]:
    """A sandbox of its own, for what is counted or broken."""
    with sandbox() as running:
        yield running


def schedule(folder: Path, *jobs: str) -> None:
    (folder / "schedules.yaml").write_text(HEAD + "".join(jobs))


def job(name: str = "often", every: str = "2s", digest: str = "always") -> str:
    return JOB.format(name=name, every=every, digest=digest)


def test_it_runs_what_is_due_tells_slack_and_ends_with_0_at_sigterm(tmp_path: Path, quiet_box: Box) -> None:
    schedule(tmp_path, job())
    with daemon(tmp_path, quiet_box) as running:
        running.says("daemon.alive")
        running.says("notice.sent", times=2)
        running.signal(signal.SIGTERM)
        assert running.ended(8) == 0
        running.says("daemon.stopped")
    keys = [post["metadata"]["event_payload"]["notice_key"] for post in quiet_box.get("/messages")]
    assert [key.split(":", 1)[1][:13] for key in keys[:1]] == ["digest:often:"]


def test_ctrl_c_ends_it_with_130(tmp_path: Path, box: Box) -> None:
    schedule(tmp_path, job(every="1d"))
    with daemon(tmp_path, box) as running:
        running.says("daemon.started")
        running.signal(signal.SIGINT)
        assert running.ended(8) == 130
        assert "Traceback" not in running.log_path.read_text()


def test_a_run_that_hangs_is_handed_back_within_8_s_and_the_next_start_runs_it_at_once(
    tmp_path: Path, quiet_box: Box
) -> None:
    schedule(tmp_path, job(every="3s", digest="never"))
    quiet_box.post("/faults", {"method": "ListServices", "kind": "timeout_before", "times": 1})
    with daemon(tmp_path, quiet_box) as running:
        running.says("slot.claimed")
        slot = running.events("slot.claimed")[0]["slot"]
        begun = time.monotonic()
        running.signal(signal.SIGTERM)
        assert running.ended(9) == 0
        assert time.monotonic() - begun < 8
        running.says("slot.released")
    with daemon(tmp_path, quiet_box, "again") as again:
        again.says("run.recorded")
        claimed = again.events("slot.claimed")[0]
        assert claimed["slot"] == slot or claimed["missed"] > 0


def test_a_second_signal_ends_it_at_once(tmp_path: Path, quiet_box: Box) -> None:
    schedule(tmp_path, job(digest="never"))
    quiet_box.post("/faults", {"method": "ListServices", "kind": "timeout_before", "times": None})
    with daemon(tmp_path, quiet_box) as running:
        running.says("slot.claimed")
        running.signal(signal.SIGTERM)
        wait_until(lambda: not running.has_waiting(signal.SIGTERM), "two signals at the very same moment are one")
        running.signal(signal.SIGTERM)
        assert running.ended() == 130
        # An end that waits hands back what hangs, and says so.
        assert running.events("slot.released") + running.events("daemon.stopped") == []


def test_it_says_how_it_is_over_http_and_by_the_command(tmp_path: Path, box: Box) -> None:
    schedule(tmp_path, job(every="1d"))
    port = free_port()
    with daemon(tmp_path, box, PORT=str(port)) as running:
        running.says("daemon.started")
        with urlopen(f"http://127.0.0.1:{port}/live") as answer:
            assert answer.read() == b"live\n"
        asked = subprocess.run(
            [*COMMAND, "health", "--port", str(port)], env=box.env, capture_output=True, text=True, check=False
        )
        found = json.loads(asked.stdout)
        assert (asked.returncode, found["status"], found["sandbox"], found["jobs"]) == (0, "ok", True, 1)
    gone = subprocess.run([*COMMAND, "health", "--port", str(port)], env=box.env, capture_output=True, check=False)
    assert gone.returncode == 1


def test_a_revoked_token_turns_health_red_and_is_logged_as_critical(tmp_path: Path, quiet_box: Box) -> None:
    schedule(tmp_path, job())
    quiet_box.post(
        "/faults",
        {"method": "chat.postMessage", "kind": "refusal", "times": None, "status": 200, "error": "token_revoked"},
    )
    port = free_port()
    with daemon(tmp_path, quiet_box, PORT=str(port)) as running:
        running.says("slack.unreachable")
        assert running.events("slack.unreachable")[0]["severity"] == "CRITICAL"
        asked = subprocess.run(
            [*COMMAND, "health", "--port", str(port)], env=quiet_box.env, capture_output=True, text=True, check=False
        )
        assert (asked.returncode, "token_revoked" in asked.stdout) == (1, True)


@pytest.mark.parametrize(
    ("file", "env", "says"),
    [
        (job(), {"SAGEBASE_OPS_SLACK_BOT_TOKEN": ""}, "SAGEBASE_OPS_SLACK_BOT_TOKEN is not set"),
        (job(every="soon"), {}, "not a duration"),
        (job(), {"SAGEBASE_OPS_STATE": "sqlite:////proc/state.db"}, "/proc/state.db"),
        (job(), {"K_SERVICE": "ops"}, "on Cloud Run (K_SERVICE is set) the disk dies"),
        (job(), {"PORT": "99999"}, "PORT"),
    ],
)
def test_a_mistake_at_the_start_ends_it_with_2_and_one_line_each(
    tmp_path: Path, box: Box, file: str, env: dict[str, str], says: str
) -> None:
    schedule(tmp_path, file)
    with daemon(tmp_path, box, **env) as running:
        assert running.ended(30) == 2
    said = running.log_path.read_text()
    assert says in said
    assert "Traceback" not in said


def test_a_placeholder_contact_that_an_escalation_tells_keeps_a_real_daemon_from_starting(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "schedules.yaml"
    done = subprocess.run(
        [*COMMAND, "--config", str(shipped)],
        cwd=tmp_path,
        env={"PATH": "/usr/bin", "SAGEBASE_OPS_SLACK_BOT_TOKEN": "xoxb-1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "contacts.operator.slack" in done.stderr


def test_two_daemons_on_one_file_run_each_slot_once_and_post_each_digest_once(tmp_path: Path, quiet_box: Box) -> None:
    schedule(tmp_path, job(every="1s", digest="never"), job("told", every="3s"))
    with daemon(tmp_path, quiet_box, "one") as one, daemon(tmp_path, quiet_box, "two") as two:
        wait_until(lambda: len(one.events("run.recorded")) + len(two.events("run.recorded")) >= 16, "16 runs")
        wait_until(lambda: told_keys(quiet_box) != [], "a digest in Slack")
        for running in (one, two):
            running.signal(signal.SIGTERM)
        assert [one.ended(), two.ended()] == [0, 0]
    assert once_each(tmp_path)
    assert max(Counter(told_keys(quiet_box)).values()) == 1


def test_a_daemon_stopped_longer_than_its_lease_lets_another_run_the_slot_and_records_nothing_itself(
    tmp_path: Path, quiet_box: Box
) -> None:
    period = far_from_its_end()
    schedule(tmp_path, job(every=in_minutes(period), digest="never"))
    record_as_seen_before(tmp_path, "often", period)
    quiet_box.post("/faults", {"method": "ListServices", "kind": "timeout_before", "times": 1})
    with daemon(tmp_path, quiet_box, "one") as one:
        wait_until(lambda: quiet_box.get("/state")["faults"] == [], lambda: f"one hangs on the cloud, in {one.tail}")
        stop_between_writes(one, tmp_path)
        with daemon(tmp_path, quiet_box, "two") as two:
            # The lease, its grace and a sweep are 55 s on a machine with nothing to do.
            two.says("run.recorded", seconds=150)
            one.signal(signal.SIGCONT)
            one.says("slot.lost")
    assert one.events("run.recorded") == []
    assert once_each(tmp_path)


@pytest.mark.long
def test_a_hundred_kills_at_random_moments_lose_no_slot_and_double_no_run_and_no_post(
    tmp_path: Path, quiet_box: Box
) -> None:
    """Each planned time is recorded once or missed once, and each digest stands in Slack once."""
    told = [job(f"told-{number}", "40s") for number in range(6)]
    schedule(tmp_path, *told, *(job(f"quiet-{number}", "20s", "never") for number in range(40)))
    moments, start = random.Random(20261125), seconds_to_start(tmp_path, quiet_box)
    for _ in range(99):
        with daemon(tmp_path, quiet_box):
            time.sleep(moments.uniform(start / 2, start + 1))  # the kill comes whenever it comes: nothing is waited for
    with daemon(tmp_path, quiet_box, "last") as last:
        last.says("daemon.started")
        # A post that waits takes a second, a killed sender's lease a minute; the slower the kills, the more posts wait.
        wait_until(lambda: all_ran(tmp_path) and settled(tmp_path), "every slot recorded and every digest sent", 600)
        last.signal(signal.SIGTERM)
        assert last.ended() == 0
    assert once_each(tmp_path)
    assert sorted(told_keys(quiet_box)) == sorted(decided_keys(tmp_path))


def seconds_to_start(folder: Path, box: Box, **env: str) -> float:
    """How long a daemon takes on this machine until it works, and the first kill: one that comes earlier kills nothing."""
    begun = time.monotonic()
    with daemon(folder, box, "first", **env) as first:
        first.says("daemon.started")
        return time.monotonic() - begun


def far_from_its_end() -> timedelta:
    """A period of an hour or so of which ten minutes are left: while a test runs, no second slot falls due."""
    now, enough = datetime.now(UTC), timedelta(minutes=10)
    periods = (timedelta(minutes=minutes) for minutes in range(60, 120))
    return next(period for period in periods if EveryCalendar(period).next_after(now) - now > enough)


def in_minutes(period: timedelta) -> str:
    return f"{period // timedelta(minutes=1)}m"


def stop_between_writes(running: Daemon, folder: Path) -> None:
    """Held still in mid-write, it would hold SQLite's lock for ever, and nobody else could write."""
    while True:
        running.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, running.process.pid, os.WSTOPPED)
        with closing(sqlite3.connect(folder / "var" / "state.db", timeout=0, isolation_level=None)) as store:
            try:
                store.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                running.signal(signal.SIGCONT)
            else:
                return


# What the ledger says


def rows(folder: Path, query: str, *values: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(folder / "var" / "state.db", timeout=10)) as connection:
        return connection.execute(query, values).fetchall()


def once_each(folder: Path) -> bool:
    """Every planned time since a job was first seen was recorded once, is in one missed range, or was handed back at the stop."""
    return all(_once(folder, *known) for known in rows(folder, "SELECT job, calendar, since, last_slot FROM jobs"))


def _once(folder: Path, job: str, fingerprint: str, since: str, last: str | None) -> bool:
    calendar = calendar_of(fingerprint)
    assert calendar
    ran = [at for (at,) in rows(folder, "SELECT at FROM slots WHERE job = ? AND run IS NOT NULL", job)]
    recorded = rows(folder, "SELECT id FROM runs WHERE job = ?", job)
    missed = rows(folder, "SELECT first, last, count FROM missed WHERE job = ?", job)
    owed = list(between(calendar, moment(since), moment(last or since)))
    settled_once = [moment(at) for at in ran + handed_back(folder, job)]
    for first, until, count in missed:
        gone = [time for time in owed if moment(first) <= time <= moment(until)]
        assert len(gone) == int(count), (job, first, until, count)
        settled_once += gone
    assert len(recorded) == len(ran), (job, recorded, ran)
    assert sorted(settled_once) == owed, job
    return bool(ran)


def handed_back(folder: Path, job: str) -> list[str]:
    """What a stop found in mid-run on a machine with too little time is owed still."""
    return [
        at
        for (at, until) in rows(folder, "SELECT at, lease_until FROM slots WHERE job = ? AND run IS NULL", job)
        if moment(until) == RELEASED
    ]


def all_ran(folder: Path) -> bool:
    """Each job at least once, so that there is something to settle."""
    return rows(folder, "SELECT job FROM jobs EXCEPT SELECT job FROM slots WHERE run IS NOT NULL") == []


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def settled(folder: Path) -> bool:
    """Nothing is claimed from before this second, and nothing waits for Slack."""
    old = (datetime.now(UTC) - timedelta(seconds=3)).isoformat()
    claimed = rows(folder, "SELECT 1 FROM slots WHERE run IS NULL AND claimed_at < ?", old)
    return not claimed and not rows(folder, "SELECT 1 FROM notifications WHERE state NOT IN ('sent', 'refused')")


def decided_keys(folder: Path) -> list[str]:
    sent = rows(folder, "SELECT notice, place FROM notifications WHERE state = 'sent'")
    assert rows(folder, "SELECT 1 FROM notifications WHERE state IN ('sending', 'unproven', 'refused')") == []
    return [part_key(notice, int(place)) for notice, place in sent]


def told_keys(box: Box) -> list[str]:
    return [post["metadata"]["event_payload"]["notice_key"] for post in box.get("/messages")]


def record_as_seen_before(folder: Path, job: str, period: timedelta) -> None:
    """The ledger of a daemon that ran two periods ago: one slot is owed at once."""

    async def write() -> None:
        store = await open_store(folder / "var" / "state.db", sandbox=True)
        await store.adopt(JobRecord(job, EveryCalendar(period).fingerprint, datetime.now(UTC) - 2 * period))
        await store.aclose()

    asyncio.run(write())
