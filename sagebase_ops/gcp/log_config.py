"""Where do logs go, for how long, and what is thrown away? Source: Cloud Logging API v2 (ConfigServiceV2) over REST."""

from dataclasses import dataclass
from datetime import timedelta

from sagebase_ops.errors import GcpErrorKind
from sagebase_ops.gcp.asked import Asked
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.errors import Question, failure
from sagebase_ops.gcp.fields import short_name
from sagebase_ops.gcp.rest import Json
from sagebase_ops.gcp.rest_lists import integer, objects, pages, text

API = "logging.googleapis.com"
PAGE_SIZE = 200
DEFAULT_SINK, DEFAULT_BUCKET, REQUIRED = "_Default", "_Default", "_Required"
_UNSET_RETENTION = 30
"""Days; what Google keeps where a bucket says nothing."""


@dataclass(frozen=True, slots=True)
class LogBucket:
    """One log bucket by its short name (`_Default`). `active` is False once its deletion was asked for."""

    name: str
    location: str
    retention: timedelta
    locked: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What a sink leaves out: entries that match `filter`, as long as it is enabled."""

    name: str
    filter: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class LogSink:
    """One sink by its short name. An empty `filter` takes every entry. `destination` is a full name."""

    name: str
    destination: str
    filter: str = ""
    enabled: bool = True
    exclusions: tuple[Exclusion, ...] = ()


class LogConfigReader:
    """The log buckets and sinks of a project; those of its folder and organisation are not among them."""

    def __init__(self, connections: Connections, asked: Asked) -> None:
        self._connections = connections
        self._asked = asked

    async def buckets(self, project: str) -> tuple[LogBucket, ...]:
        """The buckets of every location. Raises GcpError. Source: projects.locations.buckets.list over `-`."""
        return await self._asked.once(("log_config.buckets", project), lambda: self._buckets(project))

    async def sinks(self, project: str) -> tuple[LogSink, ...]:
        """Every sink with its exclusions. Raises GcpError. Source: projects.sinks.list."""
        return await self._asked.once(("log_config.sinks", project), lambda: self._sinks(project))

    async def _buckets(self, project: str) -> tuple[LogBucket, ...]:
        question = self._question("buckets", project)
        return tuple(
            [read_bucket(one, question) for one in await self._list(question, "locations/-/buckets", "buckets")]
        )

    async def _sinks(self, project: str) -> tuple[LogSink, ...]:
        return tuple(map(read_sink, await self._list(self._question("sinks", project), "sinks", "sinks")))

    def _question(self, key: str, project: str) -> Question:
        return self._connections.question(API, f"logging.{key}.list", f"logging.{key}.list", project)

    async def _list(self, question: Question, path: str, key: str) -> list[Json]:
        params = {"pageSize": PAGE_SIZE}
        whole = f"/v2/projects/{question.project}/{path}"
        return [
            item
            async for page in pages(self._connections, question, whole, params)
            for item in objects(page, key, question)
        ]


def read_bucket(item: Json, question: Question) -> LogBucket:
    """A LogBucket resource as we see it. Raises GcpError for a retention that is none: the usual one is not to be guessed."""
    parts = text(item, "name").split("/")
    days = integer(item, "retentionDays") if "retentionDays" in item else 0
    if days is None or days < 0:
        raise failure(
            GcpErrorKind.MALFORMED, f"retentionDays is no number of days: {item['retentionDays']!s:.40}", question
        )
    return LogBucket(
        name=parts[-1],
        location=parts[3] if len(parts) > 3 else "",  # noqa: PLR2004 (projects/P/locations/L/buckets/B)
        retention=timedelta(days=days or _UNSET_RETENTION),
        locked=item.get("locked") is True,
        active=text(item, "lifecycleState") in {"", "ACTIVE", "UPDATING", "CREATING"},
    )


def read_sink(item: Json) -> LogSink:
    """A LogSink resource as we see it; Google leaves out what is false or empty."""
    given = item.get("exclusions")
    exclusions = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    return LogSink(
        name=short_name(text(item, "name")),
        destination=text(item, "destination"),
        filter=text(item, "filter"),
        enabled=item.get("disabled") is not True,
        exclusions=tuple(
            Exclusion(text(one, "name"), text(one, "filter"), enabled=one.get("disabled") is not True)
            for one in exclusions
        ),
    )
