"""What is wrong for longer than one look: when an incident opens, who has it, when it is over.

    (nothing) ──► pending ──► open ◄──► acknowledged
                     │          │             │
                     ▼          ▼             ▼
                 (nothing)    resolved ──► open again, within `reopen`

Everything here is a pure function of what is known, what was seen, and `now`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sagebase_ops.domain.escalation import Eta, Policy
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, Value, Verdict
from sagebase_ops.domain.runs import EntryRef

FLAPPING_WITHIN = timedelta(hours=6)
FLAPPING_REOPENS = 3
CLEAN_AFTER_FLAPPING = timedelta(minutes=30)
UNKNOWN_ROUNDS = 3
LONGEST_ROUND = timedelta(minutes=5)
"""So long a round may take while Google answers slowly: its looks are as far apart then, and none was missed."""


class State(StrEnum):
    """Where an incident stands; see the drawing above."""

    PENDING = "pending"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Change(StrEnum):
    """What `advance` or a person did to an incident that people are told of."""

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
    """How one entry's incidents open and end. `recover` passes in a row end one; see design of schedules.yaml.

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


OPENED = Sentence(ja="検知しました", en="detected")
REOPENED = Sentence(ja="再発しました", en="it is back")
FLAPPING = Sentence(
    ja="短時間に繰り返し発生しています。30 分間問題がなければ解決とします",
    en="it comes and goes; it is resolved once 30 minutes were clean",
)
RESOLVED = Sentence(ja="回復を確認しました", en="seen to be well again")
RESOLVED_BY = Sentence(ja="解決としました: {reason}", en="resolved: {reason}")
ACKNOWLEDGED = Sentence(ja="対応を始めました", en="has it")
ACKNOWLEDGED_UNTIL = Sentence(ja="対応を始めました（見込み {eta}）", en="has it, expects it mended by {eta}")
SILENCED_BY = Sentence(ja="{until} まで通知を止めました: {reason}", en="silenced until {until}: {reason}")
GONE = Sentence(ja="対象がなくなったため終了しました", en="ended: what was watched is gone")
RETIRED = Sentence(ja="点検が schedules.yaml からなくなったため終了しました", en="ended: its check left schedules.yaml")


def fingerprint_of(entry: EntryRef, target: Target) -> Fingerprint:
    """The kind belongs to the target's name: a service and its newest revision are called alike."""
    named = f"{target.kind} {target.name}".encode(errors="backslashreplace").decode()  # half a character has no UTF-8
    return Fingerprint(entry.project, entry.check, entry.name, named)


def notice_of(installation: str, group: str) -> str:
    """The name of the notice that all posts of a group belong to."""
    return f"{installation}:incident:{group}"


def advance(known: Incident | None, seen: Seen, now: datetime) -> Advanced:
    """One finding more about this fingerprint. Only a failure opens, only a pass ends; the rest changes next to nothing."""
    known = known and set_right(known, now)
    if seen.finding.verdict is Verdict.FAIL:
        return _failed(known, seen, now)
    if known is None:
        return Advanced(None)
    if seen.finding.verdict is Verdict.PASS:
        return _passed(known, seen, now)
    return Advanced(replace(known, passes=0))


_TIMES = (
    "since",
    "seen_at",
    "opened_at",
    "resolved_at",
    "failing_since",
    "failing_until",
    "clean_since",
    "acknowledged_at",
)


def set_right(known: Incident, now: datetime) -> Incident:
    """Without times that are still to come: the clock was ahead when they were written.

    A resolve of then would hold, and the steps wait, until they had passed.
    """
    ahead: dict[str, Any] = {name: now for name in _TIMES if (at := getattr(known, name)) is not None and at > now}
    if any(at > now for at in known.reopened):
        ahead["reopened"] = tuple(min(at, now) for at in known.reopened)
    return replace(known, **ahead) if ahead else known


def _failed(known: Incident | None, seen: Seen, now: datetime) -> Advanced:
    if known is None:
        return _held(pending(seen), seen, now)
    if known.state is State.PENDING:
        return _held(replace(known, finding=seen.finding), seen, now)
    if known.state is State.RESOLVED:
        return _failed_again(known, seen, now)
    same = replace(known, finding=seen.finding, entry=seen.entry, seen_at=now, passes=0, clean_since=None)
    return Advanced(same, Change.UPDATED if _reads_differently(known, seen) else None)


def pending(seen: Seen) -> Incident:
    """Seen once, told to nobody yet."""
    return Incident(
        seen.id,
        fingerprint_of(seen.entry, seen.finding.target),
        State.PENDING,
        seen.entry,
        seen.finding,
        seen.rules,
        seen.policy,
        seen.group,
        since=seen.evidence.end,
        seen_at=seen.evidence.end,
        failing_until=seen.evidence.end,
    )


def _held(pending: Incident, seen: Seen, now: datetime) -> Advanced:
    """Open once it failed for as long as `hold`, counted by the data's time."""
    known = replace(
        pending,
        since=_without_unseen(pending.since, pending.failing_until, seen),
        failing_until=seen.evidence.end,
        seen_at=now,
    )
    if seen.evidence.end - known.since < known.rules.hold:
        return Advanced(known)
    opened = replace(known, state=State.OPEN, group=seen.group, policy=seen.policy, opened_at=now, passes=0)
    return Advanced(noted(opened, now, OPENED), Change.OPENED)


