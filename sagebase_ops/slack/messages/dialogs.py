"""What a person is asked when they press a button that wants a reason or a time: views for `views.open`.

Every dialog keeps the group's id in `private_metadata`; what was filled in comes back under the names of `actions`.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sagebase_ops.domain.results import Sentence
from sagebase_ops.language import incident_words as words
from sagebase_ops.language.voice import Voice
from sagebase_ops.slack.messages import actions
from sagebase_ops.slack.messages.blocks import Json, plain, section
from sagebase_ops.slack.messages.controls import option
from sagebase_ops.slack.messages.telling import Telling

SILENCES = (timedelta(hours=1), timedelta(hours=4), timedelta(days=1), timedelta(days=3), timedelta(days=7))
REASON_LENGTH = 500
_MORNING = time(9)
_TITLE_ROOM, _LABEL_ROOM = 24, 150


def silence_dialog(group_id: str, now: datetime, telling: Telling) -> Json:
    """For how long, and why. The choice comes back as an ISO time in UTC: what was read is what is meant."""
    voice = telling.voice
    times = sorted({*(now + length for length in SILENCES), _next_morning(now, voice)})
    options = [option(_until(until, now, voice), until.isoformat(timespec="seconds")) for until in times]
    until = _menu(actions.UNTIL_INPUT, words.SILENCE_UNTIL, options, voice)
    lead, asked = words.SILENCE_LEAD, (until, _reason(voice))
    return _dialog(actions.SILENCE_DIALOG, group_id, words.SILENCE, words.STOP, lead, asked, telling)


def resolve_dialog(group_id: str, telling: Telling) -> Json:
    """Why it is over."""
    voice = telling.voice
    lead, asked = words.RESOLVE_LEAD, (_reason(voice),)
    return _dialog(actions.RESOLVE_DIALOG, group_id, words.RESOLVE, words.RESOLVE, lead, asked, telling)


def _dialog(
    callback: str,
    group_id: str,
    title: Sentence,
    submit: Sentence,
    lead: Sentence,
    asked: Sequence[Json],
    telling: Telling,
) -> Json:
    voice = telling.voice
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": group_id,
        "title": plain(voice.say(title), _TITLE_ROOM),
        "submit": plain(voice.say(submit), _TITLE_ROOM),
        "close": plain(voice.say(words.BACK_OUT), _TITLE_ROOM),
        "blocks": [section("lead", telling.pretend + voice.say(lead)), *asked],
    }


def _menu(name: str, label: Sentence, options: Sequence[Json], voice: Voice) -> Json:
    element = {"type": "static_select", "action_id": name, "options": options, "initial_option": options[0]}
    return {"type": "input", "block_id": name, "label": plain(voice.say(label), _LABEL_ROOM), "element": element}


def _reason(voice: Voice) -> Json:
    name = actions.REASON_INPUT
    return {
        "type": "input",
        "block_id": name,
        "label": plain(voice.say(words.REASON), _LABEL_ROOM),
        "hint": plain(voice.say(words.REASON_HINT), _LABEL_ROOM),
        "element": {"type": "plain_text_input", "action_id": name, "multiline": True, "max_length": REASON_LENGTH},
    }


def _until(until: datetime, now: datetime, voice: Voice) -> str:
    """`1 時間（10:05 JST まで）`; the next morning has the time alone."""
    at = voice.say(words.UNTIL_TIME, time=voice.clock(until, now))
    length = until - now
    if length not in SILENCES:
        return at
    unit, count = (words.DAYS, length.days) if length >= timedelta(days=2) else (words.HOURS, _hours(length))
    return voice.say(unit, count=count) + voice.aside(words.NAMED, names=at)


def _hours(length: timedelta) -> int:
    return length // timedelta(hours=1)


def _next_morning(now: datetime, voice: Voice) -> datetime:
    """The next 09:00 of the guide's zone, in UTC."""
    local = now.astimezone(voice.zone)
    day = local.date() if local.time() < _MORNING else local.date() + timedelta(days=1)
    return datetime.combine(day, _MORNING, tzinfo=voice.zone).astimezone(now.tzinfo)
