from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sagebase_ops.domain.calendars import CronCalendar, EveryCalendar
from sagebase_ops.domain.slots import (
    LEASE,
    LEASE_GRACE,
    Claim,
    JobRecord,
    Missed,
    MissedReason,
    Overdue,
    Slot,
    adopted,
    is_abandoned,
    lateness,
    overdue,
)

MINUTES = EveryCalendar(timedelta(minutes=1))
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def after(**spans: float) -> datetime:
    return NINE + timedelta(**spans)


def known(**changes: object) -> JobRecord:
    return JobRecord("watch", MINUTES.fingerprint, NINE, **changes)  # type: ignore[arg-type] # as the test says


def test_nothing_is_owed_before_the_next_planned_time() -> None:
    assert overdue(known(), MINUTES, after(seconds=59)) is None


def test_a_planned_time_is_owed_the_moment_it_comes() -> None:
    assert overdue(known(), MINUTES, after(minutes=1)) == Overdue(Slot("watch", after(minutes=1)))


def test_after_a_long_stop_the_newest_runs_and_the_older_are_one_missed_range() -> None:
    owed = overdue(known(last_slot=after(minutes=2)), MINUTES, after(minutes=10))
    assert owed == Overdue(Slot("watch", after(minutes=10)), Missed("watch", after(minutes=3), after(minutes=9), 7))


def test_an_abandoned_slot_is_owed_again_where_nothing_newer_is() -> None:
    record = known(last_slot=after(minutes=2))
    assert overdue(record, MINUTES, after(minutes=2), [after(minutes=2)]) == Overdue(Slot("watch", after(minutes=2)))


def test_an_abandoned_slot_is_missed_where_a_newer_one_is_due() -> None:
    owed = overdue(known(last_slot=after(minutes=2)), MINUTES, after(minutes=3), [after(minutes=2)])
    assert owed == Overdue(Slot("watch", after(minutes=3)), Missed("watch", after(minutes=2), after(minutes=2), 1))


def test_nothing_from_before_a_job_was_first_seen_is_owed() -> None:
    record, missed = adopted(None, "watch", MINUTES, None, after(minutes=5))
    assert (record.since, missed) == (after(minutes=5), None)
    assert overdue(record, MINUTES, after(minutes=5, seconds=30)) is None


def test_what_an_older_calendar_owed_is_missed_and_never_run() -> None:
    daily = CronCalendar("0 9 * * *", ZoneInfo("UTC"))
    record, missed = adopted(known(last_slot=after(minutes=2)), "watch", daily, MINUTES, after(minutes=5, seconds=1))
    assert missed == Missed("watch", after(minutes=3), after(minutes=5), 3, MissedReason.SCHEDULE_CHANGED)
    assert record == JobRecord("watch", daily.fingerprint, after(minutes=5, seconds=1), after(minutes=5))
    assert overdue(record, daily, after(hours=1)) is None


def test_a_job_that_comes_back_into_the_file_owes_nothing_of_its_absence() -> None:
    gone = JobRecord("watch", None, NINE, after(minutes=2))
    record, missed = adopted(gone, "watch", MINUTES, None, after(days=30))
    assert (record.since, missed) == (after(days=30), None)


def test_the_same_calendar_again_changes_nothing() -> None:
    record = known(last_slot=after(minutes=2))
    assert adopted(record, "watch", MINUTES, MINUTES, after(hours=1)) == (record, None)


def test_a_start_within_the_grace_is_not_late() -> None:
    assert lateness(Slot("watch", NINE), after(seconds=60)) is None
    assert lateness(Slot("watch", NINE), after(seconds=61)) == timedelta(seconds=61)


def test_a_holder_is_gone_only_some_time_after_its_lease_ran_out() -> None:
    claim = Claim(Slot("watch", NINE), "c1", "one", lease_until=NINE)
    assert not is_abandoned(claim, NINE + LEASE_GRACE)
    assert is_abandoned(claim, NINE + LEASE_GRACE + timedelta(seconds=1))


def test_a_lease_from_before_the_clock_was_set_back_holds_nothing() -> None:
    claim = Claim(Slot("watch", NINE), "c1", "one", lease_until=after(hours=1))
    assert is_abandoned(claim, NINE)
    assert not is_abandoned(claim, after(hours=1) - LEASE - LEASE_GRACE)
