"""`sandbox`: the pretend cloud alone, for other clients."""

import asyncio
import gc
import os
import signal
import sys
from contextlib import suppress

import click

from sagebase_ops.cli import exits

DEFAULT_PORT = 9001


@click.command("sandbox")
@click.option("--scenario", default="healthy", show_default=True, help="A shipped scenario, or the path of your own.")
@click.option(
    "--port",
    default=DEFAULT_PORT,
    show_default=True,
    type=click.IntRange(0, 65531),
    help="gRPC here, then REST, Slack, control and PostgreSQL; 0: any.",
)
@click.option(
    "--project",
    "projects",
    multiple=True,
    envvar="SAGEBASE_OPS_SANDBOX_PROJECT",
    help="Pretend project (may be repeated).",
)
@click.option("--until-stdin-closes", is_flag=True, hidden=True, help="End with the process that started this one.")
@click.pass_context
def sandbox_command(
    context: click.Context, scenario: str, port: int, projects: tuple[str, ...], *, until_stdin_closes: bool
) -> None:
    """Print what to export, then `ready`, and answer until Ctrl-C."""
    from sagebase_ops.sandbox.scenario import ScenarioError

    try:
        code = asyncio.run(
            _serve(scenario, port, projects or ("sagebase-sandbox",), until_stdin_closes=until_stdin_closes)
        )
    except ScenarioError as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.UsageError(
            f"port {port} or one of the four after it is taken ({error}); give another --port"
        ) from error
    context.exit(code)


async def _serve(scenario: str, port: int, projects: tuple[str, ...], *, until_stdin_closes: bool) -> int:
    from sagebase_ops.sandbox.server import Sandbox

    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()
    for number, code in ((signal.SIGINT, exits.INTERRUPTED), (signal.SIGTERM, exits.FINE)):
        loop.add_signal_handler(number, _end, ended, code)
    async with Sandbox.running(scenario, base_port=port, projects=projects) as box:
        for name, value in box.exports().items():
            click.echo(f"export {name}={value}")
        click.echo(f"# Slack in a browser: {box.slack}/")
        click.echo(f"# control: {box.control}/state")
        gc.freeze()  # what is loaded by now stays loaded: looking through it again would hold answers up by 20 ms
        click.echo("ready")
        sys.stdout.flush()
        if until_stdin_closes:
            loop.add_reader(sys.stdin, _end_at_eof, ended)
        return await ended


def _end(ended: "asyncio.Future[int]", code: int) -> None:
    with suppress(asyncio.InvalidStateError):
        ended.set_result(code)


def _end_at_eof(ended: "asyncio.Future[int]") -> None:
    if not os.read(sys.stdin.fileno(), 1):
        asyncio.get_running_loop().remove_reader(sys.stdin)
        _end(ended, exits.FINE)
