"""A finding's series as a chart below its digest: a picture of many points, Slack's own chart of few.

Slack's chart takes 20 points and two stand in a message: enough for weeks. It is also what is shown of a picture that cannot be
had, week by week. Source: docs.slack.dev, data_visualization.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from sagebase_ops.domain.charts import Chart, Line, Panel
from sagebase_ops.domain.digests import Digest, Row
from sagebase_ops.domain.notifications import Message
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import WORST_FIRST, Sentence, Series
from sagebase_ops.language import words
from sagebase_ops.language.amounts import amount
from sagebase_ops.language.axes import axis_of
from sagebase_ops.language.digests import row_name
from sagebase_ops.language.voice import Voice
from sagebase_ops.slack.messages.blocks import Json, context, section
from sagebase_ops.slack.messages.mrkdwn import cut, escape

MOST_CHARTS = 6
"""Of one digest, worst first: who wants more looks into the console."""

NATIVE_POINTS = 20
_NATIVE_CHARTS = 2
_TITLE_ROOM, _NAME_ROOM, _ALT_ROOM = 50, 20, 950
_LINES, _LINE_ROOM = 10, 120
_WEEK = 7

CHART = Sentence(ja="グラフ", en="Chart")
LIMIT = Sentence(ja="上限", en="limit")
BEFORE = Sentence(ja="前の期間", en="period before")
PEAK_OF_WEEK = Sentence(ja="（週の最大）", en=" (peak of the week)")
COURSE = Sentence(
    ja="{panel} {line}：{from} {first} → {to} {last}、最大 {most}（{at}）",
    en="{panel} {line}: {from} {first} → {to} {last}, peak {most} ({at})",
)
NOT_DRAWN = Sentence(ja="ほか {count} 件のグラフは省略しました。", en="{count} more charts are left out.")


def chart_messages(digest: Digest, voice: Voice) -> tuple[Message, ...]:
    """One message for each finding with series, worst first, at most MOST_CHARTS; the last says how many more there are."""
    rows = sorted((row for row in digest.rows if row.finding.series), key=lambda row: WORST_FIRST.index(row.verdict))
    shown, hidden = rows[:MOST_CHARTS], len(rows) - MOST_CHARTS
    messages = [_message(row, digest, voice) for row in shown]
    if hidden > 0:
        messages[-1] = _with_line(messages[-1], voice.say(NOT_DRAWN, count=hidden))
    return tuple(messages)


def _chart(row: Row, digest: Digest, voice: Voice) -> Chart:
    """All series of a finding go over the same steps."""
    series = row.finding.series
    panels = tuple(_panel(list(lines), voice) for _, lines in groupby(series, key=lambda one: one.panel))
    window = row.finding.window
    start = series[0].start
    return Chart(
        title=cut(f"{voice.say(row.entry.title)}: {row_name(row, voice)}", 150),
        alt_text=cut(" / ".join(_courses(row, voice)), _ALT_ROOM),
        start=start,
        step=series[0].step,
        timezone=digest.run.timezone,
        panels=panels,
        reviewed_from=window[0] if window and window[0] > start else None,
        before_name=voice.say(BEFORE),
    )


def _panel(lines: Sequence[Series], voice: Voice) -> Panel:
    unit, limit = lines[0].unit, lines[0].limit
    largest = max([abs(value) for one in lines for value in one.values if value is not None], default=0.0)
    axis = axis_of(unit, largest, voice.language)
    scaled = tuple(
        Line(voice.say(one.name), tuple(None if v is None else _short(v * axis.scale) for v in one.values))
        for one in lines
    )
    named = "" if limit is None else f"{voice.say(LIMIT)} {amount(Quantity(limit, unit), voice.language)}"
    return Panel(
        voice.say(lines[0].panel), axis.unit, scaled, None if limit is None else _short(limit * axis.scale), named
    )


def _short(value: float) -> float:
    """Four digits: more are not seen."""
    return float(f"{value:.4g}") if math.isfinite(value) else 0.0


def _measured(series: Series) -> list[tuple[datetime, float]]:
    return [(series.start + series.step * at, value) for at, value in enumerate(series.values) if value is not None]


def _courses(row: Row, voice: Voice) -> list[str]:
    """What is to be seen, a line for each line."""
    return [_course(one, voice) for one in row.finding.series if _measured(one)]


def _course(series: Series, voice: Voice) -> str:
    """`応答時間 p95：10/26 0.9 秒 → 11/24 2.4 秒、最大 2.6 秒（11/23）`."""
    points = _measured(series)
    (began, first), (ended, last), (at, most) = points[0], points[-1], max(points, key=lambda point: point[1])
    said = voice.say(
        COURSE,
        panel=voice.say(series.panel),
        line=voice.say(series.name),
        first=Quantity(first, series.unit),
        last=Quantity(last, series.unit),
        most=Quantity(most, series.unit),
        to=_date(ended, voice),
        at=_date(at, voice),
        **{"from": _date(began, voice)},
    )
    return said.replace("  ", " ").replace(" ：", "：").replace(" :", ":")


def _date(moment: datetime, voice: Voice) -> str:
    local = moment.astimezone(voice.zone)
    return f"{local.month}/{local.day}"


def _message(row: Row, digest: Digest, voice: Voice) -> Message:
    chart = _chart(row, digest, voice)
    pretend = f"{words.SANDBOX} " if digest.run.sandbox else ""
    title = f"{pretend}{voice.say(CHART)}: {chart.title}"
    few = chart.steps <= NATIVE_POINTS
    drawn = list(_native(chart, voice, few=few))
    said = [cut(line, _LINE_ROOM) for line in _courses(row, voice)[:_LINES]]
    blocks = (section("title", title), *drawn, context("course", chart.alt_text))
    text = "\n".join([escape(title), *(f"• {escape(line)}" for line in said)])
    return Message(text, blocks, in_thread=True, chart=None if few else replace(chart, title=title))


def _with_line(message: Message, line: str) -> Message:
    return replace(
        message, text=f"{message.text}\n{escape(line)}", blocks=(*message.blocks, context("not_drawn", line))
    )


def _native(chart: Chart, voice: Voice, *, few: bool) -> Iterator[Json]:
    """Slack's own chart of the first two panels, day by day or the greatest of each week."""
    for place, panel in enumerate(chart.panels[:_NATIVE_CHARTS]):
        steps = _steps(panel, 1 if few else _width(chart))
        if len(steps) < 2:  # noqa: PLR2004 (a line has two ends)
            continue
        labels = [_label(chart.start + chart.step * at, chart.step, voice) for at, _ in steps]
        names = [*(line.name for line in panel.lines), *([voice.say(LIMIT)] if panel.limit is not None else [])]
        columns = [*zip(*(values for _, values in steps), strict=True)]
        columns += [(panel.limit,) * len(steps)] if panel.limit is not None else []
        of_week = "" if few else voice.say(PEAK_OF_WEEK)
        yield {
            "type": "data_visualization",
            "block_id": f"chart.{place}",
            "title": cut(f"{panel.title}{of_week}", _TITLE_ROOM),
            "chart": {
                "type": "line",
                "series": [_line(name, labels, values) for name, values in zip(names, columns, strict=True)],
                "axis_config": {"categories": labels, "y_label": panel.unit[:_TITLE_ROOM]},
            },
        }


def _width(chart: Chart) -> int:
    """A week of steps, and more where that is still too many."""
    week = max(1, round(timedelta(days=_WEEK) / chart.step))
    return max(week, math.ceil(chart.steps / NATIVE_POINTS))


def _steps(panel: Panel, width: int) -> list[tuple[int, tuple[float, ...]]]:
    """Where each begins, and the greatest value of every line; laid back from the end, without those that lack a line."""
    count = max(len(line.values) for line in panel.lines)
    starts = sorted(range(count - width, -1, -width)) if count >= width else [0]
    found = []
    for start in starts:
        held = [[v for v in line.values[start : start + width] if v is not None] for line in panel.lines]
        if all(held):
            found.append((start, tuple(map(max, held))))
    return found[-NATIVE_POINTS:]


def _label(moment: datetime, step: timedelta, voice: Voice) -> str:
    local = moment.astimezone(voice.zone)
    return _date(moment, voice) if step >= timedelta(days=1) else f"{local.month}/{local.day} {local:%H:%M}"


def _line(name: str, labels: Sequence[str], values: Sequence[float]) -> Json:
    points = [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)]
    return {"name": cut(name, _NAME_ROOM) or "-", "data": points}
