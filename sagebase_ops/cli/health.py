"""`health`: ask the daemon on this machine how it is. A container's health check is this command."""

import json
from http.client import HTTPConnection, HTTPException

import click

from sagebase_ops.cli import exits

_PATIENCE_SECONDS = 4.0
_OK = 200


@click.command("health")
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", help="Where it listens. Default: PORT.")
@click.pass_context
def health_command(context: click.Context, port: int | None) -> None:
    """Print what the daemon on this machine says of itself. Ends 0 when it is well, 1 when it is not or is not there."""
    if port is None:
        raise click.UsageError(
            "PORT is not set, so the daemon listens nowhere; start it with PORT=8080, or give --port"
        )
    status, body = _asked(port)
    click.echo(body)
    context.exit(exits.FINE if status == _OK else exits.FAILED)


def _asked(port: int) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        return answer.status, json.dumps(json.loads(answer.read()), ensure_ascii=False, indent=2)
    except (OSError, HTTPException, ValueError) as error:
        return 0, f"no daemon answers on port {port} ({error})"
    finally:
        connection.close()
