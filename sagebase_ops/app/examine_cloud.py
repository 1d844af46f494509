"""Does Google Cloud answer what the file's checks will ask? One small real question for each permission."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sagebase_ops.app.examined import Examined, note
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.projects import BUCKETS, SQL_INSTANCES, Project
from sagebase_ops.domain.refusals import WORDS
from sagebase_ops.domain.results import Verdict
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.logs import rfc3339
from sagebase_ops.gcp.metrics import METRICS, filter_of
from sagebase_ops.gcp.monitoring import MetricQuery
from sagebase_ops.gcp.permissions import title_of
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.language import doctor_words as words

Ask = Callable[[Cloud, Project, datetime], Awaitable[object]]
"""The smallest question that needs one permission, at a time (aware). Raises GcpError."""

_PASSES = (
    GcpErrorKind.QUOTA,
    GcpErrorKind.DEADLINE,
    GcpErrorKind.UNAVAILABLE,
    GcpErrorKind.MALFORMED,
    GcpErrorKind.PARTIAL,
)
"""Nothing of the user's is known to be wrong: it could not be seen."""

_NOTHING_THERE = object()
"""Answered by a question that could not be asked, since there is nothing to ask about."""
_WINDOW = timedelta(minutes=10)
_HOSTS = {"cloudsql": "sqladmin", "resourcemanager": "cloudresourcemanager"}
_INSTANCES = METRICS["instance_count"]


async def _time_series(cloud: Cloud, project: Project, now: datetime) -> object:
    end = now.replace(second=0, microsecond=0)
    asked = filter_of(_INSTANCES, project.region)
    query = MetricQuery(asked, "ALIGN_MAX", "REDUCE_MAX", (), end - _WINDOW, end)
    return await cloud.metrics.series(project.id, query)


async def _log_entries(cloud: Cloud, project: Project, now: datetime) -> object:
    return await cloud.logs.newest(project.id, f'timestamp>="{rfc3339(now - _WINDOW)}"', pages=1, page_size=1)


async def _versions(cloud: Cloud, project: Project, _now: datetime) -> object:
    """Of any one secret."""
    secrets = await cloud.secrets.secrets(project.id)
    return await cloud.secrets.versions(project.id, secrets[0].name) if secrets else _NOTHING_THERE


async def _bucket(cloud: Cloud, project: Project, _now: datetime) -> object:
    name = await _any_bucket(cloud, project)
    return await cloud.storage.bucket(project.id, name) if name else _NOTHING_THERE


async def _readers(cloud: Cloud, project: Project, _now: datetime) -> object:
    name = await _any_bucket(cloud, project)
    return await cloud.storage.readers(project.id, name) if name else _NOTHING_THERE


async def _any_bucket(cloud: Cloud, project: Project) -> str | None:
    """The first that the file names, or of a selector the first there is."""
    if project.selector(BUCKETS):
        return next((one.name for one in (await cloud.storage.buckets(project.id)).items), None)
    return next(iter(project.buckets), None)


async def _instance(cloud: Cloud, project: Project, now: datetime) -> object:
    """What is being done to any one instance."""
    name = next(iter(project.sql_instances), None)
    if project.selector(SQL_INSTANCES):
        name = next((one.name for one in (await cloud.sql.instances(project.id)).items), None)
    return await cloud.sql.operations(project.id, name, now - _WINDOW) if name else _NOTHING_THERE


async def _keys(cloud: Cloud, project: Project, _now: datetime) -> object:
    """Of any one service account."""
    accounts = await cloud.iam.accounts(project.id)
    return await cloud.iam.keys(project.id, accounts[0].email) if accounts else _NOTHING_THERE


QUESTIONS: Mapping[str, Ask] = {
    "cloudsql.backupRuns.list": lambda cloud, project, _: cloud.sql.backups(project.id),
    "cloudsql.instances.get": _instance,
    "cloudsql.instances.list": lambda cloud, project, _: cloud.sql.instances(project.id),
    "iam.serviceAccountKeys.list": _keys,
    "iam.serviceAccounts.list": lambda cloud, project, _: cloud.iam.accounts(project.id),
    "logging.buckets.list": lambda cloud, project, _: cloud.log_config.buckets(project.id),
    "logging.logEntries.list": _log_entries,
    "logging.sinks.list": lambda cloud, project, _: cloud.log_config.sinks(project.id),
    "monitoring.alertPolicies.list": lambda cloud, project, _: cloud.alerting.policies(project.id),
    "monitoring.alerts.list": lambda cloud, project, _: cloud.alerting.open_alerts(project.id),
    "monitoring.dashboards.list": lambda cloud, project, _: cloud.dashboards.list(project.id),
    "monitoring.metricDescriptors.list": lambda cloud, project, _: cloud.metrics.descriptor(
        project.id, _INSTANCES.type
    ),
    "monitoring.notificationChannels.list": lambda cloud, project, _: cloud.alerting.channels(project.id),
    "monitoring.snoozes.list": lambda cloud, project, _: cloud.alerting.snoozes(project.id),
    "monitoring.timeSeries.list": _time_series,
    "monitoring.uptimeCheckConfigs.list": lambda cloud, project, _: cloud.alerting.uptime_checks(project.id),
    "resourcemanager.projects.get": lambda cloud, project, _: cloud.billing.account(project.id),
    "resourcemanager.projects.getIamPolicy": lambda cloud, project, _: cloud.iam.grants(project.id),
    "run.revisions.list": lambda cloud, project, _: cloud.run.revisions(project.id, project.region),
    "run.services.list": lambda cloud, project, _: cloud.run.services(project.id, project.region),
    "secretmanager.secrets.list": lambda cloud, project, _: cloud.secrets.secrets(project.id),
    "secretmanager.versions.list": _versions,
    "serviceusage.services.list": lambda cloud, project, _: cloud.apis.enabled(project.id),
    "storage.buckets.get": _bucket,
    "storage.buckets.getIamPolicy": _readers,
    "storage.buckets.list": lambda cloud, project, _: cloud.storage.buckets(project.id),
}

