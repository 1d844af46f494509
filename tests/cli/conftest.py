"""What a person types, through the real command line, on a real store and without a daemon."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
import structlog
from click.testing import CliRunner, Result

from sagebase_ops.cli.main import cli
from sagebase_ops.domain.incidents import Incident
from sagebase_ops.store.base import Decision, Store
from sagebase_ops.store.sqlite.opening import open_store

SCHEDULES = """
projects: [{id: sagebase-sandbox, services: "*"}]
slack: {channel: "#ops", fallback: "#fallback"}
contacts: {operator: {name: 運用担当者, slack: S0123ABCD}}
escalation: {default: [{after: 0m, tell: [operator]}]}
maintenance: {always: {title: 定期メンテナンス, cron: "* * * * *", duration: 1h, match: {target: db}}}
checklists: {watch: {every: 1m, checks: [{check: metric, name: cpu, metric: cpu_utilization, fail_above: 80%}]}}
"""
Thing = TypeVar("Thing")


class Terminal:
    """A folder with a schedules.yaml, and a store that holds one open incident, `inc-1` of the group `group of inc-1`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "var" / "state.db"
        (folder / "schedules.yaml").write_text(SCHEDULES, encoding="utf-8")

    def types(self, *arguments: str) -> Result:
        return CliRunner().invoke(cli, arguments)

    def reads(self, *arguments: str) -> Any:
        done = self.types(*arguments, "--format", "json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def store(self, ask: Callable[[Store], Awaitable[Thing]], *, sandbox: bool = False) -> Thing:
        async def asked() -> Thing:
            async with await open_store(self.path, sandbox=sandbox) as store:
                return await ask(store)

        return asyncio.run(asked())

    def holds(self, *incidents: Incident) -> None:
        self.store(lambda store: store.decide(Decision(incidents), datetime.now(UTC)))

    def incident(self) -> Incident:
        found = self.store(lambda store: store.incident("inc-1"))
        assert found
        return found


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.chdir(tmp_path)
    yield Terminal(tmp_path)
    structlog.reset_defaults()
