"""Flags that several commands have. Only click is imported here: `--help` waits for nothing else."""

from collections.abc import Callable
from typing import Any

import click

DEFAULT_SCENARIO = "healthy"

config_option = click.option(
    "--config", type=click.Path(), metavar="FILE", help="Default: schedules.yaml in the current folder."
)
format_option = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
as_option = click.option("--as", "who", metavar="NAME", help="Who does it. Default: the user of this machine.")


def sandbox_option(told: str) -> Callable[[Any], Any]:  # Any: click's decorators take functions and commands
    """`--sandbox`, or `--sandbox=SCENARIO`; `told` is its line of the help."""
    return click.option(
        "--sandbox", "scenario", is_flag=False, flag_value=DEFAULT_SCENARIO, metavar="[=SCENARIO]", help=told
    )
