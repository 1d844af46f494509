"""All that is known of a group of incidents, for its thread: the story, every target, the evidence."""

from collections.abc import Iterator, Sequence

from sagebase_ops.domain.incident_groups import Group
from sagebase_ops.domain.incidents import Incident
from sagebase_ops.domain.notifications import Message
from sagebase_ops.language import incident_words as words
from sagebase_ops.language import incidents as said
from sagebase_ops.language.voice import Voice
from sagebase_ops.language.words import AND_MORE, DETAILS
from sagebase_ops.slack.messages.blocks import Elements, bullets, line, rich_text, text
from sagebase_ops.slack.messages.details import evidence
from sagebase_ops.slack.messages.facts import named_wrong
from sagebase_ops.slack.messages.limits import Piece
from sagebase_ops.slack.messages.mrkdwn import cut
from sagebase_ops.slack.messages.paging import Thread
from sagebase_ops.slack.messages.people import named
from sagebase_ops.slack.messages.telling import Telling

STORY_SHOWN = 20
_LINKED = 50
"""The address of a link counts as text too: of more than these the names must do."""
_LINES_A_PIECE, _SUBJECT_ROOM, _LINE_ROOM = 10, 120, 500


def details_messages(incidents: Sequence[Incident], telling: Telling) -> tuple[Message, ...]:
    """As many messages as it takes, at most three; what is left out after that is counted."""
    group, voice = Group.of(incidents), telling.voice
    thread = Thread(
        cut(said.subject(group, voice), _SUBJECT_ROOM),
        telling.sandbox,
        lambda count: voice.say(words.LEFT_OUT, count=count),
    )
    pieces = [*_story(group, voice), *_targets(group, voice), *_evidence(group, voice)]
    return tuple(thread.paged(voice.say(DETAILS), pieces))


def _story(group: Group, voice: Voice) -> Iterator[Piece]:
    all_of_it = said.story(group, voice)
    older = len(all_of_it) - STORY_SHOWN
    shown: list[Elements] = [_happened(one, group) for one in all_of_it[-STORY_SHOWN:]]
    if older > 0:
        shown.insert(0, (text(voice.say(AND_MORE, count=older)),))
    if shown:
        heading = line(text(voice.say(words.STORY), bold=True))
        yield Piece(rich_text("story", heading, bullets(shown)), findings=0)


def _happened(one: said.Happened, group: Group) -> Elements:
    by = (*named(one.by, group).elements, text(": ")) if one.by else ()
    return (text(f"{one.at} "), *by, text(one.what, room=_LINE_ROOM))


def _targets(group: Group, voice: Voice) -> Iterator[Piece]:
    """Where there are several: each with what is wrong there, the worst first; those that are over are struck out."""
    there = group.incidents if len(group.incidents) > 1 else ()
    linked = len(there) <= _LINKED
    for start in range(0, len(there), _LINES_A_PIECE):
        some = there[start : start + _LINES_A_PIECE]
        yield Piece(
            rich_text(f"targets.{start}", bullets([named_wrong(one, voice, linked=linked) for one in some])), len(some)
        )


def _evidence(group: Group, voice: Voice) -> Iterator[Piece]:
    """The runbook, notes, and what was asked, once each; a target that is listed above is not counted again."""
    counted = len(group.incidents) == 1
    for piece in evidence([said.row(one) for one in group.concerned], voice):
        yield Piece(piece.block, findings=int(counted))
