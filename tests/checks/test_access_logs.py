"""A week of requests: exact by status, spikes and floods told, nothing personal told, and no requests is not green."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import ValidationError

from sagebase_ops.checks.access_logs import Params, access_logs
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.monitoring import MetricQuery
from sagebase_ops.gcp.time_series import Point, Points, Series, SeriesSet
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.loads import Load
from sagebase_ops.sandbox.log_scenario import LogBucket, LogStorage
from sagebase_ops.sandbox.scenario import Entries, RunService
from tests.checks.watching import WEB, looking, refusing, said

SERIES, READS = "MetricService/ListTimeSeries", "LoggingServiceV2/ListLogEntries"


async def seen(
    scenario: str = "healthy", faults: Sequence[Fault] = (), params: dict[str, Any] | None = None, **changed: Any
) -> Finding:
    """The finding on the one service that is watched."""
    async with looking(scenario, faults, **changed) as (_, context):
        found = await access_logs(Params.model_validate(params or {}), context)
    (one,) = [one for one in found if one.target.name == WEB]
    return one


def answering(*loads: dict[str, Any]) -> list[RunService]:
    return [RunService(name=WEB, load=[Load.model_validate(load) for load in loads])]


def visits(count: int, status: int = 200, since: str = "6d", until: str = "10m", **visit: Any) -> Entries:
    given = {"severity": "INFO", "log": "run.googleapis.com/requests", "status": status, "count": count}
    return Entries.model_validate({**given, "since": since, "until": until, "visit": visit})


async def test_a_usual_week_passes_with_exact_counts_by_status() -> None:
    found = await seen()
    assert found.verdict is Verdict.PASS
    assert found.value
    assert found.value.amount == pytest.approx(302_400, abs=2)
    ok, failed = found.values["ok"], found.values["failed"]
    assert isinstance(ok, Quantity)
    assert isinstance(failed, Quantity)
    assert ok.amount + failed.amount == pytest.approx(1)


async def test_the_classes_of_status_add_up_where_websockets_are_counted() -> None:
    found = await seen(services=answering({"codes": {"101": 5}}))
    told = [found.values[name].amount for name in ("ok", "moved", "refused", "failed")]  # type: ignore[union-attr] # quantities
    (others,) = [note.values["share"].amount for note in found.notes if "stay open" in note.sentence.en]  # type: ignore[union-attr] # a share
    assert others > 0.1
    assert sum(told) + others == pytest.approx(1)
    assert not any("stay open" in line for line in said((await seen()).notes))


@pytest.mark.parametrize(("rate", "verdict"), [(0.2, Verdict.PASS), (1.0, Verdict.UNKNOWN)])
async def test_requests_without_a_status_may_have_been_refused(rate: float, verdict: Verdict) -> None:
    """Of 30 a minute."""
    assert (await seen(services=answering({"codes": {"0": rate}}))).verdict is verdict


async def test_a_scanner_is_a_spike_from_one_place() -> None:
    found = await seen("scanner")
    assert (found.verdict, found.reason) == (Verdict.WARN, "refused_spike")
    notes = said(found.notes)
    assert "spike of 404" in notes[0]
    assert any("198.51.100.*" in note and "/wp-admin/<n>.php" in note for note in notes)
    assert any("slow path /export/<n>" in note for note in notes)


async def test_nothing_personal_leaves_the_check() -> None:
    """The scenario's requests hold whole addresses, an e-mail address and a token; links and filters hold none either."""
    told = json.dumps(asdict(await seen("scanner")), default=str)
    assert [word for word in ("198.51.100.23", "203.0.113.7", "taro", "s3cr3t", "?token") if word in told] == []


