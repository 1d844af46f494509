"""Of runs long ago those stay that say something, in whatever pieces the rest goes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sagebase_ops.cli.rehearse import HOURS_OF_HISTORY
from sagebase_ops.domain.results import Finding, Note, Target, failing, passing, skipped, unknown, warning
from sagebase_ops.domain.runs import CheckResult, Run, Trigger
from sagebase_ops.domain.thinning import WHOLE_FOR, Trace, Traced, superfluous, trace_of
from tests.contract.examples import ENTRY, TITLE, at, missed, run

SERVICE = Target("run_service", "sagebase-streamlit")
WELL = passing(SERVICE, TITLE)
FAILS = failing(SERVICE, TITLE)
DAY = 24 * 60
TO_MIDNIGHT_IN_TOKYO = 6 * 60  # from 09:00 UTC


def saw(*findings: Finding, minute: float = 10) -> Run:
    """A planned run with nothing else to tell."""
    results = tuple(CheckResult(ENTRY, (finding,)) for finding in findings)
    return replace(run(f"run-{minute}", minute), results=results, missed=())


def stay(runs: Sequence[Run]) -> list[float]:
    """The minutes of those that stay."""
    going = set(superfluous([Traced(one.id, one.job, trace_of(one)) for one in runs], {}))
    return [(one.started_at - at(0)) / timedelta(minutes=1) for one in runs if one.id not in going]


def test_a_day_without_a_change_leaves_its_first_run_by_the_clock_of_the_file() -> None:
    runs = [saw(WELL, minute=minute) for minute in range(10, 2 * DAY, 60)]
    assert stay(runs) == [10, TO_MIDNIGHT_IN_TOKYO + 10, TO_MIDNIGHT_IN_TOKYO + DAY + 10]


@pytest.mark.parametrize("finding", [FAILS, warning(SERVICE, TITLE), unknown(SERVICE, TITLE, reason="timeout")])
def test_while_something_is_not_well_the_first_run_of_each_hour_stays(finding: Finding) -> None:
    assert stay([saw(finding, minute=minute) for minute in range(50, 130, 5)]) == [50, 60, 120]


def test_a_run_that_asked_nothing_is_well() -> None:
    runs = [replace(saw(minute=minute), expected=()) for minute in range(0, 300, 2)]
    assert stay(runs) == [0]


@pytest.mark.parametrize(
    "other",
    [
        FAILS,
        skipped(SERVICE, TITLE, reason="no_requests"),
        passing(Target("run_service", "another"), TITLE),
        passing(Target("sql_instance", SERVICE.name), TITLE),
    ],
    ids=["verdict", "skipped", "name", "kind"],
)
def test_what_differs_from_the_run_before_stays_and_so_does_the_way_back(other: Finding) -> None:
    seen = [WELL, WELL, other, other, WELL, WELL]
    assert stay([saw(finding, minute=minute) for minute, finding in enumerate(seen)]) == [0, 2, 4]


def test_values_alone_make_no_difference() -> None:
    muted = replace(WELL, reason="x", muted_by="silence", values={"share": 3})
    assert stay([saw(WELL, minute=1), saw(muted, minute=2)]) == [1]


def test_an_entry_that_gave_no_answer_makes_a_difference() -> None:
    silent = replace(saw(minute=2), expected=(ENTRY,))
    assert stay([saw(WELL, minute=1), silent, replace(silent, id="later", started_at=at(3))]) == [1, 2]


@pytest.mark.parametrize(
    "told",
    [
        lambda one: replace(one, trigger=Trigger.MANUAL),
        lambda one: replace(one, missed=(missed(1, 2),)),
        lambda one: replace(one, notes=(Note(TITLE),)),
    ],
    ids=["by hand", "missed slots", "a note"],
)
def test_a_run_that_tells_something_beside_its_findings_stays(told: Callable[[Run], Run]) -> None:
    assert stay([saw(WELL, minute=1), told(saw(WELL, minute=2)), saw(WELL, minute=3)]) == [1, 2]


def test_each_job_has_a_run_before_of_its_own() -> None:
    daily, watch = saw(WELL, minute=1), replace(saw(FAILS, minute=2), job="watch")
    assert stay([daily, watch, saw(WELL, minute=3), replace(watch, id="w", started_at=at(4))]) == [1, 2]


def test_what_a_rehearsal_replays_is_whole() -> None:
    assert timedelta(hours=HOURS_OF_HISTORY) < WHOLE_FOR


traced = some.lists(
    some.builds(
        Traced,
        some.just(""),
        some.sampled_from(["daily", "watch"]),
        some.builds(Trace, some.sampled_from("ab"), some.booleans()),
    ),
    max_size=30,
).map(lambda runs: [replace(one, key=str(number)) for number, one in enumerate(runs)])


def seen_last(runs: Sequence[Traced]) -> dict[str, str]:
    return {one.job: one.trace.seen for one in runs}


@given(traced, some.lists(some.integers(0, 30), max_size=5).map(sorted), some.sets(some.integers(0, 30)))
def test_in_whatever_pieces_and_however_often_cut_short_the_same_stay(
    runs: list[Traced], cuts: list[int], gone_before_a_crash: set[int]
) -> None:
    """Each piece is thinned twice: once of what goes only a part goes, as a crash leaves it; then the rest."""
    kept, start = list[Traced](), 0
    for end in [*cuts, len(runs)]:
        piece = runs[start:end]
        first = {key for key in superfluous(piece, seen_last(kept)) if int(key) in gone_before_a_crash}
        left = [one for one in piece if one.key not in first]
        going = set(superfluous(left, seen_last(kept)))
        kept += [one for one in left if one.key not in going]
        start = max(start, end)

    whole = set(superfluous(runs, {}))
    assert kept == [one for one in runs if one.key not in whole]
    assert superfluous(kept, {}) == []


@given(traced)
def test_a_run_goes_only_if_one_that_stays_said_the_same_right_before(runs: list[Traced]) -> None:
    going = set(superfluous(runs, {}))
    last = dict[str, Traced]()
    for one in runs:
        before = last.get(one.job)
        same = before is not None and before.trace.seen == one.trace.seen
        assert (one.key in going) == (same and not one.trace.stays)
        last[one.job] = one
