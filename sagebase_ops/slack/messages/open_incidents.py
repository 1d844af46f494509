"""The end of a digest: what is still open, for how long, who has it, who hears next."""

from collections.abc import Sequence
from datetime import datetime

from sagebase_ops.domain.incident_groups import Group, Standing, groups_of
from sagebase_ops.domain.incidents import Incident
from sagebase_ops.language import incident_words as words
from sagebase_ops.language import incidents as said
from sagebase_ops.language.voice import Voice
from sagebase_ops.language.words import AND_MORE, APART
from sagebase_ops.slack.messages.blocks import Elements, Json, bullets, line, rich_text, text
from sagebase_ops.slack.messages.people import named
from sagebase_ops.slack.messages.telling import Telling

GROUPS_SHOWN = 5
_SUBJECT_ROOM, _LINE_ROOM = 120, 300


def open_incidents_block(incidents: Sequence[Incident], now: datetime, telling: Telling) -> Json | None:
    """One line a group, the worst and oldest first; None when none of `incidents` is open.

    It calls nobody but an owner whom the file does not name: only a mention shows who that is.
    """
    voice = telling.voice
    groups = sorted(groups_of(one for one in incidents if one.is_open), key=_worst_first)
    if not groups:
        return None
    lines = [_line(group, now, voice) for group in groups[:GROUPS_SHOWN]]
    more = sum(len(group.incidents) for group in groups[GROUPS_SHOWN:])
    if more:
        lines.append((text(voice.say(AND_MORE, count=more)),))
    count = sum(len(group.incidents) for group in groups)
    heading = line(text(voice.say(words.OPEN_INCIDENTS, count=count), bold=True))
    return rich_text("open_incidents", heading, bullets(lines))


def _worst_first(group: Group) -> tuple[int, datetime]:
    return list(Standing).index(group.standing), group.since


def _line(group: Group, now: datetime, voice: Voice) -> Elements:
    apart = APART[voice.language]
    return (
        text(f"{said.standing(group, voice)} "),
        text(said.subject(group, voice), room=_SUBJECT_ROOM, bold=True),
        text(f" {said.age(group, now, voice)}{apart}"),
        *_owner(group, voice),
        text(f"{apart}{said.coming(group, now, voice)}", room=_LINE_ROOM),
    )


def _owner(group: Group, voice: Voice) -> Elements:
    owner = group.owner
    if owner is None or not owner.acknowledged_by:
        return (text(voice.say(words.NOBODY_HAS_IT)),)
    return (text(f"{voice.say(words.OWNED_BY)} "), *named(owner.acknowledged_by, group).elements)
