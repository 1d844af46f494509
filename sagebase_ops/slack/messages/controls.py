"""What can be done about a group of incidents now: the buttons and menus of its state, five at most."""

from collections.abc import Iterator

from sagebase_ops.domain.incident_groups import Group, Standing
from sagebase_ops.domain.results import Sentence
from sagebase_ops.language import incident_words as words
from sagebase_ops.language.incidents import subject
from sagebase_ops.language.voice import Voice
from sagebase_ops.slack.messages import actions
from sagebase_ops.slack.messages.blocks import Json, plain
from sagebase_ops.slack.messages.mrkdwn import cut

_LABEL_ROOM, _SPOKEN_ROOM = 75, 75


def controls(group: Group, voice: Voice) -> Iterator[Json]:
    """One block of them, or none when it is over."""
    elements = list(_elements(group, voice))
    if elements:
        block_id = actions.controls_id(group.lead.group, sum(len(one.story) for one in group.incidents))
        yield {"type": "actions", "block_id": block_id, "elements": elements}


def eta_options(voice: Voice) -> list[Json]:
    known = [(voice.say(words.IN_MINUTES, count=count), str(count)) for count in actions.ETA_MINUTES]
    return [option(label, value) for label, value in (*known, (voice.say(words.NO_ETA), actions.NO_ETA))]


def option(label: str, value: str) -> Json:
    return {"text": plain(label, _LABEL_ROOM), "value": value}


def _elements(group: Group, voice: Voice) -> Iterator[Json]:
    """Who takes it may say until when; one that somebody has is most likely to be resolved next."""
    if not group.open:
        return
    if group.taken:
        yield _eta_menu(voice)
    else:
        yield _button(actions.ACK, words.TAKE, group, voice, primary=True)
    yield _button(actions.RESOLVE, words.RESOLVE, group, voice, primary=group.taken)
    if group.standing is not Standing.SILENCED:
        yield _button(actions.SILENCE, words.SILENCE, group, voice)
    yield _button(actions.RECHECK, words.RECHECK, group, voice)
    yield _button(actions.DETAILS, words.DETAILS, group, voice)


def _button(action: str, label: Sentence, group: Group, voice: Voice, *, primary: bool = False) -> Json:
    """Read aloud with what it is about, since many messages have the same buttons."""
    spoken = cut(f"{voice.say(label)}: {subject(group, voice)}", _SPOKEN_ROOM)
    return {
        "type": "button",
        "action_id": action,
        "text": plain(voice.say(label), _LABEL_ROOM),
        "accessibility_label": spoken,
        "value": group.lead.group,
        **({"style": "primary"} if primary else {}),
    }


def _eta_menu(voice: Voice) -> Json:
    return {
        "type": "static_select",
        "action_id": actions.ACK_ETA,
        "placeholder": plain(voice.say(words.GIVE_ETA), _LABEL_ROOM),
        "options": eta_options(voice),
    }
