"""What every test gets: no way out of this machine, a run to tell of, and Slack's own eye on what is told."""

import json
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import playwright
import pytest
from hypothesis import HealthCheck, settings

from sagebase_ops.domain.results import Finding, Sentence
from sagebase_ops.domain.runs import CheckResult, EntryRef, Run, Trigger
from tests import firestore_emulator, postgres
from tests.postgres_programs import installed

settings.register_profile(
    "anywhere", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("anywhere")
"""Examples are the same on every machine, and none fails because it was slow."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is marked `long` first, all else in its order."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


class OutsideWorldError(OSError):
    """A test tried to leave the machine."""


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    real_connect = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        _refuse_outside(self, address)
        return real_connect(self, address)  # type: ignore[arg-type] # whatever the caller passed on

    monkeypatch.setattr(socket.socket, "connect", connect)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def _refuse_outside(sock: socket.socket, address: object) -> None:
    if sock.family == socket.AF_UNIX or not isinstance(address, tuple):
        return
    if address[0] not in LOOPBACK:
        raise OutsideWorldError(f"tests stay on this machine; something asked for {address}")


@pytest.fixture(scope="session")
def emulator() -> Iterator[str]:
    """Google's Firestore emulator, one for the whole session; its address is in the environment, also of children."""
    if lack := firestore_emulator.missing():
        (pytest.fail if firestore_emulator.in_ci() else pytest.skip)(lack)
    with firestore_emulator.emulator() as address, pytest.MonkeyPatch.context() as patched:
        patched.setenv("FIRESTORE_EMULATOR_HOST", address)
        firestore_emulator.warm_up()
        yield address


@pytest.fixture(scope="session", params=installed() or [None], ids=lambda programs: programs and str(programs.version))
def server(request: pytest.FixtureRequest) -> Iterator[postgres.Postgres]:
    """A PostgreSQL server of each version that this machine has, one for the whole session."""
    if request.param is None:
        (pytest.fail if firestore_emulator.in_ci() else pytest.skip)("PostgreSQL is not installed here (postgresql)")
    with postgres.running(request.param) as running:
        yield running


NINE_IN_TOKYO = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture(scope="session")
def entry_of() -> Callable[..., EntryRef]:
    """The entry with this number; `changes` are EntryRef's fields."""
    return _entry


@pytest.fixture(scope="session")
def run_of() -> Callable[..., Run]:
    """A finished run in which each finding answers an entry of its own; `changes` are Run's fields."""
    return _run


def _entry(number: int = 1, **changes: Any) -> EntryRef:
    entry = EntryRef(
        check="metric",
        name=f"entry_{number}",
        project="sagebase-prod",
        environment="production",
        title=Sentence(f"項目{number}", f"item {number}"),
        runbook=Sentence("1. ログを見る\n2. 戻す\n3. 確かめる", "1. read the log\n2. roll back\n3. look again"),
        guide=f"Daily {number}",
    )
    return replace(entry, **changes)


def _run(*findings: Finding, **changes: Any) -> Run:
    entries = [_entry(number) for number, _ in enumerate(findings, start=1)]
    run = Run(
        id="daily-20261124",
        job="daily",
        title="毎日のチェックリスト",
        trigger=Trigger.SCHEDULE,
        slot=NINE_IN_TOKYO,
        started_at=NINE_IN_TOKYO,
        finished_at=NINE_IN_TOKYO + timedelta(seconds=41),
        language="ja",
        timezone="Asia/Tokyo",
        expected=tuple(entries),
        results=tuple(CheckResult(entry, (finding,)) for entry, finding in zip(entries, findings, strict=True)),
        next_slot=NINE_IN_TOKYO + timedelta(days=1),
    )
    return replace(run, **changes)


Json = dict[str, Any]  # any JSON inside


@pytest.fixture(scope="session")
def objections() -> Iterator[Callable[[Sequence[Json]], list[str]]]:
    """What Slack would object to in these chat.postMessage payloads: its published types, and the documented limits."""
    driver = Path(playwright.__file__).parent / "driver" / "node"  # the Node that comes with playwright
    node = str(driver) if driver.exists() else shutil.which("node") or pytest.fail("no Node: make .venv brings one")
    folder = Path(__file__).parent / "blockkit"
    with subprocess.Popen([node, "check.mjs"], cwd=folder, stdin=-1, stdout=-1, text=True, encoding="utf-8") as judge:
        yield lambda payloads: [f"{place}{line}" for place, one in enumerate(payloads) for line in _judged(judge, one)]
        judge.communicate()


def _judged(judge: "subprocess.Popen[str]", payload: Json) -> list[str]:
    assert judge.stdin
    assert judge.stdout
    judge.stdin.write(json.dumps(payload) + "\n")
    judge.stdin.flush()
    objections: list[str] = json.loads(judge.stdout.readline())
    return objections
