"""The ways of an incident from one state to the next, each with the line that it adds to the story.

    (nothing) ──► pending ──► open ◄──► acknowledged
                     │          │             │
                     ▼          ▼             ▼
                 (nothing)    resolved ──► open again, within `reopen`

Each is a pure function of what is known, what was seen, and `now`; whether it is time for it, its caller decides.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sagebase_ops.domain.escalation import Eta
from sagebase_ops.domain.incidents import Advanced, Change, Incident, Seen, State, StoryLine, fingerprint_of
from sagebase_ops.domain.results import Note, Sentence, Value

FLAPPING_WITHIN = timedelta(hours=6)
FLAPPING_REOPENS = 3
CLEAN_AFTER_FLAPPING = timedelta(minutes=30)

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


def without_future_times(known: Incident, now: datetime) -> Incident:
    """Without times that are still to come: the clock was ahead when they were written.

    A resolve of then would hold, and the steps wait, until they had passed.
    """
    ahead: dict[str, Any] = {name: now for name in _TIMES if (at := getattr(known, name)) is not None and at > now}
    if any(at > now for at in known.reopened):
        ahead["reopened"] = tuple(min(at, now) for at in known.reopened)
    return replace(known, **ahead) if ahead else known


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


def opened(known: Incident, seen: Seen, now: datetime) -> Advanced:
    """People hear of it from now on: in the message of the run that opened it, by the policy of now."""
    told = replace(known, state=State.OPEN, group=seen.group, policy=seen.policy, opened_at=now, passes=0)
    return Advanced(noted(told, now, OPENED), Change.OPENED)


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


def acknowledge(incident: Incident, by: str, now: datetime, eta: datetime | None = None) -> Advanced:
    """A person has it. With an ETA the next step waits for that, once; without one they go on, whatever was said before."""
    if not incident.is_open:
        return Advanced(incident)
    held = Eta(eta, incident.steps_taken) if eta else None
    taken = replace(incident, state=State.ACKNOWLEDGED, acknowledged_by=by, acknowledged_at=now, eta=held)
    sentence, values = (ACKNOWLEDGED_UNTIL, {"eta": eta}) if eta else (ACKNOWLEDGED, {})
    return Advanced(noted(taken, now, sentence, by, **values), Change.ACKNOWLEDGED)


def passed(known: Incident, until: datetime, now: datetime) -> Advanced:
    """Well in one look more, whose evidence ends at `until`.

    Over after `recover` such looks in a row; while it flaps, only once it was clean for long enough too.
    """
    clean_since = known.clean_since or until
    better = replace(known, passes=known.passes + 1, clean_since=clean_since)
    unclean = better.flapping and until - clean_since < CLEAN_AFTER_FLAPPING
    if better.passes < better.rules.recover or unclean:
        return Advanced(better)
    over = replace(_ended(better, now), rounds=0)
    return Advanced(noted(over, now, RESOLVED), Change.RESOLVED)


def resolve(incident: Incident, by: str, reason: str, now: datetime) -> Advanced:
    """A person says that it is over. That holds until evidence from after now fails."""
    if not incident.is_open:
        return Advanced(incident)
    over = replace(_ended(incident, now), resolved_by=by)
    return Advanced(noted(over, now, RESOLVED_BY, by, reason=reason), Change.RESOLVED)


def end_as(incident: Incident, change: Change, now: datetime) -> Advanced:
    """Its target is gone from a complete list (`GONE`), or no entry asks for it any more (`RETIRED`)."""
    if not incident.is_open:
        return Advanced(None if incident.state is State.PENDING else incident)
    sentence = GONE if change is Change.GONE else RETIRED
    return Advanced(noted(_ended(incident, now), now, sentence), change)


def _ended(incident: Incident, now: datetime) -> Incident:
    return replace(
        incident,
        state=State.RESOLVED,
        resolved_at=now,
        resolved_by=None,
        flapping=False,
        eta=None,
        failing_until=None,
    )


def noted(incident: Incident, at: datetime, sentence: Sentence, by: str | None = None, **values: Value) -> Incident:
    """One line more in its story."""
    return replace(incident, story=(*incident.story, StoryLine(at, Note(sentence, values), by)))
