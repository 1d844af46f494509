"""No check outlasts its time, nor all of them together theirs."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sagebase_ops.checks.base import CheckContext, CheckDefinition, CheckFunction, CheckParams
from sagebase_ops.config.model import ScheduleEntry
from sagebase_ops.domain.projects import Environment, Project
from sagebase_ops.domain.results import Finding, Sentence, Target, passing
from sagebase_ops.domain.runs import CheckResult, EntryRef
from sagebase_ops.gcp.asked import Asked
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.jobs.run_checks import Deadlines, Planned, run_checks
from sagebase_ops.probe.http import Probe

WORDS = Sentence(ja="語", en="words")
PROJECT = Project("one", Environment.PRODUCTION, "asia-northeast1")
NOW = datetime(2026, 11, 24, tzinfo=UTC)


async def endless(_params: Any, _context: CheckContext) -> Sequence[Finding]:
    await asyncio.Event().wait()
    return []


async def fine(_params: Any, _context: CheckContext) -> Sequence[Finding]:
    return [passing(Target("thing", "one"), WORDS)]


def planned(name: str, check: CheckFunction) -> Planned:
    definition = CheckDefinition(name, check, CheckParams, WORDS, WORDS, (), "", "")
    ref = EntryRef(name, name, PROJECT.id, "production", WORDS, WORDS)
    params = CheckParams()
    return Planned(ref, ScheduleEntry(name, definition, params), PROJECT, params)


async def ran(deadlines: Deadlines, **checks: CheckFunction) -> dict[str, CheckResult]:
    items = [planned(name, check) for name, check in checks.items()]
    results = await run_checks(items, Cloud(Connections()), Probe(), NOW, deadlines=deadlines)
    return {result.entry.name: result for result in results}


async def test_a_run_ends_though_its_checks_have_time_left() -> None:
    results = await ran(Deadlines(check=3600, run=0.05), hang=endless, fine=fine)
    assert [finding.reason for finding in results["hang"].findings] == ["deadline"]
    assert [finding.verdict for finding in results["fine"].findings] == ["pass"]


async def test_a_check_ends_though_the_run_has_time_left() -> None:
    results = await ran(Deadlines(check=0.05, run=3600), hang=endless)
    assert [finding.reason for finding in results["hang"].findings] == ["deadline"]


def test_a_check_has_thirty_seconds_and_a_run_five_minutes() -> None:
    assert (Deadlines().check, Deadlines().run) == (30, 300)


async def test_a_run_has_thirty_two_questions_in_flight() -> None:
    asked, may_answer = Cloud(Connections()).asked, asyncio.Event()
    busy = await waiting(asked, may_answer, 40)
    assert busy == 32


async def waiting(asked: Asked, may_answer: asyncio.Event, many: int) -> int:
    """How many of `many` questions went out before the first answer."""
    out = 0

    async def question() -> None:
        nonlocal out
        out += 1
        await may_answer.wait()

    answers = asyncio.gather(*(asked.once((number,), question) for number in range(many)))
    for _ in range(5):
        await asyncio.sleep(0)
    before = out
    may_answer.set()
    await answers
    return before
