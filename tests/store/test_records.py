"""Runs, incidents, silences and notifications come back from their records exactly as they were."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from sagebase_ops.domain.charts import Chart, Line, Panel
from sagebase_ops.domain.escalation import Eta, Person, Policy, Step
from sagebase_ops.domain.incidents import Fingerprint, Incident, Rules, State, StoryLine
from sagebase_ops.domain.notifications import Action, Delivery, Message, Notification, Posted
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Series, Target, Verdict
from sagebase_ops.domain.runs import CheckResult, EntryRef, Run, Trigger
from sagebase_ops.domain.silences import Matcher, Silence
from sagebase_ops.domain.slots import Missed, MissedReason
from sagebase_ops.errors import StoreError
from sagebase_ops.store.records import (
    READABLE,
    VERSION,
    read_incident,
    read_notification,
    read_run,
    read_silence,
    write_incident,
    write_notification,
    write_run,
    write_silence,
)

texts = some.text(max_size=20)
numbers = some.floats(allow_nan=False) | some.integers(-(2**63), 2**63)  # NaN equals nothing, not even itself
times = some.datetimes(
    timezones=some.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-3, minutes=-30))])
)
quantities = some.builds(Quantity, some.floats(allow_nan=False), texts)
values = some.dictionaries(texts | some.just("$"), texts | numbers | times | quantities, max_size=4)
free = some.recursive(
    some.none() | some.booleans() | texts | numbers | times | quantities,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(texts | some.just("$"), inner, max_size=3),
    max_leaves=8,
)
asked = some.dictionaries(texts, free, max_size=3)
sentences = some.builds(Sentence, texts, texts)
notes = some.builds(Note, sentences, values)
maybe_texts = some.none() | texts
spans = some.timedeltas(timedelta(0), timedelta(days=400))
floats = some.none() | some.floats(allow_nan=False)
many_floats = some.lists(floats, max_size=3).map(tuple)
series = some.builds(Series, sentences, sentences, texts, times, spans, many_floats, floats)
panels = some.builds(
    Panel, texts, texts, some.lists(some.builds(Line, texts, many_floats), max_size=2).map(tuple), floats
)
charts = some.builds(Chart, texts, texts, times, spans, texts, some.lists(panels, max_size=2).map(tuple))
findings = some.builds(
    Finding,
    some.builds(Target, texts, texts),
    some.sampled_from(Verdict),
    sentences,
    values,
    some.none() | quantities,
    some.none() | quantities,
    maybe_texts,
    maybe_texts,
    asked,
    maybe_texts,
    some.lists(notes, max_size=2).map(tuple),
    maybe_texts,
    some.lists(series, max_size=2).map(tuple),
)
entries = some.builds(EntryRef, texts, texts, texts, texts, sentences, sentences, maybe_texts, maybe_texts)
results = some.builds(CheckResult, entries, some.lists(findings, min_size=1, max_size=2).map(tuple))
ranges = some.builds(Missed, texts, times, times, some.integers(1, 10**6), some.sampled_from(MissedReason))
runs = some.builds(
    Run,
    id=texts,
    job=texts,
    title=texts,
    trigger=some.sampled_from(Trigger),
    slot=times,
    started_at=times,
    finished_at=times,
    language=texts,
    timezone=texts,
    expected=some.lists(entries, max_size=2).map(tuple),
    results=some.lists(results, max_size=2).map(tuple),
    dry_run=some.booleans(),
    sandbox=some.booleans(),
    started_by=maybe_texts,
    late_by_seconds=some.none() | some.floats(allow_nan=False),
    missed=some.lists(ranges, max_size=2).map(tuple),
    notes=some.lists(notes, max_size=2).map(tuple),
    next_slot=some.none() | times,
)
posted = some.none() | some.builds(Posted, texts, texts)
blocks = some.lists(asked, max_size=2).map(tuple)
notifications = some.builds(
    Notification,
    notice=texts,
    place=some.integers(0, 50),
    channel=texts,
    message=some.builds(Message, texts, blocks, blocks, some.booleans(), some.none() | charts),
    created_at=times,
    due_at=times,
    fallback=maybe_texts,
    priority=some.integers(0, 3),
    state=some.sampled_from(Delivery),
    tries=some.integers(0, 10**6),
    reads=some.integers(0, 3),
    sent_at=some.none() | times,
    posted=posted,
    parent=posted,
    error=maybe_texts,
    plain=some.booleans(),
    action=some.sampled_from(Action),
    broadcast=some.booleans(),
)
maybe_times = some.none() | times
people = some.lists(some.builds(Person, texts, texts), max_size=2).map(tuple)
incidents = some.builds(
    Incident,
    id=texts,
    fingerprint=some.builds(Fingerprint, texts, texts, texts, texts),
    state=some.sampled_from(State),
    entry=entries,
    finding=findings,
    rules=some.builds(Rules, spans, some.integers(1, 5), spans, spans, some.none() | spans),
    policy=some.builds(Policy, texts, some.lists(some.builds(Step, spans, people), max_size=2).map(tuple)),
    group=texts,
    since=times,
    seen_at=times,
    opened_at=maybe_times,
    steps_taken=some.integers(0, 9),
    told=some.booleans(),
    passes=some.integers(0, 9),
    rounds=some.integers(0, 9),
    names=some.lists(texts, max_size=2).map(tuple),
    acknowledged_by=maybe_texts,
    acknowledged_at=maybe_times,
    eta=some.none() | some.builds(Eta, times, some.integers(0, 9)),
    resolved_at=maybe_times,
    resolved_by=maybe_texts,
    failing_since=maybe_times,
    failing_until=maybe_times,
    reopened=some.lists(times, max_size=2).map(tuple),
    flapping=some.booleans(),
    clean_since=maybe_times,
    edited_at=maybe_times,
    story=some.lists(some.builds(StoryLine, times, notes, maybe_texts), max_size=2).map(tuple),
    version=some.integers(0, 2**40),
)
silences = some.builds(
    Silence, texts, some.builds(Matcher, texts, texts, texts, texts), times, times, texts, texts, maybe_times
)


def kinds(thing: Any) -> Any:  # Any: dataclasses and free JSON
    """The types all the way down, since 1 == 1.0 == True, and a StrEnum equals its word."""
    if isinstance(thing, dict):
        return {name: kinds(item) for name, item in thing.items()}
    if isinstance(thing, list | tuple):
        return type(thing), [kinds(item) for item in thing]
    if hasattr(thing, "__dataclass_fields__"):
        return type(thing), {name: kinds(getattr(thing, name)) for name in thing.__dataclass_fields__}
    return datetime if isinstance(thing, datetime) else type(thing)


@settings(max_examples=60)
@given(runs)
def test_a_run_comes_back_exactly(run: Run) -> None:
    again = read_run(write_run(run))

    assert again == run
    assert kinds(again) == kinds(run)


@settings(max_examples=60)
@given(notifications)
def test_a_notification_comes_back_exactly(row: Notification) -> None:
    again = read_notification(write_notification(row))

    assert again == row
    assert kinds(again) == kinds(row)


@settings(max_examples=60)
@given(incidents)
def test_an_incident_comes_back_exactly(incident: Incident) -> None:
    again = read_incident(write_incident(incident, incident.version))

    assert again == incident
    assert kinds(again) == kinds(incident)


@settings(max_examples=60)
@given(silences)
def test_a_silence_comes_back_exactly(silence: Silence) -> None:
    again = read_silence(write_silence(silence))

    assert again == silence
    assert kinds(again) == kinds(silence)


ROW = Notification(
    "digest", 0, "#ops", Message("text"), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
)


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_a_record_is_json_that_every_reader_takes(number: float) -> None:
    record = write_notification(replace(ROW, message=Message("text", ({"n": number},))))

    assert json.loads(record, parse_constant=pytest.fail)["version"] == VERSION
    assert repr(read_notification(record).message.blocks[0]["n"]) == repr(number)


def test_what_json_and_we_have_no_word_for_is_kept_as_text() -> None:
    odd = replace(ROW, message=Message("text", ({"ratio": Decimal("0.5")},)))

    assert read_notification(write_notification(odd)).message.blocks == ({"ratio": "0.5"},)


def test_a_character_that_was_cut_in_half_loses_no_record() -> None:
    cut = replace(ROW, error="運用 \ud83d")

    write_notification(cut).encode()
    assert read_notification(write_notification(cut)) == cut


def changed(**values: Any) -> str:  # Any: JSON
    return json.dumps({**json.loads(write_notification(ROW)), **values})


@pytest.mark.parametrize("version", READABLE)
def test_its_own_version_and_the_one_before_are_read(version: int) -> None:
    assert read_notification(changed(version=version)) == ROW


def test_a_notification_of_version_1_is_a_post_in_its_thread_only() -> None:
    """As version 1 wrote it, which knew neither `action` nor `broadcast`."""
    record = (
        '{"version":1,"record":{"notice":"digest","place":0,"channel":"#ops","message":{"text":"text","blocks":[],'
        '"attachments":[],"in_thread":false},"created_at":{"$":"time","value":"2026-01-01T00:00:00+00:00"},'
        '"due_at":{"$":"time","value":"2026-01-01T00:00:00+00:00"},"fallback":null,"priority":3,"state":"waiting",'
        '"tries":0,"reads":0,"sent_at":null,"posted":null,"parent":null,"error":null,"plain":false}}'
    )

    assert read_notification(record) == ROW
    assert (ROW.action, ROW.broadcast) == (Action.POST, False)


def test_a_field_that_the_other_version_does_not_have_takes_its_default() -> None:
    record = json.loads(write_notification(ROW))
    del record["record"]["plain"]
    record["record"]["invented_later"] = 1

    assert read_notification(json.dumps(record)) == ROW


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (changed(version=VERSION + 1), f"version {VERSION + 1}; this sagebase-ops reads {VERSION - 1} and {VERSION}"),
        (changed(version=VERSION - 2), f"version {VERSION - 2}"),
        (changed(record={"notice": "digest"}), "cannot be read: .*place"),
        (changed(record={"$": "invented", "value": 1}), "cannot be read: 'invented'"),
        ("{", "none of ours"),
        ("[]", "none of ours"),
    ],
)
def test_a_record_that_cannot_be_read_says_so(record: str, says: str) -> None:
    with pytest.raises(StoreError, match="(?s)" + says):
        read_notification(record)
