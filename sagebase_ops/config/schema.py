"""JSON Schema of schedules.yaml: an editor completes check names and parameters from it."""

from collections.abc import Mapping
from typing import Any

from sagebase_ops.checks.base import CheckDefinition
from sagebase_ops.config.file import EntryPart, FilePart

Schema = dict[str, Any]
"""A JSON Schema: any JSON."""


def schedules_schema(checks: Mapping[str, CheckDefinition]) -> Schema:
    """Draft 2020-12. Each kind of check is one branch, chosen by its `check` word."""
    schema = FilePart.model_json_schema()
    entry = EntryPart.model_json_schema()
    definitions: Schema = schema["$defs"]
    definitions["EntryPart"] = {"anyOf": [_ref(f"check_{name}") for name in checks]}
    for name, definition in checks.items():
        own = definition.params.model_json_schema()
        definitions |= own.pop("$defs", {})
        definitions[f"check_{name}"] = _branch(definition, entry, own)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "schedules.yaml of sagebase-ops",
        "patternProperties": {"^x-": {"description": "Your own: a place to hang anchors on."}},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _branch(definition: CheckDefinition, entry: Schema, own: Schema) -> Schema:
    question = f"{definition.question.ja} / {definition.question.en}"
    word = {"const": definition.name, "description": question}
    properties = {**entry["properties"], **own.get("properties", {}), "check": word}
    return {
        "type": "object",
        "title": definition.name,
        "description": question,
        "properties": properties,
        "required": ["check", *own.get("required", [])],
        "additionalProperties": False,
    }
