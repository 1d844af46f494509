"""A store and a Slack client that tell how far a notice has come, so that the process can die just there."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, NoReturn

from sagebase_ops.cli.proving.clock import TurnedClock
from sagebase_ops.cli.proving.plan import Kill, Step
from sagebase_ops.domain.notifications import Delivery, Notification, Posted
from sagebase_ops.errors import ClaimLostError
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.messages.arguments import Arguments
from sagebase_ops.store.base import Decision, Outcome, Store

CALL_TIMEOUT_SECONDS = 0.4
"""A real one, since a lost answer must be waited for; the daemon's own is 15 s."""


def die() -> NoReturn:
    """As the kernel ends a process that is out of memory: no farewell, nothing flushed."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


class Path:
    """Counts the steps of all notices of this process, and dies at the one that was chosen."""

    def __init__(self, kill: Kill | None, clock: TurnedClock, jump: timedelta) -> None:
        self._kill = kill
        self._clock = clock
        self._jump = jump
        self._seen = 0
        self.steps = 0
        """How many were come to, whosever."""

    def came_to(self, step: Step) -> None:
        self.steps += 1
        if step is Step.CLAIM:  # the wall clock leaps before the first request of this process leaves
            self._clock.wrong, self._jump = self._clock.wrong + self._jump, timedelta()
        if self._is_chosen(step):
            die()

    def sends(self) -> bool:
        """True where the process is to die while this request is under way."""
        chosen = self._is_chosen(Step.SEND)
        if chosen and self._kill:
            asyncio.get_running_loop().call_later(self._kill.seconds, die)
        return chosen

    def _is_chosen(self, step: Step) -> bool:
        if self._kill is None or self._kill.step is not step:
            return False
        self._seen += 1
        return self._seen == self._kill.nth


class WatchedStore:
    """Passes every call on."""

    def __init__(self, store: Store, path: Path, clock: TurnedClock) -> None:
        self.plain = store
        self._path = path
        self._clock = clock

    @classmethod
    def around(cls, store: Store, path: Path, clock: TurnedClock) -> Any:  # Any: a Store, method by method
        return cls(store, path, clock)

    def __getattr__(self, name: str) -> Any:  # Any: whatever the store has there
        found = getattr(self.plain, name)
        return partial(self._call, name, found) if callable(found) else found

    async def _call(self, name: str, method: Callable[..., Awaitable[Any]], *given: Any, **named: Any) -> Any:
        telling = given and _tells(given[0])
        if telling:
            self._path.came_to(Step.DECIDE)
        try:
            with self._clock.busy():
                answer = await method(*given, **named)
        except ClaimLostError:
            self._clock.held.clear()  # whose check is on the wire is told to stop: nobody will record it
            raise
        if telling:
            self._path.came_to(Step.RECORD)
        if name == "save_notification":
            self._saved(given[0])
        self._hold(name, given, answer)
        return answer

    def _saved(self, row: Notification) -> None:
        if row.state is Delivery.SENDING:
            self._path.came_to(Step.CLAIM)
        elif row.state is Delivery.SENT:
            self._path.came_to(Step.MARK)

    def _hold(self, name: str, given: tuple[Any, ...], answer: object) -> None:
        """Between claim and record a check is on the wire."""
        if name == "claim_slot" and answer:
            self._clock.held.add(given[0].id)
        elif name == "record" and given[0].claim:
            self._clock.held.discard(given[0].claim.id)


def _tells(given: object) -> bool:
    decision = given.decision if isinstance(given, Outcome) else given
    own = given.notifications if isinstance(given, Outcome) else ()
    return bool(own or (isinstance(decision, Decision) and decision.notifications))


class WatchedSlack(SlackClient):
    """The real client."""

    def __init__(self, token: str, base_url: str | None, path: Path, clock: TurnedClock) -> None:
        super().__init__(token, base_url, call_timeout_seconds=CALL_TIMEOUT_SECONDS, clock=clock)
        self._path = path
        self._turned = clock

    async def post(self, arguments: Arguments) -> Posted:
        posted: Posted = await self._sent(super().post(arguments))
        return posted

    async def update(self, channel: str, ts: str, arguments: Arguments) -> None:
        await self._sent(super().update(channel, ts, arguments))

    async def call(self, method: str, arguments: Mapping[str, Any], doing: str) -> Mapping[str, Any]:
        with self._turned.busy():
            return await super().call(method, arguments, doing)

    async def _sent(self, call: Awaitable[Any]) -> Any:
        dying = self._path.sends()
        answer = await call
        if dying:
            die()
        self._path.came_to(Step.ANSWER)
        return answer
