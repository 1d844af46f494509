"""A scenario: one readable YAML file that says what state a pretend project is in. Times are relative to now."""

from copy import deepcopy
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sagebase_ops.sandbox.access_scenario import Visit
from sagebase_ops.sandbox.alerting_scenario import AlertPolicy, NotificationChannel, Snooze, UptimeCheck
from sagebase_ops.sandbox.billing_scenario import Billing
from sagebase_ops.sandbox.iam_scenario import Binding, Change, ServiceAccount
from sagebase_ops.sandbox.loads import Load
from sagebase_ops.sandbox.log_scenario import LogStorage
from sagebase_ops.sandbox.postgres.scenario import PretendDatabase
from sagebase_ops.sandbox.scenario_parts import Part, Span
from sagebase_ops.sandbox.sql_scenario import SqlInstance
from sagebase_ops.sandbox.storage_scenario import Bucket

SHIPPED = Path(__file__).parent / "scenarios"


class ScenarioError(ValueError):
    """The scenario cannot be played; the text says which file and key."""


class SecretUse(Part):
    """A secret that a service takes as an environment variable, or as a volume."""

    secret: str
    version: str = "latest"
    volume: bool = False


class Revision(Part):
    name: str
    age: Span = timedelta(days=3)
    ready: bool = True
    listed: bool = True  # False: the list of revisions lacks it
    dated: bool = True  # False: without the time of its making
    state: Literal["PENDING", "RECONCILING", "UNSAID"] | None = None  # of one that is not ready, and did not fail
    reason: str = ""
    message: str = ""
    secrets: list[SecretUse] | None = None  # None: those of the service
    min_instances: int | None = None  # None: as the service has it
    max_instances: int | None = None  # None: as the service has it

    @property
    def condition(self) -> str:
        return self.state or ("SUCCEEDED" if self.ready else "FAILED")


class Website(Part):
    """What answers behind the service's URL."""

    status: int = 200
    body: str = "<!DOCTYPE html><html><head><title>Streamlit</title></head><body>Sagebase</body></html>"
    health_status: int = 200
    health_body: str = "ok"
    delay: Span = timedelta(0)
    certificate_days: int = 62
    redirects_to_https: bool = True
    redirect_to: str | None = None


PROJECT_NUMBER = "123456789012"


class RunService(Part):
    name: str = "sagebase-streamlit"
    region: str = "asia-northeast1"
    state: Literal["SUCCEEDED", "FAILED", "PENDING", "RECONCILING"] = "SUCCEEDED"
    reason: str = ""
    message: str = ""
    ready_first: bool = True  # where v1 lists Ready among its conditions: usual, but promised nowhere
    uri: str = "https://{name}-7x2kq3vq5a-an.a.run.app"
    urls_told: bool = True  # False: Google names the main URL alone, as older answers do
    ingress: Literal["ALL", "INTERNAL_ONLY", "INTERNAL_LOAD_BALANCER"] = "ALL"
    public: bool = True
    default_uri: bool = True  # False: the run.app URL is switched off, and only `domains` lead here
    domains: list[str] = []
    secrets: list[SecretUse] = []
    labels: dict[str, str] = {}
    min_instances: int = 1
    max_instances: int | None = 10  # None: not set, so that Google's own default holds
    manual_instances: int | None = None  # the fixed number of a service whose scaling is manual
    cpu: str = "1000m"
    memory: str = "512Mi"
    concurrency: int = 80
    traffic: dict[str, int] = {}
    """Percent by revision, where somebody pinned it; empty follows the newest ready one."""
    traffic_told: bool = True  # False: Google does not say what gets the requests, as while it changes the service
    deployed_by: str = "deploy@{project}.iam.gserviceaccount.com"
    revisions: list[Revision] = [Revision(name="00042-abc")]
    load: list[Load] = [Load()]
    website: Website = Website()

    @property
    def address(self) -> str:
        return self.uri.format(name=self.name)

    @property
    def host(self) -> str:
        return self.address.removeprefix("https://").split("/")[0]

    @property
    def hosts(self) -> tuple[str, str]:
        """Both of Google's lead to it: the main one, and the one that names project and region."""
        return self.host, f"{self.name}-{PROJECT_NUMBER}.{self.region}.run.app"


class Secret(Part):
    name: str
    versions: list[Literal["ENABLED", "DISABLED", "DESTROYED"]] = ["ENABLED"]
    age: Span = timedelta(days=40)
    expires_in: Span | None = None
    aliases: dict[str, int] = {}
    rotation_overdue: Span | None = None
    """How long ago it should have been renewed; None: nobody asked for a rotation."""
    rotation_every: Span | None = None
    """Somebody is told to renew it so often; Google moves the next time on by itself."""


