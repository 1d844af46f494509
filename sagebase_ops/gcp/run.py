"""What runs on Cloud Run, and in what state? Source: Cloud Run Admin API v2, Services and Revisions, over gRPC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from sagebase_ops.gcp.asked import Asked, Listing
from sagebase_ops.gcp.calls import asking, pages_of
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.errors import in_part
from sagebase_ops.gcp.fields import short_name, time_of
from sagebase_ops.gcp.run_secrets import SecretUse, read_secrets
from sagebase_ops.gcp.run_sizing import Sizing, read_revision_sizing, read_sizing

if TYPE_CHECKING:
    from google.cloud.run_v2.services.revisions import RevisionsAsyncClient
    from google.cloud.run_v2.services.services import ServicesAsyncClient

API = "run.googleapis.com"
PAGE_SIZE = 500  # the maximum is not documented; a larger one than the server's own is cut to it

State: TypeAlias = Literal["succeeded", "failed", "pending", "reconciling", "unspecified"]
_IMAGE_GONE = "CONTAINER_MISSING"  # Condition.CommonReason
_STATES: dict[int, State] = {1: "pending", 2: "reconciling", 3: "failed", 4: "succeeded"}  # Condition.State


@dataclass(frozen=True, slots=True)
class Condition:
    """Ready or not, with Google's own reason (`SECRETS_ACCESS_CHECK_FAILED`) and message. `since` is aware UTC."""

    state: State
    reason: str = ""
    message: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """The share of requests that a revision (short name) gets. `latest` follows the newest ready one."""

    revision: str
    percent: int
    latest: bool = False


