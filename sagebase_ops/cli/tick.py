"""`tick`: all that is due, then exit; for whoever is woken by something else than a daemon of ours."""

import asyncio
from collections.abc import Iterator

import click

from sagebase_ops.app.tick import Ticked, tick
from sagebase_ops.cli import exits
from sagebase_ops.cli.daemon import until_signal
from sagebase_ops.cli.options import config_option
from sagebase_ops.cli.run import named_world
from sagebase_ops.clock import SystemClock
from sagebase_ops.config.load import load
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.digests import digest_of
from sagebase_ops.language.digests import counts
from sagebase_ops.language.voice import Voice
from sagebase_ops.language.words import MARKS


@click.command("tick")
@config_option
@click.pass_context
def tick_command(context: click.Context, config: str | None) -> None:
    r"""Do all that is due, then exit: slots that are owed, steps of incidents, posts that wait.

    In place of the daemon, or beside it; call it every minute, since it tells late what was due between two calls. The
    first call ever finds nothing owed: a job's times count from when it was first seen.

    \b
    Exit codes: 0 done (also where a check failed, or Slack has not taken everything yet), 2 a mistake in configuration
    or usage, or a store that cannot be opened, 3 the store failed later, a slot is still owed, or a bug of ours;
    130 interrupted.
    """
    settings, path, project = named_world(config, for_a_person=False)
    schedules = load(path, strict_contacts=not settings.sandboxed, example_project=project)
    found: list[Ticked] = []

    async def work(stop: asyncio.Event) -> None:
        found.append(await tick(settings, schedules, stop))
        if not stop.is_set():
            click.echo("\n".join(_said(found[0], schedules)))

    code = asyncio.run(until_signal(work))
    context.exit(exits.COULD_NOT_LOOK if code == exits.FINE and found[0].unfinished else code)


def _said(ticked: Ticked, schedules: Schedules) -> Iterator[str]:
    """One line a run; what did not work; when it is worth calling again."""
    for run in ticked.runs:
        voice = Voice.of(run)
        yield f"{run.job} {voice.clock(run.slot, run.started_at)}: {MARKS[run.verdict]} {counts(digest_of(run), voice)}"
    if not ticked.runs:
        yield "no slot was owed"
    yield from (f"{job}: not done; the log says why" for job in ticked.unfinished)
    if ticked.problem:
        yield f"Slack takes nothing until a person sees to it: {ticked.problem}"
    if ticked.unsent:
        yield f"stored, not yet delivered: {ticked.unsent}"
    if ticked.next_due:
        voice = Voice(schedules.language, schedules.timezone)
        yield f"next due: {voice.clock(ticked.next_due, SystemClock().now())}"
