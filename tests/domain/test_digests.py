"""What does a run come to? Nothing expected is left out, and what is worst comes first."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagebase_ops.domain.digests import digest_of
from sagebase_ops.domain.results import WORST_FIRST, Finding, Sentence, Target, Verdict
from sagebase_ops.domain.runs import CheckResult, EntryRef, Run

Runs = Callable[..., Run]
Entries = Callable[..., EntryRef]

SEEN = Sentence("見ました", "seen")
VERDICTS = st.sampled_from(list(Verdict))


def finding(verdict: Verdict, reason: str | None = None, remedy: str | None = None) -> Finding:
    return Finding(Target("run_service", "one"), verdict, SEEN, reason=reason, remedy=remedy)


@given(verdicts=st.lists(VERDICTS, max_size=12), silent=st.integers(0, 3))
def test_every_expected_entry_is_in_the_digest_and_all_clear_needs_all_of_them(
    run_of: Runs, entry_of: Entries, verdicts: list[Verdict], silent: int
) -> None:
    run = run_of(*map(finding, verdicts))
    missing = tuple(entry_of(100 + number) for number in range(silent))
    digest = digest_of(replace(run, expected=(*run.expected, *missing)))
    assert len(digest.rows) == len(verdicts) + silent
    assert sum(digest.counts.values()) == len(digest.rows)
    assert digest.all_clear == (
        silent == 0 and Verdict.PASS in verdicts and set(verdicts) <= {Verdict.PASS, Verdict.SKIPPED}
    )


@given(verdicts=st.lists(VERDICTS, min_size=1, max_size=12))
def test_rows_items_and_the_verdict_are_worst_first(run_of: Runs, verdicts: list[Verdict]) -> None:
    digest = digest_of(run_of(*map(finding, verdicts)))
    for things in (digest.rows, digest.projects[0].items):
        places = [WORST_FIRST.index(thing.verdict) for thing in things]
        assert places == sorted(places)
    assert digest.verdict is digest.rows[0].verdict
    assert sum(len(item.rows) for item in digest.projects[0].items) == len(digest.rows)


def test_an_entry_that_did_not_answer_is_unknown_for_that_reason(run_of: Runs, entry_of: Entries) -> None:
    digest = digest_of(run_of(expected=(entry_of(1),)))
    assert [(row.verdict, row.finding.reason, row.entry.name) for row in digest.rows] == [
        (Verdict.UNKNOWN, "no_answer", "entry_1")
    ]
    assert digest.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("second", "items"),
    [
        (("permission_denied", "gcloud a"), 1),
        (("permission_denied", "gcloud b"), 2),
        (("api_disabled", "gcloud a"), 2),
        (("permission_denied", None), 2),
    ],
)
def test_what_could_not_be_judged_belongs_together_by_reason_and_remedy(
    run_of: Runs, second: tuple[str, str | None], items: int
) -> None:
    digest = digest_of(
        run_of(finding(Verdict.UNKNOWN, "permission_denied", "gcloud a"), finding(Verdict.UNKNOWN, *second))
    )
    assert len(digest.projects[0].items) == items


def test_failures_of_one_entry_belong_together_and_those_of_two_do_not(run_of: Runs, entry_of: Entries) -> None:
    twice = CheckResult(entry_of(1), (finding(Verdict.FAIL), finding(Verdict.FAIL)))
    once = CheckResult(entry_of(2), (finding(Verdict.FAIL),))
    digest = digest_of(run_of(expected=(entry_of(1), entry_of(2)), results=(twice, once)))
    assert [len(item.rows) for item in digest.projects[0].items] == [2, 1]


def test_the_worst_project_comes_first_and_equals_stay_in_the_files_order(run_of: Runs, entry_of: Entries) -> None:
    entries = [entry_of(number, project=name) for number, name in enumerate("abc")]
    verdicts = (Verdict.PASS, Verdict.FAIL, Verdict.FAIL)
    results = tuple(CheckResult(entry, (finding(verdict),)) for entry, verdict in zip(entries, verdicts, strict=True))
    digest = digest_of(run_of(expected=tuple(entries), results=results))
    assert [project.project for project in digest.projects] == ["b", "c", "a"]
