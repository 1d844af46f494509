"""`history`: what ran and what it saw; or what one check saw over time; or all that was seen around one incident."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import click
from rich.table import Table
from rich.text import Text

from sagebase_ops.app.desk import Desk
from sagebase_ops.app.history import Look, Past, looks_of_entry, looks_of_group, past_of
from sagebase_ops.cli.desk import at_desk, page_of, print_json
from sagebase_ops.cli.history_report import looks_as_json, past_as_json
from sagebase_ops.cli.incident_report import group_as_json
from sagebase_ops.cli.options import config_option, format_option
from sagebase_ops.cli.output import read_as_far_as_wanted
from sagebase_ops.cli.terminal import STYLES
from sagebase_ops.domain.digests import digest_of
from sagebase_ops.domain.incident_groups import Group
from sagebase_ops.domain.incidents import StoryLine
from sagebase_ops.domain.results import Verdict
from sagebase_ops.domain.runs import Run, Trigger
from sagebase_ops.jobs.clock_watch import jump_note
from sagebase_ops.language import desk_words as words
from sagebase_ops.language import incidents as said
from sagebase_ops.language.digests import by_hand, counts
from sagebase_ops.language.plain import clean
from sagebase_ops.language.voice import Voice
from sagebase_ops.language.words import ITEM, MEASURED, MISSED, VERDICT

_AROUND_AN_INCIDENT = 500


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the table, by its newest time."""

    at: datetime
    cells: tuple[Text | str, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands above them, and the number of the one with room for a sentence."""

    heads: tuple[str, ...]
    widest: int


@click.command("history")
@click.option("--job", help="Only this job; then each of its runs has its own line.")
@click.option("--check", "name", metavar="NAME", help="What this entry of schedules.yaml saw, with its values.")
@click.option("--incident", "id_", metavar="ID", help="What was seen around this incident.")
@click.option("--limit", type=click.IntRange(1, 10_000), help="How many runs of each job.  [default: 20]")
@format_option
@config_option
def history_command(
    job: str | None, name: str | None, id_: str | None, limit: int | None, form: str, config: str | None
) -> None:
    """What ran and how it ended, the newest first, with planned times that never ran and jumps of the clock.

    Runs of a job that ended alike one after the other are one line. Ends 0; 2 where no such job, entry or incident is known.
    """
    if name and id_:
        raise click.UsageError("--check and --incident are two questions; ask one of them")

    async def shown(desk: Desk, voice: Voice) -> None:
        group = await desk.group(id_) if id_ else None
        past = await past_of(desk, job, limit or (_AROUND_AN_INCIDENT if id_ else 20), group)
        looks = looks_of_group(past, group) if group else looks_of_entry(desk, past, name) if name else None
        if form == "json":
            print_json(desk, _as_json(past, group, looks, desk.clock.now(), voice))
        elif looks is None:
            _print_runs(desk, past, voice, each=job is not None)
        else:
            _print_looks(desk, past, group, looks, voice)

    with read_as_far_as_wanted():
        at_desk(config, shown)


def _as_json(
    past: Past, group: Group | None, looks: Sequence[Look] | None, now: datetime, voice: Voice
) -> dict[str, object]:
    around = {"incident": group_as_json(group, now, voice)} if group else {}
    seen = {} if looks is None else {"findings": looks_as_json(looks, voice)}
    return {**around, **seen, **past_as_json(past, with_runs=looks is None)}


def _print_runs(desk: Desk, past: Past, voice: Voice, *, each: bool) -> None:
    now = desk.clock.now()
    lines = [_run_line(runs, now, voice) for runs in _alike(past.runs, each=each)]
    columns = Columns(tuple(map(voice.say, (words.WHEN, words.JOB, words.TIMES, VERDICT, words.SEEN))), widest=4)
    _print(desk, [*lines, *_what_went_amiss(past, now, voice, columns)], columns, voice)


def _alike(runs: Sequence[Run], *, each: bool) -> Iterator[list[Run]]:
    """Runs of one job that ended alike one after the other, so that a watch each minute hides nothing else."""
    if each:
        yield from ([run] for run in runs)
        return
    for _, of_job in groupby(sorted(runs, key=lambda run: run.job), key=lambda run: run.job):
        for _, alike in groupby(of_job, key=lambda run: (run.trigger, run.verdict, digest_of(run).counts)):
            yield list(alike)


def _run_line(runs: Sequence[Run], now: datetime, voice: Voice) -> _Line:
    newest, oldest = runs[0], runs[-1]
    remarks = [counts(digest_of(newest), voice)]
    if len(runs) > 1:
        remarks.append(voice.say(words.SINCE_THEN, time=voice.clock(oldest.started_at, now)))
    if newest.trigger is Trigger.MANUAL:
        remarks.append(by_hand(newest, voice))
    if newest.late_by_seconds is not None:
        remarks.append(voice.say(words.LATE, time=said.duration(timedelta(seconds=newest.late_by_seconds), voice)))
    at, verdict = newest.started_at, newest.verdict
    return _Line(at, (voice.clock(at, now), newest.job, str(len(runs)), _verdict(verdict, voice), voice.apart(remarks)))


def _print_looks(desk: Desk, past: Past, group: Group | None, looks: Sequence[Look], voice: Voice) -> None:
    now = desk.clock.now()
    if not looks:
        page_of(desk).say(voice.say(words.NEVER_ASKED, count=len(past.runs)))
        return
    targets = {look.row.finding.target for look in looks}
    lines = [_look_line(look, now, voice, named=len(targets) > 1) for look in looks]
    where = [ITEM] if len(targets) > 1 else []
    heads = tuple(map(voice.say, (words.WHEN, words.JOB, VERDICT, *where, MEASURED)))
    columns = Columns(heads, widest=len(heads) - 1)
    if group:
        lines += [_story_line(line, group, now, voice, columns) for line in group.lead.story]
        lines += _where_thinned(past, now, voice, columns)
    else:
        lines += _what_went_amiss(past, now, voice, columns)
    _print(desk, lines, columns, voice)


def _look_line(look: Look, now: datetime, voice: Voice, *, named: bool) -> _Line:
    """A number against its limit; what was not judged by one in its sentence."""
    finding, at = look.row.finding, look.run.started_at
    seen, limit = voice.seen(finding)
    held = f"{seen} / {limit}" if limit else seen
    target = [clean(finding.target.name)] if named else []
    return _Line(at, (voice.clock(at, now), look.run.job, _verdict(finding.verdict, voice), *target, held))


def _story_line(line: StoryLine, group: Group, now: datetime, voice: Voice, columns: Columns) -> _Line:
    who = f"{said.person(line.by, group)}: " if line.by else ""
    return _across(line.at, "", who + voice.note(line.note), now, voice, columns)


def _what_went_amiss(past: Past, now: datetime, voice: Voice, columns: Columns) -> list[_Line]:
    missed = [
        _across(one.last, one.job, voice.say(MISSED[one.reason], count=one.count, since=one.first), now, voice, columns)
        for one in past.missed
    ]
    jumps = [_across(jump.at, "", voice.note(jump_note(jump)), now, voice, columns) for jump in past.jumps]
    return [*missed, *jumps, *_where_thinned(past, now, voice, columns)]


def _where_thinned(past: Past, now: datetime, voice: Voice, columns: Columns) -> list[_Line]:
    """Between the last run of which every neighbour is here and the first of which none may be."""
    until = past.thinned_until
    return [_across(until, "", voice.say(words.THINNED), now, voice, columns)] if until and past.has_gaps else []


def _across(at: datetime, job: str, text: str, now: datetime, voice: Voice, columns: Columns) -> _Line:
    """A line that is no run: its words stand in the widest column."""
    cells: list[Text | str] = [voice.clock(at, now), job, *[""] * (len(columns.heads) - 2)]
    cells[columns.widest] = Text(text, "yellow")
    return _Line(at, tuple(cells))


def _verdict(verdict: Verdict, voice: Voice) -> Text:
    return Text(voice.verdict(verdict), STYLES[verdict])


def _print(desk: Desk, lines: Sequence[_Line], columns: Columns, voice: Voice) -> None:
    page = page_of(desk)
    if not lines:
        page.say((voice.say(words.NO_PAST), "bold magenta"))
        return
    table = Table(*columns.heads, box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for line in sorted(lines, key=lambda line: line.at, reverse=True):
        table.add_row(*(_folded(cell) for cell in line.cells))
    page.table(table)


def _folded(cell: Text | str) -> Text:
    """Japanese has no spaces to wrap at, and rich would cut what does not fit."""
    text = cell if isinstance(cell, Text) else Text(cell)
    text.overflow = "fold"
    return text
