"""Whatever happens inside a check, its entry has a finding, and what could not be looked at is never fine."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sagebase_ops.checks.base import CheckContext, CheckDefinition, CheckFunction, CheckParams
from sagebase_ops.config.model import Checklist, ScheduleEntry, Schedules, SlackRoute
from sagebase_ops.domain.projects import Environment, Project
from sagebase_ops.domain.results import Finding, Sentence, Target, Verdict, passing, worst
from sagebase_ops.domain.runs import CheckResult, EntryRef
from sagebase_ops.errors import GcpError, GcpErrorKind, ProbeError
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.jobs.run_checks import Deadlines, Progress, plan, run_checks
from sagebase_ops.probe.http import Probe

WORDS = Sentence(ja="語", en="words")
GOOD = passing(Target("thing", "one"), WORDS)
REFUSED = GcpError(GcpErrorKind.QUOTA, "over quota", api="run.googleapis.com", method="Services.ListServices")


async def fine(_params: Any, _context: CheckContext) -> Sequence[Finding]:
    return [GOOD]


async def silent(_params: Any, _context: CheckContext) -> Sequence[Finding]:
    return []


async def endless(_params: Any, _context: CheckContext) -> Sequence[Finding]:
    await asyncio.Event().wait()
    return [GOOD]


def raising(error: Exception) -> CheckFunction:
    async def check(_params: Any, _context: CheckContext) -> Sequence[Finding]:
        raise error

    return check


def checklist(**checks: CheckFunction) -> Checklist:
    entries = [
        ScheduleEntry(name, CheckDefinition(name, run, CheckParams, WORDS, WORDS, (), "", ""), CheckParams())
        for name, run in checks.items()
    ]
    return Checklist("daily", "daily", tuple(entries), cron="0 9 * * *")


def schedules(*projects: str) -> Schedules:
    watched = tuple(Project(name, Environment.PRODUCTION, "asia-northeast1") for name in projects)
    return Schedules(Path("s.yaml"), ZoneInfo("Asia/Tokyo"), "ja", watched, SlackRoute("#ops"), {}, {}, {}, {})


async def results_of(
    *projects: str, progress: Progress | None = None, **checks: CheckFunction
) -> tuple[CheckResult, ...]:
    planned = plan(schedules(*(projects or ("one",))), checklist(**checks))
    now, deadlines = datetime(2026, 11, 24, tzinfo=UTC), Deadlines(check=0.05)
    return await run_checks(planned, Cloud(Connections()), Probe(), now, progress=progress, deadlines=deadlines)


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        (silent, "nothing_matched"),
        (endless, "deadline"),
        (raising(REFUSED), "quota"),
        (raising(ProbeError("dns", "no such host")), "refused"),
        (raising(ZeroDivisionError("a bug")), "crashed"),
    ],
    ids=["finds nothing", "never ends", "is refused", "cannot reach the service", "crashes"],
)
async def test_a_check_that_gives_no_answer_is_unknown(check: CheckFunction, reason: str) -> None:
    (result,) = await results_of(check=check)
    assert [(found.verdict, found.reason) for found in result.findings] == [(Verdict.UNKNOWN, reason)]
    assert result.findings[0].target == Target("project", "one")


async def test_a_check_that_crashes_or_hangs_costs_no_other_check() -> None:
    results = await results_of(crash=raising(RuntimeError()), hang=endless, fine=fine)
    assert [result.verdict for result in results] == [Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.PASS]


async def test_every_entry_is_asked_in_every_project_in_the_files_order() -> None:
    results = await results_of("one", "two", first=fine, second=fine)
    asked = [(result.entry.project, result.entry.name) for result in results]
    assert asked == [("one", "first"), ("one", "second"), ("two", "first"), ("two", "second")]


async def test_progress_hears_of_each_entry_twice() -> None:
    class Heard(Progress):
        def __init__(self) -> None:
            self.words: list[str] = []

        def started(self, entry: EntryRef) -> None:
            self.words.append(f"{entry.name} started")

        def finished(self, result: CheckResult) -> None:
            self.words.append(f"{result.entry.name} {result.verdict}")

    heard = Heard()
    await results_of(progress=heard, check=silent)
    assert heard.words == ["check started", "check unknown"]


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        ([], Verdict.UNKNOWN),
        ([Verdict.SKIPPED, Verdict.SKIPPED], Verdict.SKIPPED),
        ([Verdict.SKIPPED, Verdict.PASS], Verdict.PASS),
        ([Verdict.PASS, Verdict.WARN, Verdict.UNKNOWN], Verdict.UNKNOWN),
        ([Verdict.UNKNOWN, Verdict.FAIL], Verdict.FAIL),
    ],
)
def test_the_whole_is_as_good_as_its_worst_part(verdicts: list[Verdict], whole: Verdict) -> None:
    assert worst(verdicts) is whole
