"""Every way in which Google refuses, over real sockets, with Google's own clients."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.calls import Patience
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.logs import rfc3339
from sagebase_ops.gcp.metrics import METRICS, filter_of
from sagebase_ops.gcp.monitoring import MetricQuery
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.server import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

P, REGION = "sagebase-sandbox", "asia-northeast1"
PATIENT = Patience(one_try=20, tries=1, whole=60, pause=0.02)
OF_SILENCE = Patience(one_try=0.5, tries=1, whole=2, pause=0.02)
ONCE_SILENT = Patience(one_try=0.5, tries=20, whole=60, pause=0.02)
"""Only silence is given up soon: on a busy machine any other answer may take its time."""
SERVICES, REVISIONS = "Services/ListServices", "Revisions/ListRevisions"
INSTANCES = "sqladmin.instances.list"
ENTRIES, SERIES = "LoggingServiceV2/ListLogEntries", "MetricService/ListTimeSeries"
GRANT = (
    f"gcloud projects add-iam-policy-binding {P} "
    f"--member=serviceAccount:sagebase-ops@{P}.iam.gserviceaccount.com --role=roles/"
)
LOGIN = "gcloud auth application-default login"
QUOTAS = (
    f"gcloud beta quotas preferences create --service=run.googleapis.com --project={P}"
    " --quota-id=ReadRequestsPerMinutePerProject --preferred-value=120"
)
NAMES = f"gcloud run services list --project={P}"
LOOK = f"{NAMES} --log-http"
LOOK_AT_MONITORING = f"gcloud monitoring dashboards list --project={P} --log-http"
LOOK_AT_INSTANCES = f"gcloud sql instances list --project={P} --log-http"
LOOK_AT_LOGS = f"gcloud logging read 'severity>=ERROR' --limit=1 --project={P} --log-http"
Ask = Callable[[Cloud], Awaitable[Any]]  # whatever the reader answers


async def services(cloud: Cloud) -> Any:  # as above
    return await cloud.run.services(P, REGION)


async def revisions(cloud: Cloud) -> Any:  # as above
    return await cloud.run.revisions(P, REGION)


async def entries(cloud: Cloud) -> Any:  # as above
    since = rfc3339(datetime.now(UTC) - timedelta(days=1))
    return await cloud.logs.newest(P, f'resource.type="cloud_run_revision" timestamp>="{since}"', page_size=20)


async def instances(cloud: Cloud) -> Any:  # as above
    return await cloud.sql.instances(P)


async def whole_list(cloud: Cloud) -> Any:  # as above
    """Half a list is an answer of use: its GcpError stands beside it, for who wants the whole."""
    raise_if((await services(cloud)).partial)


async def whole_series(cloud: Cloud) -> Any:  # as above
    end = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=4)
    known, window = METRICS["request_count"], (end - timedelta(hours=1), end)
    query = MetricQuery(filter_of(known, REGION), known.aligner, known.reducer, known.group_by, *window)
    raise_if((await cloud.metrics.series(P, query)).partial)


def raise_if(partial: GcpError | None) -> None:
    if partial:
        raise partial


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running() -> AsyncIterator[Sandbox]:
    async with Sandbox.running("healthy", projects=[P]) as box:
        yield box


@pytest.fixture
def box(running: Sandbox) -> Sandbox:
    """The one sandbox of this file, healthy and without faults again."""
    running.world.faults.clear()
    running.world.play("healthy")
    running.world.calls.clear()
    return running


@pytest_asyncio.fixture(loop_scope="module")
async def cloud(box: Sandbox) -> AsyncIterator[Cloud]:
    connections = Connections(box.grpc, box.rest, PATIENT)
    cloud = Cloud(connections)
    yield cloud
    await cloud.aclose()
    await connections.aclose()


async def refusal_of(asking: Awaitable[Any]) -> GcpError:  # whatever the reader would answer
    with pytest.raises(GcpError) as refused:
        await asking
    return refused.value


def refused(method: str, status: str, **options: str) -> Fault:
    return Fault(method, "refusal", None, {"status": status, **options})


FAULTS = {
    "permission denied": (
        services,
        refused(SERVICES, "permission_denied", permission="run.services.list"),
        GcpErrorKind.PERMISSION_DENIED,
        GRANT + "run.viewer",
    ),
    "permission denied without a word of which": (
        revisions,
        refused(REVISIONS, "PERMISSION_DENIED", message="The caller does not have permission"),
        GcpErrorKind.PERMISSION_DENIED,
        GRANT + "run.viewer",
    ),
    "permission denied for logs": (
        entries,
        refused(ENTRIES, "permission_denied", permission="logging.logEntries.list", api="logging.googleapis.com"),
        GcpErrorKind.PERMISSION_DENIED,
        GRANT + "logging.viewer",
    ),
    "API disabled": (
        services,
        refused(SERVICES, "api_disabled", api="run.googleapis.com"),
        GcpErrorKind.API_DISABLED,
        f"gcloud services enable run.googleapis.com --project={P}",
    ),
    "not found": (services, refused(SERVICES, "NOT_FOUND"), GcpErrorKind.NOT_FOUND, NAMES),
    "unauthenticated": (services, refused(SERVICES, "UNAUTHENTICATED"), GcpErrorKind.UNAUTHENTICATED, LOGIN),
    "quota": (services, refused(SERVICES, "quota"), GcpErrorKind.QUOTA, QUOTAS),
    "deadline": (services, refused(SERVICES, "DEADLINE_EXCEEDED"), GcpErrorKind.DEADLINE, LOOK),
    "no answer": (services, Fault(SERVICES, "timeout_before", None), GcpErrorKind.DEADLINE, LOOK),
    "no answer after the work": (revisions, Fault(REVISIONS, "timeout_after", None), GcpErrorKind.DEADLINE, LOOK),
    "unavailable": (services, refused(SERVICES, "UNAVAILABLE"), GcpErrorKind.UNAVAILABLE, LOOK),
    "internal": (services, refused(SERVICES, "INTERNAL"), GcpErrorKind.UNAVAILABLE, LOOK),
    "connection reset": (services, Fault(SERVICES, "reset", None), GcpErrorKind.UNAVAILABLE, LOOK),
    "malformed answer": (services, Fault(SERVICES, "malformed", None), GcpErrorKind.MALFORMED, LOOK),
    "malformed revisions": (revisions, Fault(REVISIONS, "malformed", None), GcpErrorKind.MALFORMED, LOOK),
    "malformed entries": (entries, Fault(ENTRIES, "malformed", None), GcpErrorKind.MALFORMED, LOOK_AT_LOGS),
    "half a page whose next one is not there": (
        entries,
        Fault(ENTRIES, "half_page"),
        GcpErrorKind.REFUSED,
        LOOK_AT_LOGS,
    ),
    "half a page again and again": (revisions, Fault(REVISIONS, "half_page", None), GcpErrorKind.MALFORMED, LOOK),
    "half a list of services": (whole_list, Fault(SERVICES, "half_page"), GcpErrorKind.PARTIAL, LOOK),
    "half the time series": (whole_series, Fault(SERIES, "half_page"), GcpErrorKind.PARTIAL, LOOK_AT_MONITORING),
    "instances, permission denied": (
        instances,
        refused(INSTANCES, "permission_denied", permission="cloudsql.instances.list", api="sqladmin.googleapis.com"),
        GcpErrorKind.PERMISSION_DENIED,
        GRANT + "cloudsql.viewer",
    ),
    "instances, API disabled": (
        instances,
        refused(INSTANCES, "api_disabled", api="sqladmin.googleapis.com"),
        GcpErrorKind.API_DISABLED,
        f"gcloud services enable sqladmin.googleapis.com --project={P}",
    ),
    "instances, no answer": (
        instances,
        Fault(INSTANCES, "timeout_before", None),
        GcpErrorKind.DEADLINE,
        LOOK_AT_INSTANCES,
    ),
    "instances, unauthenticated": (
        instances,
        refused(INSTANCES, "UNAUTHENTICATED"),
        GcpErrorKind.UNAUTHENTICATED,
        LOGIN,
    ),
    "instances, malformed": (instances, Fault(INSTANCES, "malformed"), GcpErrorKind.MALFORMED, LOOK_AT_INSTANCES),
    "a bad argument": (services, refused(SERVICES, "INVALID_ARGUMENT"), GcpErrorKind.REFUSED, LOOK),
}


@pytest.mark.parametrize(("ask", "fault", "kind", "remedy"), FAULTS.values(), ids=FAULTS.keys())
async def test_a_refusal_is_a_gcp_error_with_its_kind_and_remedy(
    ask: Ask, fault: Fault, kind: GcpErrorKind, remedy: str, cloud: Cloud, box: Sandbox
) -> None:
    box.world.faults.add(fault)
    if fault.kind.startswith("timeout"):
        cloud.connections.patience = OF_SILENCE
    error = await refusal_of(ask(cloud))
    assert (error.kind, error.remedy) == (kind, remedy)
    assert error.api.endswith(".googleapis.com")
    assert fault.method.rpartition("/")[2] in error.method


async def test_every_kind_of_refusal_is_tried_on_the_wire() -> None:
    assert {kind for _, _, kind, _ in FAULTS.values()} == set(GcpErrorKind)


@pytest.mark.parametrize(
    ("scenario", "kind"),
    [
        ("permission-denied", GcpErrorKind.PERMISSION_DENIED),
        ("quota", GcpErrorKind.QUOTA),
    ],
)
async def test_a_scenario_refuses_as_google_does(scenario: str, kind: GcpErrorKind, cloud: Cloud, box: Sandbox) -> None:
    box.world.play(scenario)
    error = await refusal_of(entries(cloud))
    assert (error.kind, error.permission) == (kind, "logging.logEntries.list")


@pytest.mark.parametrize("ask", [lambda cloud: cloud.dashboards.list(P), entries])
async def test_a_quota_that_is_used_up_is_not_waited_for(
    ask: Callable[[Cloud], Any], cloud: Cloud, box: Sandbox
) -> None:
    box.world.play("quota")
    assert (await refusal_of(ask(cloud))).kind is GcpErrorKind.QUOTA
    assert len(box.world.calls) == 1


async def test_an_unknown_project_is_a_missing_permission_or_a_wrong_name(cloud: Cloud) -> None:
    error = await refusal_of(cloud.run.services("typo", REGION))
    assert error.kind is GcpErrorKind.PERMISSION_DENIED
    assert "Cloud Run typo: may not list services (403, run.services.list)" in str(error)
    assert "check the names" in str(error)


async def test_a_filter_that_is_a_mistake_is_refused_with_googles_words(cloud: Cloud) -> None:
    error = await refusal_of(cloud.logs.newest(P, 'severity>="ERROR" AND ('))
    assert error.kind is GcpErrorKind.REFUSED
    assert not error.retryable
    assert "Google:" in str(error)


async def test_half_a_list_of_services_is_not_complete(cloud: Cloud, box: Sandbox) -> None:
    box.world.faults.add(Fault(SERVICES, "half_page"))
    assert not (await services(cloud)).complete


@pytest.mark.parametrize(
    "fault", [Fault(SERVICES, "refusal"), Fault(SERVICES, "reset"), Fault(SERVICES, "timeout_before")]
)
async def test_what_passes_by_itself_is_asked_again(fault: Fault, cloud: Cloud, box: Sandbox) -> None:
    box.world.faults.add(fault)
    cloud.connections.patience = ONCE_SILENT
    assert [service.name for service in (await services(cloud)).items] == ["sagebase-streamlit"]


async def test_no_question_is_asked_twice(cloud: Cloud, box: Sandbox) -> None:
    for ask in (services, revisions, services, revisions):
        await ask(cloud)
    assert [call.api for call in box.world.calls] == ["run.googleapis.com"] * 2
    assert cloud.asked.count == 2


async def test_a_metric_that_was_not_listed_yet_is_looked_for_again(cloud: Cloud, box: Sandbox) -> None:
    cloud.connections.descriptors[P, "run.googleapis.com"] = {}
    for _ in range(2):
        found = await Cloud(cloud.connections).metrics.descriptor(P, "run.googleapis.com/request_count")
        assert found
        assert (found.kind, found.unit, found.delay) == ("DELTA", "1", timedelta(minutes=4))
    assert len(box.world.calls) == 1


async def test_the_next_run_asks_anew(cloud: Cloud, box: Sandbox) -> None:
    await services(cloud)
    await services(Cloud(cloud.connections))
    assert len(box.world.calls) == 2


async def test_two_pages_of_entries_are_two_calls_and_not_the_whole(cloud: Cloud, box: Sandbox) -> None:
    page = await entries(cloud)
    assert (len(page.entries), page.complete) == (40, False)
    assert len(box.world.calls) == 2
    assert page.entries[0].at >= page.entries[-1].at


async def test_a_service_and_its_revisions_are_read(cloud: Cloud, box: Sandbox) -> None:
    box.world.play("failed-deploy")
    (service,) = (await services(cloud)).items
    newest, older = await revisions(cloud)
    assert service.ready is not None
    assert (service.ready.state, service.latest_created_revision) == ("failed", newest.name)
    assert (newest.ready.state, newest.ready.reason) == ("failed", "HEALTH_CHECK_CONTAINER_ERROR")
    assert (older.name, older.ready.state) == (service.latest_ready_revision, "succeeded")
