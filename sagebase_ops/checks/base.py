"""What a check is given, what it must say of itself, and how it enters the catalogue."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from sagebase_ops.database.session import Database
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.results import Finding, Sentence
from sagebase_ops.domain.silences import Maintenance

if TYPE_CHECKING:  # whoever only reads a file or looks back asks neither
    from sagebase_ops.gcp.snapshot import Cloud
    from sagebase_ops.probe.http import Probe


class CheckParams(BaseModel):
    """The parameters of one entry in schedules.yaml; unknown keys are refused, values never change."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    counted: ClassVar[tuple[str, ...]] = ()
    """Parameters that count over `window`, so that half of the window is worth half of them."""
    ordered: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Pairs of limits of which the first must not be greater than the second: else there would never be a warning."""

    @model_validator(mode="after")
    def _limits_in_order(self) -> Self:
        for low, high in self.ordered:
            less, more = getattr(self, low), getattr(self, high)
            if less is not None and more is not None and less > more:
                key = high if high in self.model_fields_set else low
                told = {"low": low, "high": high, "key": key}
                raise PydanticCustomError("order", "{low} is over {high}: there would never be a warning", told)
        return self

    def is_about(self, kind: str) -> bool:
        """Whether these parameters ask about targets of `kind`, where the check may ask about several kinds."""
        return bool(kind)

    def held(self, parameter: str) -> Any:  # each parameter has its own type
        """What is held against `parameter`, to compare with another's; None where nothing is."""
        return getattr(self, parameter)

    def narrowed(self, window: timedelta) -> Self:
        """The same question over at most `window`, where it has one."""
        whole = getattr(self, "window", None)
        if not isinstance(whole, timedelta) or whole <= window:
            return self
        limits = {name: limit for name in self.counted if (limit := getattr(self, name)) is not None}
        scaled = {name: int(limit * (window / whole)) for name, limit in limits.items()}
        return self.model_copy(update={"window": window, **scaled})


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What every check of a run shares: the project, the run's snapshot of its cloud, and one reading of the clock.

    `database` is the PostgreSQL that DATABASE_URL names; without one, each question to it says so. `zone` is the file's, by
    which a day begins, `maintenance` its windows in which things are not told. `alone`: the entry is asked in this project only.
    `since` is when the last planned run began in which this entry saw everything; None where there was none yet.
    """

    project: Project
    gcp: "Cloud"
    probe: "Probe"
    now: datetime
    database: Database = field(default_factory=Database)
    zone: tzinfo = UTC
    maintenance: tuple[Maintenance, ...] = ()
    alone: bool = True
    since: datetime | None = None


CheckFunction = Callable[[Any, CheckContext], Awaitable[Sequence[Finding]]]
"""Params (its own subclass, so Any here) and context in, one finding per target out."""

JudgedAnew = Callable[[Any, Finding], Finding | None]
"""Params (its own subclass, so Any here) and a recorded finding in; the finding under these params out."""

ForParams = Callable[[Any], Sentence]
"""Params (its own subclass, so Any here) in, the words for them out."""


@dataclass(frozen=True, slots=True)
class CheckDefinition:
    """One kind of question, as the catalogue knows it.

    `runbook` is what the guide says to do when it fails; `command` what a person would type to look, with
    `{project}`, `{region}` and `{target}` to fill in; `permissions` the IAM permissions its questions need;
    `example` one entry for schedules.yaml. `title_for` and `runbook_for` say it more closely for given parameters.
    `judged_anew` holds what was recorded against other limits, and gives None where the recorded value does not tell; where
    it is missing, it never does.
    """

    name: str
    run: CheckFunction
    params: type[CheckParams]
    question: Sentence
    runbook: Sentence
    permissions: tuple[str, ...]
    command: str
    example: str
    title_for: ForParams | None = None
    runbook_for: ForParams | None = None
    judged_anew: JudgedAnew | None = None

    def title_of(self, params: CheckParams) -> Sentence:
        """What people read for an entry that gives no title of its own."""
        return self.title_for(params) if self.title_for else self.question

    def runbook_of(self, params: CheckParams) -> Sentence:
        return self.runbook_for(params) if self.runbook_for else self.runbook


Registered = TypeVar("Registered", bound=CheckFunction)
_REGISTERED = "__check_definition__"


def check(
    params: type[CheckParams],
    *,
    question: Sentence,
    runbook: Sentence,
    permissions: Sequence[str],
    command: str,
    example: str,
    title_for: ForParams | None = None,
    runbook_for: ForParams | None = None,
    judged_anew: JudgedAnew | None = None,
) -> Callable[[Registered], Registered]:
    """Declare an async function as a check; its name is the word in schedules.yaml and the name of its file."""

    def register(run: Registered) -> Registered:
        name = run.__name__
        definition = CheckDefinition(
            name,
            run,
            params,
            question,
            runbook,
            tuple(permissions),
            command,
            example,
            title_for,
            runbook_for,
            judged_anew,
        )
        setattr(run, _REGISTERED, definition)
        return run

    return register


def definition_of(run: object) -> CheckDefinition | None:
    """The declaration behind a function, or None when it is not a check."""
    found = getattr(run, _REGISTERED, None)
    return found if isinstance(found, CheckDefinition) else None
