"""`silences`: what is not told now, by whose word, and until when."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import click
from rich.table import Table
from rich.text import Text

from sagebase_ops.app.desk import Desk
from sagebase_ops.cli.desk import at_desk, page_of, print_json
from sagebase_ops.cli.incident_report import silences_as_json
from sagebase_ops.cli.options import config_option, format_option
from sagebase_ops.cli.output import read_as_far_as_wanted
from sagebase_ops.domain.silences import Silence, Window
from sagebase_ops.language import desk_words as words
from sagebase_ops.language.plain import clean
from sagebase_ops.language.voice import Voice

_LATELY = timedelta(days=30)


@click.command("silences")
@click.option("--all", "also_over", is_flag=True, help="Those that ended within 30 days too.")
@format_option
@config_option
def silences_command(form: str, config: str | None, *, also_over: bool) -> None:
    """List the silences that hold, and the maintenance windows of schedules.yaml that hold now. Ends 0."""

    async def listed(desk: Desk, voice: Voice) -> None:
        now = desk.clock.now()
        found = await desk.store.silences(now - _LATELY if also_over else now)
        windows = desk.book.schedules.windows_at(now)
        if form == "json":
            print_json(desk, silences_as_json(found, windows, now))
        else:
            _print(desk, found, windows, now, voice)

    with read_as_far_as_wanted():
        at_desk(config, listed)


def _print(desk: Desk, found: Sequence[Silence], windows: Sequence[Window], now: datetime, voice: Voice) -> None:
    page = page_of(desk)
    if not found and not windows:
        page.say(voice.say(words.NO_SILENCE))
        return
    heads = (words.NUMBER, words.WHAT, words.UNTIL, words.BY, words.REASON)
    table = Table(*map(voice.say, heads), box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for one in found:
        ended = one.ended_at or one.until
        until = (
            voice.clock(one.until, now) if one.holds(now) else voice.say(words.ENDED_AT, time=voice.clock(ended, now))
        )
        _add(table, one.id, str(one.matcher), until, one.by, one.reason)
    for window in windows:
        what, until = str(window.matcher), voice.clock(window.until, now)
        _add(table, "-", what, until, voice.say(words.MAINTENANCE), window.name)
    page.table(table)


def _add(table: Table, *cells: str) -> None:
    """What people wrote is text, never markup, and is folded rather than cut."""
    table.add_row(*(Text(clean(cell), overflow="fold") for cell in cells))
