"""A sample of the log is drawn by Cloud Logging, evenly over the period and over the services."""

from datetime import timedelta

import pytest

from sagebase_ops.checks.logs.counts import count_errors, entries_filter, window_before
from sagebase_ops.checks.logs.samples import LogSample, read_sample, sampling, shares_of
from sagebase_ops.sandbox.scenario import Entries, RunService
from tests.checks.watching import WEB, looking

NAMES = (WEB, "quiet")


async def drawn(count: int, since: str = "7d") -> tuple[LogSample, int, int]:
    """A sample of a loud and a quiet service, the loud one's true count, and the reads it took."""
    entries = [
        Entries.model_validate({"text": "loud {n}", "count": count, "since": since}),
        Entries.model_validate({"text": "soft {n}", "count": 20, "since": "6d", "service": "quiet"}),
    ]
    services = [RunService(name=name) for name in NAMES]
    async with looking(log_entries=entries, services=services) as (box, context):
        window = window_before(context.now, timedelta(days=7))
        counts = await count_errors(window, context)
        wanted = {name: counts.errors_of(name) or 0 for name in NAMES}
        sample = await read_sample(entries_filter(NAMES, context.project.region, window), wanted, context)
        reads = sum("ListLogEntries" in call.method for call in box.world.calls)
        return sample, wanted[WEB], reads


async def test_a_loud_service_is_drawn_from_and_a_quiet_one_read_whole_in_one_read() -> None:
    sample, count, reads = await drawn(6000)
    loud = sample.entries[WEB]
    assert sample.share_of("quiet") == 1
    assert len(sample.entries["quiet"]) == 20
    assert len(loud) / sample.share_of(WEB) == pytest.approx(count, rel=0.15)
    assert reads == 1


async def test_it_is_drawn_from_the_whole_period() -> None:
    sample, _, _ = await drawn(6000)
    days = {entry.at.date() for entry in sample.entries[WEB]}
    assert len(days) >= 7


async def test_all_is_read_where_there_is_little() -> None:
    sample, count, _ = await drawn(30)
    assert len(sample.entries[WEB]) == count
    assert "sample(" not in sample.asked["filter"]


async def test_what_ended_before_its_end_stands_for_nothing_else() -> None:
    """More entries came than were counted: the newest two pages are no even sample."""
    async with looking(log_entries=[Entries.model_validate({"text": "x", "count": 3000})]) as (_, context):
        window = window_before(context.now, timedelta(days=7))
        sample = await read_sample(entries_filter((WEB,), context.project.region, window), {WEB: 1}, context)
    assert (sample.complete, len(sample.entries[WEB]), sample.share_of(WEB)) == (False, 2000, 0.0)


async def test_nothing_is_asked_where_nothing_was_counted() -> None:
    async with looking() as (box, context):
        assert await read_sample("", {WEB: 0}, context) == LogSample()
        assert box.world.calls == []


def test_a_share_is_never_drawn_as_none() -> None:
    assert shares_of({"a": 10**12}) == {"a": 0.000001}
    assert sampling({"a": 0.000001}) == '((resource.labels.service_name=("a") AND sample(insertId, 0.000001)))'