@dataclass(frozen=True, slots=True)
class RunService:
    """One service. Names are short, "" where Google names none; `traffic` is the actual one, empty where it is not told.

    `sizing` is of the service and of the template of its next revision. `ingress` is `all`, `internal_only`,
    `internal_load_balancer`, `none` or "".
    """

    name: str
    region: str
    uri: str = ""
    urls: tuple[str, ...] = ()
    ready: Condition | None = None
    reconciling: bool = False
    latest_ready_revision: str = ""
    latest_created_revision: str = ""
    traffic: tuple[Traffic, ...] = ()
    ingress: str = ""
    default_uri_disabled: bool = False
    invoker_iam_disabled: bool = False
    iap_enabled: bool = False
    custom_audiences: tuple[str, ...] = ()
    update_time: datetime | None = None
    last_modifier: str = ""
    sizing: Sizing = field(default_factory=Sizing)
    secrets: tuple[SecretUse, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def min_instances(self) -> int:
        return self.sizing.least

    @property
    def max_instances(self) -> int | None:
        return self.sizing.most

    @property
    def serving(self) -> tuple[Traffic, ...]:
        """What gets requests; empty where nothing can (`never_ready`), and where Google does not say what does."""
        return tuple(part for part in self.traffic if part.percent and part.revision)

    @property
    def never_ready(self) -> bool:
        """Google names a newest revision, but none that ever was ready. Older answers lack both names, which says nothing."""
        return bool(self.latest_created_revision) and not self.latest_ready_revision


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a service; names are short. `creator` is who deployed it, "" where Google does not say.

    `image_gone`: Google looked for its image and did not find it, which it does only when it starts the revision.
    `secrets` and `sizing` are its own: the service's are of its template, which a revision with traffic need not be made of.
    """

    service: str
    name: str
    created_at: datetime | None
    ready: Condition | None = None
    creator: str = ""
    image_gone: bool = False
    secrets: tuple[SecretUse, ...] = ()
    sizing: Sizing = field(default_factory=Sizing)


class RunReader:
    """Cloud Run by region: Google refuses `-` for the location of a list."""

    def __init__(self, connections: Connections, asked: Asked) -> None:
        self._connections = connections
        self._asked = asked

    async def services(self, project: str, region: str) -> Listing[RunService]:
        """Every service of the region, all pages. Raises GcpError. Source: Services.ListServices."""
        return await self._asked.once(("run.services", project, region), lambda: self._services(project, region))

    async def revisions(self, project: str, region: str) -> tuple[Revision, ...]:
        """The revisions of all services of the region, newest first. Raises GcpError.

        Source: Revisions.ListRevisions over `services/-`; its order is not documented, so they are sorted here.
        """
        return await self._asked.once(("run.revisions", project, region), lambda: self._revisions(project, region))

    async def _services(self, project: str, region: str) -> Listing[RunService]:
        question = self._connections.question(API, "Services.ListServices", "run.services.list", project)
        async with asking(question, self._connections.patience) as tries:
            client = await self._connections.client(_services_client)
            request = {"parent": f"projects/{project}/locations/{region}", "page_size": PAGE_SIZE}
            found: list[RunService] = []
            unreachable: list[str] = []
            async for page in pages_of(await client.list_services(request=request, **tries)):
                found += map(read_service, page.services)
                unreachable += page.unreachable
            return Listing(tuple(found), tuple(unreachable), in_part(unreachable, question))

    async def _revisions(self, project: str, region: str) -> tuple[Revision, ...]:
        question = self._connections.question(API, "Revisions.ListRevisions", "run.revisions.list", project)
        async with asking(question, self._connections.patience) as tries:
            client = await self._connections.client(_revisions_client)
            request = {"parent": f"projects/{project}/locations/{region}/services/-", "page_size": PAGE_SIZE}
            found: list[Revision] = []
            async for page in pages_of(await client.list_revisions(request=request, **tries)):
                found += map(read_revision, page.revisions)
            return tuple(sorted(found, key=_age, reverse=True))


def read_service(message: Any) -> RunService:  # raw google.cloud.run.v2.Service; protobuf makes its class at run time
    """A Service message as we see it. Fields that are absent (older answers lack some) become empty."""
    parts = message.name.split("/")
    return RunService(
        name=parts[-1],
        region=parts[3] if len(parts) > 3 else "",  # noqa: PLR2004 (projects/P/locations/R/services/S)
        uri=message.uri,
        urls=tuple(message.urls),
        ready=_condition(message.terminal_condition) if message.HasField("terminal_condition") else None,
        reconciling=message.reconciling,
        latest_ready_revision=short_name(message.latest_ready_revision),
        latest_created_revision=short_name(message.latest_created_revision),
        traffic=_traffic(message),
        ingress=_ingress(message),
        default_uri_disabled=message.default_uri_disabled,
        invoker_iam_disabled=message.invoker_iam_disabled,
        iap_enabled=message.iap_enabled,
        custom_audiences=tuple(message.custom_audiences),
        update_time=time_of(message, "update_time"),
        last_modifier=message.last_modifier,
        sizing=read_sizing(message),
        secrets=read_secrets(message.template, message.name),
        labels=dict(message.labels),
    )


def read_revision(message: Any) -> Revision:  # raw google.cloud.run.v2.Revision, as above
    """A Revision message as we see it: a revision has no terminal condition, Ready is one of its conditions."""
    ready = next((condition for condition in message.conditions if condition.type_ == "Ready"), None)
    return Revision(
        service=short_name(message.service) or _service_in(message.name),
        name=short_name(message.name),
        created_at=time_of(message, "create_time"),
        ready=None if ready is None else _condition(ready),
        creator=message.creator,
        image_gone=any(_reason(condition) == _IMAGE_GONE for condition in message.conditions),
        secrets=read_secrets(message, message.name),
        sizing=read_revision_sizing(message),
    )


def _services_client() -> "type[ServicesAsyncClient]":
    from google.cloud.run_v2.services.services import ServicesAsyncClient

    return ServicesAsyncClient


def _revisions_client() -> "type[RevisionsAsyncClient]":
    from google.cloud.run_v2.services.revisions import RevisionsAsyncClient

    return RevisionsAsyncClient


def _condition(message: Any) -> Condition:  # as above
    state = _STATES.get(message.state, "unspecified")
    return Condition(state, _reason(message), message.message, time_of(message, "last_transition_time"))


def _reason(condition: Any) -> str:  # as above
    """The name of whichever of the three reasons is set; one newer than our library keeps its number."""
    kind = condition.WhichOneof("reasons")
    return "" if kind is None else _enum_name(condition, kind)


def _enum_name(message: Any, field: str) -> str:  # as above
    number = getattr(message, field)
    value = message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number.get(number)
    return cast("str", value.name) if value else str(number)


def _ingress(service: Any) -> str:  # as above
    return _enum_name(service, "ingress").removeprefix("INGRESS_TRAFFIC_").lower() if service.ingress else ""


def _traffic(service: Any) -> tuple[Traffic, ...]:  # as above
    """The actual split only: what is wanted may not have come about. Without a name it is the newest ready revision."""
    newest = short_name(service.latest_ready_revision)
    return tuple(
        Traffic(short_name(part.revision) or newest, part.percent, latest=_follows_newest(part))
        for part in service.traffic_statuses
    )


def _follows_newest(target: Any) -> bool:  # as above
    return _enum_name(target, "type_").endswith("_LATEST")


def _service_in(revision_name: str) -> str:
    _, _, tail = revision_name.partition("/services/")
    return tail.split("/")[0]


def _age(revision: Revision) -> tuple[datetime, str]:
    return revision.created_at or datetime.min.replace(tzinfo=UTC), revision.name
