"""`coverage`: which line of the operations guide is answered by what."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from sagebase_ops.cli import exits
from sagebase_ops.cli.files import chosen_schedules
from sagebase_ops.cli.options import config_option
from sagebase_ops.cli.output import read_as_far_as_wanted
from sagebase_ops.cli.page import Page, output_console
from sagebase_ops.cli.report import Json, as_text
from sagebase_ops.config.load import load
from sagebase_ops.errors import ConfigError
from sagebase_ops.guide.answers import read_answers, shipped_answers, shipped_guide
from sagebase_ops.guide.coverage import UNANSWERED, Coverage, Covered, State, cover
from sagebase_ops.guide.reading import Kind, lines_of
from sagebase_ops.language import guide_words as words
from sagebase_ops.language.plain import clean
from sagebase_ops.language.voice import Voice

_STYLES = {State.CHECK: "green", State.SETTING: "green", State.ACTION: "cyan", State.READING: "dim"}
_SHORT = 72


@click.command("coverage")
@click.argument("guide", required=False, type=click.Path(exists=True, dir_okay=False))
@click.option("--answers", type=click.Path(), metavar="FILE", help="Your own answers beside the shipped ones.")
@click.option("--unanswered", "only", is_flag=True, help="Only the lines that nothing answers.")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@config_option
@click.pass_context
def coverage_command(
    context: click.Context, guide: str | None, answers: str | None, form: str, config: str | None, *, only: bool
) -> None:
    """Take each command, table row, list item and paragraph of GUIDE (default: the shipped one) and say what answers it.

    A line is answered by a check of schedules.yaml, by a setting there, or it is a person's to do. Ends 0; 1 where a line
    lost its check (or is held to less than it says), was changed or is new and nothing answers it; 2 where a file cannot be read.
    """
    schedules = load(chosen_schedules(config, pretend=True))
    sections = (*shipped_answers(), *(read_answers(Path(answers)) if answers else ()))
    lines = lines_of(_text_of(guide))
    if not lines:
        raise ConfigError(f"{guide}: no line in it that could be answered; is it the operations guide, as Markdown?")
    found = cover(lines, sections, schedules)
    voice = Voice(schedules.language, schedules.timezone)
    with read_as_far_as_wanted():
        if form == "json":
            click.echo(as_text(_as_json(found, voice)))
        elif form == "markdown":
            click.echo("\n".join(_as_markdown(found, voice)))
        else:
            _print(found, voice, only=only)
    context.exit(exits.FAILED if found.unanswered else exits.FINE)


def _text_of(guide: str | None) -> str:
    try:
        return Path(guide).read_text("utf-8-sig") if guide else shipped_guide()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{guide}: cannot be read as UTF-8 text: {error}") from error


def _as_json(found: Coverage, voice: Voice) -> Json:
    return {
        "lines": [_line_as_json(one, voice) for one in found.lines],
        "gone": [{"section": section, "text": text} for section, text in found.gone],
        "counts": {state.value: count for state, count in found.counts.items()},
        "unanswered": len(found.unanswered),
    }


def _line_as_json(one: Covered, voice: Voice) -> Json:
    return {
        "number": one.line.number,
        "section": list(one.line.section),
        "kind": one.line.kind.value,
        "text": one.line.text,
        "state": one.state.value,
        "by": list(one.by),
        "words": voice.say(one.words) if one.words else None,
        "missing": list(one.missing),
        "before": one.before,
        "moved_from": one.moved_from,
        "conflicts": list(one.conflicts),
    }


def _print(found: Coverage, voice: Voice, *, only: bool) -> None:
    page = Page(output_console())
    shown = found.unanswered if only else found.lines
    for heading, lines in groupby(shown, key=lambda one: one.line.heading):
        page.say((clean(heading), "bold"))
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(justify="right", style="dim", min_width=5)
        table.add_column(overflow="ellipsis", no_wrap=True, width=_SHORT)
        table.add_column(overflow="fold")
        for one in lines:
            table.add_row(str(one.line.number), Text(clean(one.line.text)), Text(_answer(one, voice), _style(one)))
        page.table(table)
    for section, text in found.gone:
        page.say((f"{voice.say(words.GONE)}: ", "yellow"), clean(f"{section}: {text}"))
    page.say((_total(found, voice), "bold red" if found.unanswered else "bold green"))


def _total(found: Coverage, voice: Voice) -> str:
    counts = voice.apart(f"{voice.say(words.STATES[state])} {count}" for state, count in found.counts.items() if count)
    return voice.say(words.TOTAL, lines=len(found.lines), parts=counts, unanswered=len(found.unanswered))


def _as_markdown(found: Coverage, voice: Voice) -> Iterator[str]:
    """A page of documentation: a table for each heading."""
    yield from (f"# {voice.say(words.PAGE)}", "", _total(found, voice))
    for heading, lines in groupby(found.lines, key=lambda one: one.line.heading):
        heads = f"| | {voice.say(words.SAYS)} | {voice.say(words.ANSWER)} |"
        yield from ("", f"## {heading}", "", heads, "|--:|---|---|")
        for one in lines:
            said = f"`{one.line.text}`" if one.line.kind is Kind.COMMAND else one.line.text
            cells = (str(one.line.number), said.replace("|", r"\|"), _in_a_cell(_answer(one, voice)))
            yield f"| {' | '.join(map(clean, cells))} |"


def _in_a_cell(text: str) -> str:
    return text.replace("*", r"\*").replace("|", r"\|")


def _answer(one: Covered, voice: Voice) -> str:
    """Entries, or what a person does; a star where guide and cloud disagree, told by `conflicts`; where it stood before."""
    star = f" *{', '.join(one.conflicts)}" if one.conflicts else ""
    moved = f" {voice.say(words.MOVED, section=one.moved_from)}" if one.moved_from else ""
    return f"{_says(one, voice)}{star}{moved}"


def _says(one: Covered, voice: Voice) -> str:
    state = voice.say(words.STATES[one.state])
    match one.state:
        case State.LOST:
            said = [voice.say(words.MISSING, names=", ".join(one.missing)), *one.by]
        case State.CHANGED:
            said = [voice.say(words.WAS, before=one.before or ""), voice.say(words.STILL, names=", ".join(one.by))]
        case State.NEW:
            said = [voice.say(words.NO_ANSWER)]
        case _:
            return voice.say(one.words) if one.words else ", ".join(one.by)
    return f"✕ {state}: {voice.apart(said)}"


def _style(one: Covered) -> str:
    return "bold red" if one.state in UNANSWERED else _STYLES[one.state]
