"""`validate`: every mistake in every file given."""

from pathlib import Path

import click

from sagebase_ops.cli import exits
from sagebase_ops.cli.files import chosen_schedules
from sagebase_ops.config.load import load
from sagebase_ops.config.model import Schedules
from sagebase_ops.errors import ConfigError


@click.command("validate")
@click.argument("files", nargs=-1, type=click.Path())
@click.pass_context
def validate_command(context: click.Context, files: tuple[str, ...]) -> None:
    """Check FILES (default: schedules.yaml here) and print every mistake with its line and column.

    Ends 0 when all are right, 2 otherwise.
    """
    paths = [Path(file) for file in files] or [chosen_schedules(None, pretend=False)]
    right = [_validate(path) for path in paths]
    context.exit(exits.FINE if all(right) else exits.MISTAKE)


def _validate(path: Path) -> bool:
    try:
        schedules = load(path, strict_contacts=True)
    except ConfigError as error:
        click.echo("\n".join(error.mistakes), err=True)
        count = len(error.mistakes)
        click.echo(f"{path}: {count} mistake{'s' if count > 1 else ''}", err=True)
        return False
    click.echo(f"{path}: right ({_summary(schedules)})")
    return True


def _summary(schedules: Schedules) -> str:
    entries = sum(len(checklist.entries) for checklist in schedules.checklists.values())
    parts = {"project": len(schedules.projects), "checklist": len(schedules.checklists), "check": entries}
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for word, count in parts.items())
