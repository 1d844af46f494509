"""The command line: which flags and commands exist, and how each of them may end.

Nothing heavy is imported here: `--help` answers before anything of Google's is touched.
"""

import gc
import importlib
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from sagebase_ops.cli import exits
from sagebase_ops.cli.options import config_option, sandbox_option
from sagebase_ops.errors import ConfigError, OpsError

OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""Imports make objects that stay, and so do the rounds of a rehearsal: looking them through at each 700 costs a fifth."""

_COMMANDS = {
    "ack": "Say that you have an incident.",
    "history": "What ran and what it saw; one check or one incident over time.",
    "incidents": "What is open, who has it, who hears next; or all about one.",
    "resolve": "Say that an incident is over.",
    "silence": "Tell nobody of something for a while.",
    "silences": "What is not told now, and until when.",
    "checks": "The catalogue of checks, or all about one.",
    "conflicts": "Where the operations guide and the cloud disagree.",
    "coverage": "Which line of the operations guide is answered by what.",
    "demo": "The daily checklist in the sandbox, as Slack shows it.",
    "demo-incident": "An outage from its first post to its end, an hour in a minute.",
    "explain": "Why a check of schedules.yaml is as it is, and what it saw last.",
    "doctor": "Each precondition of the daemon, with its remedy.",
    "health": "How the daemon on this machine is.",
    "next": "When each job comes up next.",
    "prove-delivery": "Kill daemons while they tell a failing Slack: is each notice told once?",
    "rehearse": "Who would hear what under a changed schedules.yaml.",
    "sandbox": "A pretend Google Cloud and Slack, for other clients.",
    "tick": "All that is due (slots, steps, posts), then exit.",
    "schema": "JSON Schema of schedules.yaml, for editors.",
    "validate": "Every mistake in schedules.yaml.",
}


class LazyGroup(click.Group):
    """Commands that are imported when they are called: `demo-incident` lies in cli/demo_incident.py."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = importlib.import_module(f"sagebase_ops.cli.{name.replace('-', '_')}")
        command: click.Command = getattr(module, f"{name.replace('-', '_')}_command")
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--run", "job", metavar="JOB", help="Run one checklist now, then exit.")
@click.option("--check", "only", metavar="NAME", multiple=True, help="With --run: only this entry (may be repeated).")
@click.option("--dry-run", is_flag=True, help="Read Google Cloud for real, but tell nobody and store nothing.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "slack"]),
    help="With --run: what goes to standard output; slack: what it would post, as JSON.",
)
@sandbox_option("Against a built-in pretend Google Cloud and Slack: no account, no configuration.")
@click.option(
    "--fix-plan",
    is_flag=False,
    flag_value="both",
    type=click.Choice(["both", "terraform", "json"]),
    help="Print the guide's alert policies put right; nothing is changed.",
)
@config_option
@click.version_option(package_name="sagebase-ops")
@click.pass_context
def cli(context: click.Context, /, **flags: Any) -> None:  # Any: click's values, as the flags above type them
    r"""Work through the Sagebase operations checklists: read Google Cloud, tell Slack.

    Without a command and without --run this is the daemon: it runs every job of schedules.yaml when it is due, until
    SIGTERM.

    \b
    Exit codes of --run: 0 fine (warnings allowed), 1 a check failed, 3 one could not look,
    2 a mistake in configuration or usage, 130 interrupted.
    """
    if context.invoked_subcommand is not None:
        _refuse_flags(context)
        return
    from sagebase_ops.cli import run

    context.exit(run.start(run.Request(**flags)))


def _refuse_flags(context: click.Context) -> None:
    """`--run daily validate` would do only one of the two: say so instead of choosing."""
    given = [parameter.opts[0] for parameter in context.command.params if context.params.get(parameter.name or "")]
    if given:
        raise click.UsageError(
            f"{given[0]} does not go with the command {context.invoked_subcommand!r}; call one of them"
        )


def main() -> NoReturn:
    """Run the command line and end the process with an exit code of `exits`. No traceback reaches a person."""
    _open_closed_streams()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    sys.exit(_exit_code())


def _open_closed_streams() -> None:
    """Started with `>&-`, the next file or socket would become standard output: the void takes its place first."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 (for good)


def _exit_code() -> int:
    try:
        result = cli.main(prog_name="sagebase-ops", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return exits.MISTAKE
    except ConfigError as error:
        click.echo(_headed(error.mistakes), err=True)
        return exits.MISTAKE
    except (KeyboardInterrupt, click.Abort):
        return exits.INTERRUPTED
    except OpsError as error:
        click.echo(f"sagebase-ops: {error}", err=True)
        return exits.COULD_NOT_LOOK
    except Exception as error:  # noqa: BLE001 (the last door: a bug of ours is said in one line, the rest is logged)
        return _the_systems_refusal(error) if isinstance(error, OSError) and error.errno else _our_own_bug(error)
    return result if isinstance(result, int) else exits.FINE


def _headed(mistakes: tuple[str, ...]) -> str:
    head = [] if len(mistakes) == 1 else [f"{len(mistakes)} mistakes:"]
    return "\n".join([*head, *mistakes])


def _the_systems_refusal(error: OSError) -> int:
    """A full disk, a folder that may not be written: the machine's words, which are nobody's bug."""
    where = f"{error.filename}: " if error.filename else ""
    click.echo(f"sagebase-ops: {where}{error.strerror}", err=True)
    return exits.COULD_NOT_LOOK


def _our_own_bug(error: Exception) -> int:
    import structlog

    from sagebase_ops.log import set_up_logging

    if not structlog.is_configured():  # it came too early for the settings to be read
        set_up_logging(None, "INFO")
    structlog.get_logger().critical("program.crashed", exc_info=error)
    where = "run it again with SAGEBASE_OPS_LOG_LEVEL=DEBUG for where, and tell the developers"
    click.echo(f"sagebase-ops: a bug of ours: {type(error).__name__}: {error}; {where}", err=True)
    return exits.COULD_NOT_LOOK