def _without_unseen(since: datetime, until: datetime | None, seen: Seen) -> datetime:
    """Since when it failed, as `hold` counts: what nobody saw between `until` and this look ages nothing, and resets nothing.

    The program was down, or nobody could look: that it failed before and after does not say that it did all the while.
    """
    longest = seen.rules.blind
    if until is None or longest is None or seen.evidence.start - until <= longest:
        return since
    return since + (seen.evidence.end - until)


def _failed_again(known: Incident, seen: Seen, now: datetime) -> Advanced:
    """After a resolve only evidence from after it counts: yesterday's errors still fill a window of 24 h."""
    resolved_at = known.resolved_at or now
    if seen.evidence.start < resolved_at:
        return Advanced(known)
    failing = _without_unseen(known.failing_since or seen.evidence.end, known.failing_until, seen)
    if failing - resolved_at > known.rules.reopen:
        return _held(replace(pending(seen), since=failing), seen, now)
    if seen.evidence.end - failing < known.rules.hold:
        return Advanced(replace(known, failing_since=failing, failing_until=seen.evidence.end))
    return reopened(known, seen, now)


def reopened(known: Incident, seen: Seen, now: datetime) -> Advanced:
    """The same incident and thread, with the steps that were taken; the third time in six hours is flapping."""
    recent = (*(time for time in known.reopened if now - time <= FLAPPING_WITHIN), now)
    flapping = len(recent) >= FLAPPING_REOPENS
    again = replace(
        known,
        state=State.OPEN,
        finding=seen.finding,
        entry=seen.entry,
        seen_at=now,
        passes=0,
        resolved_at=None,
        resolved_by=None,
        failing_since=None,
        failing_until=None,
        acknowledged_by=None,
        acknowledged_at=None,
        eta=None,
        reopened=recent,
        flapping=flapping,
        clean_since=None,
    )
    change = Change.FLAPPING if flapping else Change.REOPENED
    return Advanced(noted(again, now, FLAPPING if flapping else REOPENED), change)


def _passed(known: Incident, seen: Seen, now: datetime) -> Advanced:
    if known.state is State.PENDING:
        return Advanced(None)
    if known.state is State.RESOLVED:
        return Advanced(replace(known, failing_since=None, failing_until=None))
    if _is_of_before(known, seen):
        return Advanced(known)
    better = replace(known, passes=known.passes + 1, clean_since=known.clean_since or seen.evidence.end)
    if better.passes < better.rules.recover or not _clean_enough(better, seen):
        return Advanced(better)
    return Advanced(ended(better, now, RESOLVED), Change.RESOLVED)


def _is_of_before(known: Incident, seen: Seen) -> bool:
    """Whether the pass is about a longer time than the failure was, most of it from before.

    Five minutes of outage do not show in the average of a day, which another checklist may ask under the same name.
    """
    return _length(seen.finding) > _length(known.finding) and seen.evidence.start < known.failed_last


def _length(finding: Finding) -> timedelta:
    """To the minute: of two windows of one entry one may be some seconds longer."""
    length = finding.window[1] - finding.window[0] if finding.window else timedelta(0)
    return length - length % timedelta(minutes=1)


def _clean_enough(incident: Incident, seen: Seen) -> bool:
    clean = seen.evidence.end - (incident.clean_since or seen.evidence.end)
    return not incident.flapping or clean >= CLEAN_AFTER_FLAPPING


def acknowledge(incident: Incident, by: str, now: datetime, eta: datetime | None = None) -> Advanced:
    """A person has it. With an ETA the next step waits for that, once; without one they go on, whatever was said before."""
    if not incident.is_open:
        return Advanced(incident)
    held = Eta(eta, incident.steps_taken) if eta else None
    taken = replace(incident, state=State.ACKNOWLEDGED, acknowledged_by=by, acknowledged_at=now, eta=held)
    sentence, values = (ACKNOWLEDGED_UNTIL, {"eta": eta}) if eta else (ACKNOWLEDGED, {})
    return Advanced(noted(taken, now, sentence, by, **values), Change.ACKNOWLEDGED)


def resolve(incident: Incident, by: str, reason: str, now: datetime) -> Advanced:
    """A person says that it is over. That holds until evidence from after now fails."""
    if not incident.is_open:
        return Advanced(incident)
    over = replace(ended(incident, now, None), resolved_by=by)
    return Advanced(noted(over, now, RESOLVED_BY, by, reason=reason), Change.RESOLVED)


def end_as(incident: Incident, change: Change, now: datetime) -> Advanced:
    """Its target is gone from a complete list (`GONE`), or no entry asks for it any more (`RETIRED`)."""
    if not incident.is_open:
        return Advanced(None if incident.state is State.PENDING else incident)
    return Advanced(ended(incident, now, GONE if change is Change.GONE else RETIRED), change)


def ended(incident: Incident, now: datetime, sentence: Sentence | None) -> Incident:
    """Over, with `sentence` in its story where the ending has no words of its own."""
    over = replace(
        incident,
        state=State.RESOLVED,
        resolved_at=now,
        resolved_by=None,
        flapping=False,
        eta=None,
        failing_until=None,
    )
    return noted(over, now, sentence) if sentence else over


def noted(incident: Incident, at: datetime, sentence: Sentence, by: str | None = None, **values: Value) -> Incident:
    """One line more in its story."""
    return replace(incident, story=(*incident.story, StoryLine(at, Note(sentence, values), by)))


def _reads_differently(known: Incident, seen: Seen) -> bool:
    before, after = known.finding, seen.finding
    return (before.sentence, before.value, before.limit) != (after.sentence, after.value, after.limit)
