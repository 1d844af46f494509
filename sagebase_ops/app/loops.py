"""What a daemon does again and again, each in a loop of its own, and how it is with it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version

import structlog

from sagebase_ops.app.doors import Doors
from sagebase_ops.app.lookouts import Lookouts
from sagebase_ops.app.supervise import Supervisor
from sagebase_ops.casebook import Casebook
from sagebase_ops.config.model import RECHECK
from sagebase_ops.domain.runs import Run, Trigger
from sagebase_ops.jobs.checklist_work import ChecklistWork
from sagebase_ops.jobs.clock_watch import ClockWatch
from sagebase_ops.jobs.deliver_outbox import Sender
from sagebase_ops.jobs.forget import forget
from sagebase_ops.jobs.incidents import Incidents
from sagebase_ops.jobs.run_checklist import Occasion
from sagebase_ops.jobs.slots import Slots
from sagebase_ops.store.base import Backlog, Outcome
from sagebase_ops.web.health import Health

log = structlog.get_logger()

SWEEP_SECONDS = 15.0
"""The safety net below alarms and wake-ups."""

HEARTBEAT_SECONDS = 60.0
CLOCK_SECONDS = 5.0
FORGET_SECONDS, PATIENCE_SECONDS = 3600.0, 30.0
"""How often it looks for what is to be forgotten, and how long it is at that in one go."""

FINISH_SECONDS = 4.0
"""What runs at a stop may finish so long; the whole stop takes 8 s at most."""

_STALE = timedelta(minutes=5)  # a post that waits longer is a problem


Show = Callable[[Run], None]
"""Print a run, in place of telling it."""


@dataclass
class Daemon:
    """Its parts, and the steps of its loops."""

    book: Casebook
    work: ChecklistWork
    slots: Slots
    sender: Sender | None
    sandbox: bool
    show: Show | None = None
    doors: Doors = field(default_factory=Doors)
    lookouts: Lookouts = field(default_factory=Lookouts)

    def __post_init__(self) -> None:
        self.store, self.clock = self.book.store, self.book.clock
        self.incidents = Incidents(self.book)
        self.started_at = self.clock.now()
        self.owed, self.unsent, self.changed = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.recheck_wanted, self._recheck_asked = asyncio.Event(), False
        self.watch = ClockWatch(self.clock)
        self.supervisor = Supervisor(self.clock)
        self.slots.on_recorded = self._recorded

    def start(self) -> None:
        """Begin every loop."""
        self.supervisor.start("slots", self.look_for_slots, self.owed)
        if self.sender:
            self.supervisor.start("outbox", partial(self.deliver, self.sender), self.unsent)
            self.supervisor.start("escalation", self.escalate, self.changed)
            self.supervisor.start("recheck", self.recheck, self.recheck_wanted)
        for name, look in self.lookouts.loops():
            self.supervisor.start(name, look)
        if self.doors.socket:
            self.supervisor.start("presses", self.doors.socket.look, self.doors.socket.wake)
        self.supervisor.start("clock", self.look_at_clock)
        self.supervisor.start("heartbeat", self.heartbeat)
        self.supervisor.start("forget", self.forget)

    async def stop(self) -> None:
        """Take nothing any more, finish or hand back what is held. Ends within FINISH_SECONDS and a little."""
        sender = [self.sender.hand_back(FINISH_SECONDS)] if self.sender else []
        await asyncio.gather(self.slots.hand_back(FINISH_SECONDS), self.doors.close(), *sender)
        await self.supervisor.stop()

    def _recorded(self, outcome: Outcome) -> None:
        self.unsent.set()
        self.changed.set()
        if self.show:
            self.show(outcome.run)

    async def look_for_slots(self) -> float:
        await self.slots.sweep()
        return SWEEP_SECONDS

    async def deliver(self, sender: Sender) -> float:
        """Wake again when the next post is due; one that is due already waits for its channel, or another process."""
        due = await self.store.next_due()  # one cheap look: the lease is taken only where there is work
        if due is not None and due <= self.clock.now():
            await sender.deliver_due()
            due = await self.store.next_due()
        return self._seconds_until(due)

    def ask_recheck(self) -> None:
        """Somebody wants to see now what the job would see within two minutes."""
        self._recheck_asked = True
        self.recheck_wanted.set()

    async def recheck(self) -> float:
        if self._recheck_asked:
            self._recheck_asked = False
            outcome = await self.work.recheck(Occasion(RECHECK, Trigger.MANUAL))
            await self.slots.record(outcome)
        return SWEEP_SECONDS

    async def escalate(self) -> float:
        """Wake again when the next step is due, or when an incident changed; the outbox wakes where something was told."""
        due = await self.incidents.escalate(self.unsent.set)
        return self._seconds_until(due)

    def _seconds_until(self, due: datetime | None) -> float:
        wait = (due - self.clock.now()).total_seconds() if due else SWEEP_SECONDS
        return min(max(wait, 1.0), SWEEP_SECONDS)

    async def look_at_clock(self) -> float:
        jump = self.watch.jump()
        if jump is not None:
            log.warning("clock.jumped", seconds=jump.seconds)
            await self.store.record_jump(jump)
            self.owed.set()
        return CLOCK_SECONDS

    async def heartbeat(self) -> float:
        found = await self.health()
        log.info(
            "daemon.alive",
            running=found.running,
            unsent=found.unsent,
            unproven=found.unproven,
            refused=found.refused,
            problems=found.problems,
        )
        if self.sender and self.sender.problem:
            log.critical("slack.unreachable", error=self.sender.problem)
        return HEARTBEAT_SECONDS

    async def forget(self) -> float:
        """Again in a moment while there is more: after a long absence, or a first time over a store that was never thinned."""
        return FORGET_SECONDS if await forget(self.store, self.clock, PATIENCE_SECONDS) else 1.0

    async def problems(self) -> tuple[str, ...]:
        """What keeps the daemon from doing its work, in words; none while it does."""
        return tuple(self._problems(await self.store.backlog()))

    def _problems(self, backlog: Backlog) -> list[str]:
        parts = (self.sender, self.doors.socket, self.lookouts)
        found = [f"{loop}: {error}" for loop, error in self.supervisor.failing.items()]
        found += [part.problem for part in parts if part is not None and part.problem]
        if backlog.oldest and self.clock.now() - backlog.oldest > _STALE:
            found.append(f"a notice waits for Slack since {backlog.oldest.isoformat()}: {backlog.last_error or '-'}")
        return list(dict.fromkeys(found))

    async def health(self) -> Health:
        backlog, now = await self.store.backlog(), self.clock.now()
        problems = self._problems(backlog)
        return Health(
            version=version("sagebase-ops"),
            sandbox=self.sandbox,
            started_at=self.started_at,
            jobs=len(self.book.schedules.checklists),
            problems=tuple(problems),
            running=tuple(self.slots.running),
            unsent=backlog.unsent,
            unproven=backlog.unproven,
            refused=backlog.refused,
            last_refusal=backlog.last_error,
            next_slots={job: calendar.next_after(now).isoformat() for job, calendar in self.slots.calendars.items()},
        )
