"""What a digest says first: what is new since the run before, what is resolved, what lasts and since when."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sagebase_ops.domain.digest_changes import Changes, Lasting
from sagebase_ops.language import incident_words as words
from sagebase_ops.language.digests import entry_names, some
from sagebase_ops.language.plain import shorten
from sagebase_ops.language.voice import Voice

_TITLE_ROOM, _NAMES_SHOWN = 60, 4


def change_lines(changes: Changes, now: datetime, voice: Voice) -> Iterator[tuple[str, str]]:
    """Each line's label and its names: `新規 1` and `エラー率 9.3 %`. `now` is the slot, whose day is counted to."""
    for sentence, rows in ((words.NEW, changes.new), (words.RESOLVED_NOW, changes.resolved)):
        if rows:
            yield voice.say(sentence, count=len(rows)), entry_names(rows, voice)
    if changes.lasting:
        unchanged = "" if changes.new or changes.resolved else voice.say(words.NO_CHANGE)
        names = _lasting(sorted(changes.lasting, key=lambda one: one.since), now, voice)
        label = voice.say(words.LASTING, count=len(changes.lasting))
        yield label, voice.joined(part for part in (names, unchanged) if part)


def day_number(since: datetime, now: datetime, voice: Voice) -> int:
    """1 on the day on which it began, as the calendar stands in the guide's zone."""
    return (now.astimezone(voice.zone).date() - since.astimezone(voice.zone).date()).days + 1


def _lasting(lasting: Sequence[Lasting], now: datetime, voice: Voice) -> str:
    """Each entry once, by its longest."""
    longest = {(one.row.entry.project, one.row.entry.name): one for one in reversed(lasting)}
    oldest_first = sorted(longest.values(), key=lambda one: one.since)
    return some([_with_day(one, now, voice) for one in oldest_first], _NAMES_SHOWN, voice)


def _with_day(one: Lasting, now: datetime, voice: Voice) -> str:
    title = shorten(voice.say(one.row.entry.title), _TITLE_ROOM)
    return title + voice.aside(words.DAY, count=day_number(one.since, now, voice))
