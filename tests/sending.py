"""One process that sends to the pretend Slack, with time that tests move."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from sagebase_ops.domain.notifications import Message, notifications_of
from sagebase_ops.domain.runs import Run, Trigger
from sagebase_ops.jobs.deliver_outbox import Sender
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.sandbox.slack.workspace import BOT_TOKEN
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.web_api import CALL_TIMEOUT_SECONDS, Answer
from sagebase_ops.store.base import Outcome, Store
from tests.fakes import NINE, FakeClock

DIGEST = (Message("要点", blocks=({"type": "divider"},)), Message("内訳", in_thread=True))


_LONG = 600


class Impatient(FakeClock):
    """Sleeping moves the time: who waits for a channel waits no longer than the test."""

    async def sleep(self, seconds: float) -> None:
        await self.advance(seconds=max(seconds, 0.0))


class Interrupted(Impatient):
    """Something happens, once, while somebody sleeps."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def sleep(self, seconds: float) -> None:
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            await happens()
        await super().sleep(seconds)


class PatientClient(SlackClient):
    """Gives up after a second while a fault keeps Slack silent; else as late as ever, since a busy machine is no fault."""

    def __init__(self, box: Sandbox) -> None:
        super().__init__(BOT_TOKEN, box.slack)
        self._faults = box.world.faults

    async def ask(self, method: str, arguments: Mapping[str, Any], doing: str) -> Answer:
        silent = any(fault.kind.startswith("timeout") for fault in self._faults.waiting())
        self._call_timeout_seconds = 1.0 if silent else CALL_TIMEOUT_SECONDS
        return await super().ask(method, arguments, doing)


class Sending:
    """One process that sends, and what the tests ask about."""

    def __init__(self, box: Sandbox, store: Store, clock: Impatient) -> None:
        self.box, self.store, self.clock = box, store, clock
        self.sender = self.another("one")

    def another(self, owner: str) -> Sender:
        return Sender(self.store, PatientClient(self.box), self.clock, owner)

    async def decided(self, notice: str = "n", channel: str = "#sagebase-ops", **more: Any) -> None:
        rows = notifications_of(notice, more.get("messages", DIGEST), channel, more.get("fallback"), self.clock.now())
        await self.store.record(Outcome(run_called(notice), None, rows), self.clock.now())

    async def passes(self, sender: Sender | None = None, **span: float) -> None:
        """That much time, with the sender awake every second (in a long time every 15 s)."""
        seconds = int(timedelta(**span).total_seconds())
        step = 1 if seconds <= _LONG else 15
        for _ in range(seconds // step):
            await self.clock.advance(seconds=step)
            await (sender or self.sender).deliver_due()

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.box.world.slack.messages]

    async def states(self, notice: str = "n") -> list[str]:
        return [row.state.value for row in await self.store.notice(notice)]


def run_called(notice: str) -> Run:
    return Run(
        id=notice,
        job="daily",
        title="毎日",
        trigger=Trigger.MANUAL,
        slot=NINE,
        started_at=NINE,
        finished_at=NINE,
        language="ja",
        timezone="Asia/Tokyo",
        expected=(),
        results=(),
    )
