"""A rehearsal is what a daemon would have told: the same rules, over recorded rounds, in a time that is only counted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sagebase_ops.config.load import load
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Sentence, Target, Verdict
from sagebase_ops.domain.runs import CheckResult, Run, Trigger
from sagebase_ops.domain.silences import Matcher, Silence
from sagebase_ops.jobs.judge_anew import Doubt, Judge
from sagebase_ops.jobs.rehearse import Happening, Rehearsal, Stage
from sagebase_ops.jobs.rehearse_differences import Shift, calls, differences
from sagebase_ops.jobs.run_checks import planned
from tests.fakes import NINE
from tests.jobs.test_incidents import FILE

MINUTE = timedelta(minutes=1)
WELL = Sentence(ja="良好 {value}", en="well {value}")


def schedules(folder: Path, *changes: tuple[str, str]) -> Schedules:
    text = FILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / f"schedules-{len(changes)}.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


@pytest.fixture
def file(tmp_path: Path) -> Schedules:
    return schedules(tmp_path)


def look(file: Schedules, minute: float, **seen: Finding) -> Run:
    """One round of the watch, so long after nine."""
    at = NINE + minute * MINUTE
    entries = [entry for entry in file.named("watch").entries if entry.name in seen]
    refs = [planned(file, entry, file.projects[0]).ref for entry in entries]
    results = tuple(CheckResult(ref, (_of_then(seen[ref.name], at),)) for ref in refs)
    whole = Run(
        f"watch-{minute}", "watch", "監視", Trigger.SCHEDULE, at, at, at, "ja", "Asia/Tokyo", tuple(refs), results
    )
    return replace(whole, results=results)


def _of_then(finding: Finding, at: datetime) -> Finding:
    asked = {"start": at - 5 * MINUTE, "end": at}
    return replace(finding, asked=asked) if finding.value else finding


def p95(seconds: float, verdict: Verdict, limit: float = 3.0) -> Finding:
    reason = "over_limit" if verdict is Verdict.FAIL else None
    amounts = {"value": Quantity(seconds, "s"), "limit": Quantity(limit, "s")}
    return Finding(Target("run_service", "web"), verdict, WELL, {"metric": "latency_p95"}, reason=reason, **amounts)


SLOW, FAST = p95(4.0, Verdict.FAIL), p95(1.0, Verdict.PASS)
DOWN = Finding(Target("run_service", "web"), Verdict.FAIL, WELL)
UP = Finding(Target("run_service", "web"), Verdict.PASS, WELL)


async def played(file: Schedules, runs: Sequence[Run], *silences: Silence) -> Rehearsal:
    stage = Stage(file, silences)
    for run in runs:
        await stage.play(run)
    return stage.rehearsal


def told(rehearsal: Rehearsal) -> list[tuple[float, str, str]]:
    """Minutes after nine, what, and whom it calls."""
    return [
        ((one.at - NINE) / MINUTE, one.what.value, "+".join(person.name for person in one.people))
        for one in rehearsal.heard
    ]


async def test_who_hears_what_and_when_is_told_as_the_daemon_would(file: Schedules) -> None:
    rounds = [look(file, minute, run_ready=DOWN if minute < 70 else UP) for minute in range(80)]
    assert told(await played(file, rounds)) == [
        (0, "detected", "運用担当者"),
        (30, "step", "技術責任者"),
        (60, "step", "運用担当者+技術責任者"),
        (70, "resolved", ""),
    ]


async def test_a_step_is_told_at_its_own_time_though_no_round_is_near(file: Schedules) -> None:
    rounds = [look(file, minute, run_ready=DOWN) for minute in (0, 10.5, 45.5)]
    assert told(await played(file, rounds))[1] == (30, "step", "技術責任者")


async def test_what_is_back_calls_those_who_were_told_before_and_the_step_that_is_due_the_next(file: Schedules) -> None:
    rounds = [look(file, 0, run_ready=DOWN), look(file, 10, run_ready=UP), look(file, 35, run_ready=DOWN)]
    assert told(await played(file, rounds))[2:] == [(35, "back", "運用担当者"), (35, "step", "技術責任者")]


async def test_a_silence_of_then_holds_and_what_nobody_heard_of_is_counted(file: Schedules) -> None:
    silence = Silence("s", Matcher(target="web"), NINE, NINE + 20 * MINUTE, "佐藤", "作業")
    through = [look(file, minute, run_ready=DOWN) for minute in range(26)]
    assert told(await played(file, through, silence)) == [(20, "detected", "運用担当者")]
    over = await played(file, [*through[:10], look(file, 11, run_ready=UP)], silence)
    assert (over.heard, len(over.unheard)) == ([], 1)


async def test_a_higher_limit_makes_a_pass_of_what_failed(tmp_path: Path) -> None:
    file, tried = schedules(tmp_path), schedules(tmp_path, ("fail_above: 3s", "fail_above: 5s"))
    rounds = [look(file, minute, slow=SLOW) for minute in range(8)]
    judge = Judge(tried)
    assert told(await played(file, rounds)) == [(5, "detected", "運用担当者")]
    assert told(await played(tried, [judge.anew(run) for run in rounds])) == []


async def test_a_lower_limit_makes_a_failure_of_what_passed_and_says_so_in_its_words(tmp_path: Path) -> None:
    tried = schedules(tmp_path, ("fail_above: 3s", "fail_above: 1s"))
    finding = Judge(tried).anew(look(tried, 0, slow=p95(2.0, Verdict.PASS))).results[0].findings[0]
    assert (finding.verdict, finding.limit, finding.reason) == (Verdict.FAIL, Quantity(1.0, "s"), "over_limit")
    assert finding.value == Quantity(2.0, "s")
    assert "上限" in finding.sentence.ja


def test_what_its_value_alone_does_not_tell_stays_as_it_was_recorded_and_is_named(tmp_path: Path) -> None:
    tried = schedules(tmp_path, ("window: 5m, fail_above: 3s", "window: 1h, fail_above: 5s"))
    judge = Judge(tried)
    run = look(tried, 0, run_ready=DOWN, slow=SLOW)
    assert judge.anew(run) == run
    assert judge.doubts(["watch"]) == {
        ("watch", "run_ready"): Doubt.AS_RECORDED,
        ("watch", "slow"): Doubt.AS_RECORDED,
        ("watch", "noise"): Doubt.NEVER_RECORDED,
        ("watch", "more"): Doubt.NEVER_RECORDED,
    }


def test_what_could_not_be_looked_at_stays_unknown_under_every_limit(tmp_path: Path) -> None:
    tried = schedules(tmp_path, ("fail_above: 3s", "fail_above: 5s"))
    unseen = replace(SLOW, verdict=Verdict.UNKNOWN, reason="partial")
    judge = Judge(tried)
    assert judge.anew(look(tried, 0, slow=unseen)).results[0].findings[0].verdict is Verdict.UNKNOWN
    assert ("watch", "slow") not in judge.doubts(["watch"])  # no limit is the reason


def test_an_entry_that_the_file_does_not_have_is_left_out_and_named(file: Schedules, tmp_path: Path) -> None:
    run = look(file, 0, noise=replace(SLOW, values={"metric": "error_rate"}))
    tried = schedules(tmp_path, ("name: noise", "name: other"))
    judge = Judge(tried)
    assert judge.anew(run).results == ()
    assert judge.doubts([]) == {("watch", "noise"): Doubt.NOT_IN_FILE}


async def test_the_difference_of_two_files_is_who_hears_more_less_earlier_and_later(tmp_path: Path) -> None:
    file = schedules(tmp_path)
    tried = schedules(
        tmp_path, ("after: 30m, tell: [tech_lead]", "after: 15m, tell: [tech_lead]"), ("hold: 5m", "hold: 8m")
    )
    rounds = [look(file, minute, slow=SLOW if minute < 25 else FAST) for minute in range(40)]
    ours, theirs = await played(tried, rounds), await played(file, rounds)
    found = [
        (one.shift, one.call.person.name, (one.call.at - NINE) / MINUTE)
        for one in differences(calls(ours.heard), calls(theirs.heard))
    ]
    assert found == [(Shift.LATER, "運用担当者", 8), (Shift.MORE, "技術責任者", 23)]
    back = [one.shift for one in differences(calls(theirs.heard), calls(ours.heard))]
    assert back == [Shift.EARLIER, Shift.LESS]
    assert differences(calls(ours.heard), calls(ours.heard)) == []


async def test_steps_due_together_are_one_post_of_the_rehearsal_too(file: Schedules) -> None:
    silence = Silence("s", Matcher(target="web"), NINE + MINUTE, NINE + 90 * MINUTE, "佐藤", "作業")
    heard = (await played(file, [look(file, minute, run_ready=DOWN) for minute in range(95)], silence)).heard
    assert [(one.what, one.steps) for one in heard] == [(Happening.DETECTED, ()), (Happening.STEP, (2, 3))]
