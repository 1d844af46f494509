"""PostgreSQL's messages, version 3.0 of its protocol, as bytes.

Source: PostgreSQL documentation, 55.7 (message formats).
"""

import re
import struct
from collections.abc import Sequence

from sagebase_ops.sandbox.postgres.catalogue import Value

SSL_REQUEST, GSS_REQUEST, VERSION_3 = 80877103, 80877104, 196608
_INT8, _FLOAT8, _TEXT, _TIMESTAMPTZ = 20, 701, 25, 1184
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00")


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def welcome(version: str, pid: int) -> bytes:
    """Everything between a start that is granted and the first question."""
    told = {"server_version": version, "client_encoding": "UTF8", "server_encoding": "UTF8", "TimeZone": "UTC"}
    told |= {"DateStyle": "ISO, MDY", "integer_datetimes": "on", "standard_conforming_strings": "on"}
    parameters = [message(b"S", _text(name) + _text(value)) for name, value in told.items()]
    granted, key = message(b"R", struct.pack("!i", 0)), message(b"K", struct.pack("!ii", pid, 0))
    return b"".join([granted, *parameters, key, ready(b"I")])


def ready(state: bytes) -> bytes:
    """`state`: I idle, T in a transaction, E in one that failed."""
    return message(b"Z", state)


def refusal(severity: str, code: str, said: str) -> bytes:
    """ErrorResponse: `code` is the SQLSTATE."""
    fields = {b"S": severity, b"V": severity, b"C": code, b"M": said}
    return message(b"E", b"".join(key + _text(value) for key, value in fields.items()) + b"\0")


def done(tag: str) -> bytes:
    return message(b"C", _text(tag))


def table(names: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    """RowDescription and every DataRow, in text format."""
    kinds = [_kind([row[place] for row in rows]) for place in range(len(names))]
    columns = [
        _text(name) + struct.pack("!ihihih", 0, 0, kind, -1, -1, 0) for name, kind in zip(names, kinds, strict=True)
    ]
    head = message(b"T", struct.pack("!h", len(names)) + b"".join(columns))
    return b"".join([head, *(message(b"D", struct.pack("!h", len(row)) + b"".join(map(_cell, row))) for row in rows)])


def _kind(values: Sequence[Value]) -> int:
    """SQLite's columns have no type; its values do."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, int) for value in known):
        return _INT8
    if known and all(isinstance(value, int | float) for value in known):
        return _FLOAT8
    moments = known and all(isinstance(value, str) and _MOMENT.fullmatch(value) for value in known)
    return _TIMESTAMPTZ if moments else _TEXT


def _cell(value: Value) -> bytes:
    if value is None:
        return struct.pack("!i", -1)
    text = str(value).encode()
    return struct.pack("!i", len(text)) + text


def _text(text: str) -> bytes:
    return text.encode() + b"\0"
