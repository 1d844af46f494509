"""`ack`: somebody has it."""

from datetime import timedelta

import click

from sagebase_ops.app.desk import Desk
from sagebase_ops.cli import exits
from sagebase_ops.cli.desk import Duration, actor, at_desk, not_open, pretend, say_who_tells
from sagebase_ops.cli.options import as_option, config_option
from sagebase_ops.language import desk_words as words
from sagebase_ops.language import incidents as said
from sagebase_ops.language.voice import Voice
from sagebase_ops.responses import Done


@click.command("ack")
@click.argument("id_", metavar="ID")
@click.option(
    "--eta", type=Duration(), metavar="30m", help="Mended within: the next step waits so long, at most 60 min."
)
@as_option
@config_option
@click.pass_context
def ack_command(context: click.Context, id_: str, eta: timedelta | None, who: str | None, config: str | None) -> None:
    """Say that you have the incident ID (as `incidents` shows it; its beginning is enough).

    Ends 0; 1 where it is over already; 2 where no incident has that id.
    """
    by = actor(who)

    async def taken(desk: Desk, voice: Voice) -> int:
        group = await desk.group(id_)
        if await desk.responses.acknowledge(group.lead.group, by, eta) is not Done.DONE:
            click.echo(not_open(group, voice), err=True)
            return exits.FAILED
        now = desk.clock.now()
        until = voice.clock(now + eta, now) if eta else ""
        sentence = words.TAKEN_UNTIL if eta else words.TAKEN
        subject = said.subject(group, voice)
        click.echo(pretend(desk) + voice.say(sentence, id=group.lead.group, subject=subject, who=by.name, eta=until))
        await say_who_tells(desk, voice)
        return exits.FINE

    context.exit(at_desk(config, taken))
