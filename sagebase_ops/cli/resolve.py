"""`resolve`: a person says that it is over."""

import click

from sagebase_ops.app.desk import Desk
from sagebase_ops.cli import exits
from sagebase_ops.cli.desk import actor, at_desk, not_open, pretend, say_who_tells
from sagebase_ops.cli.options import as_option, config_option
from sagebase_ops.language import desk_words as words
from sagebase_ops.language import incidents as said
from sagebase_ops.language.voice import Voice
from sagebase_ops.responses import Done


@click.command("resolve")
@click.argument("id_", metavar="ID")
@click.option("--reason", required=True, help="What was done; kept in the story and in the audit.")
@as_option
@config_option
@click.pass_context
def resolve_command(context: click.Context, id_: str, reason: str, who: str | None, config: str | None) -> None:
    """Say that the incident ID is over, until something newer fails.

    Ends 0; 1 where it was over already; 2 where no incident has that id.
    """
    if not reason.strip():
        raise click.BadParameter("say what was done", param_hint="--reason")

    async def over(desk: Desk, voice: Voice) -> int:
        group = await desk.group(id_)
        if await desk.responses.resolve(group.lead.group, actor(who), reason) is not Done.DONE:
            click.echo(not_open(group, voice), err=True)
            return exits.FAILED
        click.echo(
            pretend(desk)
            + voice.say(words.RESOLVED, id=group.lead.group, subject=said.subject(group, voice), reason=reason)
        )
        await say_who_tells(desk, voice)
        return exits.FINE

    context.exit(at_desk(config, over))
