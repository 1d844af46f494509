"""The one message of a group of incidents, edited in place: what is wrong, who has it, who hears next, what to do."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sagebase_ops.domain.incident_groups import Group, Standing
from sagebase_ops.domain.incidents import Incident
from sagebase_ops.domain.notifications import Message
from sagebase_ops.language import incident_words as words
from sagebase_ops.language import incidents as said
from sagebase_ops.language.incidents import After
from sagebase_ops.language.voice import Voice
from sagebase_ops.language.words import SANDBOX_NOTE
from sagebase_ops.slack.messages.blocks import Json, context, header, line, rich_text
from sagebase_ops.slack.messages.controls import controls
from sagebase_ops.slack.messages.facts import bar, ended, facts, headline, item, label, owner, wrong
from sagebase_ops.slack.messages.incident_details import details_messages
from sagebase_ops.slack.messages.items import notes, remedy, to_do
from sagebase_ops.slack.messages.mrkdwn import cut, escape
from sagebase_ops.slack.messages.people import Spoken, call
from sagebase_ops.slack.messages.telling import Telling

_WANT_SOMEBODY = (Standing.FAILING, Standing.UNKNOWN)
_TEXT_ROOM, _NEXT_ROOM, _ID_ROOM = 600, 200, 120
"""An edit's `text` was seen to be refused past 4,000 bytes."""


def opening_messages(incidents: Sequence[Incident], now: datetime, telling: Telling) -> tuple[Message, ...]:
    """The first post, which is the step after 0m, and its thread: all that it had no room for."""
    return (incident_message(incidents, now, telling), *details_messages(incidents, telling))


def incident_message(
    incidents: Sequence[Incident],
    now: datetime,
    telling: Telling,
    *,
    after: After | None = None,
) -> Message:
    """How the group stands at `now`: the first post, and each edit of it. One incident or hundreds, at least one.

    While somebody is wanted for it, it calls the people of the step after 0m (an edit rings nobody's phone).
    `after` are the findings that ended incidents, by their ids.
    """
    group, voice = Group.of(incidents), telling.voice
    body = _over(group, voice, after or {}) if group.is_over else _open(group, now, voice)
    head = header(headline(said.standing(group, voice), said.subject(group, voice), telling))
    deadline = _deadline(group, now, voice)
    stands = voice.apart((said.standing(group, voice), deadline))
    return Message(_text(group, now, telling, deadline), (head, *body, _foot(group, telling)), bar(group, stands))


def _open(group: Group, now: datetime, voice: Voice) -> Iterator[Json]:
    asked = _call(group, voice)
    calling = [line(*asked.elements)] if asked else []
    yield rich_text("wrong", *wrong(group, voice), *calling)
    yield rich_text("facts", *facts(group, now, voice))
    what = item(group)
    help_for_it = [*notes(what, voice), *to_do(what, voice), *remedy(what, voice)]
    if help_for_it:
        yield rich_text("to_do", *help_for_it)
    yield from controls(group, voice)


def _over(group: Group, voice: Voice, after: After) -> Iterator[Json]:
    yield rich_text("ended", *ended(group, voice, after))


def _call(group: Group, voice: Voice) -> Spoken:
    if group.standing not in _WANT_SOMEBODY or not group.told:
        return Spoken()
    return call(group.told[0].people, words.PLEASE, voice)


def _text(group: Group, now: datetime, telling: Telling, deadline: str) -> str:
    """The notification, and all that a screen reader announces: state, where, what, whom, until when."""
    voice = telling.voice
    told = f"{label(voice.say(words.STANDINGS[group.standing]), telling)}{_scope(group, voice)}: "
    parts = [escape(cut(told + said.wrong(group.lead, voice), _TEXT_ROOM)), _call(group, voice).text]
    if group.owner:
        parts.append(f"{voice.say(words.OWNER)}: {owner(group, now, voice).text}")
    parts.append(escape(cut(deadline, _NEXT_ROOM)))
    return " ".join(part for part in parts if part)


def _scope(group: Group, voice: Voice) -> str:
    return f"{said.scope(group, voice)} {said.subject(group, voice)}"


def _deadline(group: Group, now: datetime, voice: Voice) -> str:
    """Who hears next and when, or when the silence ends; once it is over, for how long it was."""
    if group.is_over:
        return f"{voice.say(words.LASTED)}: {said.lasted(group, voice)}"
    if group.standing is Standing.SILENCED:
        return said.silenced(group, now, voice)
    return f"{voice.say(words.NEXT)}: {said.next_step(group, now, voice)}"


def _foot(group: Group, telling: Telling) -> Json:
    voice = telling.voice
    note = voice.say(SANDBOX_NOTE) if telling.sandbox else ""
    return context("foot", voice.apart((said.scope(group, voice), cut(group.lead.id, _ID_ROOM), note)))
