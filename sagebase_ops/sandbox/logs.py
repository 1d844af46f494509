"""Cloud Logging: the scenario's entries, its filters, its pages and its 60 reads a minute."""

import hashlib
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from google.cloud.logging_v2.types import ListLogEntriesResponse
from google.logging.type import log_severity_pb2

from sagebase_ops.sandbox.access_scenario import Visit
from sagebase_ops.sandbox.audit import AuditEntry
from sagebase_ops.sandbox.query import MISSING, Field, FilterSyntaxError, Lookup, Question
from sagebase_ops.sandbox.refusals import invalid, quota_exceeded
from sagebase_ops.sandbox.scenario import Entries, RunService
from sagebase_ops.sandbox.scenario_parts import span
from sagebase_ops.sandbox.world import World

API = "logging.googleapis.com"
READS_A_MINUTE = 60
_TOP = {"httpRequest", "insertId", "jsonPayload", "labels", "logName", "operation", "protoPayload", "receiveTimestamp"}
_TOP |= {"resource", "severity", "sourceLocation", "spanId", "textPayload", "timestamp", "trace"}
_MOST = 1000
_POSTGRES_LOG = "cloudsql.googleapis.com/postgres.log"
_CHECKPOINT = "LOG:  checkpoint complete: wrote 42 buffers (0.3%); 0 WAL file(s) added, 0 removed, 1 recycled"
_CHECKPOINTS = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Entry:
    """One pretend log entry."""

    time: datetime
    number: int
    source: Entries
    project: str
    region: str
    revision: str

    @property
    def text(self) -> str:
        return self.source.text.replace("{n}", str(self.number))

    @property
    def insert_id(self) -> str:
        """No two entries share one."""
        return f"{self.number:08d}{zlib.crc32(self.source.model_dump_json().encode()):08x}"

    def value(self, field: Field) -> Any:  # Any: text, number, or MISSING
        first, rest = field[0], field[1:]
        if first not in _TOP:
            raise ValueError(f"Field not found: '{'.'.join(field)}'.")
        if first == "resource":
            return self._kind() if rest == ("type",) else self._resource().get(rest[-1], MISSING)
        if first == "httpRequest":
            return self._request().get(rest[0] if rest else "", "")
        plain = {
            "severity": self.source.severity,
            "timestamp": self.time,
            "logName": f"projects/{self.project}/logs/{self.source.log.replace('/', '%2F')}",
            "textPayload": self.text if not self.source.status else "",
            "insertId": self.insert_id,
        }
        return MISSING if rest or first in {"jsonPayload", "protoPayload", "labels"} else plain.get(first, "")

    def _kind(self) -> str:
        return "cloudsql_database" if self.source.instance else "cloud_run_revision"

    def _resource(self) -> dict[str, str]:
        service = self.source.service
        if self.source.instance:
            database = f"{self.project}:{self.source.instance}"
            return {"project_id": self.project, "database_id": database, "region": self.region}
        return {
            "project_id": self.project,
            "service_name": service,
            "location": self.region,
            "configuration_name": service,
            "revision_name": self.revision,
        }

    def _url(self) -> str:
        path = (self.source.visit or Visit(path="/{n}")).path.replace("{n}", str(self.number))
        return f"https://{self.source.service}.example{path}" if self.source.status else ""

    def _request(self) -> dict[str, Any]:  # Any: text, numbers and times
        """The fields of an HttpRequest; what is not set has its type's own zero."""
        visit = self.source.visit or Visit()
        return {
            "status": self.source.status or 0,
            "requestUrl": self._url(),
            "requestMethod": visit.method if self.source.status else "",
            "remoteIp": visit.source.replace("{n}", str(self.number % 200 + 1)),
            "userAgent": visit.agent,
            "latency": visit.took,
        }

    def message(self) -> Any:  # Any: a raw LogEntry
        answer = ListLogEntriesResponse.pb()()
        entry = answer.entries.add()
        entry.log_name, entry.insert_id = self.value(("logName",)), self.value(("insertId",))
        entry.resource.type = self._kind()
        entry.resource.labels.update(self._resource())
        entry.severity = log_severity_pb2.LogSeverity.Value(self.source.severity)
        entry.timestamp.FromDatetime(self.time)
        entry.receive_timestamp.FromDatetime(self.time + timedelta(seconds=1))
        if self.source.status:
            self._write_request(entry.http_request)
        elif self.source.json_message:
            entry.json_payload.update({"message": self.source.json_message.replace("{n}", str(self.number))})
        else:
            entry.text_payload = self.text
        return entry

    def _write_request(self, message: Any) -> None:  # Any: a raw HttpRequest
        said = self._request()
        message.status, message.request_url = said["status"], said["requestUrl"]
        message.request_method, message.user_agent = said["requestMethod"], said["userAgent"]
        message.remote_ip = said["remoteIp"]
        if said["latency"]:
            message.latency.FromTimedelta(said["latency"])


