"""schedules.yaml -> Schedules, or one ConfigError that lists every mistake in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from sagebase_ops.checks.base import CheckDefinition
from sagebase_ops.checks.catalogue import catalogue
from sagebase_ops.config.entries import FoundEntry, find_entries
from sagebase_ops.config.file import (
    ChecklistPart,
    ContactPart,
    EmailPart,
    EntryPart,
    FallbackPart,
    FilePart,
    LabelsPart,
    MaintenancePart,
    MatchPart,
    ProjectDefaultsPart,
    ProjectPart,
    SlackPart,
    StepPart,
)
from sagebase_ops.config.mistakes import Mistake
from sagebase_ops.config.model import Checklist, DigestWhen, Fallback, ScheduleEntry, Schedules, SlackRoute
from sagebase_ops.config.projects import (
    EXAMPLE_PROJECT,
    Watched,
    only_in,
    override_mistakes,
    params_by_project,
    watched,
)
from sagebase_ops.config.references import EVERYONE, placeholder_contacts, reference_mistakes
from sagebase_ops.config.source import Source, read_source
from sagebase_ops.config.wording import field_names, mistakes_of
from sagebase_ops.domain.calendars import CronCalendar
from sagebase_ops.domain.escalation import Person, Policy, Step
from sagebase_ops.domain.incidents import LONGEST_ROUND, UNKNOWN_ROUNDS, Rules
from sagebase_ops.domain.silences import Maintenance, Matcher
from sagebase_ops.errors import ConfigError
from sagebase_ops.pager.email import Email

_KEYS = {
    "": field_names(FilePart),
    "project_defaults": field_names(ProjectDefaultsPart),
    "project_defaults.*": field_names(LabelsPart),
    "projects.*": field_names(ProjectPart),
    **{f"projects.*.{kind}": field_names(LabelsPart) for kind in ("services", "sql_instances", "buckets")},
    "slack": field_names(SlackPart),
    "contacts.*": field_names(ContactPart),
    "escalation.*.2": field_names(StepPart),
    "fallback": field_names(FallbackPart),
    "fallback.email": field_names(EmailPart),
    "maintenance.*": field_names(MaintenancePart),
    "maintenance.*.match": field_names(MatchPart),
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
    shipped example's project id: the sandbox gives its own. `checks` is the catalogue, where it is not the shipped one.
    Raises ConfigError with every mistake of the file.
    """
    source = read_source(path)
    _drop_anchors(source)
    file = _validated(source)
    entries = find_entries(source, catalogue() if checks is None else checks)
    source.mistakes += [*reference_mistakes(source), *override_mistakes(source, entries)]
    placeholders = dict(placeholder_contacts(source))
    _refuse(path, [*source.mistakes, *(placeholders.values() if strict_contacts else ())])
    if file is None:
        raise ConfigError(f"{path}: not a schedules file")  # unreachable by construction: _validated noted why
    return _schedules(path, file, entries, source, example_project, tuple(placeholders))


def _warnings(path: Path, placeholders: tuple[str, ...]) -> tuple[str, ...]:
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
    placeholders: tuple[str, ...],
) -> Schedules:
    projects = tuple(watched(part, file.project_defaults, example_project) for part in file.projects)
    people = {key: Person(part.name, part.slack) for key, part in file.contacts.items()}
    return Schedules(
        path=path,
        timezone=ZoneInfo(file.timezone),
        language=file.language,
        projects=tuple(one.project for one in projects),
        slack=_slack(file.slack, people),
        contacts=people,
        escalation={
            name: Policy(name, tuple(_step(step, people) for step in steps)) for name, steps in file.escalation.items()
        },
        checklists={
            name: _checklist(name, part, [entry for entry in entries if entry.path[1] == name], projects, source)
            for name, part in file.checklists.items()
        },
        project_escalation={one.project.id: one.part.escalation for one in projects if one.part.escalation},
        maintenance=tuple(_maintenance(part, ZoneInfo(file.timezone)) for part in file.maintenance.values()),
        fallback=_fallback(file.fallback) if file.fallback else None,
        warnings=_warnings(path, placeholders),
        placeholders=placeholders,
    )


def _fallback(part: FallbackPart) -> Fallback:
    mail = part.email
    email = Email(mail.host, mail.port, mail.security, mail.sender, tuple(mail.to), mail.user) if mail else None
    return Fallback(email, part.webhook)


def _maintenance(part: MaintenancePart, zone: ZoneInfo) -> Maintenance:
    matcher = Matcher(part.match.project, part.match.check, part.match.name, part.match.target)
    return Maintenance(part.title, CronCalendar(part.cron, zone), part.duration, matcher)


def _slack(part: SlackPart, people: Mapping[str, Person]) -> SlackRoute:
    pressers = [part.may_press] if isinstance(part.may_press, str) else part.may_press
    return SlackRoute(part.channel, part.fallback, _named(pressers, people), part.allow_channel_mention)


def _step(part: StepPart, people: Mapping[str, Person]) -> Step:
    return Step(part.after, _named(part.tell, people))


def _named(words: Iterable[str], people: Mapping[str, Person]) -> tuple[Person, ...]:
    """Contacts by their names in the file, each once; `everyone` is all of them."""
    keys = [key for word in words for key in (people if word == EVERYONE else [word])]
    return tuple(people[key] for key in dict.fromkeys(keys))


def _checklist(
    name: str, part: ChecklistPart, entries: list[FoundEntry], projects: Sequence[Watched], source: Source
) -> Checklist:
    usual = DigestWhen.ALWAYS if part.cron else DigestWhen.NEVER
    return Checklist(
        name=name,
        title=part.title or name,
        entries=tuple(
            _entry(found, common, part, projects, source) for found, common in zip(entries, part.checks, strict=True)
        ),
        cron=part.cron,
        every=part.every,
        digest=part.digest or usual,
    )


def _entry(
    found: FoundEntry,
    common: EntryPart,
    checklist: ChecklistPart,
    projects: Sequence[Watched],
    source: Source,
) -> ScheduleEntry:
    return ScheduleEntry(
        name=found.name,
        definition=found.definition,
        params=found.params,
        params_by_project=params_by_project(found, projects),
        projects=only_in(common.projects or checklist.projects, projects),
        title=common.title,
        guide=common.guide,
        escalation=common.escalation or checklist.escalation,
        rules=_rules(common, checklist),
        depends_on=common.depends_on,
        line=source.place_of(found.path).line,
    )


def _rules(entry: EntryPart, checklist: ChecklistPart) -> Rules:
    """What the entry says; a checklist that looks every minute wants to see twice that it is over."""
    said = {"hold": entry.hold, "reopen": entry.reopen, "unknown_after": entry.unknown_after}
    given = {name: value for name, value in said.items() if value is not None}
    every = checklist.every
    usual = Rules(recover=2, blind=max(UNKNOWN_ROUNDS * every, LONGEST_ROUND + every)) if every else Rules()
    return replace(usual, recover=entry.recover or usual.recover, **given)
