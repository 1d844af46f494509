"""Alike messages fall together, different faults stay apart."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sagebase_ops.domain.log_entries import LogEntry
from sagebase_ops.domain.log_shapes import fingerprint_of, groups_of, headline, shape_of

MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
TRACEBACK = """Traceback (most recent call last):
  File "/app/src/pages/minutes.py", line {line}, in render
    rows = load(session)
  File "/usr/local/lib/python3.11/site-packages/sqlalchemy/engine/base.py", line 1967, in _execute
    raise
{raised}: could not connect to 10.0.0.{line}
"""
MESSAGES = st.text(alphabet="abfxXZ 0123456789.,:-/?#@'\"`<>\n", max_size=300)


def entry(message: str, minutes: int = 0, service: str = "web", severity: str = "ERROR") -> LogEntry:
    return LogEntry(MIDNIGHT + timedelta(minutes=minutes), severity, "run.googleapis.com/stderr", service, message)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("User 'alice' not found (id 12)", "User 'bob' not found (id 4711)"),
        ("timeout after 12.5ms", "timeout after 9ms"),
        ("job 3f2504e0-4f89-11d3-9a0c-0305e82c3301 died", "job 99999999-4f89-11d3-9a0c-0305e82c3302 died"),
        ("at 2026-11-24T00:00:01.5Z no answer", "at 2026-11-23 10:20:30 no answer"),
        ("db 10.1.2.3:5432 refused", "db 192.168.0.12:5433 refused"),
        ("peer fe80::1 refused", "peer 2001:db8::42 refused"),
        ("object 0xdeadbeef lost", "object 0x12 lost"),
        ("commit 00bf4bf02d12 failed", "commit 7c9e6679f1aa failed"),
        ("mail to a@example.com bounced", "mail to b.c@example.org bounced"),
        ("GET https://example.com/a?x=1 failed", "GET https://example.com/a?y=2&z=3 failed"),
        ("two\n  lines", "two lines"),
    ],
)
def test_what_differs_from_one_time_to_the_next_is_cut(one: str, other: str) -> None:
    assert shape_of(one) == shape_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ValueError: bad", "KeyError: bad"),
        ("disk full", "disk failed"),
        ("can't open it, won't do", "can't close it, won't do"),
        ("std::vector is empty", "std::string is empty"),
        (TRACEBACK.format(line=1, raised="OperationalError"), TRACEBACK.format(line=1, raised="ProgrammingError")),
    ],
)
def test_different_faults_stay_apart(one: str, other: str) -> None:
    assert shape_of(one) != shape_of(other)


def test_a_traceback_is_its_exception_and_the_innermost_frame_of_our_own() -> None:
    shown = headline(TRACEBACK.format(line=12, raised="OperationalError"))
    assert shown == "OperationalError: could not connect to 10.0.0.12 at minutes.py render"


@given(MESSAGES)
def test_the_shape_of_a_shape_is_itself(message: str) -> None:
    assert shape_of(shape_of(message)) == shape_of(message)


@given(MESSAGES)
def test_digits_never_change_it(message: str) -> None:
    turned = message.translate(str.maketrans("0123456789", "9876543210"))
    assert shape_of(turned) == shape_of(message)


@given(
    st.sampled_from(["ValueError", "KeyError", "TypeError", "OSError"]), st.sampled_from(["IndexError", "LookupError"])
)
def test_exception_types_stay_apart(one: str, other: str) -> None:
    assume(one != other)
    assert shape_of(f"{one}: item 3 of 'x'") != shape_of(f"{other}: item 3 of 'x'")


@pytest.mark.parametrize(
    "piece", ["a0", "'", "a'", "1:", "a.b-", "@", "://a", "12-", "`", '"', "Traceback (most recent call last)\n"]
)
def test_it_takes_linear_time(piece: str) -> None:
    started = time.process_time()
    shape_of(piece * (20_000 // len(piece)))
    assert time.process_time() - started < 0.5


def test_groups_say_how_often_since_when_until_when_and_show_the_newest_masked() -> None:
    entries = [entry("no route for bob@example.com", 3), entry("no route for al@example.com", 1), entry("disk full", 2)]
    first, second = groups_of(entries)
    assert (first.count, first.first, first.last) == (
        2,
        MIDNIGHT + timedelta(minutes=1),
        MIDNIGHT + timedelta(minutes=3),
    )
    assert first.sample == "no route for <email>"
    assert second.sample == "disk full"


@given(st.permutations([entry("a 1"), entry("a 2", 1), entry("b", 2), entry("c", 2), entry("b", 3)]))
def test_the_order_of_entries_does_not_matter(entries: list[LogEntry]) -> None:
    assert groups_of(entries) == groups_of(reversed(entries))


def test_severities_and_services_are_groups_of_their_own() -> None:
    assert len(groups_of([entry("x"), entry("x", severity="CRITICAL"), entry("x", service="api")])) == 3


def test_a_fingerprint_is_the_same_for_ever() -> None:
    assert fingerprint_of("web", "ERROR", "disk full") == "c944351a98a6097a"


def test_a_long_sample_is_cut_after_masking() -> None:
    (group,) = groups_of([entry("x " * 145 + "AIzaSyD-1234567890abcdefghijklmnop1")])
    assert "AIza" not in group.sample
    assert len(group.sample) <= 300
