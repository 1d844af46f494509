"""Every kind of log entry is read, and no name can break out of a filter."""

from datetime import UTC, datetime
from typing import Any

import pytest
from google.cloud.audit.audit_log_pb2 import AuditLog
from google.cloud.logging_v2.types import LogEntry
from google.protobuf.any_pb2 import Any as AnyMessage

from sagebase_ops.gcp.log_messages import read_entry
from sagebase_ops.gcp.logs import any_of, quoted, rfc3339

AT = datetime(2026, 11, 24, tzinfo=UTC)


def message_of(**fields: Any) -> str:  # fields of the message by name
    return read_entry(LogEntry.pb(LogEntry(timestamp=AT, **fields))).message


def audit_entry(payload: AnyMessage) -> str:
    entry = LogEntry.pb(LogEntry(timestamp=AT))
    entry.proto_payload.CopyFrom(payload)
    return read_entry(entry).message


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text_payload": "plain"}, "plain"),
        ({"json_payload": {"message": "m", "msg": "n"}}, "m"),
        ({"json_payload": {"msg": "n", "error": "e"}}, "n"),
        ({"json_payload": {"error": "e"}}, "e"),
        ({"json_payload": {"error": {"message": "inner", "code": 5}}}, "inner"),
        ({"json_payload": {"message": "", "error": "e"}}, "e"),
        ({"json_payload": {"other": "x"}}, ""),
        ({"json_payload": {"message": 5}}, ""),
        ({}, ""),
        (
            {"http_request": {"request_method": "GET", "request_url": "https://h/login?token=1", "status": 500}},
            "GET /login → 500",
        ),
    ],
)
def test_the_message_is_the_first_text_there_is(fields: dict[str, Any], message: str) -> None:
    assert message_of(**fields) == message


def test_an_audit_entry_says_its_status() -> None:
    payload = AnyMessage()
    payload.Pack(AuditLog(status={"code": 7, "message": "denied"}))
    assert audit_entry(payload) == "denied"


@pytest.mark.parametrize(
    "payload",
    [
        AnyMessage(type_url="type.googleapis.com/google.unheard.Of", value=b"\x01"),
        AnyMessage(type_url="type.googleapis.com/google.cloud.audit.AuditLog", value=b"\xff\xff"),
    ],
)
def test_a_payload_that_cannot_be_read_is_empty(payload: AnyMessage) -> None:
    assert audit_entry(payload) == ""


def test_an_entry_says_when_where_and_how_bad() -> None:
    entry = LogEntry(
        timestamp=AT,
        severity=500,
        log_name="projects/p/logs/run.googleapis.com%2Fstderr",
        resource={"type": "cloud_run_revision", "labels": {"service_name": "web"}},
        text_payload="x",
    )
    seen = read_entry(LogEntry.pb(entry))
    assert (seen.at, seen.severity, seen.log, seen.service) == (AT, "ERROR", "run.googleapis.com/stderr", "web")


def test_an_entry_without_a_time_has_that_of_its_arrival() -> None:
    assert read_entry(LogEntry.pb(LogEntry(receive_timestamp=AT))).at == AT


def test_quotes_and_backslashes_are_escaped() -> None:
    assert quoted('a"b\\c') == r'"a\"b\\c"'
    assert any_of(["a", "b"]) == '("a" OR "b")'


def test_a_line_break_in_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="control characters"):
        quoted('web"\nOR severity>=DEFAULT')


def test_times_are_whole_seconds_in_utc() -> None:
    assert rfc3339(AT.replace(microsecond=5)) == "2026-11-24T00:00:00Z"
