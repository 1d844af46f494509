"""What goes into a digest's thread: what the channel had no room for, a table of everything, and the evidence.

Bounded: what is left out after that is counted, and the last message says where the rest is.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby

from sagebase_ops.domain.digests import Digest, Row
from sagebase_ops.domain.notifications import Message
from sagebase_ops.domain.results import WORST_FIRST, Finding, Verdict
from sagebase_ops.language import words
from sagebase_ops.language.digests import TITLES_SHOWN, row_name, some
from sagebase_ops.language.voice import Voice
from sagebase_ops.slack.messages.blocks import (
    Json,
    bullets,
    line,
    preformatted,
    rich_text,
    table,
    text,
)
from sagebase_ops.slack.messages.limits import Piece, Pieces
from sagebase_ops.slack.messages.mrkdwn import cut, weight
from sagebase_ops.slack.messages.paging import Thread

MOST_TABLES = 6
TABLE_ROWS = 99
"""Beside the heading: Slack takes 100 rows and 10,000 characters in the one table of a message."""
TABLE_CHARACTERS = 9000

NOTES_SHOWN = 10
_TITLE_ROOM, _NAME_ROOM, _CELL_ROOM, _NOTE_ROOM, _STEP_ROOM, _ASKED_ROOM = 60, 60, 90, 400, 400, 300
_WANT_STEPS = (Verdict.FAIL, Verdict.WARN)

Cells = Sequence[str]


def thread_messages(digest: Digest, voice: Voice, left: Pieces) -> tuple[Message, ...]:
    """`left`: what did not fit into the channel's message."""
    thread = _thread(digest, voice)
    told = [row for row in digest.rows if row.finding.notes or row.verdict not in {Verdict.PASS, Verdict.SKIPPED}]
    return (
        *thread.paged(voice.say(words.CONTINUED), left),
        *_tables(digest, voice, thread),
        *thread.paged(voice.say(words.EVIDENCE), evidence(told, voice)),
    )


def _thread(digest: Digest, voice: Voice) -> Thread:
    subject = f"{cut(digest.run.title, _TITLE_ROOM)} {voice.day(digest.run.slot)}"
    left_out = partial(_left_out, voice, digest.run.job)
    return Thread(subject, digest.run.sandbox, left_out)


def _left_out(voice: Voice, job: str, count: int) -> str:
    return voice.say(words.LEFT_OUT, count=count, job=job)


def evidence(rows: Sequence[Row], voice: Voice) -> Pieces:
    """Runbook, notes and what was asked, of everything that has more to say than its line in the table; once each."""
    groups: dict[str, list[Row]] = {}
    for row in _worst_first(rows):
        groups.setdefault(_said_of(row), []).append(row)
    told = [(parts, those) for those in groups.values() if (parts := _parts(those[0], voice))]
    return [
        Piece(rich_text(f"evidence.{place}", _evidence_title(those, voice), *parts), findings=len(those))
        for place, (parts, those) in enumerate(told)
    ]


def _said_of(row: Row) -> str:
    """Alike for rows of which the same would be said: it is put into words once, though thousands failed with one cause."""
    runbook = row.entry.runbook if row.verdict in _WANT_STEPS else None
    return repr((row.verdict, runbook, row.finding.notes, dict(row.finding.asked)))


def _parts(row: Row, voice: Voice) -> list[Json]:
    return [*_notes(row.finding, voice), *_steps(row, voice), *_asked(row.finding, voice)]


def _tables(digest: Digest, voice: Voice, thread: Thread) -> Iterator[Message]:
    """Grouped by project; were something to be left out, worst first over all, so that it is the harmless end."""
    chunks = list(_chunks(digest.rows, digest, voice))
    if len(chunks) > MOST_TABLES:
        chunks = list(_chunks(_worst_first(digest.rows), digest, voice))
    shown = chunks[:MOST_TABLES]
    hidden = sum(map(len, chunks[MOST_TABLES:]))
    verdicts = int(len(digest.projects) > 1)  # the column of the verdict
    for place, cells in enumerate(shown, start=1):
        title = thread.title(voice.say(words.DETAILS), place, len(shown))
        grid = table("table", [_heading(digest, voice), *cells], unbroken=verdicts)
        yield thread.message(title, [grid], hidden if place == len(shown) else 0)


