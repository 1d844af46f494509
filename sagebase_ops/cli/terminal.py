"""The digest in a terminal, in the words of the Slack one: what wants a person first, then a table of everything."""

from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from sagebase_ops.cli.page import Page
from sagebase_ops.domain.digests import Digest, Item, ProjectDigest, Row, digest_of
from sagebase_ops.domain.results import Note, Sentence, Verdict
from sagebase_ops.domain.runs import Run
from sagebase_ops.language import words
from sagebase_ops.language.digests import by_sentence, counts, foot, names, remarks, row_name, sentences, some
from sagebase_ops.language.plain import clean
from sagebase_ops.language.voice import Voice

STYLES: Mapping[Verdict, str] = {
    Verdict.PASS: "green",
    Verdict.WARN: "yellow",
    Verdict.FAIL: "bold red",
    Verdict.UNKNOWN: "bold magenta",
    Verdict.SKIPPED: "dim",
}
"""For whom it helps; the mark and the word beside it say the same."""

WANT_ACTION = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN)
MOST_NOTES: Mapping[Verdict, int] = {Verdict.FAIL: 5, Verdict.WARN: 5, Verdict.UNKNOWN: 1}
MOST_STEPS, MOST_LINKS, MOST_NAMES, MOST_REMEDIES, MOST_ROWS = 5, 3, 3, 3, 15
NARROW = 70
"""Columns under which a table would cut its numbers off."""

_MORE_STEPS = Sentence(ja="つづき: sagebase-ops checks {check}", en="the rest: sagebase-ops checks {check}")
_LOOK_YOURSELF = Sentence(
    ja="自動では確認できませんでした。コンソールで目視してください。",
    en="This could not be looked at: look in the console yourself.",
)

Cells = tuple[Verdict, str, str, str]
"""One line of the table: verdict, what, measured, limit."""


def print_run(run: Run, console: Console) -> None:
    """Wrapped to the terminal's width; in a pipe or a file every line is whole. A check that ran alone is told in full."""
    digest, voice, page = digest_of(run), Voice.of(run), Page(console)
    _head(digest, voice, page)
    for project in digest.projects:
        page.gap()
        page.say((f"{voice.environment(project.environment)} {clean(project.project)}", "bold underline"))
        for item in project.items:
            if item.verdict in WANT_ACTION:
                _title(item, voice, page)
                print_body(item, voice, page, in_full=len(run.expected) == 1)
                page.gap()
        _overview(project, voice, page)
    page.gap()
    overall = voice.say(words.OVERALL, verdict=voice.verdict(digest.verdict))
    page.say((overall, STYLES[digest.verdict]), (words.APART[voice.language] + foot(run, voice), "dim"))


def _head(digest: Digest, voice: Voice, page: Page) -> None:
    run = digest.run
    pretend = words.SANDBOX if run.sandbox else ""
    counted = f"{words.MARKS[digest.verdict]} {counts(digest, voice)}"
    title = f" | {clean(run.title)} {voice.day(run.slot)}"
    page.say((pretend, "reverse"), " " if pretend else "", (counted, STYLES[digest.verdict]), title)
    page.say((voice.joined(sentences(digest, voice)), "bold"))
    dry_run = [voice.say(words.DRY_RUN)] if run.dry_run else []
    for remark in (*remarks(run, voice), *dry_run):
        page.say((f"- {remark}", "dim"))


def print_body(item: Item, voice: Voice, page: Page, *, in_full: bool = False) -> None:
    """What was seen, what to do, the command on a line of its own, where to look."""
    for rows in by_sentence(item, voice):
        page.say(_sentence(item, rows, voice), indent=2)
        for note in _notes(rows, voice, in_full=in_full):
            page.say(f"- {note}", indent=4)
    _to_do(item, voice, page)
    for link in dict.fromkeys(clean(row.finding.link) for row in item.rows[:MOST_LINKS] if row.finding.link):
        page.whole(link, "dim", indent=2)


def _title(item: Item, voice: Voice, page: Page) -> None:
    target = item.rows[0].finding.target.name
    alone = len(item.rows) == 1 and target != item.rows[0].entry.project
    titles = voice.listed(voice.say(title) for title in item.titles)
    verdict = (voice.verdict(item.verdict), STYLES[item.verdict])
    page.say(verdict, "  ", (titles, "bold"), f"  {clean(target)}" if alone else "")


def _sentence(item: Item, rows: list[Row], voice: Voice) -> str:
    """Headed by the names of those of whom it is said, unless it is said of the whole item."""
    finding = rows[0].finding
    said = voice.finding(finding) + (voice.aside(words.MUTED, by=finding.muted_by) if finding.muted_by else "")
    if len(rows) == len(item.rows):
        return said
    about = names(item, rows, voice)
    most = MOST_NAMES if len(item.titles) > 1 else len(about)  # the item's head has the titles, not the targets
    return f"{some(about, most, voice)}: {said}"


