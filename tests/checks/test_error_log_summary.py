"""Two weeks of errors against each other: what is new, risen and gone is told, and what was not seen is not green."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from sagebase_ops.checks.error_log_summary import Params, error_log_summary
from sagebase_ops.checks.logs.counts import count_errors, window_before
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.monitoring import MetricQuery
from sagebase_ops.gcp.time_series import Point, Series, SeriesSet
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.log_scenario import LogBucket, LogStorage
from sagebase_ops.sandbox.scenario import Entries, RunService
from tests.checks.watching import PROJECT, WEB, looking, refusing, said

if TYPE_CHECKING:
    from sagebase_ops.gcp.snapshot import Cloud

TWO = [RunService(name=WEB), RunService(name="batch")]
READS = "LoggingServiceV2/ListLogEntries"


async def seen(
    scenario: str = "healthy", faults: Sequence[Fault] = (), params: dict[str, Any] | None = None, **changed: Any
) -> Finding:
    """The finding on the one service that is watched."""
    async with looking(scenario, faults, **changed) as (_, context):
        found = await error_log_summary(Params(**(params or {})), context)
    (finding,) = [one for one in found if one.target.name == WEB]
    return finding


def entries(**fields: Any) -> Entries:
    return Entries.model_validate({"text": "x", **fields})


async def test_a_week_like_the_one_before_passes_with_both_counts() -> None:
    found = await seen()
    assert found.verdict is Verdict.PASS
    assert (found.value, found.values["before"]) == (Quantity(16, "{entries}"), Quantity(15, "{entries}"))


async def test_an_error_since_a_deploy_is_new_with_its_revision_and_one_that_stopped_is_gone() -> None:
    found = await seen("error-wave")
    assert (found.verdict, found.reason) == (Verdict.WARN, "errors_changed")
    assert {kind: found.values[kind] for kind in ("new", "risen", "gone")} == {"new": 1, "risen": 1, "gone": 1}
    new, risen, gone = said(found.notes)
    assert "KeyError: 'speaker_id'" in new
    assert "revision sagebase-streamlit-00042-tuq" in new
    assert "connection to server" in risen
    assert "429 quota exceeded" in gone


async def test_both_periods_are_there_day_by_day_for_a_chart() -> None:
    found = await seen("error-wave")
    this, before = found.series
    assert (this.name.en, before.name.en, len(this.values), len(before.values)) == ("this period", "before", 7, 7)
    assert found.value
    assert sum(value or 0 for value in this.values) == found.value.amount
    assert sum(value or 0 for value in before.values) == getattr(found.values["before"], "amount", None)
    assert (await seen(params={"window": "36h"})).series == ()


async def test_the_services_with_the_most_errors_come_first_though_nobody_named_them() -> None:
    async with looking("error-wave") as (_, context):
        found = await error_log_summary(Params(), context)
    (of_all,) = [one for one in found if one.target.kind == "project"]
    assert [note.values["service"] for note in of_all.notes] == ["sagebase-batch", WEB]


@pytest.mark.parametrize(
    ("before", "now", "params", "verdict"),
    [
        (0, 10, {}, "warn"),
        (0, 9, {}, "pass"),
        (30, 46, {}, "warn"),
        (30, 45, {}, "pass"),
        (46, 30, {}, "pass"),
        (0, 900, {"warn_of_others": False}, "pass"),
    ],
)
async def test_many_more_errors_of_a_service_that_nobody_watches_are_a_warning(
    before: int, now: int, params: dict[str, Any], verdict: str
) -> None:
    logged = [
        entries(severity="INFO", count=400, since="14d"),
        entries(service="batch", count=now, since="6d", until="1h"),
    ]
    logged += [entries(service="batch", count=before, since="13d", until="8d")] if before else []
    async with looking(log_entries=logged, services=TWO) as (_, context):
        found = await error_log_summary(Params(**params), context)
    (of_all,) = [one for one in found if one.target.kind == "project"]
    assert of_all.verdict == verdict
    assert ("batch" in str(of_all.values.get("others"))) == (verdict == "warn")
    assert ('service_name="batch"' in str(of_all.remedy)) == (verdict == "warn")


async def test_many_errors_of_a_service_that_is_watched_are_no_surprise_of_the_project() -> None:
    logged = [entries(count=90, since="7d"), entries(service="batch", severity="INFO", count=9, since="14d")]
    async with looking(log_entries=logged, services=TWO) as (_, context):
        found = await error_log_summary(Params(), context)
    assert {one.target.kind: one.verdict for one in found} == {"project": Verdict.PASS, "run_service": Verdict.WARN}


async def test_many_more_of_the_same_is_a_warning() -> None:
    week = [entries(count=10, since="14d", until="7d"), entries(count=40, since="7d")]
    found = await seen(log_entries=week)
    assert (found.verdict, found.values["risen"]) == (Verdict.WARN, 1)


@pytest.mark.parametrize("count", [1, 5000])
async def test_errors_of_a_service_without_a_week_before_are_all_new(count: int) -> None:
    found = await seen(log_entries=[entries(count=count, since="6d")])
    assert (found.verdict, found.reason, found.values["new"]) == (Verdict.WARN, "errors_changed", 1)
    assert "no log was counted in the one before" in found.sentence.en
    assert said(found.notes)[0].startswith("new, ")


async def test_a_service_without_a_week_before_and_without_an_error_passes() -> None:
    found = await seen(log_entries=[entries(severity="INFO", count=40, since="6d")])
    assert (found.verdict, found.value) == (Verdict.PASS, Quantity(0, "{entries}"))


async def test_a_week_without_an_error_says_what_is_gone() -> None:
    quiet = entries(severity="INFO", count=400, since="20d")
    found = await seen(log_entries=[quiet, entries(count=30, since="14d", until="8d")])
    assert (found.verdict, found.values["gone"]) == (Verdict.PASS, 1)


async def test_zero_errors_before_make_all_of_now_new() -> None:
    quiet = entries(severity="INFO", count=400, since="20d")
    found = await seen(log_entries=[quiet, entries(count=2, since="3d")])
    assert (found.verdict, found.values["new"]) == (Verdict.WARN, 1)


async def test_more_than_a_limit_fails() -> None:
    assert (await seen(params={"fail_above": 15})).verdict is Verdict.FAIL
    assert (await seen(params={"fail_above": 16})).verdict is Verdict.PASS


async def test_a_week_without_an_error_is_believed_only_where_errors_are_kept() -> None:
    storage = LogStorage.model_validate(
        {
            "sinks": [
                {"name": "_Default", "bucket": "_Default", "exclusions": [{"name": "e", "filter": "severity>=ERROR"}]}
            ]
        }
    )
    quiet = [entries(severity="INFO", count=400, since="20d")]
    found = await seen(log_entries=quiet, log_storage=storage)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "not_kept")
    assert "--update-exclusion=name=e,disabled=true" in str(found.remedy)


@pytest.mark.parametrize(
    ("exclusion", "verdict", "says"),
    [
        ("severity=ERROR", Verdict.UNKNOWN, "the exclusion e takes away every entry of some severity"),
        ('log_id("run.googleapis.com/stderr")', Verdict.UNKNOWN, "or of one log such as stderr"),
        ('textPayload:"health"', Verdict.PASS, "the exclusion e may take away some entries of ERROR and above"),
        (
            'severity=ERROR textPayload:"health"',
            Verdict.PASS,
            "the exclusion e may take away some entries of ERROR and above",
        ),
        ("severity<ERROR", Verdict.PASS, ""),
    ],
)
async def test_a_week_without_an_error_is_no_pass_where_a_kind_of_them_is_never_kept(
    exclusion: str, verdict: Verdict, says: str
) -> None:
    sink = {"name": "_Default", "bucket": "_Default", "exclusions": [{"name": "e", "filter": exclusion}]}
    storage = LogStorage.model_validate({"sinks": [sink]})
    found = await seen(log_entries=[entries(severity="INFO", count=400, since="20d")], log_storage=storage)
    assert found.verdict is verdict
    notes = said(found.notes)
    assert says in notes[0] if says else not any("exclusion" in one for one in notes)


async def test_few_errors_are_no_pass_either_where_a_kind_of_them_is_never_kept() -> None:
    exclusion = {"name": "e", "filter": 'log_id("run.googleapis.com/stdout")'}
    sink = {"name": "_Default", "bucket": "_Default", "exclusions": [exclusion]}
    found = await seen(log_storage=LogStorage.model_validate({"sinks": [sink]}))
    assert (found.verdict, found.reason, found.value) == (Verdict.UNKNOWN, "not_kept", Quantity(16, "{entries}"))


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        ({"name": "all", "bucket": "app"}, Verdict.PASS),
        ({"name": "web", "bucket": "app", "filter": 'resource.labels.service_name="web"'}, Verdict.UNKNOWN),
        ({"name": "gone", "bucket": "gone"}, Verdict.UNKNOWN),
    ],
)
async def test_a_week_without_an_error_is_believed_where_another_sink_surely_keeps_them(
    other: dict[str, Any], verdict: Verdict
) -> None:
    without = {"name": "_Default", "bucket": "_Default", "exclusions": [{"name": "e", "filter": "severity>=ERROR"}]}
    storage = LogStorage.model_validate({"sinks": [without, other], "buckets": [{"name": "_Default"}, {"name": "app"}]})
    found = await seen(log_entries=[entries(severity="INFO", count=400, since="20d")], log_storage=storage)
    assert found.verdict is verdict


async def test_no_log_at_all_proves_no_zero() -> None:
    found = await seen(log_entries=[])
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "no_data")


@pytest.mark.parametrize("first", [[], [Fault("MetricService/ListTimeSeries", "latency", 1, {"seconds": 0})]])
async def test_half_a_count_of_either_period_is_unknown(first: list[Fault]) -> None:
    found = await seen(faults=[*first, Fault("MetricService/ListTimeSeries", "half_page", None)])
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "partial")


UNREAD = [
    ({"faults": [refusing(READS, "logging.logEntries.list")]}, "permission_denied", "roles/logging.viewer"),
    ({"disabled_apis": ["logging.googleapis.com"]}, "api_disabled", "gcloud services enable"),
    ({"faults": [Fault(READS, "refusal", None, {"status": "DEADLINE_EXCEEDED"})]}, "deadline", "gcloud"),
]


@pytest.mark.parametrize(("given", "reason", "remedy"), UNREAD)
async def test_entries_that_could_not_be_read_are_unknown_beside_counts_that_stand(
    given: dict[str, Any], reason: str, remedy: str
) -> None:
    async with looking(**given) as (_, context):
        counted, *_, entries = await error_log_summary(Params(), context)
    assert (counted.value, counted.values["before"]) == (Quantity(16, "{entries}"), Quantity(15, "{entries}"))
    assert "new" not in counted.sentence.en
    assert said(counted.notes) == ["the count stands, but the entries could not be read"]
    assert (entries.target.kind, entries.verdict, entries.reason) == ("log_entries", Verdict.UNKNOWN, reason)
    assert remedy in str(entries.remedy)


async def test_a_rise_is_proven_by_its_counts_though_no_entry_could_be_read() -> None:
    found = await seen("busy-week", [refusing(READS, "logging.logEntries.list")])
    assert (found.verdict, found.reason) == (Verdict.WARN, "errors_changed")
    risen = [entries(count=40, since="7d"), entries(severity="INFO", count=400, since="20d")]
    found = await seen(faults=[refusing(READS, "logging.logEntries.list")], log_entries=risen)
    assert (found.verdict, found.reason) == (Verdict.WARN, "errors_changed")


async def test_a_week_that_is_counted_but_kept_no_more_leaves_open_what_is_new() -> None:
    found = await seen(log_storage=LogStorage(buckets=[LogBucket(name="_Default", retention_days=7)]))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "not_compared")
    assert any("past their retention" in note for note in said(found.notes))
    assert "gcloud logging buckets describe _Default" in str(found.remedy)


async def test_a_refusal_by_monitoring_is_a_gcp_error_with_the_role() -> None:
    with pytest.raises(GcpError, match=r"monitoring\.timeSeries\.list"):
        await seen(faults=[refusing("MetricService/ListTimeSeries", "monitoring.timeSeries.list")])


async def test_thousands_of_errors_are_read_from_a_sample_that_says_its_share() -> None:
    many = [entries(text="slow query {n}", count=3_000, since="14d")]
    found = await seen(log_entries=many)
    assert found.verdict is Verdict.PASS
    assert any("drawn evenly over the period" in note for note in said(found.notes))


async def test_two_reads_of_each_period_are_enough_for_every_service() -> None:
    names = tuple(f"service-{number}" for number in range(30))
    logged = [entries(count=9, since="14d", service=name) for name in names]
    async with looking(log_entries=logged, services=[RunService(name=name) for name in names]) as (box, context):
        all_of_them = replace(context, project=replace(PROJECT, services=names))
        found = await error_log_summary(Params(), all_of_them)
        assert len(found) == len(names) + 1
        assert sum("ListLogEntries" in call.method for call in box.world.calls) == 2


class Counted:
    """Monitoring that has counted entries of these severities, one of each."""

    def __init__(self, *severities: str) -> None:
        self.metrics, self._severities = self, severities

    async def series(self, _project: str, query: MetricQuery) -> SeriesSet:
        labels = [("run.googleapis.com/stderr", severity) for severity in self._severities]
        values = [dict(zip(query.group_by, (WEB, severity, log), strict=True)) for log, severity in labels]
        return SeriesSet(tuple(Series(one, (Point(query.end, 1.0),)) for one in values))


@pytest.mark.parametrize(
    ("severities", "errors"),
    [(("INFO",), 0), (("INFO", "ERROR"), 1), (("",), None), (("INFO", "OF_NEXT_YEAR"), None)],
)
async def test_a_severity_that_is_not_known_may_be_an_error(severities: tuple[str, ...], errors: int | None) -> None:
    async with looking() as (_, context):
        pretended = replace(context, gcp=cast("Cloud", Counted(*severities)))
        counts = await count_errors(window_before(context.now, timedelta(days=7)), pretended)
    assert counts.errors_of(WEB) == errors
