"""What is not told for a while: silences of a person, maintenance windows of the file. Recorded all the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

ANY = "*"


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


def muted_by(
    silences: Iterable[Silence], windows: Iterable[Window], where: tuple[str, str, str, str], now: datetime
) -> str | None:
    """Whose word keeps (project, check, name, target) untold at `now`, in words for people; None where it is told."""
    for silence in silences:
        if silence.holds(now) and silence.matcher.matches(*where):
            return f"{silence.by}: {silence.reason}"
    return next((window.name for window in windows if window.holds(now) and window.matcher.matches(*where)), None)
