"""The form of schedules.yaml, key by key, as pydantic models: what load.py checks and schema.py describes."""

from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from sagebase_ops.config.mistakes import nearest
from sagebase_ops.config.model import DigestWhen
from sagebase_ops.domain.calendars import cron_mistake
from sagebase_ops.domain.projects import EVERY, Environment
from sagebase_ops.domain.quantities import Duration, PositiveDuration

_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$|^[^@\s]+@localhost$"
_SLACK_ID = r"^[UWS][A-Z0-9]{6,}$"


def _zone(given: str) -> str:
    known = available_timezones()
    if given not in known:
        raise ValueError(
            f"no time zone has this name; allowed: the names of the IANA list, such as Asia/Tokyo{nearest(given, known)}"
        )
    return given


def _cron(given: str) -> str:
    mistake = cron_mistake(given)
    if mistake is not None:
        raise ValueError(mistake)
    return given


Zone = Annotated[str, AfterValidator(_zone)]
Cron = Annotated[str, AfterValidator(_cron)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
PolicyName = Annotated[str, Field(description="A policy of `escalation`, or none: pages nobody.")]
Names = list[Annotated[str, Field(min_length=1)]]


class Part(BaseModel):
    """A piece of the file: unknown keys are mistakes, and the sentences below are what an editor shows."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, strict=True)


class LabelsPart(Part):
    labels: Annotated[dict[Annotated[str, Field(min_length=1)], str], Field(min_length=1)]
    """Labels as in the console, all of which one must carry."""


def _how_chosen(given: object) -> str | None:
    if isinstance(given, dict | LabelsPart):
        return BY_LABELS
    return BY_NAME if isinstance(given, list) else BRANCH if given == EVERY else None


BRANCH = "chosen "
"""How the branches of `Chosen` begin in pydantic's locations: they stand nowhere in the file."""
BY_NAME, BY_LABELS = f"{BRANCH}by name", f"{BRANCH}by labels"
Chosen = Annotated[
    Annotated[Literal["*"], Tag(BRANCH)] | Annotated[Names, Tag(BY_NAME)] | Annotated[LabelsPart, Tag(BY_LABELS)],
    Discriminator(
        _how_chosen,
        custom_error_type="chosen",
        custom_error_message='must be "*", a list of names such as [a, b], or labels such as {labels: {team: ops}}',
    ),
]


class ProjectDefaultsPart(Part):
    environment: Annotated[Environment, Field(strict=False)] = Environment.PRODUCTION
    """Where the project stands on the way to its users."""
    region: str = "asia-northeast1"
    """The region of its Cloud Run services."""
    services: Chosen = EVERY
    """Cloud Run services by name, by labels, or "*": every service of the region."""
    sql_instances: Chosen = []
    """Cloud SQL instances by name, by labels, or "*": every instance of the project."""
    buckets: Chosen = []
    """Buckets by name, by labels, or "*": every bucket of the project; {project} stands for the project's id."""
    escalation: PolicyName | None = None
    """Who is paged for this project where neither entry nor checklist says."""


class ProjectPart(ProjectDefaultsPart):
    id: Annotated[str, Field(min_length=1)]
    """The project's id, as in the console's address."""
    overrides: dict[Name, dict[str, Any]] = {}
    """What is asked otherwise in this project: parameters of entries, by the entry's name."""


class SlackPart(Part):
    channel: Annotated[str, Field(min_length=1)]
    """Channel for everything that is told: "#name" or its id."""
    fallback: str | None = None
    """Channel that is used when the first one refuses."""
    may_press: str | Names = "everyone"
    """Who may press buttons: everyone (all contacts), or contacts by name."""
    allow_channel_mention: bool = False
    """Whether the last escalation step may address the whole channel."""


class ContactPart(Part):
    name: str
    """How people call this contact."""
    slack: Annotated[str, Field(description="A user id (U…, W…) or a user group id (S…).", examples=["U0456EFGH"])]


class StepPart(Part):
    after: Duration
    """How long after the incident opened, such as 0m, 30m or 1h."""
    tell: Annotated[Names, Field(min_length=1)]
    """Contacts by name; everyone stands for all of them."""


class EntryPart(BaseModel):
    """What every entry may say beside its check's own parameters."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True, strict=True)

    check: str
    """Which check to run: `sagebase-ops checks` lists them."""
    name: Name | None = None
    """Unique in the checklist; the check's name (for metric, the metric's) when left out."""
    title: str | None = None
    """What people read for this entry."""
    guide: str | None = None
    """The heading of the operations guide that this entry answers."""
    escalation: PolicyName | None = None
    """Who is paged when it fails, or none."""
    hold: Duration | None = None
    """How long it must fail before an incident opens."""
    recover: Annotated[int, Field(ge=1, le=100)] | None = None
    """How many passes in a row end an incident: 1 when left out, 2 in a checklist with `every`."""
    reopen: Duration | None = None
    """A failure so soon after the end is the same incident again (30m when left out)."""
    unknown_after: PositiveDuration | None = None
    """How long it may be impossible to look before somebody hears (15m or three rounds when left out)."""
    depends_on: Name | None = None
    """Another entry of the checklist: while that one fails for the same name or for what all services share, this one is not told."""
    projects: Annotated[Names, Field(min_length=1)] | None = None
    """Only in these projects, by id; in those of the checklist when left out."""


class ChecklistPart(Part):
    title: str | None = None
    """What people read above the digest."""
    cron: Cron | None = None
    """Five fields, read in the file's time zone: minute hour day month weekday (mon-sun)."""
    every: PositiveDuration | None = None
    """In place of cron: the same time between runs, such as 1m."""
    digest: Annotated[DigestWhen, Field(strict=False)] | None = None
    """When the digest is posted: always with cron, never with every, unless said here."""
    escalation: PolicyName | None = None
    """Who is paged for its entries where they do not say."""
    projects: Annotated[Names, Field(min_length=1)] | None = None
    """Only in these projects, by id; in all when left out."""
    checks: Annotated[list[EntryPart], Field(min_length=1)]
    """The entries, in the order in which people read them."""

    @model_validator(mode="after")
    def _one_calendar(self) -> "ChecklistPart":
        if (self.cron is None) == (self.every is None):
            raise ValueError('needs exactly one of cron (such as "0 9 * * *") and every (such as 1m)')
        return self


