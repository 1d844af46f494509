"""Volume, retention and exclusions of the log: what is not as it should be is said, and no volume at all is not green."""

from collections.abc import Sequence
from typing import Any

import pytest

from sagebase_ops.checks.log_storage import Params, log_storage
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.gcp.errors import Question
from sagebase_ops.gcp.log_config import LogBucket, LogSink, read_bucket, read_sink
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.log_scenario import LogStorage
from tests.checks.watching import looking, refusing, said

GIB = 2**30


async def seen(
    scenario: str = "healthy", faults: Sequence[Fault] = (), params: dict[str, Any] | None = None, **storage: Any
) -> dict[tuple[str, str], Finding]:
    """Findings by kind and name. `storage` changes the scenario's log storage."""
    changed = {"log_storage": LogStorage.model_validate(storage)} if storage else {}
    async with looking(scenario, faults, **changed) as (_, context):
        found = await log_storage(Params.model_validate(params or {}), context)
    return {(one.target.kind, one.target.name): one for one in found}


def volume(mb_a_day: float, **more: Any) -> dict[str, Any]:
    return {"log": "run.googleapis.com/stdout", "mb_a_day": mb_a_day, **more}


def sinks(*exclusions: str, **more: Any) -> list[dict[str, Any]]:
    given = [{"name": f"e{number}", "filter": text} for number, text in enumerate(exclusions)]
    return [{"name": "_Default", "bucket": "_Default", "exclusions": given, **more}]


ABOVE = "sinks and exclusions of the organisation or a folder cannot be seen from the project: they are not looked at"
PROJECT, DEFAULT = ("project", "sagebase-sandbox"), ("log_sink", "_Default")


async def test_a_new_project_passes_with_a_finding_for_its_volume_its_buckets_and_its_sinks() -> None:
    found = await seen()
    assert {one.verdict for one in found.values()} == {Verdict.PASS}
    assert [kind for kind, _ in found] == ["project", "log_bucket", "log_bucket", "log_sink", "log_sink"]


async def test_a_flood_a_short_retention_a_dead_sink_and_a_hiding_exclusion_are_warnings() -> None:
    found = await seen("log-flood")
    assert {name: one.reason for (_, name), one in found.items() if one.verdict is Verdict.WARN} == {
        "sagebase-sandbox": "over_limit",
        "_Default": "may_hide_errors",
        "to-bigquery": "disabled",
    }
    assert found["log_bucket", "_Default"].reason == "short_retention"


@pytest.mark.parametrize(("mb_a_day", "verdict"), [(1780, Verdict.PASS), (1800, Verdict.WARN)])
async def test_a_month_is_held_against_what_google_stores_for_nothing(mb_a_day: float, verdict: Verdict) -> None:
    """50 GiB in 30 days are 1789.6 MB a day."""
    assert (await seen(volumes=[volume(mb_a_day)]))[PROJECT].verdict is verdict


async def test_only_what_passes_the_free_share_is_paid_for() -> None:
    found = (await seen(volumes=[volume(150 * GIB / 30 / 1e6)]))[PROJECT]
    cost = found.values["cost"]
    assert isinstance(cost, Quantity)
    assert (round(cost.amount, 1), cost.unit) == (50.0, "USD")


async def test_the_audit_log_of_changes_costs_nothing() -> None:
    free = {"log": "cloudaudit.googleapis.com/activity", "mb_a_day": 9000}
    found = (await seen(volumes=[volume(10), free]))[PROJECT]
    assert found.value
    assert found.value.amount == pytest.approx(300e6, rel=0.01)


async def test_the_largest_log_comes_first_with_what_it_was_before() -> None:
    logs = [volume(10), volume(90, log="run.googleapis.com/stderr", since="7d"), volume(50, log="x", until="7d")]
    first, second, *_ = (await seen(volumes=logs))[PROJECT].notes
    assert [first.values["log"], second.values["log"]] == ["run.googleapis.com/stderr", "run.googleapis.com/stdout"]
    before = second.values["before"]
    assert isinstance(before, Quantity)
    assert before.amount == pytest.approx(70e6, rel=0.01)


async def test_no_volume_at_all_is_unknown_and_half_of_it_too() -> None:
    assert (await seen(volumes=[]))[PROJECT].reason == "no_data"
    half = await seen(faults=[Fault("MetricService/ListTimeSeries", "half_page", None)])
    assert (half[PROJECT].verdict, half[PROJECT].reason) == (Verdict.UNKNOWN, "partial")


