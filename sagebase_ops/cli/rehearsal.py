"""A rehearsal as a person reads it: a table of what would have been heard, and of what another file changes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from rich.cells import cell_len
from rich.table import Column, Table
from rich.text import Text

from sagebase_ops.app.rehearse import Rehearsed
from sagebase_ops.cli.page import Page, breaks
from sagebase_ops.domain.escalation import Person
from sagebase_ops.domain.results import Sentence
from sagebase_ops.jobs.judge_anew import Doubt
from sagebase_ops.jobs.rehearse import Happening, Heard
from sagebase_ops.jobs.rehearse_differences import Difference, Shift, calls, differences
from sagebase_ops.language import incident_words
from sagebase_ops.language import incidents as said
from sagebase_ops.language import rehearsal_words as words
from sagebase_ops.language.voice import Voice
from sagebase_ops.language.words import SANDBOX

_HAPPENINGS: Mapping[Happening, tuple[Sentence, str]] = {
    Happening.DETECTED: (words.DETECTED, "bold red"),
    Happening.BACK: (words.BACK, "bold red"),
    Happening.STEP: (words.STEP, "bold yellow"),
    Happening.RESOLVED: (words.RESOLVED, "green"),
    Happening.ENDED: (words.ENDED, "dim"),
}
_SHIFTS: Mapping[Shift, Sentence] = {
    Shift.MORE: words.MORE,
    Shift.LESS: words.LESS,
    Shift.EARLIER: words.EARLIER,
    Shift.LATER: words.LATER,
}
_DOUBTS: Mapping[Doubt, Sentence] = {
    Doubt.AS_RECORDED: words.AS_RECORDED,
    Doubt.NOT_IN_FILE: words.NOT_IN_FILE,
    Doubt.NEVER_RECORDED: words.NEVER_RECORDED,
}
_OVER = {Happening.RESOLVED, Happening.ENDED}
_WHO_ROOM, _LEAST_ROOM, _GAP = 26, 20, 2

Cells = tuple[str, Text, str, str]
"""One line of a table: when, what, about what, who is called."""


def print_rehearsal(rehearsed: Sequence[Rehearsed], scenario: str | None, page: Page) -> None:
    """The first one's timeline; and where there is another, what is different under that."""
    ours, *others = rehearsed
    voice = voice_of(ours)
    _head(ours, scenario, voice, page)
    if ours.rehearsal.heard:
        page.gap()
        page.table(_timeline(ours, voice, page.width))
    page.gap()
    for line in _summary(ours, voice):
        page.say(line)
    for other in others if ours.rehearsal.rounds else ():
        page.gap()
        _difference(ours, other, voice, page)


def voice_of(rehearsed: Rehearsed) -> Voice:
    return Voice(rehearsed.schedules.language, rehearsed.schedules.timezone)


def _head(ours: Rehearsed, scenario: str | None, voice: Voice, page: Page) -> None:
    seen = ours.rehearsal
    page.say(
        (SANDBOX if scenario else "", "reverse"),
        " " if scenario else "",
        (voice.say(words.TITLE, file=str(ours.schedules.path)), "bold"),
    )
    if seen.since is None or seen.until is None:
        page.say((voice.say(words.NO_ROUNDS), "bold magenta"))
        return
    page.say(voice.say(words.SPAN, since=seen.since, until=seen.until, rounds=seen.rounds))
    where = voice.say(words.FROM_SCENARIO, scenario=scenario) if scenario else voice.say(words.FROM_HISTORY)
    page.say((f"- {where}", "dim"))
    presses = words.NOBODY_PRESSES if scenario else words.SILENCES_HOLD
    page.say((f"- {voice.joined((voice.say(presses), voice.say(words.NOTHING_SENT)))}", "dim"))
    if ours.thinned_before:
        page.say((f"- {voice.say(words.THINNED, until=ours.thinned_before)}", "bold magenta"))
    for doubt, names in _doubts(ours).items():
        style = "bold magenta" if doubt is Doubt.NEVER_RECORDED else "dim"
        page.say((f"- {voice.say(_DOUBTS[doubt], names=voice.listed(names))}", style))


def _doubts(ours: Rehearsed) -> dict[Doubt, list[str]]:
    """By the reason: `watch.run_ready`, as the file has them."""
    found: dict[Doubt, list[str]] = {}
    for (job, entry), doubt in ours.doubts.items():
        found.setdefault(doubt, []).append(f"{job}.{entry}")
    return found