class MatchPart(Part):
    project: str = "*"
    """A project's id; * and ? stand for any letters, here and below."""
    check: str = "*"
    """A check's name."""
    name: str = "*"
    """An entry's name."""
    target: str = "*"
    """What was looked at, such as a service's or an instance's name."""


class MaintenancePart(Part):
    title: str
    """What people read where something is not told for it."""
    cron: Cron
    """When it begins: five fields, read in the file's time zone."""
    duration: PositiveDuration
    """How long it lasts."""
    match: MatchPart = MatchPart()
    """What is not told while it lasts; everything when left out."""


class EmailPart(Part):
    host: Annotated[str, Field(min_length=1)]
    """The SMTP server."""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """587 for starttls, 465 for tls."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is kept secret; none only for a relay on the same machine."""
    sender: Annotated[str, Field(pattern=_EMAIL)]
    """The From address."""
    to: Annotated[list[Annotated[str, Field(pattern=_EMAIL)]], Field(min_length=1)]
    """Who hears when Slack cannot."""
    user: str | None = None
    """The name to log in with; the password is SAGEBASE_OPS_FALLBACK_PASSWORD."""


class FallbackPart(Part):
    email: EmailPart | None = None
    """Pages by e-mail."""
    webhook: bool = False
    """Pages by a POST of JSON to SAGEBASE_OPS_FALLBACK_WEBHOOK."""

    @model_validator(mode="after")
    def _some_way(self) -> "FallbackPart":
        if self.email is None and not self.webhook:
            raise ValueError("needs email or webhook: true; without both leave fallback out")
        return self


class FilePart(BaseModel):
    """schedules.yaml of sagebase-ops: what is watched, when, and who hears of it."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, strict=True)

    timezone: Zone = "Asia/Tokyo"
    """The zone of every time in this file and in what people read."""
    language: Literal["ja", "en"] = "ja"
    """The language of everything people read."""
    project_defaults: ProjectDefaultsPart = ProjectDefaultsPart()
    """What holds for every project that does not say otherwise."""
    projects: Annotated[list[ProjectPart], Field(min_length=1)]
    """The Google Cloud projects that are watched."""
    slack: SlackPart
    """Where to post."""
    contacts: dict[Name, ContactPart] = {}
    """Who can be told, by a name of your choice."""
    escalation: dict[Name, Annotated[list[StepPart], Field(min_length=1)]] = {}
    """Policies by name: who hears, and after how long. `default` serves where nothing else is said."""
    maintenance: dict[Name, MaintenancePart] = {}
    """Windows in which what is found is recorded but told to nobody."""
    fallback: FallbackPart | None = None
    """Who hears of open incidents when Slack as a whole cannot be reached for five minutes."""
    checklists: Annotated[dict[Name, ChecklistPart], Field(min_length=1)]
    """The jobs by name."""