@pytest.mark.parametrize(
    ("bucket", "reason"),
    [
        ({"retention_days": 30}, None),
        ({"retention_days": 29}, "short_retention"),
        ({"state": "DELETE_REQUESTED"}, "delete_requested"),
    ],
)
async def test_a_bucket_keeps_long_enough_or_is_told(bucket: dict[str, Any], reason: str | None) -> None:
    found = await seen(buckets=[{"name": "_Default", **bucket}])
    assert found["log_bucket", "_Default"].reason == reason


async def test_buckets_of_one_name_are_told_apart_by_their_location() -> None:
    found = await seen(buckets=[{"name": "app", "location": "us", "retention_days": 7}, {"name": "app"}])
    reasons = {name: one.reason for (kind, name), one in found.items() if kind == "log_bucket"}
    assert reasons == {"us/app": "short_retention", "app": None}


@pytest.mark.parametrize(("days", "dollars"), [(30, None), (60, 1.0), (365, 335 / 30)])
async def test_what_is_kept_longer_than_30_days_costs_extra(days: int, dollars: float | None) -> None:
    """100 GiB a month, of which a bucket of 60 days always holds as much again."""
    volumes = [volume(100 * GIB / 30 / 1e6)]
    kept = {"name": "_Default", "retention_days": days}, {"name": "_Required", "retention_days": 400}
    found = await seen(buckets=list(kept), volumes=volumes)
    cost = found["log_bucket", "_Default"].values.get("cost")
    assert (cost.amount if isinstance(cost, Quantity) else None) == (dollars and pytest.approx(dollars, rel=0.01))
    assert "cost" not in found["log_bucket", "_Required"].values


async def test_not_one_bucket_is_unknown_since_google_makes_two_in_every_project() -> None:
    found = (await seen(buckets=[]))["log_bucket", "sagebase-sandbox"]
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "no_data")
    assert found.remedy == "gcloud logging buckets list --location=- --project=sagebase-sandbox"


async def test_that_sinks_above_the_project_are_not_seen_is_said_where_nothing_is_excluded_too() -> None:
    assert said((await seen())[DEFAULT].notes) == [ABOVE]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (sinks(), None),
        (sinks("severity<ERROR"), None),
        (sinks('resource.type="gce_instance"'), None),
        (sinks("severity<ERROR", 'resource.labels.service_name="web"'), "may_hide_errors"),
        (sinks('jsonPayload.severity="INFO"'), "may_hide_errors"),
        (sinks("sample(insertId, 0.01)"), "may_hide_errors"),
        (sinks('log_id("run.googleapis.com/stderr")', "severity>=ERROR"), "hides_errors"),
        (sinks("httpRequest.status<500"), "hides_errors"),
        (sinks('log_id("run.googleapis.com/requests")'), "hides_requests"),
        (sinks('log_id("run.googleapis.com/requests") sample(insertId, 0.9)'), None),
        (sinks('resource.type="cloudsql_database"'), "hides_database"),
        (sinks("severity=ERROR", "severity>ERROR"), "hides_errors"),
        (sinks("severity=ERROR", "severity>CRITICAL"), "hides_a_kind_of_errors"),
        (sinks("severity<ERROR httpRequest.status<400", "severity<ERROR httpRequest.status>=400"), None),
        (
            sinks(
                'log_id("run.googleapis.com/requests") httpRequest.status<400',
                'log_id("run.googleapis.com/requests") httpRequest.status>=400',
            ),
            "hides_requests",
        ),
        (
            sinks(
                'log_id("run.googleapis.com/requests") httpRequest.status<400',
                'log_id("run.googleapis.com/requests") httpRequest.status>=500',
            ),
            None,
        ),
        (sinks(filter="severity<ERROR"), "filter_hides_errors"),
        (sinks(filter="severity>=CRITICAL"), "filter_hides_a_kind_of_errors"),
        (sinks(filter='severity>=CRITICAL OR textPayload:"x"'), "filter_may_hide_errors"),
        (sinks(filter='NOT log_id("run.googleapis.com/requests")'), "filter_hides_requests"),
        (sinks(filter='NOT log_id("cloudaudit.googleapis.com/activity")'), None),
        (sinks(destination="bigquery.googleapis.com/projects/sagebase-sandbox/datasets/logs"), "elsewhere"),
        (sinks(destination="logging.googleapis.com/projects/central/locations/global/buckets/all"), "elsewhere"),
        (sinks(disabled=True), "disabled"),
        ([{"name": "other", "bucket": "b"}], "does_not_exist"),
    ],
)
async def test_the_default_sink_takes_what_checks_read_or_is_told(
    given: list[dict[str, Any]], reason: str | None
) -> None:
    assert (await seen(sinks=given))[DEFAULT].reason == reason


