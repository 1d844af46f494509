"""The daemon: every job of the file when it is due, until it is told to stop."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

import structlog

from sagebase_ops.app.doors import doors_of
from sagebase_ops.app.lookouts import lookouts_of
from sagebase_ops.app.loops import Daemon, Show
from sagebase_ops.app.outside import Surroundings, outside_of
from sagebase_ops.app.parts import name_of_this_process, opened_store, route_of
from sagebase_ops.app.patience import Patience, unless
from sagebase_ops.app.secret_settings import with_secret_values
from sagebase_ops.casebook import Casebook
from sagebase_ops.config.model import Schedules
from sagebase_ops.errors import ConfigError
from sagebase_ops.jobs.alarms import Alarms
from sagebase_ops.jobs.checklist_work import ChecklistWork
from sagebase_ops.jobs.deliver_outbox import Sender
from sagebase_ops.jobs.incidents import Incidents
from sagebase_ops.jobs.slots import Slots
from sagebase_ops.settings import Settings
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.web.health import health_app
from sagebase_ops.web.server import Front, serving

log = structlog.get_logger()

NOBODY_TO_TELL = (
    "environment: SAGEBASE_OPS_SLACK_BOT_TOKEN is not set: the daemon has nobody to tell; set the bot token (xoxb-…) of "
    "the installed app, or look without telling: sagebase-ops --run JOB --dry-run"
)


async def run_daemon(
    settings: Settings,
    schedules: Schedules,
    stop: asyncio.Event,
    *,
    show_only: Show | None = None,
    surroundings: Surroundings | None = None,
) -> None:
    """Work until `stop` is set; then end within 8 s. A store that may be there later is waited for.

    With `show_only` (a dry run) each run is handed to it, on a copy of the ledger that is thrown away, and nobody is told.
    Raises ConfigError at the start.
    """
    settings = await with_secret_values(settings)
    given = surroundings or Surroundings()
    slack = given.slack(settings)
    if slack is None and show_only is None:
        raise ConfigError(NOBODY_TO_TELL)
    patience = Patience(given.clock, sandbox=settings.sandboxed, jobs=len(schedules.checklists))
    making = _Making(settings, schedules, given, slack, show_only, patience)
    async with AsyncExitStack() as stack:
        front = Front(health_app(patience.health))
        port = await stack.enter_async_context(serving(front, settings.port))
        daemon = await unless(stop, making.daemon(stack))
        if daemon is not None:
            with _answering(front, daemon):
                jobs, owner = sorted(daemon.slots.calendars), daemon.slots.owner
                log.info("daemon.started", jobs=jobs, owner=owner, port=port, sandbox=settings.sandboxed)
                await _on_duty(daemon, stop)
    log.info("daemon.stopped")


@dataclass(frozen=True, slots=True)
class _Making:
    """What a daemon is made of, and how."""

    settings: Settings
    schedules: Schedules
    given: Surroundings
    slack: SlackClient | None
    show: Show | None
    patience: Patience

    async def daemon(self, stack: AsyncExitStack) -> Daemon:
        """Its parts, opened for as long as `stack` lasts, and its ledger brought up to the file of today."""
        daemon = await self._assembled(stack)
        await self.patience.until_done(daemon.slots.adopt_calendars)
        if daemon.sender:
            await self.patience.until_done(daemon.incidents.retire)
        return daemon

    async def _assembled(self, stack: AsyncExitStack) -> Daemon:
        settings, schedules, clock, dry_run = self.settings, self.schedules, self.given.clock, self.show is not None
        opened = await self.patience.until_done(partial(opened_store, settings, copied=dry_run))
        stack.push_async_callback(opened.aclose)
        outside = await stack.enter_async_context(outside_of(settings))
        store, owner = self.given.around_store(opened), name_of_this_process()
        book = Casebook(schedules, store, route_of(schedules, store, sandbox=settings.sandboxed), clock)
        work = ChecklistWork(outside, schedules, store, clock, Incidents(book), dry_run=dry_run)
        slots = Slots(schedules.calendars(), store, work, clock, owner)
        if self.slack is None or dry_run:
            return Daemon(book, work, slots, None, settings.sandboxed, self.show)
        daemon = Daemon(book, work, slots, Sender(store, self.slack, clock, owner), settings.sandboxed)
        daemon.doors = doors_of(settings, book, self.slack, daemon.ask_recheck)
        daemon.lookouts = lookouts_of(settings, book, self.slack, daemon.problems)
        return daemon


@contextmanager
def _answering(front: Front, daemon: Daemon) -> Iterator[None]:
    """The daemon answers at the door; before its store is closed it is not asked any more."""
    before, front.app = front.app, health_app(daemon.health, *daemon.doors.routes)
    try:
        yield
    finally:
        front.app = before


async def _on_duty(daemon: Daemon, stop: asyncio.Event) -> None:
    alarms = Alarms(daemon.slots.calendars, daemon.owed.set)
    alarms.start()
    daemon.start()
    await stop.wait()
    alarms.stop()
    await daemon.stop()
