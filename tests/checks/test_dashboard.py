"""The dashboard shows the seven key metrics of what is watched, or says which it lacks and why."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.dashboard import Params, dashboard
from sagebase_ops.checks.metrics.dashboard import KEY_METRICS, missing_from, promql
from sagebase_ops.domain.projects import EVERY, Environment, Project
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.dashboards import Dashboard, read_dashboard
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import Dashboard as Pretend
from sagebase_ops.sandbox.scenario import RunService
from sagebase_ops.sandbox.server import Sandbox
from tests.checks.watching import WEB

NAME = "Sagebase Monitoring Dashboard"
RUN, SQL = "run.googleapis.com", "cloudsql.googleapis.com/database"
FIVES = 'metric.label.response_code_class="5xx"'
PROJECT = Project("sagebase-sandbox", Environment.PRODUCTION, "asia-northeast1", ("web", "api"), ("db",))


def filters(of_services: str = "", of_databases: str = "", connections: str = "postgresql/num_backends") -> list[str]:
    """The seven metrics as seven filters, each with what restricts it."""
    run = ["request_count", "request_latencies", "container/cpu/utilizations", "container/memory/utilizations"]
    of_run = [f'metric.type="{RUN}/{name}" {of_services}' for name in [*run, "container/instance_count"]]
    fives = f'metric.type="{RUN}/request_count" {FIVES} {of_services}'
    return [*of_run, fives, f'metric.type="{SQL}/{connections}" {of_databases}']


def missing(queries: list[str], project: Project = PROJECT) -> tuple[str, ...]:
    return missing_from(Dashboard("1", NAME, tuple(queries)), project)


@asynccontextmanager
async def looking(*shown: Pretend) -> AsyncIterator[tuple[Sandbox, CheckContext]]:
    async with Sandbox.running() as box:
        box.world.scenario = box.world.scenario.model_copy(update={"dashboards": list(shown)})
        connections = Connections(box.grpc, box.rest)
        no_probe: Any = None  # no request goes to the service
        yield box, CheckContext(PROJECT, Cloud(connections), no_probe, box.world.now())
        await connections.aclose()


async def seen(*shown: Pretend) -> Finding:
    async with looking(*shown) as (_, context):
        (finding,) = await dashboard(Params(), context)
    return finding


async def test_the_best_of_several_with_the_name_counts() -> None:
    found = await seen(Pretend(title=NAME, filters=[]), Pretend(title=NAME, filters=filters()))
    assert (found.verdict, str(found.link).count("/builder/")) == (Verdict.PASS, 1)


async def test_a_dashboard_of_another_name_is_none() -> None:
    found = await seen(Pretend(title="Other", filters=filters()))
    assert (found.verdict, found.values["found"]) == (Verdict.FAIL, "Other")


async def test_an_empty_dashboard_lacks_all_seven() -> None:
    found = await seen(Pretend(title=NAME, filters=[]))
    assert found.verdict is Verdict.WARN
    assert found.values["missing"] == ", ".join(metric.name for metric in KEY_METRICS)


async def test_connections_that_postgresql_never_has_are_told() -> None:
    found = await seen(Pretend(title=NAME, filters=filters(connections="network/connections")))
    assert (found.verdict, found.values["missing"]) == (Verdict.WARN, "DB Connections")
    assert "num_backends" in found.notes[0].sentence.en


async def test_charts_of_another_service_do_not_count_and_are_told() -> None:
    found = await seen(Pretend(title=NAME, filters=filters(of_services='resource.labels.service_name="staging"')))
    assert found.verdict is Verdict.WARN
    assert str(found.values["missing"]).startswith("Request Count (web), Request Count (api), Error Rate (5xx) (web)")
    assert {str(note.values["names"]).split(", ")[0] for note in found.notes} == {"staging"}


async def test_half_a_list_of_dashboards_is_no_missing_one() -> None:
    async with looking(Pretend(title="A", filters=[]), Pretend(title=NAME, filters=filters())) as (box, context):
        box.world.faults.add(Fault("monitoring.dashboards.list", "half_page", None))
        with pytest.raises(Exception, match="page token"):
            await dashboard(Params(), context)


@pytest.mark.parametrize(
    "clause",
    [
        "",
        'resource.labels.service_name=one_of("web", "api")',
        'resource.label."service_name"="web" OR resource.label."service_name"="api"',
        'resource.labels.service_name="${service}"',
        'resource.labels.service_name=monitoring.regex.full_match("w.*|api")',
        'resource.labels.service_name!="staging"',
    ],
)
def test_a_filter_that_lets_every_watched_service_through_shows_it(clause: str) -> None:
    assert missing(filters(of_services=clause)) == ()


def test_one_chart_for_each_service_is_as_good_as_one_for_all() -> None:
    each = [*filters(of_services='service_name="web"'), *filters(of_services='service_name="api"')]
    assert missing(each) == ()
    assert missing(filters(of_services='service_name="web"'))[0] == "Request Count (api)"


def test_a_database_is_named_with_its_project() -> None:
    assert missing(filters(of_databases='resource.labels.database_id="sagebase-sandbox:db"')) == ()
    assert missing(filters(of_databases='resource.labels.database_id="p:other"')) == ("DB Connections (db)",)


@pytest.mark.parametrize(
    "clause",
    [
        'resource.labels.service_name=starts_with("other")',
        'NOT resource.labels.service_name=one_of("web", "api")',
        'resource.labels.location="us-central1"',
        'project="another"',
        'resource.labels.revision_name="web-00001-abc"',
    ],
)
def test_a_filter_that_keeps_the_watched_services_out_shows_none(clause: str) -> None:
    assert len(missing(filters(of_services=clause))) == 12


def test_the_failed_requests_alone_are_not_the_request_count() -> None:
    assert missing(filters()[1:]) == ("Request Count (web)", "Request Count (api)")


async def test_a_query_that_cannot_be_read_is_neither_shown_nor_missing() -> None:
    unread = 'resource.labels.service_name=new_function("w")'
    found = await seen(Pretend(title=NAME, filters=filters(of_services=unread)))
    assert (found.verdict, found.reason) == (Verdict.WARN, "not_read")
    assert str(found.values["unread"]).startswith("Request Count (web), Request Count (api)")


async def test_where_every_service_is_watched_each_of_them_has_to_be_shown() -> None:
    shown = Pretend(title=NAME, filters=filters(of_services=f'service_name="{WEB}"'))
    async with looking(shown) as (box, context):
        box.world.scenario = box.world.scenario.model_copy(
            update={"services": [RunService(), RunService(name="second")]}
        )
        every = replace(context, project=replace(PROJECT, services=EVERY, sql_instances=()))
        (found,) = await dashboard(Params(), every)
    assert (found.verdict, str(found.values["missing"]).split(", ")[0]) == (Verdict.WARN, "Request Count (second)")


async def test_a_region_without_a_service_is_no_region_that_is_shown() -> None:
    async with looking(Pretend(title=NAME, filters=filters())) as (box, context):
        box.world.scenario = box.world.scenario.model_copy(update={"services": []})
        _, nothing = await dashboard(Params(), replace(context, project=replace(PROJECT, services=EVERY)))
    assert (nothing.verdict, nothing.reason) == (Verdict.UNKNOWN, "nothing_matched")


@pytest.mark.parametrize(
    ("clause", "shown"),
    [
        ('response_code_class="5xx"', True),
        ('response_code_class = starts_with("5xx")', True),
        ('response_code_class=~"5.."', True),
        ('response_code_class!="5xx"', False),
        ("response_code>=500", True),
        ("response_code<500", False),
    ],
)
def test_the_error_rate_wants_a_chart_of_the_5xx(clause: str, *, shown: bool) -> None:
    queries = [query.replace(FIVES, clause) for query in filters()]
    assert ("Error Rate (5xx)" not in missing(queries)) is shown


def test_promql_is_read_too() -> None:
    every = [f"rate({promql(metric.type)}[5m])" for metric in KEY_METRICS]
    failed = f'rate({promql(KEY_METRICS[0].type)}{{response_code_class=~"5.."}}[5m])'
    assert missing([*every, failed]) == ()
    assert missing(every) == ("Error Rate (5xx)",)


@pytest.mark.parametrize(
    ("reducer", "shown"), [("REDUCE_PERCENTILE_95", True), ("REDUCE_SUM", True), ("REDUCE_PERCENTILE_50", False)]
)
async def test_response_time_is_shown_where_its_95th_percentile_is(reducer: str, *, shown: bool) -> None:
    found = await seen(Pretend(title=NAME, filters=filters(), reducer=reducer))
    assert (found.verdict, found.values.get("missing", "")) == (
        (Verdict.PASS, "") if shown else (Verdict.WARN, "Response Latency")
    )
    assert [note.values["found"] for note in found.notes] == ([] if shown else ["PERCENTILE_50"])


@pytest.mark.parametrize(("share", "shown"), [("0.95", True), (".95", True), ("0.5", False)])
def test_a_quantile_of_promql_is_a_percentile(share: str, *, shown: bool) -> None:
    buckets = promql("run.googleapis.com/request_latencies")
    asked = f"histogram_quantile({share}, sum by (le) (rate({buckets}_bucket[5m])))"
    queries = [asked if "request_latencies" in one else one for one in filters()]
    assert ("Response Latency" in missing(queries)) is not shown


def test_a_panel_of_logs_shows_no_metric() -> None:
    asked = filters()
    widgets = [{"logsPanel": {"filter": query}} for query in asked]
    chart = {"xyChart": {"dataSets": [{"timeSeriesQuery": {"timeSeriesFilter": {"filter": asked[0]}}}]}}
    read = read_dashboard({"name": "d/1", "displayName": NAME, "gridLayout": {"widgets": [*widgets, chart]}})
    assert read.queries == (asked[0],)


async def test_a_chart_of_something_else_in_a_metrics_place_is_named() -> None:
    others = [one.replace("container/cpu/utilizations", "container/cpu/allocation_time") for one in filters()]
    found = await seen(Pretend(title=NAME, filters=others))
    assert (found.verdict, found.values["missing"]) == (Verdict.WARN, "CPU Utilization")
    assert [note.values["found"] for note in found.notes] == [f"{RUN}/container/cpu/allocation_time"]


async def test_a_chart_beside_the_right_one_is_not_told() -> None:
    both = [*filters(), f'metric.type="{RUN}/container/cpu/allocation_time"']
    assert (await seen(Pretend(title=NAME, filters=both))).notes == ()
