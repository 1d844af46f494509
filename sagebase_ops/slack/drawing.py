"""A chart as a PNG. matplotlib is imported when one is drawn: that takes a second and some 60 MB, once a month.

matplotlib-fontja brings a Japanese font (IPAexGothic), so that no machine has to have one.
"""

import math
import os
import tempfile
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sagebase_ops.domain.charts import Chart, Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""Told apart by colour-blind readers too. Source: Okabe and Ito, Color Universal Design."""

_LIMIT_COLOUR, _SOFT, _BAND = "#a30200", "#616061", "#f1f1f1"
_DASHES = ("-", "--", "-.", ":")
_DPI = 140
_WIDTH, _PANEL_HEIGHT, _HEAD = 9.0, 2.5, 0.6  # inches
_ONE_COLUMN = 2
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (no place on earth: see _wall)


def drawn(chart: Chart) -> bytes:
    """The PNG. Raises whatever matplotlib raises."""
    _find_a_cache()
    import matplotlib_fontja  # type: ignore[import-untyped]  # it has none
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    style: Any = {"font.family": matplotlib_fontja.matplotlib_fontja.FONT_NAME, "font.size": 10}
    with rc_context(style | {"axes.unicode_minus": False}):
        columns = 1 if len(chart.panels) <= _ONE_COLUMN else 2
        rows = -(-len(chart.panels) // columns)
        figure = Figure(figsize=(_WIDTH, _HEAD + rows * _PANEL_HEIGHT), dpi=_DPI, layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(_plain(chart.title), x=0.01, ha="left", fontsize=12)
        for place, panel in enumerate(chart.panels, start=1):
            _draw(figure.add_subplot(rows, columns, place), panel, chart)
        picture = BytesIO()
        figure.savefig(picture, format="png")
    return picture.getvalue()


def _find_a_cache() -> None:
    """Matplotlib lists the machine's fonts once and keeps the list; where the home may not be written, it complains."""
    home = Path.home() if os.environ.get("HOME") else Path("/nonexistent")
    if not os.access(home, os.W_OK):
        os.environ.setdefault("MPLCONFIGDIR", str(Path(tempfile.gettempdir()) / "sagebase-ops-matplotlib"))


def _draw(axes: "Axes", panel: Panel, chart: Chart) -> None:
    zone = ZoneInfo(chart.timezone)
    start = chart.start.astimezone(zone)
    for place, line in enumerate(panel.lines):
        times = [_wall(start + chart.step * at) for at in range(len(line.values))]
        values = [float("nan") if value is None else value for value in line.values]
        style, colour = _DASHES[place % len(_DASHES)], _COLOURS[place % len(_COLOURS)]
        axes.plot(times, values, style, color=colour, linewidth=1.8, label=_plain(line.name), marker=_marker(values))
    if panel.limit is not None:
        axes.axhline(panel.limit, color=_LIMIT_COLOUR, linewidth=1.2, linestyle=(0, (6, 3)))
        axes.annotate(
            _plain(panel.limit_name),
            (1, panel.limit),
            xycoords=("axes fraction", "data"),
            xytext=(-2, 3),
            textcoords="offset points",
            ha="right",
            color=_LIMIT_COLOUR,
            fontsize=8.5,
        )
    _frame(axes, panel, chart, start)


def _frame(axes: "Axes", panel: Panel, chart: Chart, start: datetime) -> None:
    from matplotlib.dates import AutoDateLocator, DateFormatter

    axes.set_title(f"{_plain(panel.title)} ({_plain(panel.unit)})", loc="left", fontsize=10.5)
    tops = [value for line in panel.lines for value in line.values if value is not None]
    most = max([*tops, panel.limit or 0.0], default=0.0)
    axes.set_ylim(min([0.0, *tops]), most * 1.15 or 1.0)
    axes.set_xlim(_wall(start), _wall(start + chart.step * max(chart.steps - 1, 1)))
    if chart.reviewed_from is not None:
        end = chart.reviewed_from.astimezone(start.tzinfo)
        axes.axvspan(_wall(start), _wall(end), color=_BAND, zorder=0)
        axes.annotate(
            _plain(chart.before_name),
            (0.01, 0.97),
            xycoords="axes fraction",
            va="top",
            color=_SOFT,
            fontsize=8.5,
        )
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=4, maxticks=7))  # type: ignore[no-untyped-call]  # it has no types
    written = "%-m/%-d" if chart.step >= timedelta(days=1) else "%-m/%-d %H:%M"
    axes.xaxis.set_major_formatter(DateFormatter(written))  # type: ignore[no-untyped-call]  # as above
    axes.grid(visible=True, axis="y", color="#dddddd", linewidth=0.6)
    axes.tick_params(colors=_SOFT, labelsize=8.5)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    if len(panel.lines) > 1:
        axes.legend(loc="upper right", frameon=False, fontsize=8.5, ncols=len(panel.lines), bbox_to_anchor=(1, 1.17))


def _marker(values: list[float]) -> str:
    """A lone point among gaps has no line to be seen by."""
    gaps = [True, *map(math.isnan, values), True]
    lonely = any(not gap and before and after for before, gap, after in zip(gaps, gaps[1:], gaps[2:], strict=False))
    return "." if lonely else ""


def _wall(moment: datetime) -> float:
    """What the clock on the wall says, in days since 1970, as matplotlib counts: it would turn an aware time into UTC."""
    return (moment.replace(tzinfo=None) - _EPOCH) / timedelta(days=1)


def _plain(text: str) -> str:
    """Between two dollar signs matplotlib reads mathematics."""
    return text.replace("$", r"\$")