class LogBook:
    """The entries of a world, and who read them in the last minute."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._reads: dict[str, deque[datetime]] = {}

    def list_entries(self, request: Any) -> Any:  # Any: raw ListLogEntriesRequest and -Response
        """`entries.list` over the scenario. Raises RefusalError as Google refuses."""
        project = request.resource_names[0].partition("/")[2] if request.resource_names else ""
        self._world.enter(API, "LoggingServiceV2.ListLogEntries", "logging.logEntries.list", project)
        self._count_read(project)
        question = _question(request.filter)
        found = [entry for entry in self._entries(project) if _holds(question, entry)]
        found.sort(key=lambda entry: (entry.time, entry.number), reverse=request.order_by == "timestamp desc")
        return _page(found, request)

    def _count_read(self, project: str) -> None:
        now = self._world.now()
        reads = self._reads.setdefault(project, deque())
        while reads and reads[0] < now - timedelta(minutes=1):
            reads.popleft()
        if len(reads) >= READS_A_MINUTE:
            raise quota_exceeded(API, self._world.scenario.number)
        reads.append(now)

    def _entries(self, project: str) -> Iterator[Entry | AuditEntry]:
        world = self._world
        for number, change in enumerate(world.scenario.changes):
            yield AuditEntry(world.anchor - change.age, number, change, project)
        kept_since = world.now() - _kept(world)
        yield from (one for one in _checkpoints(world, project) if one.time >= kept_since)
        for source in world.scenario.log_entries:
            service = next((service for service in world.services() if service.name == source.service), None)
            region = service.region if service else ""
            start, end = world.anchor - source.since, world.anchor - source.until
            step = (end - start) / max(1, source.count)
            for number in range(source.count):
                at = start + step * number
                if at < kept_since:
                    continue
                yield Entry(at, number, source, project, region, _revision_at(world, service, at))


def _checkpoints(world: World, project: str) -> Iterator[Entry]:
    """What PostgreSQL says by itself, here four times a day, for as long as an instance runs."""
    last = int(world.now().timestamp() / _CHECKPOINTS.total_seconds())
    for one in world.scenario.sql_instances:
        if one.checkpoints and one.activation_policy != "NEVER":
            source = Entries(text=_CHECKPOINT, severity="INFO", log=_POSTGRES_LOG, instance=one.name)
            for number in range(last, last - 4 * 30, -1):
                at = datetime.fromtimestamp(number * _CHECKPOINTS.total_seconds(), UTC)
                yield Entry(at, number, source, project, "", "")


def _kept(world: World) -> timedelta:
    """How long the bucket _Default keeps what the application logged; where there is none, nothing is said of it."""
    days = [one.retention_days for one in world.scenario.log_storage.buckets if one.name == "_Default"]
    return timedelta(days=days[0] if days else 30)


def _revision_at(world: World, service: RunService | None, at: datetime) -> str:
    """The newest one that was ready by then."""
    if service is None:
        return ""
    ready = [one for one in service.revisions if one.ready and world.anchor - one.age <= at]
    return f"{service.name}-{(ready or service.revisions)[-1 if ready else 0].name}"


def _question(text: str) -> Question:
    try:
        return Question(text, fold_case=True, rank=_rank, everything=_anywhere, functions=_FUNCTIONS)
    except FilterSyntaxError as error:
        raise invalid(f"Unparseable filter: {error}") from error


def _holds(question: Question, entry: Entry | AuditEntry) -> bool:
    try:
        return question.holds(entry.value)
    except ValueError as error:
        raise invalid(str(error)) from error


def _rank(field: Field, value: Any) -> Any:  # Any: what a field holds
    """Severities by rank, times as times."""
    if field == ("severity",):
        number = str(value)
        return int(number) if number.isdigit() else log_severity_pb2.LogSeverity.Value(number.upper())
    if field in {("timestamp",), ("receiveTimestamp",)} and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if field == ("httpRequest", "latency") and isinstance(value, str):
        return span(value)
    return value


def _anywhere(lookup: Lookup, word: str) -> bool:
    return word.lower() in str(lookup(("textPayload",))).lower()


def _log_id(lookup: Lookup, words: Sequence[str]) -> bool:
    return str(lookup(("logName",))).endswith("/logs/" + words[0].replace("/", "%2F"))


def _sample(lookup: Lookup, words: Sequence[str]) -> bool:
    """An even share of all entries, the same ones each time."""
    digest = hashlib.sha256(str(lookup((words[0],))).encode()).digest()
    return int.from_bytes(digest[:4], "big") < float(words[1]) * 2**32


_FUNCTIONS: dict[str, Callable[[Lookup, Sequence[str]], bool]] = {"log_id": _log_id, "sample": _sample}


def _page(found: Sequence[Entry | AuditEntry], request: Any) -> Any:  # Any: raw messages
    digest = hashlib.sha256(f"{request.filter} {request.order_by} {list(request.resource_names)}".encode()).hexdigest()[
        :12
    ]
    offset, _, bound = (request.page_token or f"0.{digest}").partition(".")
    if bound != digest or not offset.isdigit():
        raise invalid("page_token doesn't match arguments from the request")
    first, size = int(offset), min(request.page_size or 50, _MOST)
    answer = ListLogEntriesResponse.pb()()
    answer.entries.extend(entry.message() for entry in found[first : first + size])
    if first + size < len(found):
        answer.next_page_token = f"{first + size}.{digest}"
    return answer
