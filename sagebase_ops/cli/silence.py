"""`silence`: stop telling, for an incident or for whatever matches, until a time; or tell again before that."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import click

from sagebase_ops.app.desk import Desk
from sagebase_ops.cli import exits
from sagebase_ops.cli.desk import Duration, actor, at_desk, not_open, pretend, say_who_tells
from sagebase_ops.cli.options import as_option, config_option
from sagebase_ops.domain.quantities import write_duration
from sagebase_ops.domain.silences import ANY, Matcher
from sagebase_ops.language import desk_words as words
from sagebase_ops.language.voice import Voice
from sagebase_ops.responses import Actor, Done

LONGEST = timedelta(days=90)
"""Who wants it for longer means a maintenance window, or that the entry should leave the file."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be silenced, for how long and why."""

    id: str | None
    matcher: Matcher | None
    lasting: timedelta
    reason: str
    by: Actor


@click.command("silence")
@click.argument("id_", metavar="[ID]", required=False)
@click.option("--project", metavar="PATTERN", help="A name, or a pattern with * and ?.")
@click.option("--check", metavar="PATTERN", help="The kind of check, as `checks` lists them.")
@click.option("--name", metavar="PATTERN", help="The entry's name in schedules.yaml.")
@click.option("--target", metavar="PATTERN", help="What is looked at, such as a service.")
@click.option("--for", "lasting", type=Duration(), metavar="2h", help="How long.")
@click.option("--reason", help="Why; the digest and the audit say so.")
@click.option("--end", "ended", metavar="ID", help="End this silence now (as `silences` shows it).")
@as_option
@config_option
@click.pass_context
def silence_command(
    context: click.Context, /, id_: str | None, ended: str | None, who: str | None, config: str | None, **given: Any
) -> None:  # Any: click's values, as the options above type them
    r"""Tell nobody of the incident ID, or of whatever the patterns match, for a while. Checks and records go on.

    \b
    sagebase-ops silence 3f2a --for 2h --reason "deploy"
    sagebase-ops silence --name high_cpu --target "sagebase-*" --for 1d --reason "load test"
    sagebase-ops silence --end 9c1d

    Ends 0; 1 where the incident, or the silence to be ended, is over already; 2 where no such id is known.
    """
    parts = {part: given[part] for part in ("project", "check", "name", "target") if given[part]}
    if sum(map(bool, (id_, parts, ended))) != 1:
        raise click.UsageError("give an incident's ID, or patterns (--name, --target …), or --end ID: one of them")
    if ended:
        context.exit(at_desk(config, lambda desk, voice: _lifted(desk, voice, ended, actor(who))))
    if given["lasting"] is None or not (given["reason"] or "").strip():
        raise click.UsageError("a silence wants --for (such as 2h) and --reason")
    if given["lasting"] > LONGEST:
        raise click.UsageError(
            f"--for = {write_duration(given['lasting'])}: at most {write_duration(LONGEST)}; what is to be silent for longer belongs into schedules.yaml (maintenance)"
        )
    asked = Asked(id_, Matcher(**parts) if parts else None, given["lasting"], given["reason"], actor(who))
    context.exit(at_desk(config, lambda desk, voice: _silenced(desk, voice, asked)))


async def _silenced(desk: Desk, voice: Voice, asked: Asked) -> int:
    before = {one.id for one in await desk.store.silences(desk.clock.now())}
    if asked.matcher:
        _warn_where_nothing_matches(desk, asked.matcher, voice)
        await desk.responses.silence([asked.matcher], asked.by, asked.lasting, asked.reason)
    else:
        group = await desk.group(asked.id or "")
        if await desk.responses.silence_group(group.lead.group, asked.by, asked.lasting, asked.reason) is not Done.DONE:
            click.echo(not_open(group, voice), err=True)
            return exits.FAILED
    now = desk.clock.now()
    for one in await desk.store.silences(now):
        if one.id not in before:
            until = voice.clock(one.until, now)
            click.echo(
                pretend(desk)
                + voice.say(words.SILENCED, id=one.id, what=str(one.matcher), until=until, reason=one.reason)
            )
            click.echo(voice.say(words.STILL_LOOKED_AT, id=one.id))
    await say_who_tells(desk, voice)
    return exits.FINE


async def _lifted(desk: Desk, voice: Voice, given: str, by: Actor) -> int:
    silence = await desk.silence(given)
    done = await desk.responses.lift(silence, by)
    sentence = words.LIFTED if done is Done.DONE else words.LIFTED_BEFORE
    click.echo(pretend(desk) + voice.say(sentence, id=silence.id, what=str(silence.matcher)), err=done is not Done.DONE)
    await say_who_tells(desk, voice)
    return exits.FINE if done is Done.DONE else exits.FAILED


def _warn_where_nothing_matches(desk: Desk, matcher: Matcher, voice: Voice) -> None:
    """A word that is misspelt silences nothing. Targets are known to Google only, so any may be there."""
    schedules, of_any_target = desk.book.schedules, replace(matcher, target=ANY)
    entries = [entry for checklist in schedules.checklists.values() for entry in checklist.entries]
    asked = [(project.id, entry.definition.name, entry.name) for project in schedules.projects for entry in entries]
    if not any(of_any_target.matches(*where, "") for where in asked):
        click.echo(voice.say(words.MEANS_NOTHING, what=str(matcher)), err=True)