async def test_names_and_addresses_of_people_in_a_path_do_not_leave_the_check_however_they_are_encoded() -> None:
    taro, twice = quote("山田太郎"), quote(quote("鈴木 花子"))
    paths = (
        f"/minutes/{taro}",
        f"/minutes/{twice}.docx",
        "/speakers/sato-jiro",
        "/share/jiro%2540example.com",
        "/u/@saburo",
    )
    logged = [visits(9, path=path, source="203.0.113.77", took="5s") for path in paths]
    logged += [visits(9, 404, path=f"/old{path}", source="203.0.113.77") for path in paths]
    told = json.dumps(asdict(await seen(log_entries=logged)), default=str, ensure_ascii=False)
    assert "/minutes/<text>" in told
    people = ("山田", "鈴木", "花子", "jiro", "saburo", "%E5", "example.com", "113.77")
    assert [word for word in people if word in told] == []


@pytest.mark.parametrize(
    "path",
    ["/tanaka", "/minutes/tanaka", "/minutes/tanaka/edit", "/search/tanaka-2", "/minutes/hanako.tanak", "/getTanaka"],
)
async def test_a_name_in_small_letters_is_not_told_wherever_it_stands_and_whoever_asks(path: str) -> None:
    logged = [visits(90, path=path, took="5s"), visits(90, 404, path=path), visits(3, path="/help/login")]
    told = json.dumps(asdict(await seen(log_entries=logged)), default=str)
    assert "tanak" not in told.lower()
    assert "/help/login" in told


async def test_a_word_of_the_file_is_told() -> None:
    logged = [visits(9, path="/Keijiban/tanaka"), visits(9, path="/keijibanTop")]
    notes = said((await seen(params={"path_words": ["keijiban"]}, log_entries=logged)).notes)
    assert "top paths: /Keijiban/<text> 50 %, /keijibanTop 50 %" in notes


@pytest.mark.parametrize("words", [["tanaka taro"], ["/minutes"], [""]])
def test_what_is_no_single_word_is_a_mistake_in_the_file(words: list[str]) -> None:
    with pytest.raises(ValidationError):
        Params.model_validate({"path_words": words})


async def test_the_top_source_is_named_with_its_count_and_share_where_nothing_is_wrong_too() -> None:
    logged = [visits(30, path="/", source="192.0.2.9"), visits(10, 404, path="/old", source="198.51.100.4")]
    found = await seen(services=answering({"codes": {"404": 0.01}}), log_entries=logged)
    sources = {str(note.values["source"]): note.values for note in found.notes if "source" in note.values}
    assert found.verdict is Verdict.PASS
    assert sources["192.0.2.*"]["count"] == 30
    assert sources["192.0.2.*"]["share"] == Quantity(0.75, "1")
    assert sources["198.51.100.*"]["share"] == Quantity(1.0, "1")


async def test_the_link_of_a_spike_leads_to_its_hour_and_its_status() -> None:
    found = await seen("scanner")
    start = found.notes[0].values["start"]
    assert isinstance(start, datetime)
    assert f"startTime={start:%Y-%m-%dT%H:%M:%SZ}" in str(found.link)
    assert "httpRequest.status%3D404" in str(found.link)
    assert "status%3E%3D400" in str((await seen()).link)


@pytest.mark.parametrize(
    ("rate", "above", "spike"), [(1, 100, False), (1.6, 100, False), (1.7, 100, True), (1.7, 102, False)]
)
async def test_an_hour_spikes_past_its_limit(rate: float, above: int, *, spike: bool) -> None:
    """Of two hours at this rate a minute, one lies whole in an hour of ours: 60 rates of 1.7 are 102."""
    loads = ({"until": "32h"}, {"since": "32h", "until": "29h", "codes": {"403": rate}}, {"since": "29h"})
    found = await seen(params={"spike_above": above}, services=answering(*loads))
    assert (found.reason == "refused_spike") is spike


async def test_what_is_refused_all_week_long_is_no_spike() -> None:
    services = answering({"codes": {"404": 0.1}})
    logged = [visits(300, 404, path="/old", source=f"192.0.{net}.9") for net in (1, 2, 3)]
    assert (await seen(services=services, log_entries=logged)).reason is None


async def test_who_was_refused_is_not_known_where_the_request_log_has_none_of_them() -> None:
    found = await seen(services=answering({"codes": {"404": 5}}))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "nothing_logged")


