"""One thing to do something about, as one block: what, what was seen, what to do, the command, where to look."""

from collections.abc import Iterator, Mapping

from sagebase_ops.domain.digests import Item, Row
from sagebase_ops.domain.results import Verdict
from sagebase_ops.language import words
from sagebase_ops.language.digests import by_sentence, names, some, titles
from sagebase_ops.language.voice import Voice
from sagebase_ops.slack.messages.blocks import Elements, Json, bullets, line, link, preformatted, rich_text, text
from sagebase_ops.slack.messages.mrkdwn import cut

ROWS_SHOWN, NAMES_SHOWN = 5, 3
NOTES_SHOWN: Mapping[Verdict, int] = {Verdict.FAIL: 3, Verdict.WARN: 3, Verdict.UNKNOWN: 1}
STEPS_SHOWN: Mapping[Verdict, int] = {Verdict.FAIL: 2, Verdict.WARN: 1}
"""Steps of the runbook; the thread has them all. One that could not be judged has its remedy instead."""

_TITLE_ROOM, _SENTENCE_ROOM, _NOTE_ROOM, _STEP_ROOM, _REMEDY_ROOM, _NAME_ROOM = 60, 300, 180, 260, 600, 80


def item_block(item: Item, voice: Voice, place: int) -> Json:
    """At most some 4,000 characters, whatever Google or a service said."""
    parts = (
        _title(item, voice),
        *seen(item, voice),
        *notes(item, voice),
        *to_do(item, voice),
        *remedy(item, voice),
    )
    return rich_text(f"item.{place}", *parts)


def _title(item: Item, voice: Voice) -> Json:
    target = item.rows[0].finding.target.name
    alone = len(item.rows) == 1 and target != item.rows[0].entry.project
    name = [text(f"  {target}", room=_NAME_ROOM)] if alone else []
    return line(
        text(f"{voice.verdict(item.verdict)} "), text(titles(item, voice), room=_TITLE_ROOM * 5, bold=True), *name
    )


def seen(item: Item, voice: Voice) -> Iterator[Json]:
    """Each sentence once, with the names of all that it was seen at; no names where there is one sentence for all."""
    said = by_sentence(item, voice)
    if len(said) == 1:
        yield line(*_sentence(item.rows[0], voice))
        return
    lines: list[Elements] = [_named_sentence(item, rows, voice) for rows in said[:ROWS_SHOWN]]
    more = sum(map(len, said[ROWS_SHOWN:]))
    if more:
        lines.append([text(voice.say(words.MORE_IN_TABLE, count=more))])
    yield bullets(lines)


def _named_sentence(item: Item, rows: list[Row], voice: Voice) -> Elements:
    """Named by entry where the item spans several, else by what was looked at."""
    listed = some([cut(name, _NAME_ROOM) for name in names(item, rows, voice)], NAMES_SHOWN, voice)
    return [text(f"{listed}: ", room=_NAME_ROOM * (NAMES_SHOWN + 1)), *_sentence(rows[0], voice)]


def _sentence(row: Row, voice: Voice) -> Elements:
    by = row.finding.muted_by
    muted = [text(voice.aside(words.MUTED, by=by), room=_NAME_ROOM)] if by else []
    to_console = link(row.finding.link, voice.say(words.IN_CONSOLE))
    return [text(voice.finding(row.finding), room=_SENTENCE_ROOM), *muted, *to_console]


def notes(item: Item, voice: Voice) -> Iterator[Json]:
    """The first row's notes that there is room for; the thread has the others."""
    notes = next((row.finding.notes for row in item.rows if row.finding.notes), ())
    shown = notes[: NOTES_SHOWN.get(item.verdict, 0)]
    if shown:
        yield bullets([[text(voice.note(note), room=_NOTE_ROOM)] for note in shown])


def to_do(item: Item, voice: Voice) -> Iterator[Json]:
    entry, shown = item.rows[0].entry, STEPS_SHOWN.get(item.verdict, 0)
    steps = voice.lines(entry.runbook)
    if not shown or not steps:
        return
    more = [text(voice.aside(words.MORE_TO_DO))] if len(steps) > shown else []
    yield line(text(voice.say(words.TO_DO), bold=True), *more, *_guide(item, voice))
    for step in steps[:shown]:
        yield line(text(step, room=_STEP_ROOM))


def remedy(item: Item, voice: Voice) -> Iterator[Json]:
    """The command that mends it; what nobody could judge and no command mends, a person must look at."""
    if item.remedy:
        yield line(text(voice.say(words.REMEDY), bold=True))
        yield preformatted([item.remedy], room=_REMEDY_ROOM)
    elif item.verdict is Verdict.UNKNOWN:
        yield line(text(voice.say(words.TO_DO), bold=True), *_guide(item, voice))
        yield line(text(voice.say(words.LOOK_YOURSELF)))


def _guide(item: Item, voice: Voice) -> Elements:
    """Where the guide speaks of it, when it is one place for all of the item."""
    guides = {row.entry.guide for row in item.rows}
    guide = guides.pop() if len(guides) == 1 else None
    return [text(voice.aside(words.GUIDE, guide=guide), room=_NAME_ROOM * 2)] if guide else []
