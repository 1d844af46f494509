"""Sixty days of numbers, and a chart of them."""

from datetime import UTC, datetime, timedelta

from sagebase_ops.domain.charts import Chart, Line, Panel
from sagebase_ops.domain.results import Sentence, Series

START = datetime(2026, 9, 25, 15, tzinfo=UTC)
DAY = timedelta(days=1)
PANEL, P95, MEAN = Sentence("応答時間", "response time"), Sentence("p95", "p95"), Sentence("平均", "mean")


def series(days: int = 60, limit: float | None = 3.0) -> tuple[Series, ...]:
    """Mean and p95 of as many days, rising."""
    p95 = tuple(1 + 0.02 * day for day in range(days))
    return tuple(
        Series(PANEL, name, "s", START, DAY, values, limit)
        for name, values in ((MEAN, tuple(value / 2 for value in p95)), (P95, p95))
    )


def chart(title: str = "グラフ: 応答時間") -> Chart:
    lines = (Line("平均", tuple(float(day) for day in range(60))), Line("p95", (None, *range(1, 60))))
    panel = Panel("応答時間", "秒", lines, 50.0, "上限 50 秒")
    return Chart(
        title, "9/26 0 秒 → 11/24 59 秒", START, DAY, "Asia/Tokyo", (panel, panel, panel), START + 30 * DAY, "前"
    )
