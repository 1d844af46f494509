"""schedules.yaml as the rest of the program sees it: complete, checked, unchanging."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sagebase_ops.checks.base import CheckDefinition, CheckParams
from sagebase_ops.config.mistakes import allowed_words, nearest
from sagebase_ops.domain.calendars import Calendar, CronCalendar, EveryCalendar
from sagebase_ops.domain.escalation import Person, Policy
from sagebase_ops.domain.incidents import Rules
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.silences import Maintenance, Window
from sagebase_ops.errors import ConfigError
from sagebase_ops.pager.email import Email

NOBODY = "none"
"""In place of a policy: pages nobody."""

MONITORING = "monitoring"
"""The policy for what could not be looked at."""


RECHECK, RECHECK_EVERY = "recheck", timedelta(minutes=2)
"""The built-in job that looks again behind what is open."""


class DigestWhen(StrEnum):
    """When a checklist's digest is posted."""

    NEVER = "never"
    ALWAYS = "always"
    ON_FAILURE = "on_failure"
    ON_CHANGE = "on_change"


@dataclass(frozen=True, slots=True)
class SlackRoute:
    """Where to post, and where when that is refused. `may_press` are the people who may press buttons."""

    channel: str
    fallback: str | None = None
    may_press: tuple[Person, ...] = ()
    allow_channel_mention: bool = False


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """One check of one checklist, its parameters validated.

    `escalation` is what the entry or its checklist says: a policy's name, "none", or None when neither says anything.
    `params_by_project` holds those that are not `params`: of projects that override some, or with `{project}` filled in.
    `line` is where the entry stands in the file; `projects` the ids of those in which alone it is asked.
    """

    name: str
    definition: CheckDefinition
    params: CheckParams
    title: str | None = None
    guide: str | None = None
    escalation: str | None = None
    rules: Rules = field(default_factory=Rules)
    depends_on: str | None = None
    line: int | None = None
    params_by_project: Mapping[str, CheckParams] = field(default_factory=dict)
    projects: frozenset[str] | None = None

    @property
    def window(self) -> timedelta | None:
        """How far back it looks, where it looks back."""
        window = getattr(self.params, "window", None)
        return window if isinstance(window, timedelta) else None

    def is_asked_in(self, project: Project) -> bool:
        return self.projects is None or project.id in self.projects

    def overrides_in(self, project: Project) -> dict[str, Any]:
        """The parameters that are asked otherwise there than elsewhere, by name. Any: each check has its own."""
        theirs = self.params_for(project)
        return {name: value for name, value in theirs if value != getattr(self.params, name)}

    def params_for(self, project: Project) -> CheckParams:
        return self.params_by_project.get(project.id, self.params)


@dataclass(frozen=True, slots=True)
class Checklist:
    """One job: its entries, and its calendar, which is either `cron` (five fields) or `every`."""

    name: str
    title: str
    entries: tuple[ScheduleEntry, ...]
    cron: str | None = None
    every: timedelta | None = None
    digest: DigestWhen = DigestWhen.ALWAYS

    def calendar(self, zone: ZoneInfo) -> Calendar:
        """Its fire times, cron read in `zone`."""
        return EveryCalendar(self.every) if self.every else CronCalendar(self.cron or "", zone)

    def entry(self, name: str) -> ScheduleEntry | None:
        return next((entry for entry in self.entries if entry.name == name), None)


_RECHECK = Checklist(RECHECK, "再確認", (), every=RECHECK_EVERY, digest=DigestWhen.NEVER)


@dataclass(frozen=True, slots=True)
class Fallback:
    """The second route: an e-mail without its password, and whether the webhook of the environment is used too."""

    email: Email | None = None
    webhook: bool = False


@dataclass(frozen=True, slots=True)
class Schedules:
    """The whole file. `warnings` are mistakes that only some commands refuse (a placeholder contact)."""

    path: Path
    timezone: ZoneInfo
    language: str
    projects: tuple[Project, ...]
    slack: SlackRoute
    contacts: Mapping[str, Person]
    escalation: Mapping[str, Policy]
    checklists: Mapping[str, Checklist]
    project_escalation: Mapping[str, str]
    maintenance: tuple[Maintenance, ...] = ()
    fallback: Fallback | None = None
    warnings: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    """Contacts, by name, that an escalation tells though nobody has written down yet who they are."""

    def calendars(self) -> dict[str, Calendar]:
        """When each job comes up, the built-in one too where somebody may be paged."""
        jobs = [*self.checklists.values(), *([_RECHECK] if self.escalation else [])]
        return {job.name: job.calendar(self.timezone) for job in jobs}

    def paging_entries(self, job: str) -> dict[str, ScheduleEntry]:
        """The entries of one checklist by name; of `recheck` those of every checklist that runs less often."""
        if job != RECHECK:
            return {entry.name: entry for entry in self.named(job).entries}
        slower = [one for one in self.checklists.values() if one.every is None or one.every > RECHECK_EVERY]
        return {entry.name: entry for one in reversed(slower) for entry in one.entries if entry.escalation != NOBODY}

    def named(self, job: str) -> Checklist:
        """The checklist called `job`. Raises ConfigError that names those there are."""
        if job == RECHECK:
            return _RECHECK
        if job not in self.checklists:
            known = self.checklists
            raise ConfigError(f"{self.path}: no job is called {job!r}; {allowed_words(known)}{nearest(job, known)}")
        return self.checklists[job]

    def windows_at(self, now: datetime) -> tuple[Window, ...]:
        """The maintenance windows that last at `now`."""
        found = (maintenance.window_at(now) for maintenance in self.maintenance)
        return tuple(window for window in found if window is not None)

    def policy_of(self, entry: ScheduleEntry, project: Project) -> Policy | None:
        """Who hears of a failure of `entry` in `project`; None: nobody is paged."""
        name = self.escalation_of(entry, project)
        return self.escalation[name] if name else None

    def policy_of_unknown(self, entry: ScheduleEntry, project: Project) -> Policy | None:
        """Who hears when `entry` cannot be judged for a while: the policy `monitoring`, else the entry's own."""
        own = self.policy_of(entry, project)
        return self.escalation.get(MONITORING, own) if own else None

    def escalation_of(self, entry: ScheduleEntry, project: Project) -> str | None:
        """The policy that pages for `entry` in `project`, or None. Entry, checklist, project: the nearest wins."""
        if not entry.is_asked_in(project):
            return None
        chosen = entry.escalation or self.project_escalation.get(project.id) or "default"
        return None if chosen == NOBODY or chosen not in self.escalation else chosen
