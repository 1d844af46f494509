"""`schema`: JSON Schema of schedules.yaml."""

import json

import click

from sagebase_ops.checks.catalogue import catalogue
from sagebase_ops.config.schema import schedules_schema


@click.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of schedules.yaml.

    VS Code (with the YAML extension) completes names and parameters when the file's first line says
    `# yaml-language-server: $schema=PATH` with the path of this output.
    """
    click.echo(json.dumps(schedules_schema(catalogue()), ensure_ascii=False, indent=2))
