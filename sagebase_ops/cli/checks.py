"""`checks`: what can be asked, and all about one kind of question."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from sagebase_ops.checks.base import CheckDefinition
from sagebase_ops.checks.catalogue import catalogue
from sagebase_ops.config.file import EntryPart
from sagebase_ops.config.mistakes import allowed_words, nearest
from sagebase_ops.domain.quantities import write_duration
from sagebase_ops.domain.results import Sentence
from sagebase_ops.errors import ConfigError


@click.command("checks")
@click.argument("name", required=False)
@click.option("--language", type=click.Choice(["ja", "en"]), default="ja", show_default=True)
def checks_command(name: str | None, language: str) -> None:
    """List every check, or show one: its parameters, permissions, runbook and an example entry."""
    from rich.console import Console

    known = catalogue()
    console = Console(soft_wrap=False, highlight=False)
    if name is None:
        console.print(_overview(known, language))
        return
    if name not in known:
        raise ConfigError(f"no check is called {name!r}; {allowed_words(known)}{nearest(name, known)}")
    console.print("\n".join(_about(known[name], language)), markup=False)


def _overview(known: dict[str, CheckDefinition], language: str) -> Any:  # Any: rich's table, imported late
    from rich.table import Table

    table = Table("check", "question", box=None, pad_edge=False, header_style="bold")
    for name, definition in known.items():
        table.add_row(name, _in(definition.question, language))
    return table


def _about(definition: CheckDefinition, language: str) -> Iterator[str]:
    yield from (definition.name, f"  {_in(definition.question, language)}", "")
    yield "Parameters"
    yield from _parameters(definition.params) or ["  (none)"]
    yield from (
        "",
        "Every entry may also say",
        f"  {', '.join(field for field in EntryPart.model_fields if field != 'check')}",
    )
    yield from ("", "Permissions", *(f"  {permission}" for permission in definition.permissions))
    yield from ("", "When it fails", f"  {_in(definition.runbook, language)}")
    yield from ("", "What a person would type", f"  {definition.command}")
    yield from ("", "Example entry", f"  {definition.example}")


def _parameters(model: type[BaseModel], indent: str = "  ") -> list[str]:
    schema = model.model_json_schema()["properties"]
    width = max((len(name) for name in model.model_fields), default=0)
    return [
        f"{indent}{name:<{width}}  {_default(field)}{_unit(schema[name])}  {field.description or ''}".rstrip()
        for name, field in model.model_fields.items()
    ]


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if field.is_required() or value is PydanticUndefined:
        return "required"
    if value is None:
        return "optional"
    return f"default {_written(value)}"


def _written(value: object) -> str:
    """A default as a person writes it in YAML."""
    if isinstance(value, timedelta):
        return write_duration(value)
    if isinstance(value, BaseModel):
        parts = (f"{name}: {_written(part)}" for name, part in value if part is not None)
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_written, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unit(schema: dict[str, Any]) -> str:  # Any: JSON Schema
    examples = schema.get("examples") or [
        example for part in schema.get("anyOf", []) for example in part.get("examples", [])
    ]
    return f" (such as {examples[0]})" if examples else ""


def _in(sentence: Sentence, language: str) -> str:
    return sentence.en if language == "en" else sentence.ja
