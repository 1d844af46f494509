"""A real daemon in this process, against the pretend Google Cloud and Slack; time goes on wherever all wait for it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from sagebase_ops.app.daemon import run_daemon
from sagebase_ops.app.outside import Surroundings
from sagebase_ops.cli.proving import watched
from sagebase_ops.cli.proving.clock import TurnedClock
from sagebase_ops.config.load import load
from sagebase_ops.domain.incidents import Incident
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.sandbox.slack.workspace import BOT_TOKEN, Message
from sagebase_ops.settings import Settings
from sagebase_ops.store.base import Store
from sagebase_ops.store.sqlite.opening import open_store

FILE = """
projects: [{id: sagebase-sandbox}]
slack: {channel: "#sagebase-ops", fallback: "#sagebase-ops-fallback"}
contacts:
  operator: {name: 運用担当者, slack: U0SATO0001}
  tech_lead: {name: 技術責任者, slack: U0TECHLEAD}
escalation:
  default:
    - {after: 0m, tell: [operator]}
    - {after: 30m, tell: [tech_lead]}
    - {after: 1h, tell: [everyone]}
  monitoring:
    - {after: 0m, tell: [operator]}
checklists:
  watch:
    every: 1m
    checks:
"""
FAILS = "      - {check: dashboard, dashboard: Nowhere}\n"
PASSES = "      - {check: dashboard}\n"
_STRIDE = 15.0  # seconds: how far time goes at once at least
_STOPS_WITHIN = 8.0  # seconds: as a daemon promises after SIGTERM


class OnDuty:
    """One installation: its file, its store, its Slack. `works` is one daemon process after the other."""

    def __init__(self, folder: Path, box: Sandbox) -> None:
        self.folder, self.box = folder, box
        self.write(FAILS)

    def write(self, entries: str, head: str = FILE) -> None:
        (self.folder / "schedules.yaml").write_text(head + entries, encoding="utf-8")

    async def works(self, **span: float) -> None:
        """A daemon starts, works so long, and ends as at a SIGTERM."""
        settings = Settings(
            _env_file=None,
            slack_bot_token=SecretStr(BOT_TOKEN),
            slack_base_url=self.box.slack,
            gcp_grpc_endpoint=self.box.grpc,
            gcp_rest_endpoint=self.box.rest,
            state=f"sqlite:///{self.folder / 'state.db'}",
        )
        clock = TurnedClock(self.ahead, self._time_passed)
        path, stop = watched.Path(None, clock, timedelta()), asyncio.Event()
        surroundings = Surroundings(
            clock,
            lambda store: watched.WatchedStore.around(store, path, clock),
            lambda given: watched.WatchedSlack(BOT_TOKEN, given.slack_base_url, path, clock),
        )
        daemon = asyncio.create_task(
            run_daemon(settings, load(self.folder / "schedules.yaml"), stop, surroundings=surroundings)
        )
        await self._until(clock, timedelta(**span).total_seconds(), daemon)
        stop.set()
        ends = clock.skipped + _STOPS_WITHIN
        while not daemon.done():  # its stop waits for the clock too, but a slow machine is no reason for hours to pass
            await asyncio.sleep(0.005)
            if clock.skipped < ends:
                clock.turn()
        daemon.result()

    async def _until(self, clock: TurnedClock, seconds: float, daemon: "asyncio.Task[None]") -> None:
        while clock.skipped < seconds and not daemon.done():
            await clock.quiet()
            clock.turn(_STRIDE)

    @property
    def ahead(self) -> timedelta:
        return self.box.world._ahead

    def _time_passed(self, seconds: float) -> None:
        self.box.world.advance(timedelta(seconds=seconds))

    @property
    def posts(self) -> list[Message]:
        """What stands in Slack, without the threads of details."""
        return [one for one in self.box.world.slack.messages if not one.deleted]

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        opened = await open_store(self.folder / "state.db", sandbox=True)
        yield opened
        await opened.aclose()

    async def incidents(self) -> list[Incident]:
        async with self.store() as store:
            return list(await store.incidents())


def keys(posts: list[Message]) -> list[Mapping[str, str]]:
    return [one.metadata["event_payload"]["notice_key"] for one in posts if one.metadata]