def _timeline(ours: Rehearsed, voice: Voice, width: int | None) -> Table:
    return _table(
        [
            (
                _short(one.at, voice),
                Text(_what(one, voice), _HAPPENINGS[one.what][1]),
                _about(one, voice),
                said.people(one.people, voice) if one.people else voice.say(words.NOBODY),
            )
            for one in ours.rehearsal.heard
        ],
        voice,
        width,
    )


def _table(rows: Sequence[Cells], voice: Voice, width: int | None) -> Table:
    """A time or a word is never cut; who is called, and above all what it is about, take as many lines as they need."""
    heads = [voice.say(word) for word in (words.TIME, words.WHAT, words.ABOUT, words.WHO)]
    rooms = [max(cell_len(str(cell)) for cell in column) for column in zip(heads, *rows, strict=True)]
    if width:
        rooms[3] = min(rooms[3], _WHO_ROOM)
        rooms[2] = max(width - rooms[0] - rooms[1] - rooms[3] - _GAP * 3, _LEAST_ROOM)
    table = Table(*(Column(head, no_wrap=True) for head in heads), box=None, pad_edge=False, header_style="dim")
    table.padding = (0, _GAP, 0, 0)
    for at, what, about, who in rows:
        table.add_row(at, what, _wrapped(about, rooms[2]), _wrapped(who, rooms[3]))
    return table


def _wrapped(cell: str, room: int) -> Text:
    """Each of its lines broken where Japanese may be."""
    lines = [part for line in cell.split("\n") for part in Text(line).divide(breaks(line, room))]
    return Text("\n").join(lines)


def _about(one: Heard, voice: Voice) -> str:
    """What is wrong is said when it is news; a step that follows is about the same."""
    subject = said.subject(one.group, voice)
    return subject if one.what is Happening.STEP else f"{subject}\n{what_was_seen(one, voice)}"


def _what(one: Heard, voice: Voice) -> str:
    return voice.say(_HAPPENINGS[one.what][0], steps=_steps(one))


def _steps(one: Heard) -> str:
    """`2/3`, or `2-3/3` where two were due together."""
    ends = dict.fromkeys((one.steps[0], one.steps[-1])) if one.steps else ()
    return f"{'-'.join(map(str, ends))}/{one.group.steps}"


def what_was_seen(one: Heard, voice: Voice) -> str:
    """What was wrong; once it is over, for how long it was."""
    if one.what in _OVER:
        return f"{voice.say(incident_words.LASTED)} {said.lasted(one.group, voice)}"
    return said.wrong(one.group.lead, voice)


def _short(at: datetime, voice: Voice) -> str:
    return f"{at.astimezone(voice.zone):%m-%d %H:%M}"


def _summary(ours: Rehearsed, voice: Voice) -> Iterator[str]:
    seen = ours.rehearsal
    counted = called(ours)
    names = voice.listed(voice.say(words.TIMES, name=person.name, count=count) for person, count in counted.items())
    if seen.rounds:
        yield voice.say(words.CALLS, names=names) if counted else voice.say(words.NOBODY_CALLED)
        still_open = sum(one.is_open for one in seen.opened)
        yield voice.say(words.INCIDENTS, opened=len(seen.opened), open=still_open, unheard=len(seen.unheard))


def called(ours: Rehearsed) -> dict[Person, int]:
    return dict(Counter(call.person for call in calls(ours.rehearsal.heard)).most_common())


def _difference(ours: Rehearsed, other: Rehearsed, voice: Voice, page: Page) -> None:
    page.say((voice.say(words.AGAINST, file=str(other.schedules.path)), "bold"))
    found = differences(calls(ours.rehearsal.heard), calls(other.rehearsal.heard))
    if not found:
        page.say(voice.say(words.NO_DIFFERENCE))
        return
    page.say(voice.apart(_counts(ours, other, voice)))
    rows = [
        (_short(one.call.at, voice), Text(_shift(one, voice)), _title(one, voice), one.call.person.name)
        for one in found
    ]
    page.table(_table(rows, voice, page.width))


def _counts(ours: Rehearsed, other: Rehearsed, voice: Voice) -> Iterator[str]:
    before, after = called(other), called(ours)
    for person in dict.fromkeys([*after, *before]):
        yield voice.say(words.COUNTS, name=person.name, before=before.get(person, 0), after=after.get(person, 0))


def _shift(one: Difference, voice: Voice) -> str:
    moved = abs(one.call.at - one.other_at).total_seconds() if one.other_at else 0
    return voice.say(_SHIFTS[one.shift], time=voice.duration(moved))


def _title(one: Difference, voice: Voice) -> str:
    title = voice.say(one.call.title)
    return voice.say(words.EN_UNKNOWN, title=title) if one.call.of_unknown else title
