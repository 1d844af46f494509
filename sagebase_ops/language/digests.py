"""What a digest says wherever it is read, in Slack or in a terminal: plain lines, escaped and laid out by the caller."""

from collections.abc import Iterable, Iterator, Sequence

from sagebase_ops.domain.digests import Digest, Item, Row
from sagebase_ops.domain.results import Verdict
from sagebase_ops.domain.runs import Run, Trigger
from sagebase_ops.language import words
from sagebase_ops.language.plain import shorten
from sagebase_ops.language.voice import Voice

TITLES_SHOWN = 4
_NAMES_SHOWN, _TITLE_ROOM, _NAME_ROOM = 4, 60, 120


def counts(digest: Digest, voice: Voice) -> str:
    """`不合格 2・合格 9`, worst first; the bare verdict where nothing was counted."""
    counted = [voice.count(verdict, count) for verdict, count in digest.counts.items() if count]
    return words.COUNTED[voice.language].join(counted) or voice.say(words.VERDICTS[digest.verdict])


def sentences(digest: Digest, voice: Voice) -> Iterator[str]:
    """What it all comes to: what failed, what could not be judged, what to look at; or that nothing is to do."""
    if digest.all_clear:
        yield from _all_clear(digest, voice)
        return
    if not digest.rows:
        yield voice.say(words.NOTHING_ASKED)
    if digest.verdict is Verdict.SKIPPED:
        yield voice.say(words.NOTHING_SEEN)
    told = {Verdict.FAIL: words.FAILED, Verdict.UNKNOWN: words.NOT_JUDGED, Verdict.WARN: words.TO_LOOK_AT}
    for verdict, sentence in told.items():
        rows = digest.of(verdict)
        if rows:
            yield voice.say(sentence, total=len(digest.rows), count=len(rows), names=_names(rows, voice))


def _all_clear(digest: Digest, voice: Voice) -> Iterator[str]:
    passed, skipped = digest.counts[Verdict.PASS], digest.counts[Verdict.SKIPPED]
    yield voice.say(words.SOME_PASSED if skipped else words.ALL_PASSED, count=passed, skipped=skipped)
    yield voice.say(words.ALL_CLEAR)


def _names(rows: tuple[Row, ...], voice: Voice) -> str:
    """` (p95 4.8 s, error logs 214 entries and 2 more)`."""
    return voice.aside(words.NAMED, names=entry_names(rows, voice))


def entry_names(rows: Sequence[Row], voice: Voice) -> str:
    """Each entry once, with its number where it has one; those that there is no room for are counted."""
    first_of = {(row.entry.project, row.entry.name): row for row in reversed(rows)}
    ordered = [row for row in rows if first_of[row.entry.project, row.entry.name] is row]
    return some([_with_number(row, voice) for row in ordered], _NAMES_SHOWN, voice)


def _with_number(row: Row, voice: Voice) -> str:
    value = voice.measured(row.finding)[0] if row.finding.is_about_its_number else ""
    return f"{shorten(voice.say(row.entry.title), _TITLE_ROOM)} {value}".strip()


def remarks(run: Run, voice: Voice) -> Iterator[str]:
    """What a reader must know before believing the rest."""
    if run.sandbox:
        yield voice.say(words.SANDBOX_NOTE)
    if run.trigger is Trigger.MANUAL:
        yield by_hand(run, voice)
    if run.late_by_seconds is not None:
        yield voice.say(words.LATE, slot=run.slot, late=voice.duration(run.late_by_seconds))
    for missed in run.missed:
        yield voice.say(words.MISSED[missed.reason], count=missed.count, since=missed.first)
    for note in run.notes:
        yield voice.note(note)


def by_hand(run: Run, voice: Voice) -> str:
    who = shorten(run.started_by, _NAME_ROOM) if run.started_by else ""
    return voice.say(words.BY_HAND_OF, who=who) if who else voice.say(words.BY_HAND)


def passed(item: Item, voice: Voice) -> str:
    """`CPU使用率 41 %`; `スモークテスト 10` where several targets passed."""
    if len(item.rows) == 1:
        return _with_number(item.rows[0], voice)
    return f"{shorten(titles(item, voice), _TITLE_ROOM)} {len(item.rows)}"


def skipped(item: Item, voice: Voice) -> str:
    """The title with the reason."""
    reason = shorten(voice.finding(item.rows[0].finding), _NAME_ROOM)
    return f"{shorten(titles(item, voice), _TITLE_ROOM)} ({reason})"


def titles(item: Item, voice: Voice) -> str:
    """The entries' titles, as many as a line can bear."""
    return some([voice.say(title) for title in item.titles], TITLES_SHOWN, voice)


def row_name(row: Row, voice: Voice) -> str:
    """What of its entry this finding looked at: `TLS 証明書 sagebase-streamlit`."""
    target = row.finding.target
    named = "" if target.name == row.entry.project else target.name
    return shorten(f"{voice.kind(target.kind)} {named}", _NAME_ROOM)


def by_sentence(item: Item, voice: Voice) -> list[list[Row]]:
    """The rows of which the same is said, together."""
    groups: dict[str, list[Row]] = {}
    for row in item.rows:
        groups.setdefault(voice.finding(row.finding), []).append(row)
    return list(groups.values())


def names(item: Item, rows: Iterable[Row], voice: Voice) -> list[str]:
    """Whom a sentence is about: entries where the item spans several, else what was looked at."""
    several = len(item.titles) > 1
    return list(dict.fromkeys(voice.say(row.entry.title) if several else row_name(row, voice) for row in rows))


def foot(run: Run, voice: Voice) -> str:
    """When it ran, how long it took, when the next one is due, and its id."""
    took = (run.finished_at - run.started_at).total_seconds()
    facts = (
        voice.say(words.RAN, time=run.started_at),
        voice.say(words.TOOK, time=voice.duration(took)),
        voice.say(words.NEXT, time=run.next_slot) if run.next_slot else "",
        shorten(run.id, _NAME_ROOM),
    )
    return voice.apart(facts)


def some(names: list[str], most: int, voice: Voice) -> str:
    """`a、b ほか 3 件`: at most so many by name, the others counted."""
    shown = voice.listed(names[:most])
    return f"{shown} {voice.say(words.AND_MORE, count=len(names) - most)}" if len(names) > most else shown
