"""Does the JSON keep the names that scripts rely on?"""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sagebase_ops.cli.report import as_text, run_as_json
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Sentence, Target, failing, passing, skipped, unknown, warning
from sagebase_ops.domain.runs import Run

Runs = Callable[..., Run]

SERVICE = Target("run_service", "sagebase-streamlit")
OVER = Sentence("{value} が上限 {limit} を超えています", "{value} is over {limit}")
FINE = Sentence("問題なし", "fine")
FAILING = failing(SERVICE, OVER, value=Quantity(0.93, "1"), limit=Quantity(0.8, "1"), asked={"method": "m"})
EVERY_VERDICT = (
    passing(SERVICE, FINE),
    skipped(SERVICE, FINE, reason="no_requests"),
    FAILING,
    warning(SERVICE, FINE),
    unknown(SERVICE, FINE, reason="no_data"),
)


def reported(run: Run) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(as_text(run_as_json(run)))
    return report


def test_it_is_the_object_of_the_design(run_of: Runs) -> None:
    assert reported(run_of(FAILING)) == {
        "job": "daily",
        "run_id": "daily-20261124",
        "trigger": "schedule",
        "slot": "2026-11-24T00:00:00Z",
        "dry_run": False,
        "language": "ja",
        "started_at": "2026-11-24T00:00:00Z",
        "finished_at": "2026-11-24T00:00:41Z",
        "expected": 1,
        "verdict": "fail",
        "counts": {"pass": 0, "warn": 0, "fail": 1, "unknown": 0, "skipped": 0},
        "findings": [
            {
                "check": "metric",
                "name": "entry_1",
                "project": "sagebase-prod",
                "target": "sagebase-streamlit",
                "kind": "run_service",
                "verdict": "fail",
                "summary": "93 % が上限 80 % を超えています",
                "value": 0.93,
                "limit": 0.8,
                "unit": "1",
                "reason": None,
                "remedy": None,
                "asked": {"method": "m"},
                "muted_by": None,
                "link": None,
            }
        ],
    }


def test_the_counts_sum_to_the_findings_which_keep_the_checklists_order(run_of: Runs) -> None:
    report = reported(run_of(*EVERY_VERDICT))
    assert [finding["verdict"] for finding in report["findings"]] == ["pass", "skipped", "fail", "warn", "unknown"]
    assert set(report["counts"].values()) == {1}


def test_an_entry_that_never_answered_is_an_unknown_finding(run_of: Runs) -> None:
    run = run_of(EVERY_VERDICT[0], EVERY_VERDICT[0], EVERY_VERDICT[0])
    report = reported(replace(run, results=(run.results[0], run.results[2])))
    assert (report["expected"], report["verdict"], report["counts"]["unknown"]) == (3, "unknown", 1)
    missing = report["findings"][1]
    assert (missing["name"], missing["verdict"], missing["reason"]) == ("entry_2", "unknown", "no_answer")
    assert (missing["target"], missing["kind"]) == ("sagebase-prod", "project")


@pytest.mark.parametrize("amount", [math.nan, math.inf])
def test_what_is_no_number_is_null_with_its_unit(run_of: Runs, amount: float) -> None:
    (finding,) = reported(run_of(replace(FAILING, value=Quantity(amount, "s"), limit=None)))["findings"]
    assert (finding["value"], finding["limit"], finding["unit"]) == (None, None, None)


def test_the_summary_follows_the_language(run_of: Runs) -> None:
    assert reported(run_of(FAILING, language="en"))["findings"][0]["summary"] == "93 % is over 80 %"


def test_text_from_outside_is_kept_but_cannot_steer_a_terminal(run_of: Runs) -> None:
    nasty = "a\x1b[31m\x9b2J\u202eb\ud800\U000e0041\n名前"
    text = as_text(run_as_json(run_of(replace(FAILING, target=Target("run_service", nasty)))))
    assert text.isprintable()
    assert "名前" in text
    assert json.loads(text)["findings"][0]["target"] == nasty
