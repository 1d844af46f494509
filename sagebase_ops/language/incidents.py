"""What is said of a group of incidents wherever it is read: plain lines, escaped and laid out by the caller."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sagebase_ops.domain.digests import Row
from sagebase_ops.domain.escalation import Person
from sagebase_ops.domain.incident_groups import Group
from sagebase_ops.domain.incidents import Incident, StoryLine
from sagebase_ops.domain.results import Finding
from sagebase_ops.language import incident_words as words
from sagebase_ops.language.digests import TITLES_SHOWN, some
from sagebase_ops.language.plain import shorten
from sagebase_ops.language.voice import Voice

NAMES_SHOWN = 4
_TITLE_ROOM, _NAME_ROOM, _REASON_ROOM = 60, 60, 300
_MINUTES_FROM = 120

After = Mapping[str, Finding]
"""The finding that ended an incident, by the incident's id; a person's resolve has none."""


def standing(group: Group, voice: Voice) -> str:
    """`✕ 不合格`: the shape and the word."""
    return f"{words.STANDING_MARKS[group.standing]} {voice.say(words.STANDINGS[group.standing])}"


def subject(group: Group, voice: Voice) -> str:
    """`エラー率 sagebase-streamlit`; of several `エラー率、応答時間 12 件`; of what could not be looked at its entries."""
    said_so = list(dict.fromkeys(shorten(voice.say(title), _TITLE_ROOM) for title in group.titles))
    listed = some(said_so, TITLES_SHOWN, voice)
    if len(group.incidents) > 1:
        return f"{listed} {voice.say(words.MANY, count=len(group.incidents))}"
    return f"{listed} {_target(group.lead)}".strip()


def _target(incident: Incident) -> str:
    name = incident.finding.target.name
    return "" if incident.fingerprint.of_unknown or name == incident.entry.project else shorten(name, _NAME_ROOM)


def scope(group: Group, voice: Voice) -> str:
    """`本番 sagebase-prod`."""
    entry = group.lead.entry
    return f"{voice.environment(entry.environment)} {shorten(entry.project, _NAME_ROOM)}"


def wrong(incident: Incident, voice: Voice) -> str:
    """What was seen, with the value and its limit even where the sentence does not name them."""
    finding = incident.finding
    said, (value, limit) = voice.finding(finding), voice.measured(finding)
    if not value or not limit or (value in said and limit in said):
        return said
    return said + voice.aside(words.MEASURED_AGAINST, value=value, limit=limit)


def people(those: Sequence[Person], voice: Voice) -> str:
    return some([shorten(person.name, _NAME_ROOM) for person in those], NAMES_SHOWN, voice)


def next_step(group: Group, now: datetime, voice: Voice) -> str:
    """`09:30 JST までに解決しなければ技術責任者へ`: when the next ones hear, or that nobody else will."""
    coming = group.next_step
    if coming is None:
        return voice.say(words.NO_NEXT if group.steps else words.NO_STEPS)
    sentence = words.NEXT_UNLESS if coming.due > now else words.NEXT_NOW
    return voice.say(sentence, time=voice.clock(coming.due, now), names=people(coming.people, voice))


def age(group: Group, now: datetime, voice: Voice) -> str:
    """`25 分継続`."""
    return voice.say(words.LASTS, time=duration(now - group.since, voice))


def has_it(group: Group, voice: Voice) -> str:
    """`担当 佐藤`, or that nobody has it."""
    owner = group.owner
    if owner is None or not owner.acknowledged_by:
        return voice.say(words.NOBODY_HAS_IT)
    return f"{voice.say(words.OWNED_BY)} {person(owner.acknowledged_by, group)}"


def coming(group: Group, now: datetime, voice: Voice) -> str:
    """`次は 09:30 JST に技術責任者へ`: the next step in short."""
    step = group.next_step
    if step is None:
        return voice.say(words.NO_NEXT_STEP if group.steps else words.NO_STEPS)
    return voice.say(words.NEXT_STEP, time=voice.clock(step.due, now), names=people(step.people, voice))


def told(group: Group, voice: Voice) -> str:
    """`1/3 運用担当者、2/3 技術責任者`."""
    steps = [f"{step.number + 1}/{group.steps} {people(step.people, voice)}" for step in group.told]
    return voice.listed(steps)


def taken_at(owner: Incident, now: datetime, voice: Voice) -> str:
    """`09:06 JST から、見込み 09:30 JST`, to stand behind the owner's name."""
    since = voice.say(words.FROM, time=voice.clock(owner.acknowledged_at or owner.since, now))
    return since + (voice.say(words.EXPECTED_BY, time=voice.clock(owner.eta.at, now)) if owner.eta else "")