def _chunks(rows: Sequence[Row], digest: Digest, voice: Voice) -> Iterator[list[Cells]]:
    chunk: list[Cells] = []
    used = 0
    several = _entries_with_several(digest.rows)
    for cells in (_cells(row, digest, voice, several) for row in rows):
        needed = sum(map(weight, cells))
        if chunk and (len(chunk) == TABLE_ROWS or used + needed > TABLE_CHARACTERS):
            yield chunk
            chunk, used = [], 0
        chunk.append(cells)
        used += needed
    if chunk:
        yield chunk


def _entries_with_several(rows: Sequence[Row]) -> set[tuple[str, str]]:
    keys = sorted((row.entry.project, row.entry.name) for row in rows)
    return {key for key, same in groupby(keys) if len(list(same)) > 1}


def _heading(digest: Digest, voice: Voice) -> Cells:
    project = [words.PROJECT] if len(digest.projects) > 1 else []
    return [voice.say(word) for word in (*project, words.VERDICT, words.ITEM, words.MEASURED, words.LIMIT)]


def _cells(row: Row, digest: Digest, voice: Voice, several: set[tuple[str, str]]) -> Cells:
    seen, limit = voice.seen(row.finding)
    title = cut(voice.say(row.entry.title), _TITLE_ROOM)
    if (row.entry.project, row.entry.name) in several:
        title = f"{title}: {cut(row_name(row, voice), _NAME_ROOM)}"
    project = [cut(row.entry.project, _NAME_ROOM)] if len(digest.projects) > 1 else []
    return [*project, voice.verdict(row.verdict), title, cut(seen, _CELL_ROOM), cut(limit, 30) or "-"]


def _evidence_title(rows: Sequence[Row], voice: Voice) -> Json:
    """`✕ 不合格 エラー率  サービス sagebase-streamlit`, or the titles of all that share the evidence."""
    titles = list(dict.fromkeys(voice.say(row.entry.title) for row in rows))
    listed = some([cut(title, _TITLE_ROOM) for title in titles], TITLES_SHOWN, voice)
    name = [text(f"  {row_name(rows[0], voice)}", room=_NAME_ROOM * 2)] if len(rows) == 1 else []
    verdict = text(f"{voice.verdict(rows[0].verdict)} ")
    return line(verdict, text(listed, room=_TITLE_ROOM * (TITLES_SHOWN + 1), bold=True), *name)


def _notes(finding: Finding, voice: Voice) -> Iterator[Json]:
    shown = [[text(voice.note(note), room=_NOTE_ROOM)] for note in finding.notes[:NOTES_SHOWN]]
    more = len(finding.notes) - NOTES_SHOWN
    if more > 0:
        shown.append([text(voice.say(words.AND_MORE, count=more))])
    if shown:
        yield bullets(shown)


def _steps(row: Row, voice: Voice) -> Iterator[Json]:
    if row.verdict in _WANT_STEPS:
        yield line(text(voice.say(words.TO_DO), bold=True))
        for step in voice.lines(row.entry.runbook)[:NOTES_SHOWN]:
            yield line(text(step, room=_STEP_ROOM))


def _asked(finding: Finding, voice: Voice) -> Iterator[Json]:
    """The question as it was put to Google, its window in the guide's zone."""
    asked = dict(finding.asked)
    window = _window(asked.pop("start", None), asked.pop("end", None), voice)
    facts = [f"{name}: {value}" for name, value in asked.items() if isinstance(value, str | int | float)]
    lines = ([window] if window else []) + facts
    if lines:
        yield preformatted(lines[:NOTES_SHOWN], room=_ASKED_ROOM)


def _window(start: object, end: object, voice: Voice) -> str:
    times = [_time(time) for time in (start, end)]
    shown = [voice.moment(time) for time in times if time]
    return f"{voice.say(words.WINDOW)}: {' - '.join(shown)}" if shown else ""


def _time(given: object) -> datetime | None:
    if isinstance(given, datetime):
        return given
    try:
        time = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
    return time if time and time.tzinfo else None


def _worst_first(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: WORST_FIRST.index(row.verdict))