def _notes(rows: list[Row], voice: Voice, *, in_full: bool) -> Iterator[str]:
    notes: tuple[Note, ...] = next((row.finding.notes for row in rows if row.finding.notes), ())
    most = len(notes) if in_full else MOST_NOTES[rows[0].verdict]
    yield from (voice.note(note) for note in notes[:most])
    if len(notes) > most:
        yield voice.say(words.AND_MORE, count=len(notes) - most)


def _to_do(item: Item, voice: Voice, page: Page) -> None:
    steps = _steps(item, voice)
    if steps:
        guides = {row.entry.guide for row in item.rows}
        guide = guides.pop() if len(guides) == 1 else None
        page.say((voice.say(words.TO_DO), "bold"), voice.aside(words.GUIDE, guide=guide) if guide else "", indent=2)
    for step in steps:
        page.say(step, indent=4)
    if item.remedy:
        page.say((voice.say(words.REMEDY), "bold"), indent=2)
        for remedy in item.remedies[:MOST_REMEDIES]:
            page.whole(clean(remedy), "cyan", indent=2)


def _steps(item: Item, voice: Voice) -> list[str]:
    """The runbook's first steps; what could not be looked at wants its remedy, or else a person who looks."""
    if item.verdict is Verdict.UNKNOWN:
        return [] if item.remedy else [voice.say(_LOOK_YOURSELF)]
    entry = item.rows[0].entry
    steps = voice.lines(entry.runbook)
    more = [voice.say(_MORE_STEPS, check=entry.check)] if len(steps) > MOST_STEPS else []
    return steps[:MOST_STEPS] + more


def _overview(project: ProjectDigest, voice: Voice, page: Page) -> None:
    """Everything in a line each; what passed is in a line an entry where something else wants the attention."""
    calm = project.verdict not in WANT_ACTION
    lines = [cells for item in project.items for cells in _lines(item, project, voice, calm=calm)]
    if page.width is not None and page.width < NARROW:
        for verdict, what, seen, limit in lines:
            held = f" / {limit}" if limit else ""
            page.say((voice.verdict(verdict), STYLES[verdict]), f"  {what}  {seen}{held}")
        return
    page.table(_table(lines, voice, page.width))


def _lines(item: Item, project: ProjectDigest, voice: Voice, *, calm: bool) -> Iterator[Cells]:
    if len(item.rows) == 1 or ((calm or item.verdict in WANT_ACTION) and len(item.rows) <= MOST_ROWS):
        yield from (_line(row, project, voice) for row in item.rows)
        return
    titles = voice.listed(voice.say(title) for title in item.titles)
    kinds = dict.fromkeys(voice.kind(row.finding.target.kind) for row in item.rows)
    yield item.verdict, f"{titles} ({len(item.rows)})", voice.listed(kinds), ""


def _line(row: Row, project: ProjectDigest, voice: Voice) -> Cells:
    return row.verdict, _what(row, project, voice), *voice.seen(row.finding)


def _what(row: Row, project: ProjectDigest, voice: Voice) -> str:
    """`CPU使用率`; `スモークテスト: TLS 証明書`; with the targets' names where the kinds do not tell them apart."""
    title = voice.say(row.entry.title)
    beside = [other.finding.target for other in project.rows if other.entry == row.entry]
    if len(beside) == 1:
        return title
    told_apart = len({target.kind for target in beside}) == len(beside)
    return f"{title}: {voice.kind(row.finding.target.kind) if told_apart else row_name(row, voice)}"


def _table(lines: list[Cells], voice: Voice, width: int | None) -> Table:
    """A name is never cut, since its end may be all that tells it apart; a long sentence is."""
    heads = [voice.say(word) for word in (words.VERDICT, words.ITEM, words.MEASURED, words.LIMIT)]
    names_room = width // 2 if width else None
    columns = (
        Column(heads[0], no_wrap=True),
        Column(heads[1], no_wrap=True, max_width=names_room),  # no_wrap: the others give way first
        Column(heads[2]),
        Column(heads[3], no_wrap=True),
    )
    table = Table(*columns, box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for verdict, what, seen, limit in lines:
        name = Text(what, no_wrap=False, overflow="fold")
        cells = [Text(cell, no_wrap=True, overflow="ellipsis") for cell in (seen, limit)]
        table.add_row(Text(voice.verdict(verdict), STYLES[verdict]), name, *cells)
    return table
