"""What does Cloud Monitoring itself watch, what has it raised, whom does it tell? Its alerting, v3 over REST.

REST, since the alerts have no gRPC client (google-cloud-monitoring 2.32), and one way for all four is simpler.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sagebase_ops.errors import GcpErrorKind
from sagebase_ops.gcp.alert_policies import (
    AlertPolicy,
    NotificationChannel,
    Snooze,
    own_channel,
    read_channel,
    read_policy,
    read_snooze,
    seconds,
)
from sagebase_ops.gcp.asked import Asked
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.errors import Question, failure
from sagebase_ops.gcp.fields import short_name
from sagebase_ops.gcp.rest import Json
from sagebase_ops.gcp.rest_lists import integer, objects, pages, text, texts

API = "monitoring.googleapis.com"
PAGE_SIZE = 1000  # Google's maximum for alerts; the others allow as much
_USUAL_PERIOD = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Alert:
    """One that is open. Its policy may be another project's, or deleted. `opened_at` is aware UTC, None where unsaid."""

    policy_id: str
    policy_name: str
    opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class UptimeCheck:
    """`id` is the `check_id` of its metric. It looks at `host` (lower case), or at a Cloud Run `service`.

    `project` and `location` say where that is; "" where Google does not.

    `http`: it asks for `path` (else it only connects), over TLS where `tls`, whose certificate it looks at where
    `validates`, at `port` (None: the usual one), and takes `accepts` for good: `4xx`, `503`, `ANY`; empty is 2xx alone.
    `disabled`: it does not look. `regions` empty is every region there is. `private`: it looks from inside a network (VPC_CHECKERS).
    """

    id: str
    display_name: str
    host: str = ""
    service: str = ""
    project: str = ""
    location: str = ""
    period: timedelta = _USUAL_PERIOD
    http: bool = True
    path: str = "/"
    tls: bool = False
    validates: bool = False
    regions: tuple[str, ...] = ()
    timeout: timedelta | None = None
    private: bool = False
    disabled: bool = False
    port: int | None = None
    accepts: tuple[str, ...] = ()


class AlertingReader:
    """The alerting of a project."""

    def __init__(self, connections: Connections, asked: Asked) -> None:
        self._connections = connections
        self._asked = asked

    async def policies(self, project: str) -> tuple[AlertPolicy, ...]:
        """All of them, disabled ones too. Raises GcpError. Source: projects.alertPolicies.list."""
        return await self._asked.once(("alerting.policies", project), lambda: self._policies(project))

    async def open_alerts(self, project: str) -> tuple[Alert, ...]:
        """Those that are open now, newest first. Raises GcpError. Source: projects.alerts.list."""
        return await self._asked.once(("alerting.alerts", project), lambda: self._alerts(project))

    async def uptime_checks(self, project: str) -> tuple[UptimeCheck, ...]:
        """All of them, disabled ones too. Raises GcpError. Source: projects.uptimeCheckConfigs.list."""
        return await self._asked.once(("alerting.uptime_checks", project), lambda: self._uptime_checks(project))

    async def channels(self, project: str) -> tuple[NotificationChannel, ...]:
        """Every notification channel. Raises GcpError. Source: projects.notificationChannels.list."""
        return await self._asked.once(("alerting.channels", project), lambda: self._channels(project))

    async def snoozes(self, project: str) -> tuple[Snooze, ...]:
        """All of them, past ones too. Raises GcpError. Source: projects.snoozes.list."""
        return await self._asked.once(("alerting.snoozes", project), lambda: self._snoozes(project))

    async def _snoozes(self, project: str) -> tuple[Snooze, ...]:
        return tuple([read_snooze(item) async for item, _ in self._listed(project, "snoozes")])

    async def _channels(self, project: str) -> tuple[NotificationChannel, ...]:
        found = [read_channel(item) async for item, _ in self._listed(project, "notificationChannels")]
        return tuple(replace(one, name=own_channel(project, one.name)) for one in found)

    async def _policies(self, project: str) -> tuple[AlertPolicy, ...]:
        found = [read_policy(item) async for item, _ in self._listed(project, "alertPolicies")]
        return tuple(replace(one, channels=tuple(own_channel(project, name) for name in one.channels)) for one in found)

    async def _alerts(self, project: str) -> tuple[Alert, ...]:
        found = self._listed(project, "alerts", {"filter": 'state="OPEN"'})
        return tuple([read_alert(item, question) async for item, question in found])

    async def _uptime_checks(self, project: str) -> tuple[UptimeCheck, ...]:
        return tuple([read_uptime_check(item) async for item, _ in self._listed(project, "uptimeCheckConfigs")])

    async def _listed(
        self, project: str, what: str, wanted: dict[str, str | int] | None = None
    ) -> AsyncIterator[tuple[Json, Question]]:
        method = f"monitoring.{what}.list"
        question = self._connections.question(API, method, method, project)
        params = {"pageSize": PAGE_SIZE, **(wanted or {})}
        async for page in pages(self._connections, question, f"/v3/projects/{project}/{what}", params):
            for item in objects(page, what, question):
                yield item, question


def read_alert(item: Json, question: Question) -> Alert:
    """An Alert resource as we see it. Raises GcpError for a time that is none."""
    opened = text(item, "openTime")
    try:
        at = datetime.fromisoformat(opened) if opened else None
    except ValueError as error:
        raise failure(GcpErrorKind.MALFORMED, f"openTime is no time: {opened[:40]}", question) from error
    return Alert(short_name(text(item, "policy", "name")), text(item, "policy", "displayName"), at)


def read_uptime_check(item: Json) -> UptimeCheck:
    """An UptimeCheckConfig resource as we see it; a check of a group or a synthetic monitor has neither host nor service."""
    labels, http = item.get("monitoredResource", {}), item.get("httpCheck")
    asked: Json = http if isinstance(http, dict) else {}
    statuses = asked.get("acceptedResponseStatusCodes")
    return UptimeCheck(
        id=short_name(text(item, "name")),
        display_name=text(item, "displayName"),
        host=text(labels, "labels", "host").lower(),
        service=text(labels, "labels", "service_name"),
        project=text(labels, "labels", "project_id"),
        location=text(labels, "labels", "location"),
        period=seconds(text(item, "period")) or _USUAL_PERIOD,
        http=isinstance(http, dict),
        path=text(asked, "path") or "/",
        tls=asked.get("useSsl") is True,
        validates=asked.get("validateSsl") is True,
        regions=texts(item, "selectedRegions"),
        timeout=seconds(text(item, "timeout")),
        private=text(item, "checkerType") == "VPC_CHECKERS",
        disabled=item.get("disabled") is True,
        port=integer(item, "httpCheck", "port") or integer(item, "tcpCheck", "port"),
        accepts=tuple(_status(one) for one in statuses if isinstance(one, dict)) if isinstance(statuses, list) else (),
    )


def _status(item: Json) -> str:
    """`{"statusClass": "STATUS_CLASS_4XX"}` as `4xx`, `{"statusValue": 503}` as `503`."""
    class_ = text(item, "statusClass").removeprefix("STATUS_CLASS_")
    return class_.replace("XX", "xx") if class_ else f"{item.get('statusValue', '-')}"
