"""`checks`: what can be asked, and all about one kind of question."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from sagebase_ops.checks.base import CheckDefinition
from sagebase_ops.checks.catalogue import catalogue
from sagebase_ops.cli.conflicts import print_conflict
from sagebase_ops.config.file import EntryPart
from sagebase_ops.config.mistakes import allowed_words, nearest
from sagebase_ops.domain.quantities import write_duration
from sagebase_ops.domain.results import Sentence
from sagebase_ops.errors import ConfigError
from sagebase_ops.guide.answers import conflicts_of
from sagebase_ops.language.guide_words import BESIDE

if TYPE_CHECKING:
    from sagebase_ops.cli.page import Page


@click.command("checks")
@click.argument("name", required=False)
@click.option("--language", type=click.Choice(["ja", "en"]), default="ja", show_default=True)
def checks_command(name: str | None, language: str) -> None:
    """List every check, or show one: its parameters, permissions, runbook and an example entry."""
    from sagebase_ops.cli.output import read_as_far_as_wanted
    from sagebase_ops.cli.page import Page, output_console

    known = catalogue()
    if name is not None and name not in known:
        raise ConfigError(f"no check is called {name!r}; {allowed_words(known)}{nearest(name, known)}")
    page = Page(output_console())
    with read_as_far_as_wanted():
        if name is None:
            _overview(known, language, page)
        else:
            print_check(known[name], language, page)


def _overview(known: dict[str, CheckDefinition], language: str, page: "Page") -> None:
    for name, definition in known.items():
        page.say((name, "bold"))
        page.say(_in(definition.question, language), indent=2)


def print_check(definition: CheckDefinition, language: str, page: "Page") -> None:
    """Text is wrapped to the terminal; what will be copied stands on a line of its own."""
    page.say((definition.name, "bold"))
    page.say(_in(definition.question, language), indent=2)
    _head("Parameters", page)
    _parameters(definition.params, page)
    _head("Every entry may also say", page)
    page.say(", ".join(field for field in EntryPart.model_fields if field != "check"), indent=2)
    _head("Permissions", page)
    for permission in definition.permissions:
        page.whole(permission, indent=2)
    _head("When it fails", page)
    for step in _in(definition.runbook, language).splitlines():
        page.say(step, indent=2)
    for title, copied in (("What a person would type", definition.command), ("Example entry", definition.example)):
        _head(title, page)
        page.whole(copied, "cyan", indent=2)
    _conflicts(definition.name, language, page)


def _conflicts(check: str, language: str, page: "Page") -> None:
    """Where the guide that asks for it is wrong about the cloud."""
    known = conflicts_of(check)
    if known:
        _head(BESIDE.en if language == "en" else BESIDE.ja, page)
    for one in known:
        print_conflict(one, language, page, indent=2)


def _head(title: str, page: "Page") -> None:
    page.gap()
    page.say((title, "bold"))


def _parameters(model: type[BaseModel], page: "Page") -> None:
    schema = model.model_json_schema().get("properties", {})
    if not schema:
        page.say("(none)", indent=2)
    for name, field in model.model_fields.items():
        page.say((name, "bold"), f"  {_default(field)}{_unit(schema[name])}", indent=2)
        page.say(field.description or "", indent=6)


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if field.is_required() or value is PydanticUndefined:
        return "required"
    if value is None:
        return "optional"
    return f"default {written(value)}"


def written(value: object) -> str:
    """A default as a person writes it in YAML."""
    if isinstance(value, timedelta):
        return write_duration(value)
    if isinstance(value, BaseModel):
        parts = (f"{name}: {written(part)}" for name, part in value if part is not None)
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(written, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unit(schema: dict[str, Any]) -> str:  # Any: JSON Schema
    examples = schema.get("examples") or [
        example for part in schema.get("anyOf", []) for example in part.get("examples", [])
    ]
    return f" (such as {examples[0]})" if examples else ""


def _in(sentence: Sentence, language: str) -> str:
    return sentence.en if language == "en" else sentence.ja
