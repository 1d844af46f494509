"""The pretend project: its state, its clock, what goes wrong on demand, and who asked what."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sagebase_ops.sandbox.faults import Faults
from sagebase_ops.sandbox.refusals import api_disabled, permission_denied, quota_exceeded
from sagebase_ops.sandbox.scenario import RunService, Scenario, load_scenario
from sagebase_ops.sandbox.slack.presses import Presses
from sagebase_ops.sandbox.slack.workspace import Workspace

MOST_CALLS = 100_000
EVERY = "*"


@dataclass(slots=True)
class Call:
    """One question that somebody asked, in the API's own words, with its arrival and when its answer left.

    `request` is the whole of it.
    """

    time: datetime
    api: str
    method: str
    project: str
    request: str = ""
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Visit:
    """One request at one of the doors."""

    arrived: datetime
    calls: list[Call] = field(default_factory=list)


_visit: ContextVar[_Visit | None] = ContextVar("_visit", default=None)


class World:
    """What every pretend API answers from. Scenario times count back from `now`, which `advance` moves."""

    def __init__(self, scenario: str, projects: Sequence[str]) -> None:
        self.projects = tuple(projects)
        self.faults = Faults()
        self.calls: list[Call] = []
        self.asking = ""  # the request that is being answered, set by the door that it came through
        self._ahead = timedelta(0)
        self._speed, self._fast_since = 1.0, datetime.now(UTC)
        self.slack = Workspace(self.now, lambda: self.scenario.slack_channels)
        self.presses = Presses(self.slack, self.now)
        self.play(scenario)

    def play(self, name: str) -> None:
        """Raises ScenarioError."""
        self.scenario: Scenario = load_scenario(name)
        self.scenario_name = name
        self.anchor = self.now()

    def now(self) -> datetime:
        real = datetime.now(UTC)
        return real + self._ahead + (self._speed - 1) * (real - self._fast_since)

    def advance(self, by: timedelta) -> None:
        self._ahead += by

    def hurry(self, speed: float) -> None:
        """From now on time here runs `speed` times as fast as outside."""
        self._ahead, self._speed, self._fast_since = self.now() - datetime.now(UTC), speed, datetime.now(UTC)

    @contextmanager
    def visit(self) -> Iterator[None]:
        """One request from its arrival to its answer, with the delays that faults add."""
        visit = _Visit(self.now())
        token = _visit.set(visit)
        try:
            yield
        finally:
            _visit.reset(token)
            for call in visit.calls:
                call.ended = self.now()

    def note(self, api: str, method: str, project: str = "") -> None:
        """Remember that this was asked."""
        visit = _visit.get()
        call = Call(visit.arrived if visit else self.now(), api, method, project, self.asking)
        if visit:
            visit.calls.append(call)
        if len(self.calls) < MOST_CALLS:
            self.calls.append(call)

    def enter(self, api: str, method: str, permission: str, project: str, resource: str = "") -> None:
        """Note the call, and refuse it as Google would: unknown project, API off, quota, permission. Raises RefusalError."""
        self.note(api, method, project)
        number = self.scenario.number
        where = resource or f"projects/{project}"
        if project not in (*self.projects, number):
            raise permission_denied(permission, where, api)
        if api in self.scenario.disabled_apis:
            raise api_disabled(api, number)
        if api in self.scenario.quota_exhausted:
            raise quota_exceeded(api, number)
        if self.denies(permission):
            raise permission_denied(permission, where, api)

    def denies(self, permission: str) -> bool:
        return bool({permission, EVERY} & set(self.scenario.denied_permissions))

    def named(self, text: str, project: str) -> str:
        """`{project}` in a name of the scenario, filled in."""
        return text.replace("{project}", project)

    def services(self, region: str | None = None) -> list[RunService]:
        return [service for service in self.scenario.services if region in (None, service.region)]
