"""The few periods that are looked at hold the greatest and the least of all."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sagebase_ops.sandbox.alignment import align, periods, realign
from sagebase_ops.sandbox.changes import with_changes
from sagebase_ops.sandbox.metric_types import METRICS
from sagebase_ops.sandbox.spans import RawSeries, Span

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
INSTANCES = METRICS["run.googleapis.com/container/instance_count"]
MINUTE = timedelta(minutes=1)
spans = st.builds(
    lambda since, lasts, level: Span(NOW - since * MINUTE, NOW - (since - lasts) * MINUTE, float(level)),
    st.integers(0, 200),
    st.floats(0.2, 150),
    st.integers(0, 9),
)


@given(st.lists(spans, max_size=5), st.integers(0, 30))
def test_the_peak_of_the_chosen_periods_is_the_peak_of_all(levels: list[Span], hidden: int) -> None:
    series, seen_until = RawSeries({}, {}, tuple(levels)), NOW - hidden * MINUTE
    every = list(periods(NOW - timedelta(hours=2), NOW, MINUTE))
    chosen = with_changes(every, [series], seen_until)
    few, all_of_them = (
        {value for _, value in align(series, INSTANCES, "ALIGN_MAX", window, seen_until).points}
        for window in (chosen, every)
    )
    assert few == all_of_them


@given(st.lists(spans, max_size=5), st.integers(0, 30))
def test_so_is_the_peak_of_each_half_hour(levels: list[Span], hidden: int) -> None:
    series, seen_until = RawSeries({}, {}, tuple(levels)), NOW - hidden * MINUTE
    every, half = list(periods(NOW - timedelta(hours=2), NOW, MINUTE)), timedelta(minutes=30)
    few, all_of_them = (
        realign([align(series, INSTANCES, "ALIGN_MAX", window, seen_until)], "ALIGN_MAX", NOW, half)
        for window in (with_changes(every, [series], seen_until, half), every)
    )
    assert few == all_of_them
