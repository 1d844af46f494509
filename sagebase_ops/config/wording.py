"""pydantic's errors as mistakes in the file: with their place, in our words."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sagebase_ops.config.file import BRANCH
from sagebase_ops.config.mistakes import Mistake, Path, allowed_words, dotted, nearest, shown
from sagebase_ops.config.source import Source

_WORDS = {
    "string_type": "must be text; put it in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list (one `- ` a line, or [a, b])",
    "tuple_type": "must be a list (one `- ` a line, or [a, b])",
    "dict_type": "must be a mapping (key: value)",
    "model_type": "must be a mapping (key: value)",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}


def mistakes_of(error: ValidationError, source: Source, at: Path, keys: Mapping[str, Iterable[str]]) -> list[Mistake]:
    """Each error of a model that was read from `at`, once per place.

    `keys` gives the allowed keys of each kind of mapping, by its dotted path with `*` for names and positions.
    """
    found: dict[Path, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        path = _path_in_file(source, at, detail)
        found.setdefault(path, []).append(detail)
    return [_mistake(source, path, details, keys) for path, details in found.items()]


def _path_in_file(source: Source, at: Path, detail: ErrorDetails) -> Path:
    """Pydantic's location without the names of union branches, which stand nowhere in the file.

    A rule about several keys of a mapping may name the one to look at, as `key` of its error.
    """
    key = detail.get("ctx", {}).get("key")
    steps = (*detail["loc"], key) if key else detail["loc"]
    path = (*at, *(step for step in steps if not str(step).startswith(BRANCH)))
    if detail["type"] == "missing":
        return path
    while path not in source.places and len(path) > len(at):
        path = path[:-1]
    return path


def _mistake(source: Source, path: Path, details: list[ErrorDetails], keys: Mapping[str, Iterable[str]]) -> Mistake:
    kind = details[0]["type"]
    if kind == "missing":
        return Mistake(source.place_of(path[:-1]), dotted(path[:-1]), f"the key {str(path[-1])!r} is missing")
    if kind == "extra_forbidden":
        return unknown_key(source, path, keys.get(shape(path[:-1]), ()))
    what = " or ".join(dict.fromkeys(_worded(detail) for detail in details))
    given = _value_at(source.data, path)
    if isinstance(given, dict):
        return Mistake(source.place_of(path), dotted(path), what)
    return Mistake(source.place_of(path), f"{dotted(path) or 'the file'} = {shown(given)}", what)


def unknown_key(source: Source, path: Path, known: Iterable[str]) -> Mistake:
    """A key that means nothing where it stands."""
    key, words = str(path[-1]), list(known)
    what = f"no key is called {key!r} here; {allowed_words(words)}{nearest(key, words)}"
    return Mistake(source.place_of_key(path), dotted(path[:-1]), what)


def shape(path: Path) -> str:
    """`checklists.*.checks.*` for every entry of every checklist."""
    if path and path[0] == "projects":
        return ".".join(str(step) if position != 1 else "*" for position, step in enumerate(path))
    return ".".join("*" if position in {1, 3} else str(step) for position, step in enumerate(path))


def _worded(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind in {"literal_error", "enum"}:
        words = str(context["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
        return f"{allowed_words(words)}{nearest(detail['input'], words)}"
    if kind == "string_pattern_mismatch":
        return f"must match {context['pattern']}"
    return _WORDS.get(kind, detail["msg"].removeprefix("Input ").replace("should be", "must be"))


def _value_at(data: Any, path: Path) -> Any:  # Any: whatever stands in the file
    for step in path:
        data = data[step]
    return data


def field_names(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(model.model_fields)