class Entries(Part):
    """`count` log entries spread evenly from `since` ago until `until` ago. `{n}` in the text is a running number."""

    text: str = ""
    json_message: str | None = None
    severity: str = "ERROR"
    log: str = "run.googleapis.com/stderr"
    service: str = "sagebase-streamlit"
    instance: str | None = None
    """A Cloud SQL instance whose entries they are, in place of the service."""
    count: Annotated[int, Field(ge=0, le=100_000)] = 1
    since: Span = timedelta(hours=24)
    until: Span = timedelta(minutes=10)
    status: int | None = None
    visit: Visit | None = None


class Dashboard(Part):
    """One chart a filter; `reducer` is what each makes of its series, "" for none."""

    title: str
    filters: list[str]
    reducer: str = ""


class SlackChannel(Part):
    """A channel beside `#sagebase-ops` and `#sagebase-ops-fallback`; one of these names here changes that one."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,80}$")]
    archived: bool = False
    member: bool = True
    """Whether the bot was invited."""
    private: bool = False
    """Whether only its members see it."""


class Scenario(Part):
    """The whole state. Lists replace those of the scenario it extends."""

    title: str = ""
    number: str = PROJECT_NUMBER
    age: Span = timedelta(days=900)
    """How long ago the project was made."""
    services: list[RunService] = [RunService()]
    sql_instances: list[SqlInstance] = [SqlInstance()]
    database: PretendDatabase = PretendDatabase()
    secrets: list[Secret] = []
    buckets: list[Bucket] = []
    apis: list[str] = []
    dashboards: list[Dashboard] = []
    uptime_checks: list[UptimeCheck] = []
    alert_policies: list[AlertPolicy] = []
    snoozes: list[Snooze] = []
    notification_channels: list[NotificationChannel] = []
    log_entries: list[Entries] = []
    log_storage: LogStorage = LogStorage()
    billing: Billing = Billing()
    iam_bindings: list[Binding] = []
    service_accounts: list[ServiceAccount] = []
    changes: list[Change] = []
    metrics_silent: bool = False
    metrics_missing: list[str] = []  # metrics by the end of their type, that have no data while the others do
    labels_missing: list[str] = []  # of metrics, which no series has
    denied_permissions: list[str] = []  # "*" for all there are
    disabled_apis: list[str] = []
    quota_exhausted: list[str] = []
    slack_down: bool = False
    slack_channels: list[SlackChannel] = []
    slack_scopes: list[str] = [
        "chat:write",
        "files:write",
        "channels:history",
        "channels:read",
        "users:read",
        "usergroups:read",
    ]


def shipped_names() -> list[str]:
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def load_scenario(name: str) -> Scenario:
    """A shipped scenario by name, or a user's own by path. Raises ScenarioError."""
    path = SHIPPED / f"{name}.yaml"
    if not path.is_file():
        path = Path(name)
    if not path.is_file():
        raise ScenarioError(
            f"no scenario is called {name!r}; allowed: {', '.join(shipped_names())}, or the path of a YAML file"
        )
    return _validated(path, _merged(path, ()))


def _merged(path: Path, seen: tuple[Path, ...]) -> dict[str, Any]:
    """The file's keys over those of the scenario that it extends."""
    if path in seen:
        raise ScenarioError(f"{path}: extends itself")
    own = _read(path)
    parent = own.pop("extends", None)
    if parent is None:
        return own
    base = SHIPPED / f"{parent}.yaml"
    if not base.is_file():
        raise ScenarioError(f"{path}: extends {parent!r}, which does not exist; allowed: {', '.join(shipped_names())}")
    return {**_merged(base, (*seen, path)), **own}


def _read(path: Path) -> dict[str, Any]:
    try:
        found = deepcopy(_parsed(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise ScenarioError(f"{path}: cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise ScenarioError(f"{path}: a scenario is a mapping (key: value)")
    return found


@cache
def _parsed(text: str) -> Any:  # Any: what YAML may hold
    """Kept, since reading YAML costs more than all else when a world begins, and scenarios extend each other."""
    return YAML(typ="safe").load(text)


def _validated(path: Path, data: dict[str, Any]) -> Scenario:
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        lines = [f"{path}: {'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors()]
        raise ScenarioError("\n".join(lines)) from error
