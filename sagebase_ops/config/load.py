"""schedules.yaml -> Schedules, or one ConfigError that lists every mistake in it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from sagebase_ops.checks.base import CheckDefinition, CheckParams
from sagebase_ops.checks.catalogue import catalogue
from sagebase_ops.config.entries import FoundEntry, find_entries, own_parameters
from sagebase_ops.config.file import ChecklistPart, ContactPart, EntryPart, FilePart, ProjectPart, SlackPart, StepPart
from sagebase_ops.config.mistakes import Mistake
from sagebase_ops.config.model import Checklist, Contact, DigestWhen, ScheduleEntry, Schedules, SlackRoute, Step
from sagebase_ops.config.references import EVERYONE, placeholder_contacts, reference_mistakes
from sagebase_ops.config.source import Source, read_source
from sagebase_ops.config.wording import field_names, mistakes_of
from sagebase_ops.domain.projects import Project
from sagebase_ops.errors import ConfigError

EXAMPLE_PROJECT = "your-project-id"
_PROJECT = "{project}"
_KEYS = {
    "": field_names(FilePart),
    "projects.*": field_names(ProjectPart),
    "slack": field_names(SlackPart),
    "contacts.*": field_names(ContactPart),
    "escalation.*.2": field_names(StepPart),
    "checklists.*": field_names(ChecklistPart),
}


def load(
    path: Path,
    *,
    strict_contacts: bool = False,
    example_project: str = EXAMPLE_PROJECT,
    checks: Mapping[str, CheckDefinition] | None = None,
) -> Schedules:
    """Read `path` and check all of it.

    `strict_contacts` makes a placeholder contact a mistake, else it is a warning. `example_project` stands in for the
    shipped example's project id: the sandbox gives its own. Raises ConfigError with every mistake of the file.
    """
    source = read_source(path)
    _drop_anchors(source)
    file = _validated(source)
    entries = find_entries(source, catalogue() if checks is None else checks)
    source.mistakes += reference_mistakes(source)
    placeholders = dict(placeholder_contacts(source))
    _refuse(path, [*source.mistakes, *(placeholders.values() if strict_contacts else ())])
    if file is None:
        raise ConfigError(f"{path}: not a schedules file")  # unreachable by construction: _validated noted why
    return _schedules(path, file, entries, source, example_project, _warnings(path, list(placeholders)))


def _warnings(path: Path, placeholders: list[str]) -> tuple[str, ...]:
    """One calm line: whoever tries the program out has not written down anybody yet."""
    if not placeholders:
        return ()
    count = "1 contact is a placeholder" if len(placeholders) == 1 else f"{len(placeholders)} contacts are placeholders"
    return (f"{count}: {', '.join(placeholders)}; `sagebase-ops validate {path}` shows where",)


def _drop_anchors(source: Source) -> None:
    """Top-level keys that begin with `x-` are a person's own, to hang anchors on."""
    if isinstance(source.data, dict):
        source.data = {key: value for key, value in source.data.items() if not str(key).startswith("x-")}


def _validated(source: Source) -> FilePart | None:
    try:
        return FilePart.model_validate(source.data)
    except ValidationError as error:
        source.mistakes += mistakes_of(error, source, (), _KEYS)
        return None


def _refuse(path: Path, mistakes: Iterable[Mistake]) -> None:
    found = sorted(set(mistakes))
    if found:
        raise ConfigError(*(mistake.worded(str(path)) for mistake in found))


def _schedules(
    path: Path,
    file: FilePart,
    entries: list[FoundEntry],
    source: Source,
    example_project: str,
    warnings: tuple[str, ...],
) -> Schedules:
    projects = tuple(_project(part, example_project) for part in file.projects)
    return Schedules(
        path=path,
        timezone=ZoneInfo(file.timezone),
        language=file.language,
        projects=projects,
        slack=_slack(file.slack),
        contacts={key: Contact(key, part.name, part.slack) for key, part in file.contacts.items()},
        escalation={name: tuple(_step(step, file) for step in steps) for name, steps in file.escalation.items()},
        checklists={
            name: _checklist(name, part, [entry for entry in entries if entry.path[1] == name], projects, source)
            for name, part in file.checklists.items()
        },
        project_escalation={
            project.id: part.escalation
            for project, part in zip(projects, file.projects, strict=True)
            if part.escalation
        },
        warnings=warnings,
    )


def _project(part: ProjectPart, example_project: str) -> Project:
    project = example_project if part.id == EXAMPLE_PROJECT else part.id
    return Project(
        id=project,
        environment=part.environment,
        region=part.region,
        services=part.services if part.services == "*" else tuple(_filled(part.services, project)),
        sql_instances=tuple(_filled(part.sql_instances, project)),
        buckets=tuple(_filled(part.buckets, project)),
    )


def _slack(part: SlackPart) -> SlackRoute:
    pressers = part.may_press if isinstance(part.may_press, str) else tuple(part.may_press)
    return SlackRoute(part.channel, part.fallback, pressers, part.allow_channel_mention)


def _step(part: StepPart, file: FilePart) -> Step:
    told = [key for word in part.tell for key in (file.contacts if word == EVERYONE else [word])]
    return Step(part.after, tuple(dict.fromkeys(told)))


def _checklist(
    name: str, part: ChecklistPart, entries: list[FoundEntry], projects: tuple[Project, ...], source: Source
) -> Checklist:
    usual = DigestWhen.ALWAYS if part.cron else DigestWhen.NEVER
    return Checklist(
        name=name,
        title=part.title or name,
        entries=tuple(
            _entry(found, common, part.escalation, projects, source)
            for found, common in zip(entries, part.checks, strict=True)
        ),
        cron=part.cron,
        every=part.every,
        digest=part.digest or usual,
    )


def _entry(
    found: FoundEntry,
    common: EntryPart,
    checklist_escalation: str | None,
    projects: tuple[Project, ...],
    source: Source,
) -> ScheduleEntry:
    return ScheduleEntry(
        name=found.name,
        definition=found.definition,
        params=found.params,
        params_by_project=_params_by_project(found, projects),
        title=common.title,
        guide=common.guide,
        escalation=common.escalation or checklist_escalation,
        hold=common.hold,
        recover=common.recover,
        line=source.place_of(found.path).line,
    )


def _params_by_project(found: FoundEntry, projects: tuple[Project, ...]) -> dict[str, CheckParams]:
    """Parameters in which `{project}` is filled in, for entries that hold it."""
    raw = own_parameters(found.raw)
    if _PROJECT not in str(raw):
        return {}
    validate = found.definition.params.model_validate
    return {project.id: validate(_filled(raw, project.id)) for project in projects}


def _filled(value: Any, project: str) -> Any:  # Any: plain data of any depth
    if isinstance(value, str):
        return value.replace(_PROJECT, project)
    if isinstance(value, list):
        return [_filled(item, project) for item in value]
    if isinstance(value, dict):
        return {key: _filled(item, project) for key, item in value.items()}
    return value
