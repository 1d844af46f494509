"""How are runs, incidents, silences and notifications written down as JSON, and read again exactly as they were?

Each record begins with its version. Code reads its own and the one before, since two versions run side by side while one
replaces the other. What JSON has no word for is tagged: `{"$": "time", "value": "2026-11-24T00:00:00+00:00"}`.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from sagebase_ops.domain.incidents import Incident
from sagebase_ops.domain.notifications import Notification
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.runs import Run
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


def write_incident(incident: Incident) -> str:
    return _write(incident)


def read_incident(record: str) -> Incident:
    """Raises StoreError where the record is of a version that is not read here, or no incident."""
    return _read(_incidents(), record)


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
    record = {"version": VERSION, "record": _to_json(thing)}
    written = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair, as a cut-off JSON escape leaves it, has no UTF-8: then all of it is escaped.
    return written if _is_utf_8(written) else json.dumps(record)


def _is_utf_8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read(kind: TypeAdapter[T], record: str) -> T:
    try:
        written = json.loads(record)
        version, values = written["version"], written["record"]
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(f"a stored record is none of ours: {record[:80]!r}") from error
    if version not in READABLE:
        raise StoreError(
            f"a stored record has version {version}; this sagebase-ops reads {READABLE[-1]} and {READABLE[0]}: run the newer one"
        )
    try:
        # Lax, so that a list becomes the tuple and a word the enum that the field asks for.
        return kind.validate_python(_from_json(values))
    except (ValidationError, ValueError, TypeError, LookupError) as error:
        raise StoreError(f"a stored record cannot be read: {error}") from error


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
    match value:
        case None | str() | bool() | int():
            written: Any = value
        case float():
            written = value if math.isfinite(value) else _tagged("number", str(value))
        case datetime():
            written = _tagged("time", value.isoformat())
        case timedelta():
            written = _tagged("duration", value.total_seconds())
        case Quantity(amount, unit):
            written = _tagged("quantity", [_to_json(amount), unit])
        case Mapping():
            items = {str(name): _to_json(item) for name, item in value.items()}
            written = _tagged("mapping", items) if _TAG in items else items
        case list() | tuple() | set() | frozenset():
            written = [_to_json(item) for item in value]
        case _ if is_dataclass(value):
            written = {field.name: _to_json(getattr(value, field.name)) for field in fields(value)}
        case _:  # a run with one odd value told as text is worth more than no run at all
            written = str(value)
    return written


def _from_json(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    if _TAG in value:
        return _UNTAG[value[_TAG]](value["value"])
    return {name: _from_json(item) for name, item in value.items()}


def _tagged(tag: str, value: Any) -> dict[str, Any]:
    return {_TAG: tag, "value": value}
