"""Would Slack take every message, whatever was found, however much, and whatever text came from outside?"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagebase_ops.domain.digests import digest_of
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import WORST_FIRST, Finding, Note, Sentence, Target, Verdict
from sagebase_ops.domain.runs import CheckResult, EntryRef, Run, Trigger
from sagebase_ops.slack.messages.arguments import posts_of
from sagebase_ops.slack.messages.digest import digest_messages
from tests.slack.messages.harmless import HOSTILE, assert_harmless

Json = dict[str, Any]  # any JSON inside
Runs = Callable[..., Run]
Entries = Callable[..., EntryRef]
Objections = Callable[[list[Json]], list[str]]

MIXES = [(verdict,) for verdict in Verdict] + [
    tuple(Verdict),
    (Verdict.FAIL, Verdict.UNKNOWN),
    (Verdict.PASS, Verdict.SKIPPED),
]
CONSOLE = "https://console.cloud.google.com/logs/query;query=severity%3E%3DERROR?project=p"


def posts(run: Run) -> list[Json]:
    return posts_of("C0SAGEOPS1", digest_messages(digest_of(run)), "digest:daily:2026-11-24")


def finding(verdict: Verdict, text: str = "p95 が {value}（上限 {limit}）") -> Finding:
    return Finding(
        Target("run_service", "sagebase-streamlit"),
        verdict,
        Sentence(text, text),
        value=Quantity(4.8, "s"),
        limit=Quantity(3, "s"),
        reason="permission_denied",
        remedy="gcloud services enable monitoring.googleapis.com --project=p",
        asked={"method": "ListTimeSeries", "filter": 'metric.type="x"'},
        link=CONSOLE,
        notes=tuple(Note(Sentence(f"群 {number}", f"group {number}")) for number in range(3)),
    )


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("mix", MIXES, ids="+".join)
def test_slack_takes_one_finding_and_five_hundred(
    run_of: Runs, objections: Objections, mix: tuple[Verdict, ...], language: str
) -> None:
    for count in (1, 500):
        found = [finding(mix[number % len(mix)]) for number in range(count)]
        assert objections(posts(run_of(*found, language=language))) == []


def test_slack_takes_five_hundred_findings_of_one_entry_and_of_a_hundred_projects(
    run_of: Runs, entry_of: Entries, objections: Objections
) -> None:
    found = tuple(replace(finding(WORST_FIRST[n % 5]), target=Target("secret", f"secret-{n}")) for n in range(500))
    one = run_of(expected=(entry_of(),), results=(CheckResult(entry_of(), found),))
    entries = tuple(entry_of(n, project=f"project-{n % 100}") for n in range(500))
    many = run_of(expected=entries, results=tuple(CheckResult(entry, (found[0],)) for entry in entries))
    for run in (one, many, replace(one, results=(), expected=entries), run_of()):
        assert objections(posts(run)) == []


def hostile_run(run_of: Runs, entry_of: Entries, text: str, count: int = 3) -> Run:
    """A run in which every word that is not ours is `text`."""
    note = Note(Sentence("{it}", "{it}"), {"it": text})
    found = [
        Finding(
            Target(text, text),
            WORST_FIRST[number % 5],
            Sentence("{it}", "{it}"),
            values={"it": text},
            reason=text,
            remedy=text,
            asked={text: text, "filter": text},
            link=text if number % 2 else f"https://console.cloud.google.com/{text}",
            notes=(note,) * 12,
            muted_by=text,
        )
        for number in range(count)
    ]
    said = Sentence(text, text)
    entries = [
        entry_of(number, title=said, runbook=said, guide=text, project=text, environment=text, check=text)
        for number in range(count)
    ]
    return run_of(
        id=text,
        job=text,
        title=text,
        expected=tuple(entries),
        results=tuple(CheckResult(entry, (one,)) for entry, one in zip(entries, found, strict=True)),
        trigger=Trigger.MANUAL,
        started_by=text,
        notes=(note,) * 20,
        sandbox=True,
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_from_outside_pings_nobody_forges_nothing_and_fits(
    run_of: Runs, entry_of: Entries, objections: Objections, text: str
) -> None:
    for count in (1, 60):
        assert_harmless(posts(hostile_run(run_of, entry_of, text, count)), objections)


@settings(max_examples=100)
@given(text=st.one_of(st.text(max_size=300), st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=4).map("".join)))
def test_no_text_at_all_gets_through(run_of: Runs, entry_of: Entries, objections: Objections, text: str) -> None:
    assert_harmless(posts(hostile_run(run_of, entry_of, text)), objections)


def test_the_judge_objects_to_what_slack_would_refuse(run_of: Runs, objections: Objections) -> None:
    good = posts(run_of(finding(Verdict.FAIL)))[0]
    header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    for bad, says in (
        ({**good, "blocks": [header]}, "151 chars, limit 150"),
        ({**good, "blocks": [{"type": "nonsense"}]}, 'type "nonsense" is not one of'),
        ({**good, "blocks": good["blocks"] * 2}, "duplicate block_id"),
        ({**good, "blocks": [{"type": "section", "txet": {}}]}, 'unknown key "txet"'),
        ({**good, "text": "<!channel>"}, "broadcast mention"),
        ({name: value for name, value in good.items() if name != "metadata"}, "no metadata"),
    ):
        assert any(says in line for line in objections([bad])), json.dumps(bad)
