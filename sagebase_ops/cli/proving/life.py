"""One daemon process of a proof, from its start to its death."""

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from sagebase_ops.app.daemon import run_daemon
from sagebase_ops.app.outside import Surroundings
from sagebase_ops.app.parts import store_of
from sagebase_ops.cli.proving import watched
from sagebase_ops.cli.proving.clock import TurnedClock
from sagebase_ops.cli.proving.control import Control
from sagebase_ops.cli.proving.hand import lay_hand, worked
from sagebase_ops.cli.proving.plan import Kill, Work
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.escalation import due_at, next_due
from sagebase_ops.domain.incidents import Incident, notice_of
from sagebase_ops.domain.notifications import Action, Notification, Priority
from sagebase_ops.domain.slots import JobRecord
from sagebase_ops.jobs.send_digest import notice_name
from sagebase_ops.settings import Settings
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.store.base import Store

JOB = "proof"
ALL_TOLD, NOTHING_DUE = 0, 4
"""Exit codes of a process that was not killed."""

_WORTH_WAITING = timedelta(seconds=40)
"""What is due later is told by a process that starts then: that is quicker than to turn the clock through it."""
_LONGEST_LIFE = 150.0  # seconds of its own time
_IDLE, _STRIDE = 3, 5.0
"""Turns without a step of any notice, after which time goes on by so many seconds: a dead sender's lease lasts a minute."""


@dataclass(frozen=True, slots=True)
class Life:
    """What one process is to do. `first`: the ledger is made, and owes one slot. `report` is written before it ends.

    `work` is what is told meanwhile: a person's, done by this process; or what its own rounds find.
    """

    settings: Settings
    schedules: Schedules
    control: Control
    report: Path
    steps: int
    kill: Kill | None
    jump: timedelta
    wrong: timedelta
    first: bool
    work: Work


def live(life: Life) -> NoReturn:
    """In a process of its own."""
    asyncio.run(_lived(life))
    os._exit(NOTHING_DUE)


async def _lived(life: Life) -> None:
    clock = TurnedClock(life.control.ahead(), _turner(life.control))
    clock.wrong = life.wrong
    path = watched.Path(life.kill, clock, life.jump)
    if life.first:
        await owe_one_slot(life.settings, life.schedules, clock.now())
    stores: list[Store] = []
    hands: list[asyncio.Task[None]] = []

    def around(store: Store) -> Store:
        wrapped: Store = watched.WatchedStore.around(store, path, clock)
        stores.append(store)
        if life.work.by_hand:
            hands.append(asyncio.create_task(lay_hand(life.work, life.settings, life.schedules, wrapped, clock)))
        return wrapped

    surroundings = Surroundings(clock, around, lambda settings: _slack(settings, path, clock))
    stop = asyncio.Event()
    daemon = asyncio.create_task(run_daemon(life.settings, life.schedules, stop, surroundings=surroundings))
    turning = asyncio.create_task(_turn(life, clock, path, stores, hands))
    await asyncio.wait({daemon, turning}, return_when=asyncio.FIRST_COMPLETED)
    for task in (daemon, turning):
        if task.done():
            task.result()


def _turner(control: Control) -> Any:  # Any: a function of seconds
    return lambda seconds: control.advance(seconds) if seconds > 0.0 else None


def _slack(settings: Settings, path: watched.Path, clock: TurnedClock) -> SlackClient:
    token = settings.slack_bot_token
    return watched.WatchedSlack(token.get_secret_value() if token else "", settings.slack_base_url, path, clock)


async def owe_one_slot(settings: Settings, schedules: Schedules, now: datetime) -> None:
    """The ledger of a daemon that ran yesterday."""
    calendar = schedules.calendars()[JOB]
    async with store_of(settings) as store:
        await store.adopt(JobRecord(JOB, calendar.fingerprint, now - timedelta(days=1)))


async def _turn(
    life: Life, clock: TurnedClock, path: watched.Path, stores: Sequence[Store], hands: Sequence["asyncio.Task[None]"]
) -> None:
    """Let time pass wherever all wait for it, until all is told or nothing is due for a while."""
    idle, steps = 0, 0
    while True:
        await clock.quiet()
        if hands:
            await asyncio.gather(*hands)
        if stores and await _ends(life, clock, stores[0]):
            return
        idle, steps = idle + 1 if path.steps == steps else 0, path.steps
        clock.turn(_STRIDE if idle > _IDLE else 0.0)


async def _ends(life: Life, clock: TurnedClock, store: Store) -> bool:
    run, claims = await store.runs(JOB, 1), await store.claims()
    if clock.skipped > _LONGEST_LIFE:
        _report(life, wait=0.0)
        os._exit(NOTHING_DUE)
    if claims or not run or (life.work is Work.REOPEN and not await _is_open(store)):
        return False
    due = await _due(life, store)
    if due is None:
        _report(life, decided=await _decided(store), worked=await worked(store))
        os._exit(ALL_TOLD)
    wait = due - clock.now()
    if wait > _WORTH_WAITING:
        _report(life, wait=wait.total_seconds())
        os._exit(NOTHING_DUE)
    return False


async def _due(life: Life, store: Store) -> datetime | None:
    """When anything is to be done next; None once all is told that the round waits for."""
    steps = [_step_due(one) for one in await store.incidents() if one.is_open and one.steps_taken < life.steps]
    return min((due for due in (await store.next_due(), *steps) if due), default=None)


def _step_due(incident: Incident) -> datetime | None:
    if incident.finding.muted_by or incident.opened_at is None:
        return incident.muted_until
    return next_due(incident.policy, incident.steps_taken, incident.opened_at, incident.eta)


async def _is_open(store: Store) -> bool:
    return any(one.is_open for one in await store.incidents())


def _report(life: Life, **said: Any) -> None:  # Any: JSON
    life.report.write_text(json.dumps(said))


async def _decided(store: Store) -> list[dict[str, Any]]:
    """Every post that was recorded, as the store has it now, with what its edits made of it."""
    found: list[dict[str, Any]] = []
    for run in await store.runs(JOB):
        found += _posts(await store.notice(notice_name(run, store.installation)))
    for one in await store.incidents():
        found += _posts(await store.notice(notice_of(store.installation, one.group)), one)
    return found


def _posts(rows: Sequence[Notification], incident: Incident | None = None) -> list[dict[str, Any]]:
    edited = [row.message.text for row in rows if row.action is Action.EDIT]
    posts = [row for row in rows if row.action is Action.POST]
    steps = iter(_step_times(incident))
    return [
        {
            "key": row.key,
            "state": row.state.value,
            "text": edited[-1] if edited and row.place == 0 else row.message.text,
            "due": next(steps).isoformat() if row.priority == Priority.ESCALATION else None,
        }
        for row in posts
    ]


def _step_times(incident: Incident | None) -> list[datetime]:
    if incident is None or incident.opened_at is None:
        return []
    return [due_at(incident.policy, number, incident.opened_at, None) for number in range(1, incident.steps_taken)]
