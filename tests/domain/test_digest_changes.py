"""Is it said right what is new, what is resolved, and since when the rest lasts?"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from sagebase_ops.domain.digest_changes import changes_of
from sagebase_ops.domain.results import Finding, Sentence, Target, Verdict
from sagebase_ops.domain.runs import Run

Runs = Callable[..., Run]
WORDS = {"f": Verdict.FAIL, "u": Verdict.UNKNOWN, "w": Verdict.WARN, "p": Verdict.PASS, "s": Verdict.SKIPPED}


def finding(verdict: Verdict, name: str = "sagebase-streamlit") -> Finding:
    return Finding(Target("run_service", name), verdict, Sentence("x", "x"))


def days(run_of: Runs, letters: str) -> tuple[Run, list[Run]]:
    """Today's run and those before, newest first, one a day; `-` is a run that did not have the check."""
    slot = run_of().slot
    runs = [
        run_of(*([] if letter == "-" else [finding(WORDS[letter])]), slot=slot - timedelta(days=day))
        for day, letter in enumerate(reversed(letters))
    ]
    return runs[0], runs[1:]


@pytest.mark.parametrize(
    ("letters", "comes_to"),
    [
        ("pf", "new"),
        ("pff", "since 1"),
        ("fff", "since 2"),
        ("fpf", "new"),
        ("fuf", "since 2"),
        ("fsf", "since 2"),
        ("f-f", "since 2"),
        ("-f", "new"),
        ("wf", "new"),
        ("fw", "new"),
        ("fu", "new"),
        ("puu", "since 1"),
        ("fp", "resolved"),
        ("wp", "resolved"),
        ("up", "resolved"),
        ("fup", "resolved"),
        ("fs", ""),
        ("f-", ""),
        ("pp", ""),
        ("fpp", ""),
        ("fpsp", ""),
    ],
)
def test_one_check_over_the_days(run_of: Runs, letters: str, comes_to: str) -> None:
    run, previous = days(run_of, letters)
    changes = changes_of(run, previous)
    assert changes
    told = ["new" for _ in changes.new] + ["resolved" for _ in changes.resolved]
    told += [f"since {(run.slot - one.since).days}" for one in changes.lasting]
    assert told == ([comes_to] if comes_to else [])


def test_without_a_run_before_there_is_nothing_to_compare(run_of: Runs) -> None:
    assert changes_of(run_of(finding(Verdict.FAIL)), []) is None


def test_another_target_of_the_same_entry_is_another_thing(run_of: Runs) -> None:
    before, now = run_of(finding(Verdict.FAIL, "one")), run_of(finding(Verdict.FAIL, "two"))
    changes = changes_of(now, [before])
    assert changes
    assert len(changes.new) == 1
    assert changes.lasting == changes.resolved == ()


def test_an_entry_that_never_answered_is_new_as_unknown(run_of: Runs) -> None:
    before = run_of(finding(Verdict.PASS))
    changes = changes_of(replace(before, results=()), [before])
    assert changes
    assert [row.verdict for row in changes.new] == [Verdict.UNKNOWN]