async def test_where_refused_requests_came_from_is_not_known_where_the_log_does_not_say() -> None:
    services, nowhere = answering({"codes": {"401": 0.2}}), [visits(1500, 401, path="/login", source="")]
    found = await seen(services=services, log_entries=nowhere)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "nothing_logged")
    few = await seen(log_entries=[visits(5, path="/page", source="")])
    assert any("where it came from" in line for line in said(few.notes))


async def test_a_slow_flood_from_one_network_is_told_without_any_spike() -> None:
    services = answering({"codes": {"401": 0.2}})
    one = [visits(1500, 401, path="/login", source="192.0.2.9")]
    assert (await seen(services=services, log_entries=one)).reason == "one_source"
    many = [visits(500, 401, path="/login", source=f"192.0.{net}.9") for net in (1, 2, 3)]
    assert (await seen(services=services, log_entries=many)).reason is None


async def test_a_websocket_that_was_long_open_is_not_slow() -> None:
    logged = [visits(30, 101, path="/_stcore/stream", took="30m"), visits(3, path="/about", took="4s")]
    notes = said((await seen(log_entries=logged)).notes)
    assert [note for note in notes if note.startswith("slow path")] == [
        "slow path /about: Quantity(amount=4.0, unit='s') at worst (Quantity(amount=3, unit='{requests}') of those read)"
    ]


async def test_googles_own_probes_are_no_visitors() -> None:
    probes = visits(50, path="/probe", agent="GoogleStackdriverMonitoring-UptimeChecks(https://cloud.google.com)")
    notes = said((await seen(log_entries=[probes, visits(5, path="/page")])).notes)
    assert "top paths: /page 100 %" in notes


async def test_no_request_is_skipped_where_instances_were_counted_and_else_unknown() -> None:
    found = await seen("no-traffic")
    assert (found.verdict, found.reason) == (Verdict.SKIPPED, "no_requests")
    found = await seen("no-data")
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "no_data")


async def test_half_a_count_never_passes() -> None:
    found = await seen(faults=[Fault(SERIES, "half_page", None)])
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "partial")


async def test_requests_that_no_log_holds_are_no_pass() -> None:
    found = await seen(log_entries=[])
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "nothing_logged")
    assert "gcloud logging sinks describe _Default" in str(found.remedy)
    assert any("no entry was found" in note for note in said(found.notes))


@pytest.mark.parametrize(
    ("given", "reason", "remedy"),
    [
        ({"faults": [refusing(READS, "logging.logEntries.list")]}, "permission_denied", "roles/logging.viewer"),
        ({"disabled_apis": ["logging.googleapis.com"]}, "api_disabled", "gcloud services enable"),
        ({"faults": [Fault(READS, "refusal", None, {"status": "DEADLINE_EXCEEDED"})]}, "deadline", "gcloud"),
    ],
)
async def test_a_log_that_could_not_be_read_is_unknown_beside_counts_that_stand(
    given: dict[str, Any], reason: str, remedy: str
) -> None:
    async with looking(**given) as (_, context):
        counted, entries = await access_logs(Params(), context)
    assert (counted.verdict, said(counted.notes)[0]) == (
        Verdict.PASS,
        "the count stands, but the entries could not be read",
    )
    assert (entries.target.kind, entries.verdict, entries.reason) == ("log_entries", Verdict.UNKNOWN, reason)
    assert remedy in str(entries.remedy)


async def test_a_refusal_by_monitoring_is_a_gcp_error_with_the_role() -> None:
    with pytest.raises(GcpError, match=r"monitoring\.timeSeries\.list"):
        await seen(faults=[refusing(SERIES, "monitoring.timeSeries.list")])


KEPT_A_DAY = LogStorage(buckets=[LogBucket(name="_Default", retention_days=1)])


async def test_requests_that_were_stored_and_are_gone_are_no_pass() -> None:
    found = await seen(log_entries=[visits(300, path="/page", until="2d")], log_storage=KEPT_A_DAY)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "nothing_logged")


