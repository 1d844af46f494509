"""`demo-incident`: an outage as a team lives it, from the first post over both escalations to its end, an hour in a minute."""

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from sagebase_ops.cli.files import chosen_schedules

if TYPE_CHECKING:
    from sagebase_ops.clock import FastClock
    from sagebase_ops.sandbox.server import Sandbox

PROJECT = "sagebase-sandbox"
SPEED = 60.0
_TAKE = "ack"  # the button's action id
_BEFORE_NINE = timedelta(minutes=2)
_STORY: Sequence[tuple[int, str, str]] = (
    (5, "outage", "the service stops answering"),
    (45, "press", "somebody takes it, by a press in Slack"),
    (72, "healthy", "the service answers again"),
    (82, "end", ""),
)
"""Minutes of simulated time from 08:58 on, what happens then, and what is said of it."""


@click.command("demo-incident")
@click.option(
    "--speed", default=SPEED, show_default=True, type=click.FloatRange(1, 120), help="Times as fast as real time."
)
@click.option("--config", type=click.Path(), metavar="FILE", help="Default: schedules.yaml here, else the shipped one.")
@click.option("--page", type=click.Path(path_type=Path), default=Path("var/demo-incident.html"), show_default=True)
def demo_incident_command(speed: float, config: str | None, page: Path) -> None:
    """Digest, outage, incident, escalation after 30 and 60 minutes, a press, recovery: the daemon against the sandbox.

    Prints each post when Slack has it, and keeps what its pretend Slack shows as a page.
    """
    from sagebase_ops.log import set_up_logging

    set_up_logging(None, "ERROR")
    with TemporaryDirectory(prefix="sagebase-ops-demo-") as folder:
        asyncio.run(_play(speed, chosen_schedules(config, pretend=True), page, Path(folder)))


async def _play(speed: float, path: Path, page: Path, folder: Path) -> None:
    from sagebase_ops.app.daemon import run_daemon
    from sagebase_ops.app.outside import Surroundings
    from sagebase_ops.cli.embedded import without_real_world
    from sagebase_ops.clock import FastClock
    from sagebase_ops.config.load import load
    from sagebase_ops.sandbox.server import Sandbox
    from sagebase_ops.settings import load_settings

    schedules = load(path, example_project=PROJECT)
    async with Sandbox.running(projects=[PROJECT]) as box:
        without_real_world(box.exports(), folder)
        os.environ.pop("PORT", None)
        start = _two_minutes_before_nine(schedules.timezone)
        box.world.advance(start - box.world.now())
        box.world.play("healthy")
        box.world.hurry(speed)
        clock, stop = FastClock(start, speed), asyncio.Event()
        click.echo(f"{speed:g} times as fast as real time; live at {box.slack}")
        running = asyncio.create_task(
            run_daemon(load_settings(_env_file=None), schedules, stop, surroundings=Surroundings(clock))
        )
        told = asyncio.create_task(_print_posts(box, schedules.timezone))
        await _tell_story(
            box, clock, start, schedules.timezone, [person.slack for person in schedules.contacts.values()]
        )
        stop.set()
        await running
        told.cancel()
        await asyncio.to_thread(_end, box.slack, page)


def _end(address: str, page: Path) -> None:
    from sagebase_ops.cli.demo import keep_page, wait_for_enter

    keep_page(address, page)
    if sys.stdin.isatty():
        wait_for_enter(address)


async def _tell_story(box: "Sandbox", clock: "FastClock", start: datetime, zone: Any, people: Sequence[str]) -> None:
    """Raises nothing that a slow machine causes: what comes late is told late."""
    for minutes, event, said in _STORY:
        await clock.sleep((start + timedelta(minutes=minutes) - clock.now()).total_seconds())
        if said:
            click.echo(f"{clock.now().astimezone(zone):%H:%M}  *** {said}")
        if event == "press":
            await _press(box, people[0])
        elif event != "end":
            box.world.play(event)


async def _press(box: "Sandbox", user: str) -> None:
    """Every message with a button that takes it."""
    from sagebase_ops.sandbox.slack.presses import buttons

    for button in [found for found in buttons(box.world.slack) if found["action_id"] == _TAKE]:
        await box.world.presses.press(_TAKE, user, str(button["ts"]))


async def _print_posts(box: "Sandbox", zone: Any) -> None:
    """Each post of the channel once, replies indented, as its notification reads."""
    shown = 0
    while True:
        messages = box.world.slack.messages
        for one in messages[shown:]:
            at = datetime.fromtimestamp(float(one.ts), UTC).astimezone(zone)
            click.echo(f"{at:%H:%M}  {'  ' if one.thread_ts else ''}{one.text.splitlines()[0][:160]}")
        shown = len(messages)
        await asyncio.sleep(0.05)


def _two_minutes_before_nine(zone: Any) -> datetime:
    today = datetime.now(zone).replace(hour=9, minute=0, second=0, microsecond=0)
    return (today - _BEFORE_NINE).astimezone(UTC)
