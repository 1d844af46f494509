"""The post of `doctor --send-test`: marked as a test, calls everybody once, and has one button."""

from collections.abc import Sequence

from sagebase_ops.domain.escalation import Person
from sagebase_ops.domain.notifications import Message
from sagebase_ops.language import doctor_words as words
from sagebase_ops.slack.messages.blocks import Json, header, line, plain, rich_text
from sagebase_ops.slack.messages.mrkdwn import escape
from sagebase_ops.slack.messages.people import call
from sagebase_ops.slack.messages.telling import Telling

SEEN = "doctor_seen"
"""The button's action id; its value is the test's id."""


def trial_message(test: str, people: Sequence[Person], telling: Telling, *, button: bool) -> Message:
    """Calls `people`. Only where a press can be seen is one asked for."""
    voice = telling.voice
    asked = words.TEST_ASKED if button else words.TEST_ONLY
    called = call(people, asked, voice)
    elements = called.elements or ({"type": "text", "text": voice.say(asked)},)
    blocks = [
        header(_subject(telling)),
        rich_text("asked", line(*elements)),
        *([_button(test, telling)] if button else []),
    ]
    said = called.text or escape(voice.say(asked))
    return Message(f"{escape(_subject(telling))} {said}", tuple(blocks))


def _subject(telling: Telling) -> str:
    pretend = "SANDBOX " if telling.sandbox else ""
    return f"{pretend}{telling.voice.say(words.TEST_SUBJECT)}"


def _button(test: str, telling: Telling) -> Json:
    element = {
        "type": "button",
        "action_id": SEEN,
        "text": plain(telling.voice.say(words.TEST_BUTTON), 75),
        "value": test,
        "style": "primary",
    }
    return {"type": "actions", "block_id": test, "elements": [element]}
