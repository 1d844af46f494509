"""What is not told for a while: silences of a person, maintenance windows of the file. Recorded all the same."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from operator import itemgetter

from sagebase_ops.domain.calendars import Calendar
from sagebase_ops.domain.results import Target
from sagebase_ops.domain.runs import EntryRef

ANY = "*"

SHARED = frozenset({"project", "sql_instance", "connections"})
"""Kinds of targets that all services of a project stand on: that one is down may be why any of them is."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """Which findings are meant. Each part is a name, or a pattern with `*` and `?`."""

    project: str = ANY
    check: str = ANY
    name: str = ANY
    target: str = ANY

    def matches(self, project: str, check: str, name: str, target: str) -> bool:
        pairs = ((self.project, project), (self.check, check), (self.name, name), (self.target, target))
        return all(fnmatchcase(given, pattern) for pattern, given in pairs)

    def __str__(self) -> str:
        parts = {"project": self.project, "check": self.check, "name": self.name, "target": self.target}
        return " ".join(f"{word}={value}" for word, value in parts.items() if value != ANY) or "everything"


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing that matches is told from `since` on until `until`. `ended_at` is when a person lifted it before."""

    id: str
    matcher: Matcher
    since: datetime
    until: datetime
    by: str
    reason: str
    ended_at: datetime | None = None

    @property
    def ends(self) -> datetime:
        """When it is over, by itself or because a person lifted it."""
        return min(self.until, self.ended_at) if self.ended_at else self.until

    def holds(self, now: datetime) -> bool:
        return self.since <= now < self.ends


@dataclass(frozen=True, slots=True)
class Window:
    """One maintenance window of the file as it falls at some time, such as Cloud SQL's Sunday at 04:00."""

    name: str
    matcher: Matcher
    since: datetime
    until: datetime

    def holds(self, now: datetime) -> bool:
        return self.since <= now < self.until


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A time that comes again and again, in which what matches is recorded but told to nobody."""

    title: str
    calendar: Calendar
    duration: timedelta
    matcher: Matcher

    def window_at(self, now: datetime) -> Window | None:
        """The window that lasts at `now`, or None."""
        since = self.calendar.next_after(now - self.duration)
        return Window(self.title, self.matcher, since, since + self.duration) if since <= now else None


Failing = Mapping[tuple[str, str], Mapping[str, AbstractSet[str]]]
"""Of a (project, entry): the names of the targets for which it fails, by their kind."""


def failing(seen: Iterable[tuple[EntryRef, Target]]) -> Failing:
    """What fails, out of each entry and the target for which it does."""
    found: dict[tuple[str, str], dict[str, set[str]]] = {}
    for entry, target in seen:
        found.setdefault((entry.project, entry.name), {}).setdefault(target.kind, set()).add(target.name)
    return found


@dataclass(frozen=True, slots=True)
class Muted:
    """Whose word keeps something untold, in words for people, and until when; None: until what it depends on is well."""

    by: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Muting:
    """All that may keep something untold at one moment: silences, windows, and entries that depend on failing ones.

    `depends` gives the name of the entry that an entry (check, name) depends on; `failing` what fails now.
    """

    now: datetime
    silences: tuple[Silence, ...] = ()
    windows: tuple[Window, ...] = ()
    depends: Mapping[tuple[str, str], str] = field(default_factory=dict)
    failing: Failing = field(default_factory=dict)

    def of(self, entry: EntryRef, target: Target) -> Muted | None:
        """What keeps it untold, of several the one that ends last; None where it is told."""
        where = (entry.project, entry.check, entry.name, target.name)
        silences = [one for one in self.silences if one.holds(self.now) and one.matcher.matches(*where)]
        windows = [one for one in self.windows if one.holds(self.now) and one.matcher.matches(*where)]
        ends = [(one.ends, f"{one.by}: {one.reason}") for one in silences]
        ends += [(one.until, one.name) for one in windows]
        if ends:
            until, by = max(ends, key=itemgetter(0))
            return Muted(by, until)
        other = self.depends.get((entry.check, entry.name))
        return Muted(f"depends_on: {other}") if other and self._is_down(entry.project, other, target) else None

    def _is_down(self, project: str, name: str, target: Target) -> bool:
        """Whether that entry fails for what has this very name, or for what all share: a database below a service.

        That one service's page is down, or another database, is no reason for which this one may be slow. A service goes
        by one name in every kind: its page, its certificate, its newest revision.
        """
        kinds = self.failing.get((project, name), {})
        shared = kinds.keys() & SHARED - {target.kind}
        return bool(shared) or any(target.name in names for names in kinds.values())
