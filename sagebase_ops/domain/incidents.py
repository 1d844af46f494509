"""What is an incident? What is wrong for longer than one look, with who has it and what happened to it.

`incident_transitions` are the ways from one state to the next; `failing_incidents` and `unknown_incidents` choose among them
by what was seen.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sagebase_ops.domain.escalation import Eta, Policy
from sagebase_ops.domain.results import Finding, Note, Target
from sagebase_ops.domain.runs import EntryRef

UNKNOWN_ROUNDS = 3
LONGEST_ROUND = timedelta(minutes=5)
"""So long a round may take while Google answers slowly: its looks are as far apart then, and none was missed."""


class State(StrEnum):
    """Where an incident stands; see the drawing in `incident_transitions`."""

    PENDING = "pending"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Change(StrEnum):
    """What a look or a person did to an incident that people are told of."""

    OPENED = "opened"
    REOPENED = "reopened"
    FLAPPING = "flapping"
    UPDATED = "updated"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    GONE = "gone"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, order=True)
class Fingerprint:
    """What makes it the same problem.

    A failure is one target of one entry. What could not be looked at is one check and kind of error: `name` is then
    empty and `target` the reason.
    """

    project: str
    check: str
    name: str
    target: str

    @property
    def of_unknown(self) -> bool:
        return not self.name


@dataclass(frozen=True, slots=True)
class Rules:
    """How one entry's incidents open and end. `recover` passes in a row end one; docs/incidents.md has each key.

    Of the time between two failing looks, only so much as `blind` may be unseen for it to count towards `hold`: three rounds
    of a checklist with `every`, and never less than one slow one; None, where looks are days apart by the file, counts all of it.
    """

    hold: timedelta = timedelta(0)
    recover: int = 1
    reopen: timedelta = timedelta(minutes=30)
    unknown_after: timedelta = timedelta(minutes=15)
    blind: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The time that a finding speaks of: its window, or the moment of the look."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One thing that happened to an incident. `by` is a person, None for the program."""

    at: datetime
    note: Note
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """One continuing problem, from its first failing evidence on (`since`, later by what nobody saw before it opened).

    `group` names the message that it shares; `steps_taken` counts the steps of its policy that were told. `passes` is the
    streak of passing findings; `rounds` counts looks that could not see; `answered` are those of `names` that could since.
    `told` says whether the opening was told: one
    that opened in a silence is told when that ends, `muted_until`. `resolved_by` is a person, or None where findings passed.
    `failing_since` is after a resolve what `since` is before an opening; `failing_until` how far the failing evidence goes while
    `hold` is counted.
    """

    id: str
    fingerprint: Fingerprint
    state: State
    entry: EntryRef
    finding: Finding
    rules: Rules
    policy: Policy
    group: str
    since: datetime
    seen_at: datetime
    opened_at: datetime | None = None
    steps_taken: int = 0
    told: bool = False
    passes: int = 0
    rounds: int = 0
    names: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    eta: Eta | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    failing_since: datetime | None = None
    failing_until: datetime | None = None
    reopened: tuple[datetime, ...] = ()
    flapping: bool = False
    clean_since: datetime | None = None
    edited_at: datetime | None = None
    muted_until: datetime | None = None
    story: tuple[StoryLine, ...] = ()
    version: int = 0

    @property
    def is_open(self) -> bool:
        return self.state is State.OPEN or self.state is State.ACKNOWLEDGED

    @property
    def failed_last(self) -> datetime:
        """When it opened, or was last open again: what is older says nothing of whether it is over."""
        return max((self.opened_at or self.since, *self.reopened))


@dataclass(frozen=True, slots=True)
class Seen:
    """One finding, with all that opening an incident of it needs, copied from the file. `id` is for a new incident."""

    id: str
    entry: EntryRef
    finding: Finding
    evidence: Evidence
    rules: Rules
    policy: Policy
    group: str


@dataclass(frozen=True, slots=True)
class Advanced:
    """What became of an incident: None is nothing to remember, no change is nothing to tell."""

    incident: Incident | None
    change: Change | None = None


def fingerprint_of(entry: EntryRef, target: Target) -> Fingerprint:
    """The kind belongs to the target's name: a service and its newest revision are called alike."""
    named = f"{target.kind} {target.name}".encode(errors="backslashreplace").decode()  # half a character has no UTF-8
    return Fingerprint(entry.project, entry.check, entry.name, named)


def notice_of(installation: str, group: str) -> str:
    """The name of the notice that all posts of a group belong to."""
    return f"{installation}:incident:{group}"
