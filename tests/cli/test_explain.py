"""`explain`: what an entry asks, why, by what it is judged, who hears, and what it saw last."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Sentence, Target, failing
from sagebase_ops.domain.runs import Run
from sagebase_ops.store.base import Outcome
from tests.cli.conftest import Terminal
from tests.conftest import NINE_IN_TOKYO as NINE

SHIPPED = Path(__file__).parents[2] / "schedules.yaml"
CPU = Sentence(ja="CPU 使用率 {value}（上限 {limit}）", en="CPU at {value}, limit {limit}")


@pytest.fixture
def shipped(terminal: Terminal) -> Terminal:
    """With the shipped file in place of its own."""
    Path("schedules.yaml").write_text(SHIPPED.read_text("utf-8"), "utf-8")
    return terminal


def test_it_says_where_each_number_comes_from_and_which_line_of_the_guide_wants_it(shipped: Terminal) -> None:
    (told,) = shipped.reads("explain", "high_error_rate")
    assert told["parameters"]["fail_above"] == {"value": "5%", "said": True}
    assert told["parameters"]["unit"]["said"] is False
    assert (told["hold"], told["recover"], told["line"] > 0) == ("5m", 2, True)
    assert "トリガー: 5xxエラー率が5%超過" in [line["text"] for line in told["guide"]]
    assert "ratio_or_rate" in told["conflicts"]
    (policy,) = told["escalation"].values()
    assert [step["after"] for step in policy["steps"]] == ["0s", "30m", "1h"]


def test_an_entry_that_pages_nobody_says_so(shipped: Terminal) -> None:
    (told,) = shipped.reads("explain", "error_rate")
    assert set(told["escalation"].values()) == {None}
    assert "人は呼びません" in shipped.types("explain", "error_rate").stdout


def test_it_shows_what_was_seen_last_and_what_was_asked(shipped: Terminal, run_of: Callable[..., Run]) -> None:
    seen = failing(
        Target("run_service", "sagebase-streamlit"),
        CPU,
        value=Quantity(0.93, "1"),
        limit=Quantity(0.8, "1"),
        asked={"method": "ListTimeSeries"},
        remedy="gcloud run services describe sagebase-streamlit",
    )
    (result,) = run_of(seen).results
    entry = replace(result.entry, name="cpu_utilization")
    run = replace(run_of(seen), started_at=NINE, expected=(entry,), results=(replace(result, entry=entry),))
    shipped.store(lambda store: store.record(Outcome(run), run.finished_at))
    (told,) = shipped.reads("explain", "cpu_utilization")
    assert [one["value"] for one in told["last_run"]["findings"]] == [0.93]
    shown = shipped.types("explain", "cpu_utilization").stdout
    assert all(part in shown for part in ("CPU 使用率 93", "method=ListTimeSeries", "gcloud run services describe"))


def test_a_check_that_several_entries_ask_is_explained_for_each(shipped: Terminal) -> None:
    told = shipped.reads("explain", "metric")
    assert {(one["job"], one["name"]) for one in told} >= {("daily", "error_rate"), ("watch", "high_error_rate")}


def test_where_nothing_ran_yet_the_rest_is_told(shipped: Terminal) -> None:
    assert "まだ一度も実行されていません" in shipped.types("explain", "run_ready").stdout


def test_an_unknown_name_names_the_nearest(shipped: Terminal) -> None:
    done = shipped.types("explain", "run_redy")
    assert "did you mean 'run_ready'" in str(done.exception)
