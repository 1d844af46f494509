"""What is known of the guide that comes with the program: what answers each of its lines, and where it is wrong."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sagebase_ops.config.mistakes import allowed_words, nearest
from sagebase_ops.domain.quantities import Duration
from sagebase_ops.domain.results import Sentence
from sagebase_ops.errors import ConfigError

_HERE = files("sagebase_ops.guide")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class EscalationStep(_Part):
    """A step of the escalation `default`: its number, counted from 1, and the time within which it comes."""

    number: Annotated[int, Field(ge=1)]
    within: Duration


class Answer(_Part):
    """What answers one line; exactly one of `checks`, `step`, `setting`, `action` and `reading` is said."""

    line: str
    """The line's words, as `coverage` prints them."""
    checks: tuple[str, ...] = ()
    """Entries of schedules.yaml by name, else by the name of their check."""
    at_most: Mapping[str, str | int] = Field(default_factory=dict)
    """With checks: what the guide's line allows at most, by parameter; entries without that parameter are free of it."""
    at_least: Mapping[str, str | int] = Field(default_factory=dict)
    """The same for what it wants at least."""
    exactly: Mapping[str, str | int] = Field(default_factory=dict)
    """The same for what must be that and nothing else."""
    bucket: str | None = None
    """With checks: the bucket that the line names, `{project}` in place of a project's id; one project must watch it."""
    step: EscalationStep | None = None
    """Somebody is told so soon."""
    setting: str | None = None
    """The key of schedules.yaml that holds it."""
    action: str | None = None
    """What a person does: a name of actions.yaml."""
    reading: str | None = None
    """Why nothing is asked for: a name of actions.yaml."""
    conflicts: tuple[str, ...] = ()
    """Where guide and cloud disagree here: names of conflicts.yaml."""

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        given = [bool(self.checks), self.step is not None, *map(bool, (self.setting, self.action, self.reading))]
        if sum(given) != 1:
            raise ValueError("say exactly one of checks, step, setting, action and reading")
        if (self.at_most or self.at_least or self.exactly or self.bucket) and not self.checks:
            raise ValueError("at_most, at_least, exactly and bucket go with checks")
        return self

    @field_validator("action")
    @classmethod
    def _known_action(cls, name: str | None) -> str | None:
        return _known("action", name, actions())

    @field_validator("reading")
    @classmethod
    def _known_reading(cls, name: str | None) -> str | None:
        return _known("reading", name, readings())

    @field_validator("conflicts")
    @classmethod
    def _known_conflicts(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            _known("conflict", name, conflicts())
        return names


def _known(what: str, name: str | None, words: Iterable[str]) -> str | None:
    if name is not None and name not in (known := list(words)):
        raise ValueError(f"no {what} is called {name!r}; {allowed_words(known)}{nearest(name, known)}")
    return name


class Section(_Part):
    """The answers below one heading, which is written with all headings above it: `A / B / C`."""

    section: str
    every: Duration | None = None
    """The guide asks so often for what stands below the heading, headings below it included."""
    lines: tuple[Answer, ...] = ()


class Conflict(_Part):
    """One known disagreement: what the guide says, what the cloud does, what we do, and how one can know."""

    name: str
    guide: Sentence
    cloud: Sentence
    ours: Sentence
    checks: tuple[str, ...]
    source: str


class _Answers(_Part):
    sections: tuple[Section, ...]


class _Conflicts(_Part):
    conflicts: tuple[Conflict, ...]


class _Deeds(_Part):
    actions: Mapping[str, Sentence]
    readings: Mapping[str, Sentence]


def shipped_guide() -> str:
    """The operations guide, as the checks of this version answer it."""
    return (_HERE / "operations-guide.ja.md").read_text("utf-8")


@cache
def conflicts() -> Mapping[str, Conflict]:
    """Every known disagreement of guide and cloud, by name."""
    data = _yaml((_HERE / "conflicts.yaml").read_text("utf-8"))
    return {one.name: one for one in _Conflicts.model_validate({"conflicts": data}).conflicts}


@cache
def actions() -> Mapping[str, Sentence]:
    """What a person does though the guide gives a command for it, by name."""
    return _deeds().actions


@cache
def readings() -> Mapping[str, Sentence]:
    """Why a line asks for nothing, by name."""
    return _deeds().readings


def shipped_answers() -> tuple[Section, ...]:
    """What answers each line of the shipped guide."""
    return _read((_HERE / "answers.yaml").read_text("utf-8"), "answers.yaml")


def read_answers(path: Path) -> tuple[Section, ...]:
    """A team's own answers, in the form of the shipped answers.yaml. Raises ConfigError with each mistake."""
    try:
        return _read(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error


def conflicts_of(check: str) -> tuple[Conflict, ...]:
    """The disagreements that touch what this check answers."""
    return tuple(one for one in conflicts().values() if check in one.checks)


def _read(text: str, name: str) -> tuple[Section, ...]:
    try:
        return _Answers.model_validate({"sections": _yaml(text) or ()}).sections
    except YAMLError as error:
        raise ConfigError(f"{name}: no YAML: {error}") from error
    except ValidationError as error:
        raise ConfigError(*(f"{name}: {_place(one['loc'])}: {one['msg']}" for one in error.errors())) from error


def _place(where: tuple[int | str, ...]) -> str:
    return ".".join(map(str, where[1:])) or "the file is a list of sections"


def _deeds() -> _Deeds:
    return _Deeds.model_validate(_yaml((_HERE / "actions.yaml").read_text("utf-8")))


def _yaml(text: str) -> Any:  # Any: whatever stands in the file
    return YAML(typ="safe", pure=True).load(text)
