"""What a scenario says of Cloud Monitoring's own alerting: its checks, its policies, whom it tells."""

from datetime import timedelta
from typing import Any, Literal

from sagebase_ops.sandbox.scenario_parts import Part, Span


class UptimeCheck(Part):
    """Google's own look at a service's page from six places in the world. A paused or disabled one writes no data."""

    title: str = "Sagebase Uptime"
    service: str = "sagebase-streamlit"
    host: str | None = None  # None: the service's own
    bound_in: str = ""  # a location: it is bound to the Cloud Run service there, not to a host
    period: Span = timedelta(minutes=1)
    path: str = "/"
    tls: bool = True
    validates: bool = True
    regions: list[str] = []
    port: int | None = None  # None: the usual one
    accepts: list[str | int] = []  # classes such as STATUS_CLASS_ANY, and codes; empty: 2xx
    paused: bool = False
    disabled: bool = False
    down_at: list[str] = []
    """Checker locations that do not get through, however the service is."""


class NotificationChannel(Part):
    """Whom Cloud Monitoring tells, in its own words. `enabled` or `verification` None: not said. `id` may be a full name."""

    id: str
    title: str = ""
    type: str = "slack"
    labels: dict[str, str] = {}
    verification: Literal["VERIFIED", "UNVERIFIED"] | None = None
    enabled: bool | None = True


class AlertPolicy(Part):
    """One of Cloud Monitoring's own policies. `open_since` is one alert for each time span.

    `conditions` are Google's own (JSON); without them there is one of `filter` above `threshold`. `channels` are ids or full names.
    """

    title: str
    filter: str = ""
    threshold: float = 0.0
    conditions: list[dict[str, Any]] = []
    combiner: str = "OR"
    channels: list[str] = []
    enabled: bool | None = True
    invalid: str = ""
    prompts: list[str] = []
    open_since: list[Span] = []


class Snooze(Part):
    """A time in which the policies with these titles tell nobody: from `since` ago until so much later (None: unsaid).

    With a `filter` (Google's), only of the incidents that match it.
    """

    title: str = "Maintenance"
    policies: list[str] = []
    filter: str = ""
    since: Span = timedelta(hours=1)
    until: Span | None = timedelta(hours=2)
