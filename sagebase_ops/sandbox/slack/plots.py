"""A `data_visualization` as points of an SVG: where lines, bars and slices go. No colours, those are the style sheet's."""

from dataclasses import dataclass
from typing import Any

from sagebase_ops.sandbox.slack.workspace import Json

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 240, 44, 28, 12


@dataclass(frozen=True, slots=True)
class Plot:
    """`lines`: per series its points `x,y`; `bars` x, y, width, height; `slices` the start and share of 100 of each."""

    kind: str
    names: list[str]
    lines: list[list[tuple[float, float]]]
    bars: list[list[tuple[float, float, float, float]]]
    slices: list[tuple[float, float]]
    columns: list[tuple[float, str]]
    ticks: list[tuple[float, str]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM


def plot(chart: Json) -> Plot:
    """A chart that Slack has taken, so its shape is known."""
    if chart["type"] == "pie":
        return _pie(chart["segments"])
    series = [[float(point["value"]) for point in one["data"]] for one in chart["series"]]
    labels: list[str] = chart["axis_config"]["categories"]
    top = max(0.0, *(value for one in series for value in one)) or 1.0
    low = min(0.0, *(value for one in series for value in one))
    step = (WIDTH - LEFT) / len(labels)

    def y(value: float) -> float:
        return round(TOP + (top - value) / (top - low) * (HEIGHT - BOTTOM - TOP), 1)

    centres = [round(LEFT + step * (place + 0.5), 1) for place in range(len(labels))]
    lines = [list(zip(centres, map(y, one), strict=True)) for one in series]
    bars = [_bars(one, place, len(series), step, y) for place, one in enumerate(series)]
    ticks = [(y(value), f"{value:.4g}") for value in (low, (low + top) / 2, top)]
    names = [one["name"] for one in chart["series"]]
    return Plot(chart["type"], names, lines, bars, [], list(zip(centres, labels, strict=True)), ticks)


def _bars(
    values: list[float], place: int, count: int, step: float, y: Any
) -> list[tuple[float, float, float, float]]:  # Any: number to height, a closure
    width = step * 0.7 / count
    return [
        (
            round(LEFT + step * column + step * 0.15 + place * width, 1),
            min(y(value), y(0)),
            round(width, 1),
            round(abs(y(value) - y(0)), 1),
        )
        for column, value in enumerate(values)
    ]


def _pie(segments: list[Json]) -> Plot:
    whole = sum(float(one["value"]) for one in segments)
    shares = [float(one["value"]) / whole * 100 for one in segments]
    starts = [sum(shares[:place]) for place in range(len(shares))]
    names = [f"{one['label']} {share:.0f} %" for one, share in zip(segments, shares, strict=True)]
    return Plot("pie", names, [], [], list(zip(starts, shares, strict=True)), [], [])