async def test_entries_of_the_request_log_that_say_no_request_are_no_pass() -> None:
    said_nothing = Entries.model_validate({"log": "run.googleapis.com/requests", "severity": "INFO", "count": 50})
    found = await seen(log_entries=[said_nothing])
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "nothing_logged")


async def test_a_service_that_only_googles_probes_asked_for_has_nothing_to_find() -> None:
    probes = visits(50, path="/probe", agent="GoogleStackdriverMonitoring-UptimeChecks(https://cloud.google.com)")
    assert (await seen(log_entries=[probes])).verdict is Verdict.PASS


async def test_five_reads_and_three_counts_are_enough() -> None:
    async with looking("scanner") as (box, context):
        await access_logs(Params(), context)
        methods = [call.method for call in box.world.calls]
    assert sum("ListLogEntries" in method for method in methods) <= 5
    assert sum("ListTimeSeries" in method for method in methods) == 3


@pytest.mark.parametrize(
    ("label", "verdict", "reason"),
    [
        ("response_code_class", Verdict.WARN, "refused_spike"),
        ("response_code", Verdict.UNKNOWN, "no_status"),
    ],
)
async def test_a_label_that_is_missing_hides_no_spike(label: str, verdict: Verdict, reason: str) -> None:
    found = await seen("scanner", params={"source_above": 10**9}, labels_missing=[label])
    assert (found.verdict, found.reason) == (verdict, reason)
    assert not any("stay open" in line for line in said(found.notes))


@pytest.mark.parametrize(("above", "verdict"), [(100, Verdict.UNKNOWN), (10**6, Verdict.PASS)])
async def test_refused_requests_that_are_in_no_hour_may_have_come_at_once(above: int, verdict: Verdict) -> None:
    params = Params(spike_above=above, source_above=10**9)
    async with looking("scanner") as (_, context):
        counted = context.gcp.metrics

        class NoHours:
            """Cloud Monitoring as it is, but for the hours, of which it has none."""

            series, descriptor = counted.series, counted.descriptor

            async def long_series(self, project: str, query: MetricQuery) -> SeriesSet:
                return replace(await counted.long_series(project, query), series=())

        context.gcp.__dict__["metrics"] = NoHours()
        (found,) = await access_logs(params, context)
    assert (found.verdict, found.reason) == (verdict, None if verdict is Verdict.PASS else "hours_missing")


async def test_half_of_the_hours_never_passes_beside_whole_counts() -> None:
    half = GcpError(GcpErrorKind.PARTIAL, "half", api="monitoring.googleapis.com", method="ListTimeSeries")
    async with looking() as (_, context):
        counted = context.gcp.metrics

        class HalfOfTheHours:
            """Cloud Monitoring as it is, but for a part of the hours that it does not hand out."""

            series, descriptor = counted.series, counted.descriptor

            async def long_series(self, project: str, query: MetricQuery) -> SeriesSet:
                return replace(await counted.long_series(project, query), partial=half)

        context.gcp.__dict__["metrics"] = HalfOfTheHours()
        (found,) = await access_logs(Params(), context)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "partial")


@pytest.mark.parametrize(("scenario", "verdict"), [("healthy", Verdict.SKIPPED), ("no-data", Verdict.UNKNOWN)])
async def test_requests_of_which_google_counts_none_are_none(scenario: str, verdict: Verdict) -> None:
    async with looking(scenario) as (_, context):
        counted = context.gcp.metrics

        class NoneAtAll:
            """Cloud Monitoring, which writes a zero where it might have written nothing."""

            long_series, descriptor = counted.long_series, counted.descriptor

            async def series(self, project: str, query: MetricQuery) -> SeriesSet:
                if "request_count" not in query.filter:
                    return await counted.series(project, query)
                labels = {"resource.labels.service_name": WEB, "metric.labels.response_code": "200"}
                zeros = Points.of([Point(query.end, 0.0)])
                return SeriesSet((Series({name: labels[name] for name in query.group_by}, zeros),))

        context.gcp.__dict__["metrics"] = NoneAtAll()
        (found,) = await access_logs(Params(), context)
    assert found.verdict is verdict
