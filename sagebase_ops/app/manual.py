"""One checklist now, by hand: look, record, tell, and wait a while for Slack to have it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sagebase_ops.app.outside import outside_of, slack_of
from sagebase_ops.app.parts import name_of_this_process, route_of, store_of
from sagebase_ops.app.secret_settings import with_database_address, with_secret_values
from sagebase_ops.casebook import Casebook
from sagebase_ops.clock import Clock, SystemClock
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.notifications import FINAL, Delivery, Notification
from sagebase_ops.domain.runs import Run, Trigger
from sagebase_ops.errors import ConfigError, StoreError
from sagebase_ops.jobs.checklist_work import known_of, manual_outcome, planned_runs_before
from sagebase_ops.jobs.deliver_outbox import Sender
from sagebase_ops.jobs.incidents import Incidents, muted_by_file
from sagebase_ops.jobs.run_checklist import Occasion, run_checklist
from sagebase_ops.jobs.run_checks import Progress
from sagebase_ops.jobs.send_digest import Known
from sagebase_ops.settings import Settings
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.store.base import Store

PATIENCE_SECONDS = 30.0
"""How long a person waits for their own notice."""

_LOOK_AGAIN = 0.2  # seconds


class Telling(StrEnum):
    """What became of the run's digest."""

    DRY_RUN = "dry_run"
    NO_TOKEN = "no_token"  # noqa: S105 (a state, no password)
    NOTHING = "nothing"
    SENT = "sent"
    STORED = "stored"
    REFUSED = "refused"
    UNRECORDED = "unrecorded"


@dataclass(frozen=True, slots=True)
class ManualRun:
    """What a person asked for."""

    job: str
    only: Sequence[str] = ()
    dry_run: bool = False
    started_by: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """The run, and how its telling ended; `detail` is Slack's or the store's own words."""

    run: Run
    telling: Telling
    detail: str | None = None


Show = Callable[[Run, Known], None]
"""What a person sees of the run, and what its digest says beside it."""


async def run_now(
    settings: Settings, schedules: Schedules, asked: ManualRun, show: Show, progress: Progress | None = None
) -> Told:
    """Run one checklist against the cloud that the settings name, once. Its slot is its start.

    `show` gets the run before anything is told, so that nobody waits for Slack to see it. A dry run looks at a copy of the store,
    where there is one, and needs no token. Raises ConfigError, before anything is asked, where the store cannot be used.
    """
    clock = SystemClock()
    occasion = Occasion(asked.job, Trigger.MANUAL, only=asked.only, dry_run=asked.dry_run, started_by=asked.started_by)
    async with AsyncExitStack() as stack:
        settings = await (with_database_address if asked.dry_run else with_secret_values)(settings)
        opened = (
            await _trial_store(settings, stack)
            if asked.dry_run
            else await stack.enter_async_context(store_of(settings))
        )
        occasion = replace(occasion, before=await _seen_before(asked.job, opened, clock.now()))
        async with outside_of(settings) as outside:
            run = await run_checklist(outside, schedules, occasion, clock, progress)
        run = await _muted(run, settings, schedules, opened, clock)
        known = await _known(run, opened, clock.now())
        show(run, known)
        if asked.dry_run or opened is None:
            return Told(run, Telling.DRY_RUN)
        return await _told(run, known, schedules, opened, slack_of(settings), clock)


async def _trial_store(settings: Settings, stack: AsyncExitStack) -> Store | None:
    """A copy for a dry run, where there is a store; one of the other world is taken for none."""
    if settings.remembers:
        with suppress(ConfigError):
            return await stack.enter_async_context(store_of(settings, copied=True))
    return None


async def _seen_before(job: str, store: Store | None, now: datetime) -> tuple[Run, ...]:
    """What need not be looked for again; nothing, where the store does not say: a run by hand looks all the same."""
    if store is not None:
        with suppress(StoreError):
            return await planned_runs_before(job, now, store)
    return ()


async def _muted(run: Run, settings: Settings, schedules: Schedules, store: Store | None, clock: Clock) -> Run:
    """With who keeps what untold now, as the daemon would have it; by the file alone, where the store does not say."""
    if store is not None:
        with suppress(StoreError):
            route = route_of(schedules, store, sandbox=settings.sandboxed)
            return await Incidents(Casebook(schedules, store, route, clock)).muted(run)
    return muted_by_file(run, schedules, clock.now())


async def _known(run: Run, store: Store | None, now: datetime) -> Known:
    """Nothing, where the store does not say: what was seen is shown all the same."""
    if store is not None:
        with suppress(StoreError):
            return await known_of(run, store, now)
    return Known()


async def _told(
    run: Run, known: Known, schedules: Schedules, store: Store, slack: SlackClient | None, clock: Clock
) -> Told:
    """What was seen is handed on whatever becomes of recording and telling it."""
    try:
        outcome = manual_outcome(run, schedules, known, store.installation, clock.now())
        if slack is None:
            outcome = outcome.in_silence()
        await store.record(outcome, clock.now())
        if slack is None:
            return Told(run, Telling.NO_TOKEN)
        if not outcome.notifications:
            return Told(run, Telling.NOTHING)
        return await _delivered(run, outcome.notifications[0].notice, store, slack, clock)
    except StoreError as error:
        return Told(run, Telling.UNRECORDED, str(error))


async def _delivered(run: Run, notice: str, store: Store, slack: SlackClient, clock: Clock) -> Told:
    """Sent by us, or by the daemon where it is the sender, within PATIENCE_SECONDS."""
    sender = Sender(store, slack, clock, name_of_this_process())
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not _is_over(await store.notice(notice)):
                await sender.deliver_due()
                await clock.sleep(_LOOK_AGAIN)
    await sender.hand_back()
    return _ended(run, await store.notice(notice))


def _is_over(posts: Sequence[Notification]) -> bool:
    return all(post.state in FINAL for post in posts)


def _ended(run: Run, posts: Sequence[Notification]) -> Told:
    error = next((post.error for post in posts if post.error), None)
    if not _is_over(posts):
        return Told(run, Telling.STORED, error)
    refused = any(post.state is Delivery.REFUSED for post in posts)
    return Told(run, Telling.REFUSED if refused else Telling.SENT, error)
