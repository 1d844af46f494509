"""A finding's series become a picture when they are long, Slack's own chart when they are short."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from sagebase_ops.domain.digests import digest_of
from sagebase_ops.domain.notifications import Message
from sagebase_ops.domain.results import Sentence, Target, failing, passing
from sagebase_ops.domain.runs import Run
from sagebase_ops.language.voice import Voice
from sagebase_ops.slack.messages.arguments import posts_of
from sagebase_ops.slack.messages.charts import MOST_CHARTS, NATIVE_POINTS, chart_messages
from sagebase_ops.slack.messages.digest import digest_messages
from tests.chart_examples import series

Runs = Callable[..., Run]
SAID = Sentence("見ました", "seen")


def charts(run: Run) -> tuple[Message, ...]:
    return chart_messages(digest_of(run), Voice.of(run))


def natives(message: Message) -> list[Any]:
    return [block for block in message.blocks if block["type"] == "data_visualization"]


@pytest.mark.parametrize(("days", "points"), [(60, 8), (30, 4), (21, 3), (20, 20), (7, 7)])
def test_many_points_are_drawn_and_few_are_slacks_to_draw(run_of: Runs, days: int, points: int) -> None:
    (message,) = charts(run_of(passing(Target("run_service", "web"), SAID, series=series(days))))
    assert (message.chart is not None) is (days > NATIVE_POINTS)
    (native,) = natives(message)
    assert len(native["chart"]["axis_config"]["categories"]) == points
    assert [one["name"] for one in native["chart"]["series"]] == ["平均", "p95", "上限"]


def test_the_words_beside_a_chart_say_what_is_to_be_seen(run_of: Runs) -> None:
    (message,) = charts(run_of(passing(Target("run_service", "web"), SAID, series=series())))
    assert "応答時間 p95：9/26 1 秒 → 11/24 2.2 秒、最大 2.2 秒（11/24）" in message.text
    assert message.chart
    assert message.chart.alt_text.replace(" / ", "\n• ") in message.text


def test_a_finding_without_series_has_no_chart(run_of: Runs) -> None:
    assert charts(run_of(passing(Target("run_service", "web"), SAID))) == ()


def test_the_worst_are_drawn_first_and_the_rest_is_counted(run_of: Runs) -> None:
    good = [passing(Target("run_service", f"web-{n}"), SAID, series=series()) for n in range(MOST_CHARTS)]
    messages = charts(run_of(*good, failing(Target("run_service", "bad"), SAID, series=series())))
    assert len(messages) == MOST_CHARTS
    assert "bad" in messages[0].text
    assert "ほか 1 件" in messages[-1].text


def test_days_without_a_measurement_are_left_out_and_none_at_all_is_no_chart_of_slacks(run_of: Runs) -> None:
    mean, p95 = series(7)
    gap = replace(mean, values=(None, *mean.values[1:]))
    (message,) = charts(run_of(passing(Target("run_service", "web"), SAID, series=(gap, p95))))
    assert len(natives(message)[0]["chart"]["axis_config"]["categories"]) == 6
    silent = replace(mean, values=(None,) * 7)
    (message,) = charts(run_of(passing(Target("run_service", "web"), SAID, series=(silent, p95))))
    assert natives(message) == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_slack_takes_a_digest_with_charts(
    run_of: Runs, language: str, objections: Callable[[Sequence[Any]], list[str]]
) -> None:
    odd = Target("run_service", "a <b> & $x$ " * 20)
    finding = passing(odd, SAID, series=(*series(), *(replace(one, panel=SAID, unit="By") for one in series(60, None))))
    run = run_of(finding, passing(odd, SAID, series=series(7)), language=language, sandbox=True)
    posts = posts_of("C0SAGEOPS1", digest_messages(digest_of(run)), "n")
    threaded = [post | {"thread_ts": "1712345678.123456"} for post in posts[1:]]
    assert objections([posts[0], *threaded]) == []