ONLY_A_RUN = frozenset({"bigquery.jobs.create", "bigquery.tables.get", "bigquery.tables.getData"})
"""What only a run of the checks asks: a query is billed for what it reads, and the entry says which data set it is."""


def needed_permissions(schedules: Schedules) -> tuple[str, ...]:
    """What the checks of the file declare, in alphabetical order."""
    entries = (entry for checklist in schedules.checklists.values() for entry in checklist.entries)
    return tuple(sorted({permission for entry in entries for permission in entry.definition.permissions}))


async def examine_cloud(schedules: Schedules, connections: Connections, now: datetime) -> list[Examined]:
    """Whose credentials, then a line for each API of each project. Without credentials nothing more is asked."""
    credentials = await examine_credentials(connections)
    if credentials.state is Verdict.FAIL:
        return [credentials]
    needed, cloud = needed_permissions(schedules), Cloud(connections)
    try:
        found = await asyncio.gather(*(_project(cloud, project, needed, now) for project in schedules.projects))
    finally:
        await cloud.aclose()
    return [credentials, *(line for lines in found for line in lines)]


async def examine_credentials(connections: Connections) -> Examined:
    name, title = "google.credentials", note(words.CREDENTIALS)
    if connections.is_sandbox:
        return Examined(name, title, Verdict.PASS, note(words.SANDBOX_CREDENTIALS))
    try:
        who = await connections.whoami()
    except GcpError as error:
        return Examined(
            name, title, Verdict.FAIL, note(words.NO_CREDENTIALS, error=error.said or error.message), error.remedy
        )
    return Examined(name, title, Verdict.PASS, note(words.CREDENTIALS_OF, who=who))


async def _project(cloud: Cloud, project: Project, needed: Sequence[str], now: datetime) -> list[Examined]:
    answers = await asyncio.gather(*(_answer(cloud, project, permission, now) for permission in needed))
    by_api: dict[str, dict[str, GcpError | bool]] = {}
    for permission, answer in zip(needed, answers, strict=True):
        by_api.setdefault(_api(permission), {})[permission] = answer
    return [line for api, found in by_api.items() for line in _lines(api, project, found)]


async def _answer(cloud: Cloud, project: Project, permission: str, now: datetime) -> GcpError | bool:
    """True where it was answered, False where only a run of the checks can ask."""
    ask = QUESTIONS.get(permission)
    try:
        found = await ask(cloud, project, now) if ask else _NOTHING_THERE
    except GcpError as error:
        return error
    if isinstance(found, Listing) and found.partial:
        return found.partial
    return found is not _NOTHING_THERE


def _api(permission: str) -> str:
    service = permission.partition(".")[0]
    return f"{_HOSTS.get(service, service)}.googleapis.com"


def _lines(api: str, project: Project, found: Mapping[str, GcpError | bool]) -> Iterable[Examined]:
    """One line for what is answered; of what is not, one for each remedy."""
    name, title = f"google.{project.id}.{api}", note(words.API, api=title_of(api), project=project.id)
    fine = [permission for permission, answer in found.items() if answer is True]
    unasked = [permission for permission, answer in found.items() if answer is False]
    if fine:
        yield Examined(name, title, Verdict.PASS, note(words.MAY, permissions=", ".join(fine)))
    if unasked:
        yield Examined(name, title, Verdict.SKIPPED, note(words.NOT_ASKED, permissions=", ".join(unasked)))
    refused = [answer for answer in found.values() if isinstance(answer, GcpError)]
    for remedy in dict.fromkeys(error.remedy for error in refused):
        alike = [error for error in refused if error.remedy == remedy]
        permissions = ", ".join(dict.fromkeys(error.permission or "-" for error in alike))
        kind = alike[0].kind
        state = Verdict.UNKNOWN if kind in _PASSES else Verdict.FAIL
        yield Examined(name, title, state, note(WORDS[kind], api=alike[0].api, permission=permissions), remedy)
