"""All that is due, once: for whoever has something else that wakes us, such as cron or Cloud Scheduler."""

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sagebase_ops.app.loops import FINISH_SECONDS
from sagebase_ops.app.outside import outside_of, slack_of
from sagebase_ops.app.parts import name_of_this_process, route_of, store_of
from sagebase_ops.app.secret_settings import with_secret_values
from sagebase_ops.casebook import Casebook
from sagebase_ops.clock import SystemClock
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.runs import Run
from sagebase_ops.errors import ConfigError
from sagebase_ops.jobs.checklist_work import ChecklistWork
from sagebase_ops.jobs.deliver_outbox import Sender
from sagebase_ops.jobs.forget import forget
from sagebase_ops.jobs.incidents import Incidents
from sagebase_ops.jobs.slots import Slots
from sagebase_ops.settings import Settings
from sagebase_ops.store.base import Outcome

PATIENCE_SECONDS = 60.0
"""So long it sends once everything is decided; what is left then, the next tick sends."""

NOBODY_TO_TELL = (
    "environment: SAGEBASE_OPS_SLACK_BOT_TOKEN is not set: there is nobody to tell; set the bot token (xoxb-…) of the "
    "installed app, or look without telling: sagebase-ops --run JOB --dry-run"
)
_LOOK_AGAIN = 0.2  # seconds
_FORGETTING_SECONDS = 5.0
"""So long at most it forgets what is too old, once all is told; the next tick goes on."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """What was run here, what still waits for Slack, and when there is something to do again.

    `problem` is what a person must see to before posts go out. `unfinished` are jobs whose slot is still owed, or was
    given up because of a bug of ours.
    """

    runs: tuple[Run, ...]
    unsent: int
    problem: str | None
    unfinished: tuple[str, ...]
    next_due: datetime | None


async def tick(settings: Settings, schedules: Schedules, stop: asyncio.Event) -> Ticked:
    """Run every slot that is owed, tell every step that is due, send what waits; then hand everything back.

    With `stop` set it ends within 8 s, and what it did not do stays due. Raises ConfigError at the start, StoreError.
    """
    settings = await with_secret_values(settings)
    clock, owner, slack = SystemClock(), name_of_this_process(), slack_of(settings)
    if slack is None:
        raise ConfigError(NOBODY_TO_TELL)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(store_of(settings))
        outside = await stack.enter_async_context(outside_of(settings))
        book = Casebook(schedules, store, route_of(schedules, store, sandbox=settings.sandboxed), clock)
        work = ChecklistWork(outside, schedules, store, clock, Incidents(book))
        slots = Slots(schedules.calendars(), store, work, clock, owner)
        return await Tick(book, slots, Sender(store, slack, clock, owner), owner).worked(stop)


class Tick:
    """One round of everything that the daemon does in loops."""

    def __init__(self, book: Casebook, slots: Slots, sender: Sender, owner: str) -> None:
        self._book, self._store, self._clock = book, book.store, book.clock
        self._incidents = Incidents(book)
        self._slots = slots
        self._sender = sender
        self._owner = owner
        self._decided = asyncio.Event()
        self._recorded: list[Outcome] = []
        self._next_step: datetime | None = None
        slots.on_recorded = self._recorded.append

    async def worked(self, stop: asyncio.Event) -> Ticked:
        """Raises StoreError."""
        deciding = asyncio.create_task(self._decide(), name="decide")
        delivering = asyncio.create_task(self._deliver(), name="deliver")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        try:
            await asyncio.wait({deciding, stopping}, return_when=asyncio.FIRST_COMPLETED)
            self._decided.set()
            await asyncio.wait({delivering, stopping}, timeout=PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            unfinished = await self._unfinished()
        finally:
            await asyncio.gather(self._slots.hand_back(FINISH_SECONDS), self._sender.hand_back(FINISH_SECONDS))
            await _ended(deciding, delivering, stopping)
        return await self._ticked(unfinished)

    async def _decide(self) -> None:
        """Steps that are due already go first: a checklist may take minutes."""
        await self._slots.adopt_calendars()
        await self._incidents.retire()
        await self._incidents.escalate()
        await self._slots.sweep()
        await self._slots.settle()
        self._next_step = await self._incidents.escalate()

    async def _deliver(self) -> None:
        """Until all is decided and nothing will be due soon. Where another process is the sender it is waited for."""
        while not self._sender.closed:
            decided = self._decided.is_set()
            await self._sender.deliver_due()
            if decided and not await self._is_due_soon():
                await forget(self._store, self._clock, _FORGETTING_SECONDS)
                return
            await self._clock.sleep(_LOOK_AGAIN)

    async def _is_due_soon(self) -> bool:
        due = await self._store.next_due()
        soon = self._clock.now() + timedelta(seconds=PATIENCE_SECONDS)
        return due is not None and due < soon and self._sender.pacing.held_for < PATIENCE_SECONDS

    async def _unfinished(self) -> tuple[str, ...]:
        """The slots that we hold still were not recorded; a run without a single answer crashed our code each time."""
        held = [claim.slot.job for claim in await self._store.claims() if claim.owner == self._owner]
        crashed = [one.run.job for one in self._recorded if one.run.expected and not one.run.results]
        return tuple(dict.fromkeys([*held, *crashed]))

    async def _ticked(self, unfinished: tuple[str, ...]) -> Ticked:
        now = self._clock.now()
        dues = [calendar.next_after(now) for calendar in self._slots.calendars.values()]
        waits = (*dues, self._next_step, await self._store.next_due())
        next_due = min((due for due in waits if due is not None), default=None)
        runs = tuple(one.run for one in self._recorded)
        return Ticked(runs, (await self._store.backlog()).unsent, self._sender.problem, unfinished, next_due)


async def _ended(*tasks: "asyncio.Task[object]") -> None:
    """What still waits is called off; what went wrong is raised."""
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