@pytest.mark.parametrize(
    "given", [sinks("severity>=ERROR"), sinks(filter="severity<ERROR"), sinks(disabled=True)], ids=["out", "in", "off"]
)
async def test_a_log_that_can_only_read_as_no_error_fails(given: list[dict[str, Any]]) -> None:
    found = (await seen(sinks=given))[DEFAULT]
    assert (found.verdict, "gcloud logging sinks" in str(found.remedy)) == (Verdict.FAIL, True)


async def test_every_exclusion_that_takes_something_is_told_the_worst_first() -> None:
    found = (await seen(sinks=sinks('log_id("run.googleapis.com/requests")', "severity>=ERROR")))[DEFAULT]
    assert (found.reason, found.values["by"]) == ("hides_errors", "e1")
    assert "the exclusion e0 takes away the whole request log" in said(found.notes)[0]


async def test_the_share_of_a_sample_is_told_and_its_filter_as_it_is_written() -> None:
    drawn = 'log_id("run.googleapis.com/requests") severity<ERROR sample(insertId, 0.9)'
    first, _ = (await seen(sinks=sinks(drawn)))[DEFAULT].notes
    assert (first.values["share"], first.values["filter"]) == (Quantity(0.9, "1"), drawn)


async def test_what_another_sink_leaves_out_is_its_own_affair() -> None:
    given = [*sinks(), {"name": "copy", "bucket": "b", "filter": "severity<ERROR"}]
    found = await seen(sinks=given)
    assert found["log_sink", "copy"].verdict is Verdict.PASS


BUCKETS = [{"name": "_Default"}, {"name": "app"}, {"name": "leaving", "state": "DELETE_REQUESTED"}]
NO_ERRORS = sinks("severity>=ERROR")
BY_NUMBER = "logging.googleapis.com/projects/123456789012/locations/global/buckets/app"


def another(**more: Any) -> dict[str, Any]:
    return {"name": "all", "bucket": "app", **more}


@pytest.mark.parametrize(
    ("default", "other", "verdict", "reason"),
    [
        (NO_ERRORS, another(), "pass", None),
        (NO_ERRORS, another(filter="severity>=ERROR"), "pass", None),
        (NO_ERRORS, another(filter='resource.labels.service_name="web"'), "warn", "may_be_kept"),
        (NO_ERRORS, another(exclusions=[{"name": "x", "filter": "sample(insertId, 0.5)"}]), "warn", "may_be_kept"),
        (NO_ERRORS, another(destination=BY_NUMBER), "warn", "may_be_kept"),
        (NO_ERRORS, another(filter="severity<ERROR"), "fail", "hides_errors"),
        (NO_ERRORS, another(disabled=True), "fail", "hides_errors"),
        (NO_ERRORS, another(destination="bigquery.googleapis.com/projects/p/datasets/d"), "fail", "hides_errors"),
        (NO_ERRORS, another(bucket="gone"), "fail", "hides_errors"),
        (NO_ERRORS, another(bucket="leaving"), "fail", "hides_errors"),
        (NO_ERRORS, another(exclusions=[{"name": "x", "filter": "severity>=ERROR"}]), "fail", "hides_errors"),
        (NO_ERRORS, another(exclusions=[{"name": "x", "filter": "severity>=ERROR", "disabled": True}]), "pass", None),
        (sinks(filter="severity<ERROR"), another(), "pass", None),
        (sinks("sample(insertId, 0.01)"), another(), "pass", None),
        (sinks("sample(insertId, 0.01)"), another(filter="severity>=CRITICAL"), "warn", "may_hide_errors"),
        (sinks('log_id("run.googleapis.com/requests")', "severity>=ERROR"), another(filter="severity>=ERROR"), "warn", "may_be_kept"),
        (sinks(disabled=True), another(), "pass", None),
        (sinks(disabled=True), another(filter="severity>=ERROR"), "warn", "may_be_kept"),
        (sinks(disabled=True), another(filter="severity<ERROR"), "fail", "disabled_hides_errors"),
        (sinks(disabled=True), another(filter='resource.type="cloud_run_revision"'), "warn", "disabled_hides_database"),
        (sinks(disabled=True), another(filter='resource.type="gce_instance"'), "fail", "disabled"),
        (sinks(destination="bigquery.googleapis.com/projects/p/datasets/d"), another(), "pass", None),
        (sinks(destination="bigquery.googleapis.com/projects/p/datasets/d"), another(filter="severity>=ERROR"), "warn", "elsewhere"),
        ([], another(), "pass", None),
        ([], another(filter="severity>=ERROR"), "warn", "does_not_exist"),
    ],
)  # fmt: skip
async def test_what_another_sink_surely_keeps_is_not_lost_and_what_it_may_keep_is_not_green(
    default: list[dict[str, Any]], other: dict[str, Any], verdict: str, reason: str | None
) -> None:
    found = (await seen(buckets=BUCKETS, sinks=[*default, other]))[DEFAULT]
    assert (found.verdict, found.reason) == (verdict, reason)