def silenced(group: Group, now: datetime, voice: Voice) -> str:
    """`10:00 JST に再開します（佐藤: 定期保守）`; of what depends on something that fails nobody knows when it ends."""
    by, until = shorten(group.lead.finding.muted_by or "", _REASON_ROOM), group.lead.muted_until
    if until is None:
        return voice.say(words.SILENCED_BY, by=by)
    return voice.say(words.SILENCED_UNTIL, by=by, time=voice.clock(until, now))


def lasted(group: Group, voice: Voice) -> str:
    """How long, once it is over."""
    return duration((group.resolved_at or group.since) - group.since, voice)


def duration(length: timedelta, voice: Voice) -> str:
    """In whole minutes, once there are some."""
    seconds = max(length.total_seconds(), 0)
    return voice.duration(round(seconds / 60) * 60 if seconds >= _MINUTES_FROM else round(seconds))


def last_line(group: Group) -> StoryLine | None:
    """The newest line of their stories; of several of one moment the last."""
    newest = [one.story[-1] for one in group.incidents if one.story]
    return max(reversed(newest), key=lambda line: line.at, default=None)


def known_name(by: str, group: Group) -> str | None:
    """The name that the file gives to this Slack id, or None."""
    known = (person for one in group.incidents for step in one.policy.steps for person in step.tell)
    return next((shorten(person.name, _NAME_ROOM) for person in known if person.slack == by), None)


def person(by: str, group: Group) -> str:
    """By the file's name, where it has one."""
    return known_name(by, group) or shorten(by, _NAME_ROOM)


def before_and_after(incident: Incident, after: After, voice: Voice) -> tuple[str, str]:
    """What failed, and what it is now: `9.3 %` and `1.2 %`, or the sentence and `合格`. Only what somebody saw."""
    value, _ = voice.measured(incident.finding)
    seen = after.get(incident.id)
    if seen is None:
        return wrong(incident, voice), ""
    now_value, _ = voice.measured(seen)
    return (value, now_value) if value and now_value else (wrong(incident, voice), voice.finding(seen))


class Happened(NamedTuple):
    """One thing of a group's story: when, who did it as that is stored (`""`: the program did), and what."""

    at: str
    by: str
    what: str


def story(group: Group, voice: Voice) -> list[Happened]:
    """What happened, oldest first, each thing once. Where it happened to some of them only, they are named."""
    happened: dict[tuple[datetime, str, str], list[Incident]] = {}
    for one in group.incidents:
        for line in one.story:
            what = shorten(voice.note(line.note), _REASON_ROOM)
            happened.setdefault((line.at, line.by or "", what), []).append(one)
    return [
        Happened(voice.moment(at), by, what + _named(those, group, voice))
        for (at, by, what), those in sorted(happened.items(), key=lambda item: item[0])
    ]


def story_lines(group: Group, voice: Voice) -> list[str]:
    """`2026-11-24 09:06 JST 佐藤: 対応を始めました`."""
    return [f"{at} {person(by, group)}: {what}" if by else f"{at} {what}" for at, by, what in story(group, voice)]


def _named(those: list[Incident], group: Group, voice: Voice) -> str:
    if len(those) == len(group.incidents):
        return ""
    names = [shorten(one.finding.target.name, _NAME_ROOM) for one in those]
    return voice.aside(words.NAMED, names=some(names, NAMES_SHOWN, voice))


def row(incident: Incident) -> Row:
    """The incident as a row of a digest, so that its runbook, notes and remedy are told in the same words.

    Who silenced it is said once, of all of them.
    """
    finding = incident.finding
    return Row(incident.entry, replace(finding, muted_by=None) if finding.muted_by else finding)
