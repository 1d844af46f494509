"""A request of the log is read without query and without a whole address."""

from datetime import timedelta
from typing import Any

import pytest
from google.cloud.logging_v2.types import LogEntry

from sagebase_ops.domain.log_entries import HttpRequest
from sagebase_ops.gcp.log_messages import network_of, read_entry


def request_of(**fields: Any) -> HttpRequest | None:  # fields of the message by name
    return read_entry(LogEntry.pb(LogEntry(http_request=fields))).request


def test_a_request_is_read() -> None:
    seen = request_of(
        request_method="GET",
        request_url="https://web.example/minutes/7?token=1#x",
        status=404,
        remote_ip="203.0.113.45:4711",
        latency=timedelta(seconds=1.5),
    )
    assert seen == HttpRequest("GET", "/minutes/7", 404, "203.0.113.*", timedelta(seconds=1.5))


def test_what_is_not_said_is_empty() -> None:
    assert request_of(status=200) == HttpRequest("", "/", 200)
    assert read_entry(LogEntry.pb(LogEntry(text_payload="x"))).request is None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.45", "203.0.113.*"),
        ("203.0.113.45:443", "203.0.113.*"),
        ("2001:db8:1:2:3::4", "2001:db8:1::*"),
        ("[2001:db8:1:2:3::4]:443", "2001:db8:1::*"),
        ("::ffff:203.0.113.45", "203.0.113.*"),
        ("", ""),
        ("unknown", ""),
        ("203.0.113.450", ""),
    ],
)
def test_an_address_is_told_by_its_network(address: str, network: str) -> None:
    assert network_of(address) == network
