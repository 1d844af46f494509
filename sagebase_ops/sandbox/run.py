"""Cloud Run: services and revisions in v2's messages. Source: google.cloud.run.v2."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from google.cloud.run_v2.types import ListRevisionsResponse, ListServicesResponse, TrafficTarget, TrafficTargetStatus
from google.cloud.run_v2.types import Revision as RevisionMessage
from google.cloud.run_v2.types import Service as ServiceMessage

from sagebase_ops.sandbox.refusals import invalid, not_found, refuse_token
from sagebase_ops.sandbox.scenario import Revision, RunService, SecretUse
from sagebase_ops.sandbox.world import World

API = "run.googleapis.com"
STATES = {"PENDING": 1, "RECONCILING": 2, "FAILED": 3, "SUCCEEDED": 4}
_TO_LATEST = 1
_TO_REVISION = 2
_MANUAL = 2
_INGRESS = {"ALL": 1, "INTERNAL_ONLY": 2, "INTERNAL_LOAD_BALANCER": 3}


def _place(name: str) -> tuple[str, str]:
    """Project and region of `projects/P/locations/R/…`. Raises RefusalError for the `-` wildcard."""
    parts = name.split("/")
    project, region = parts[1], parts[3] if len(parts) > 3 else ""  # noqa: PLR2004 (the fourth part of a name)
    if region == "-":
        raise invalid('The location must be a valid Google Cloud region, and cannot be the "-" wildcard.')
    return project, region


def list_services(world: World, request: Any) -> Any:  # Any: raw messages
    project, region = _place(request.parent)
    world.enter(API, "Services.ListServices", "run.services.list", project, request.parent)
    refuse_token(request.page_token)
    answer = ListServicesResponse.pb()()
    answer.services.extend(service_message(world, project, service) for service in world.services(region))
    return answer


def get_service(world: World, request: Any) -> Any:  # Any: raw messages
    project, region = _place(request.name)
    world.enter(API, "Services.GetService", "run.services.get", project, request.name)
    return service_message(world, project, _found(world, region, request.name))


def _found(world: World, region: str, name: str) -> RunService:
    short = name.rsplit("/", 1)[-1]
    for service in world.services(region):
        if service.name == short:
            return service
    raise not_found(f'service "{name}" not found')


def list_revisions(world: World, request: Any) -> Any:  # Any: raw messages
    """`services/-` is every service of the region."""
    project, region = _place(request.parent)
    world.enter(API, "Revisions.ListRevisions", "run.revisions.list", project, request.parent)
    refuse_token(request.page_token)
    wanted = request.parent.rsplit("/", 1)[-1]
    answer = ListRevisionsResponse.pb()()
    for service in world.services(region):
        if wanted in {"-", service.name}:
            listed = (one for one in service.revisions if one.listed)
            answer.revisions.extend(revision_message(world, project, service, one) for one in listed)
    return answer


def full_name(project: str, service: RunService) -> str:
    return f"projects/{project}/locations/{service.region}/services/{service.name}"


def service_message(world: World, project: str, service: RunService) -> Any:  # Any: raw message
    name = full_name(project, service)
    urls = [f"https://{host}" for host in service.hosts] if service.urls_told else []
    found = ServiceMessage.pb()(name=name, uri=service.address, urls=urls, generation=7, observed_generation=7)
    found.labels.update(service.labels)
    found.ingress = _INGRESS[service.ingress]
    newest, serving = service.revisions[-1], next((one for one in reversed(service.revisions) if one.ready), None)
    changed = world.anchor - newest.age
    found.create_time.FromDatetime(world.anchor - timedelta(days=200))
    found.update_time.FromDatetime(changed)
    found.last_modifier = service.deployed_by.replace("{project}", project)
    found.latest_created_revision = f"{name}/revisions/{service.name}-{newest.name}"
    if serving:
        found.latest_ready_revision = f"{name}/revisions/{service.name}-{serving.name}"
        found.traffic_statuses.extend(_split(service, serving.name) if service.traffic_told else ())
    found.traffic.extend(_split(service, ""))
    _write_sizes(found, service)
    found.invoker_iam_disabled = service.public
    found.default_uri_disabled = not service.default_uri
    _write_ready(found.terminal_condition, service, changed)
    return found


def _split(service: RunService, newest: str) -> list[Any]:  # Any: raw messages
    """Pinned revisions, else everything to the newest, which is named only where the traffic really is."""
    target = (TrafficTargetStatus if newest else TrafficTarget).pb()
    if not service.traffic:
        named = {"revision": f"{service.name}-{newest}"} if newest else {}
        return [target(type_=_TO_LATEST, percent=100, **named)]
    return [
        target(type_=_TO_REVISION, revision=f"{service.name}-{name}", percent=percent)
        for name, percent in service.traffic.items()
    ]


def _write_sizes(found: Any, service: RunService) -> None:  # Any: raw message
    found.template.scaling.min_instance_count = service.min_instances
    found.template.scaling.max_instance_count = service.max_instances or 0
    found.template.max_instance_request_concurrency = service.concurrency
    container = found.template.containers.add(image="app")
    _write_secrets(found.template, container, service.secrets)
    container.resources.limits.update({"cpu": service.cpu, "memory": service.memory})
    if service.manual_instances is not None:
        found.scaling.scaling_mode = _MANUAL
        found.scaling.manual_instance_count = service.manual_instances


def _write_secrets(template: Any, container: Any, uses: Sequence[SecretUse]) -> None:  # Any: raw messages
    for number, use in enumerate(uses):
        if use.volume:
            volume = template.volumes.add(name=f"secret-{number}")
            volume.secret.secret = use.secret
            volume.secret.items.add(path="value", version=use.version)
        else:
            variable = container.env.add(name=use.secret.upper().replace("-", "_"))
            variable.value_source.secret_key_ref.secret = use.secret
            variable.value_source.secret_key_ref.version = use.version


def _write_ready(condition: Any, service: RunService, changed: Any) -> None:  # Any: raw message
    condition.type_, condition.state, condition.message = "Ready", STATES[service.state], service.message
    condition.last_transition_time.FromDatetime(changed)
    _write_reason(condition, service.reason)


def _write_reason(condition: Any, reason: str) -> None:  # Any: raw message
    """A word of one of the two lists of reasons, where Google knows it."""
    for field in ("reason", "revision_reason"):
        words = condition.DESCRIPTOR.fields_by_name[field].enum_type.values_by_name
        if reason in words:
            setattr(condition, field, words[reason].number)
            return


def revision_message(world: World, project: str, service: RunService, revision: Revision) -> Any:  # Any: raw message
    found = RevisionMessage.pb()(
        name=f"{full_name(project, service)}/revisions/{service.name}-{revision.name}",
        service=service.name,
        generation=1,
    )
    if revision.dated:
        found.create_time.FromDatetime(world.anchor - revision.age)
    found.creator = service.deployed_by.replace("{project}", project)
    if revision.condition != "UNSAID":
        condition = found.conditions.add(type_="Ready", state=STATES[revision.condition])
        condition.message = revision.message
        condition.last_transition_time.FromDatetime(world.anchor - revision.age)
        _write_reason(condition, revision.reason)
    uses = service.secrets if revision.secrets is None else revision.secrets
    container = found.containers.add(image="app")
    _write_secrets(found, container, uses)
    container.resources.limits.update({"cpu": service.cpu, "memory": service.memory})
    least, most = revision.min_instances, revision.max_instances
    found.scaling.min_instance_count = service.min_instances if least is None else least
    found.scaling.max_instance_count = service.max_instances or 0 if most is None else most
    found.max_instance_request_concurrency = service.concurrency
    return found
