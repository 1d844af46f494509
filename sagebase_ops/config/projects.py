"""The watched projects: what holds for all of them, and what one of them wants otherwise."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from sagebase_ops.checks.base import CheckParams
from sagebase_ops.config.entries import FoundEntry, own_parameters, raw_entries
from sagebase_ops.config.file import LabelsPart, ProjectDefaultsPart, ProjectPart
from sagebase_ops.config.mistakes import Mistake, Path, allowed_words, dotted, nearest
from sagebase_ops.config.references import entry_name
from sagebase_ops.config.source import Source
from sagebase_ops.config.wording import field_names, mistakes_of, shape
from sagebase_ops.domain.projects import BUCKETS, EVERY, RUN_SERVICES, SQL_INSTANCES, Project, Selector

EXAMPLE_PROJECT = "your-project-id"
_PROJECT = "{project}"
_Given = Literal["*"] | list[str] | LabelsPart


@dataclass(frozen=True, slots=True)
class Watched:
    """One project as the file has it: the defaults filled in, and the project that comes of it."""

    part: ProjectPart
    project: Project

    @property
    def overrides(self) -> Mapping[str, Mapping[str, Any]]:
        """Parameters by the name of the entry. Any: each check has its own."""
        return self.part.overrides


def watched(part: ProjectPart, defaults: ProjectDefaultsPart, example_project: str) -> Watched:
    """With what it leaves to `defaults`, as a whole: its own list of services is not added to theirs.

    `example_project` stands in for the shipped example's id.
    """
    left = defaults.model_fields_set - part.model_fields_set
    part = part.model_copy(update={name: getattr(defaults, name) for name in left})
    return Watched(part, _project(part, example_project if part.id == EXAMPLE_PROJECT else part.id))


def _project(part: ProjectPart, project: str) -> Project:
    kinds = {RUN_SERVICES: part.services, SQL_INSTANCES: part.sql_instances, BUCKETS: part.buckets}
    return Project(
        id=project,
        environment=part.environment,
        region=part.region,
        services=EVERY if part.services == EVERY else _names(part.services, project),
        sql_instances=_names(part.sql_instances, project),
        buckets=_names(part.buckets, project),
        selectors=tuple(found for kind, given in kinds.items() if (found := _selector(kind, given))),
    )


def _names(given: _Given, project: str) -> tuple[str, ...]:
    return tuple(_filled(given, project)) if isinstance(given, list) else ()


def _selector(kind: str, given: _Given) -> Selector | None:
    if isinstance(given, LabelsPart):
        return Selector(kind, tuple(sorted(given.labels.items())))
    return Selector(kind) if given == EVERY and kind != RUN_SERVICES else None


def params_by_project(found: FoundEntry, projects: Sequence[Watched]) -> dict[str, CheckParams]:
    """Where they are not the entry's own: with overrides, or with `{project}` filled in."""
    validate, given = found.definition.params.model_validate, dict[str, CheckParams]()
    for one in projects:
        override = one.overrides.get(found.name, {})
        raw = {**own_parameters(found.raw), **override}
        if override or _PROJECT in str(raw):
            given[one.project.id] = validate(_filled(raw, one.project.id))
    return given


def only_in(given: Sequence[str] | None, projects: Sequence[Watched]) -> frozenset[str] | None:
    """The ids of the projects that the file names so; None where it names none: all of them."""
    return frozenset(one.project.id for one in projects if one.part.id in given) if given else None


def override_mistakes(source: Source, entries: Sequence[FoundEntry]) -> Iterator[Mistake]:
    """Every override that names no entry, or says what the entry's check does not take."""
    names = list(dict.fromkeys(entry_name(raw) for _, raw in raw_entries(source.data)))
    for path, override in _overrides(source.data):
        name = str(path[-1])
        if name not in names:
            what = f"no entry is called {name!r}; {allowed_words(names)}{nearest(name, names)}"
            yield Mistake(source.place_of_key(path), dotted(path[:-1]), what)
        for entry in entries:
            if entry.name == name:
                yield from _refused(source, path, entry, override)


def _refused(source: Source, path: Path, entry: FoundEntry, override: Mapping[str, Any]) -> list[Mistake]:
    params = entry.definition.params
    try:
        params.model_validate({**own_parameters(entry.raw), **override})
    except ValidationError as error:
        return mistakes_of(error, source, path, {shape(path): field_names(params)})
    return []


def _overrides(data: Any) -> Iterator[tuple[Path, Mapping[str, Any]]]:  # Any: not validated yet
    projects = data.get("projects") if isinstance(data, dict) else None
    for position, project in enumerate(projects if isinstance(projects, list) else ()):
        overrides = project.get("overrides") if isinstance(project, dict) else None
        for name, override in overrides.items() if isinstance(overrides, dict) else ():
            if isinstance(override, dict):
                yield ("projects", position, "overrides", name), override


def _filled(value: Any, project: str) -> Any:  # Any: plain data of any depth
    if isinstance(value, str):
        return value.replace(_PROJECT, project)
    if isinstance(value, list):
        return [_filled(item, project) for item in value]
    if isinstance(value, dict):
        return {key: _filled(item, project) for key, item in value.items()}
    return value
