"""How is somebody called so that their phone rings, and named so that it does not?

Slack reads a mention in the elements `user`, `usergroup` and `broadcast` of rich_text, and in a message's `text`; a
mention in only one of the two is not sure to be heard.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sagebase_ops.domain.escalation import Person
from sagebase_ops.domain.incident_groups import Group
from sagebase_ops.domain.results import Sentence
from sagebase_ops.language.incidents import known_name
from sagebase_ops.language.voice import Voice
from sagebase_ops.language.words import LISTED
from sagebase_ops.slack.messages.blocks import Elements, Json, text
from sagebase_ops.slack.messages.mrkdwn import cut, escape

_USER, _USER_GROUP = re.compile(r"[UW][A-Z0-9]{6,}"), re.compile(r"S[A-Z0-9]{6,}")
_NAME_ROOM = 60


@dataclass(frozen=True, slots=True)
class Spoken:
    """The same words twice: for a section of rich_text, and (escaped, mentions and all) for a message's `text`."""

    elements: Elements = ()
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.elements)


def call(people: Sequence[Person], asked: Sentence, voice: Voice, *, whole_channel: bool = False) -> Spoken:
    """`@佐藤、@運用担当 さん、対応をお願いします。`; nothing where nobody is to be called."""
    called = [_broadcast()] if whole_channel else []
    called += [_mention(person) for person in people]
    if not called:
        return Spoken()
    listed = LISTED[voice.language]
    elements = [part for one in called for part in (text(listed), *one.elements)][1:]
    said = voice.say(asked)
    return Spoken((*elements, text(f" {said}")), f"{listed.join(one.text for one in called)} {escape(said)}")


def named(by: str, group: Group) -> Spoken:
    """Who did something, by the file's name; somebody whom the file does not know, by the name that Slack shows."""
    name = known_name(by, group)
    return _named(name) if name else _mention(Person(by, by))


def plainly(content: str) -> Spoken:
    """Words that call nobody."""
    return Spoken((text(content),), escape(content))


def _mention(person: Person) -> Spoken:
    if _USER.fullmatch(person.slack):
        return Spoken(({"type": "user", "user_id": person.slack},), f"<@{person.slack}>")
    if _USER_GROUP.fullmatch(person.slack):
        return Spoken(({"type": "usergroup", "usergroup_id": person.slack},), f"<!subteam^{person.slack}>")
    return _named(person.name)


def _broadcast() -> Spoken:
    channel: Json = {"type": "broadcast", "range": "channel"}
    return Spoken((channel,), "<!channel>")


def _named(name: str) -> Spoken:
    return Spoken((text(name, room=_NAME_ROOM),), escape(cut(name, _NAME_ROOM)))
