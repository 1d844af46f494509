"""How are runs, incidents, silences and notifications written down as JSON, and read again exactly as they were?

Each record begins with its version. Code reads its own and the one before, since two versions run side by side while one
replaces the other. What JSON has no word for is tagged: `{"$": "time", "value": "2026-11-24T00:00:00+00:00"}`.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from types import NoneType
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from sagebase_ops.domain.escalation import Policy
from sagebase_ops.domain.incidents import Incident, Rules
from sagebase_ops.domain.notifications import Notification
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.runs import EntryRef, Run
from sagebase_ops.domain.silences import Silence
from sagebase_ops.errors import StoreError

VERSION = 2
READABLE = (VERSION, VERSION - 1)

_TAG = "$"
_UNTAG: Mapping[str, Callable[[Any], Any]] = {  # Any: JSON of the tag's own shape
    "time": datetime.fromisoformat,
    "duration": lambda value: timedelta(seconds=value),
    "number": float,
    "quantity": lambda value: Quantity(_from_json(value[0]), value[1]),
    "mapping": lambda value: {name: _from_json(item) for name, item in value.items()},
}

T = TypeVar("T")


def write_run(run: Run) -> str:
    return _write(run)


def read_run(record: str) -> Run:
    """Raises StoreError where the record is of a version that is not read here, or no run."""
    return _read(_runs(), record)


def write_incident(incident: Incident, version: int) -> str:
    """`version` is the one that it has once it is written."""
    return _written({"version": VERSION, "record": _to_json(incident) | {"version": version}})


def read_incident(record: str) -> Incident:
    """Raises StoreError where the record is of a version that is not read here, or no incident."""
    return _read(_incidents(), record, _with_common_parts)


def write_silence(silence: Silence) -> str:
    return _write(silence)


def read_silence(record: str) -> Silence:
    """Raises StoreError where the record is of a version that is not read here, or no silence."""
    return _read(_silences(), record)


def write_notification(row: Notification) -> str:
    return _write(row)


def read_notification(record: str) -> Notification:
    """Raises StoreError where the record is of a version that is not read here, or no notification."""
    return _read(_notifications(), record)


def _write(thing: Run | Incident | Silence | Notification) -> str:
    return _written({"version": VERSION, "record": _to_json(thing)})


def _written(tree: Any) -> str:  # Any: JSON
    try:
        return to_json(tree).decode()  # twice as fast
    except PydanticSerializationError:
        # Half a surrogate pair, as a cut-off JSON escape leaves it, has no UTF-8: then all of it is escaped.
        return json.dumps(tree)


def _read(kind: TypeAdapter[T], record: str, prepare: Callable[[Any], Any] = lambda values: values) -> T:
    try:
        written = _parsed(record)
        version, values = written["version"], written["record"]
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(f"a stored record is none of ours: {record[:80]!r}") from error
    if version not in READABLE:
        raise StoreError(
            f"a stored record has version {version}; this sagebase-ops reads {READABLE[-1]} and {READABLE[0]}: run the newer one"
        )
    try:
        # Lax, so that a list becomes the tuple and a word the enum that the field asks for.
        return kind.validate_python(_from_json(prepare(values)))
    except (ValidationError, ValueError, TypeError, LookupError) as error:
        raise StoreError(f"a stored record cannot be read: {error}") from error


def _parsed(record: str) -> Any:  # Any: JSON
    try:
        return from_json(record)  # twice as fast
    except ValueError:
        return json.loads(record)  # takes half a surrogate pair too


_COMMON: Mapping[str, type] = {"entry": EntryRef, "policy": Policy, "rules": Rules}
"""What thousands of incidents have in common, since it was copied from the file: written and read once for all of them."""


def _with_common_parts(values: Any) -> Any:  # Any: JSON, in its own place
    for name in _COMMON:
        if name in values:
            values[name] = _common_part(name, _written(values[name]))
    return values


@lru_cache(maxsize=1024)
def _common_part(name: str, written: str) -> Any:  # Any: of the kind that `_COMMON` gives
    return TypeAdapter(_COMMON[name]).validate_python(_from_json(_parsed(written)))


@cache
def _runs() -> TypeAdapter[Run]:
    return TypeAdapter(Run)


@cache
def _incidents() -> TypeAdapter[Incident]:
    return TypeAdapter(Incident)


@cache
def _silences() -> TypeAdapter[Silence]:
    return TypeAdapter(Silence)


@cache
def _notifications() -> TypeAdapter[Notification]:
    return TypeAdapter(Notification)


def _to_json(value: Any) -> Any:  # Any: `asked` and Slack's blocks are free JSON
    kind = type(value)
    return value if kind in _PLAIN else _writer(kind)(value)  # type: ignore[arg-type]  # mypy takes a type for unhashable


_PLAIN = frozenset({str, int, bool, NoneType})


@cache
def _writer(kind: type) -> Callable[[Any], Any]:
    """How things of this kind are written. Found once a kind: one decision may hold thousands of records."""
    if is_dataclass(kind) and kind is not Quantity:
        write = _writer_of_fields(tuple(field.name for field in fields(kind)))
        return lru_cache(maxsize=1024)(write) if kind in _COMMON.values() else write
    # A run with one odd value told as text is worth more than no run at all.
    return next((write for base, write in _WRITERS if issubclass(kind, base)), str)


def _writer_of_fields(names: Sequence[str]) -> Callable[[Any], Any]:
    return lambda value: {name: _to_json(getattr(value, name)) for name in names}


def _mapping(value: Mapping[Any, Any]) -> Any:
    items = {str(name): _to_json(item) for name, item in value.items()}
    return _tagged("mapping", items) if _TAG in items else items


_WRITERS: Sequence[tuple[type | tuple[type, ...], Callable[[Any], Any]]] = (
    ((str, int, NoneType), lambda value: value),
    (float, lambda value: value if math.isfinite(value) else _tagged("number", str(value))),
    (datetime, lambda value: _tagged("time", value.isoformat())),
    (timedelta, lambda value: _tagged("duration", value.total_seconds())),
    (Quantity, lambda value: _tagged("quantity", [_to_json(value.amount), value.unit])),
    (Mapping, _mapping),
    ((list, tuple, set, frozenset), lambda value: [_to_json(item) for item in value]),
)


def _from_json(value: Any) -> Any:
    """In its own place, as far as it goes: nobody else has what was just parsed."""
    if isinstance(value, list):
        return [_from_json(item) if type(item) in _NESTED else item for item in value]
    if not isinstance(value, dict):
        return value
    if _TAG in value:
        return _UNTAG[value[_TAG]](value["value"])
    for name, item in value.items():
        if type(item) in _NESTED:
            value[name] = _from_json(item)
    return value


_NESTED = (dict, list)


def _tagged(tag: str, value: Any) -> dict[str, Any]:
    return {_TAG: tag, "value": value}