async def test_who_keeps_it_is_said_and_what_it_takes_to_read_it_there() -> None:
    found = (await seen(buckets=BUCKETS, sinks=[*NO_ERRORS, another()]))[DEFAULT]
    who, role, *_ = said(found.notes)
    assert who == "what is ERROR and above: the sink all keeps it in the log bucket app"
    assert "roles/logging.viewAccessor" in role
    there = (await seen(buckets=BUCKETS, sinks=[*NO_ERRORS, another(bucket="_Default")]))[DEFAULT]
    assert not any("viewAccessor" in note for note in said(there.notes))


async def test_a_bucket_that_could_not_be_listed_keeps_nothing_for_sure() -> None:
    refusal = refusing("logging.buckets.list", "logging.buckets.list")
    found = (await seen(faults=[refusal], sinks=[*NO_ERRORS, another()]))[DEFAULT]
    assert (found.verdict, found.reason, found.values["sink"]) == (Verdict.WARN, "may_be_kept", "all")
    assert found.remedy == "gcloud logging sinks describe all --project=sagebase-sandbox"


async def test_an_exclusion_that_is_off_or_accepted_hides_nothing_and_is_shown() -> None:
    off = [{"name": "_Default", "bucket": "_Default", "exclusions": [{"name": "a", "filter": "x", "disabled": True}]}]
    assert (await seen(sinks=off))[DEFAULT].verdict is Verdict.PASS
    accepted = (await seen(params={"accepted_exclusions": ["e0"]}, sinks=sinks("severity>=ERROR")))[DEFAULT]
    assert (accepted.verdict, said(accepted.notes)) == (Verdict.PASS, ["exclusion e0: severity>=ERROR", ABOVE])


@pytest.mark.parametrize("part", ["buckets", "sinks"])
async def test_a_refusal_is_no_pass_and_names_the_role(part: str) -> None:
    found = await seen(faults=[refusing(f"logging.{part}.list", f"logging.{part}.list")])
    (lost,) = [one for one in found.values() if one.verdict is Verdict.UNKNOWN]
    assert (lost.reason, "roles/logging.viewer" in str(lost.remedy)) == ("permission_denied", True)


async def test_a_retention_that_is_none_is_unknown_and_not_the_usual_one() -> None:
    found = await seen(buckets=[{"name": "_Default", "retention_days": -1}])
    (lost,) = [one for one in found.values() if one.verdict is Verdict.UNKNOWN]
    assert lost.reason == "malformed"


def test_what_google_leaves_out_is_as_it_is_by_default() -> None:
    question = Question("logging.googleapis.com", "logging.buckets.list", "logging.buckets.list", "p")
    bucket = read_bucket({"name": "projects/p/locations/global/buckets/_Default"}, question)
    sink = read_sink({"name": "s"})
    assert (bucket.retention.days, bucket.active, bucket.location) == (30, True, "global")
    assert sink == LogSink("s", "")
    assert isinstance(bucket, LogBucket)
