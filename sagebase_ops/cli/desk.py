"""What the commands on incidents share: the store is opened, one thing is done, and who tells of it is said."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

import click

from sagebase_ops.app.desk import Desk, desk_of
from sagebase_ops.cli.page import Page, output_console
from sagebase_ops.cli.report import Json, as_text
from sagebase_ops.cli.run import named_world, user
from sagebase_ops.config.load import load
from sagebase_ops.config.unexamined import Unexamined
from sagebase_ops.domain.incident_groups import Group
from sagebase_ops.domain.quantities import parse_duration
from sagebase_ops.language import desk_words as words
from sagebase_ops.language import incidents as said
from sagebase_ops.language.voice import Voice
from sagebase_ops.language.words import SANDBOX
from sagebase_ops.responses import Actor

Thing = TypeVar("Thing")
Asked = Callable[[Desk, Voice], Awaitable[Thing]]


class Duration(click.ParamType[timedelta]):
    """`30m`, `2h`, `1d`."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:  # Any: click's
        try:
            return parse_duration(value)
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


def at_desk(config: str | None, ask: Asked[Thing]) -> Thing:
    """Do `ask` on the store that the environment names, in the file's language. Raises ConfigError and StoreError."""
    settings, path, project = named_world(config, for_a_person=True)
    schedules = load(path, example_project=project, checks=Unexamined())

    async def done() -> Thing:
        async with desk_of(settings, schedules) as desk:
            return await ask(desk, Voice(schedules.language, schedules.timezone))

    return asyncio.run(done())


def actor(who: str | None) -> Actor:
    """`who`, else the user of this machine."""
    return Actor(who or user(), "cli")


def pretend(desk: Desk) -> str:
    """What heads everything of the pretend world."""
    return f"{SANDBOX} " if desk.book.route.telling.sandbox else ""


def page_of(desk: Desk) -> Page:
    """Standard output, headed where the world is pretended."""
    page = Page(output_console())
    if pretend(desk):
        page.say((SANDBOX, "reverse"))
    return page


def print_json(desk: Desk, report: Json) -> None:
    """One object and nothing else; what goes to a program cannot be headed."""
    if pretend(desk):
        click.echo("SANDBOX: a pretend Google Cloud was looked at", err=True)
    click.echo(as_text(report).encode())


async def say_who_tells(desk: Desk, voice: Voice) -> None:
    """What was decided is stored; whether somebody is there to send it."""
    if await desk.is_unsent():
        there = await desk.has_sender()
        click.echo(voice.say(words.DAEMON_TELLS if there else words.NOBODY_TELLS), err=not there)


def not_open(group: Group, voice: Voice) -> str:
    return voice.say(words.NOT_OPEN, id=group.lead.group, subject=said.subject(group, voice))
