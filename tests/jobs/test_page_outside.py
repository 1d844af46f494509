"""Slack is gone: who hears of open incidents, how often, and who hears that it is back."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from sagebase_ops.config.load import load
from sagebase_ops.errors import PagerError
from sagebase_ops.jobs.line import Line
from sagebase_ops.jobs.page_outside import PageOutside
from sagebase_ops.jobs.witness import Witness
from sagebase_ops.pager.base import Page
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.sandbox.slack.workspace import BOT_TOKEN
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.store.base import Audit, Decision
from sagebase_ops.store.sqlite.opening import open_store
from tests.fakes import NINE, FakeClock
from tests.jobs.test_incidents import FAIL, FILE, SATO, Team


class Mailbox:
    """A second route that keeps what it is given, or is broken."""

    def __init__(self) -> None:
        self.pages: list[Page] = []
        self.broken = False

    async def send(self, page: Page) -> None:
        if self.broken:
            raise PagerError("no e-mail over mail:587")
        self.pages.append(page)


class Watched(Team):
    """A team with a second route; `passes` looks every minute."""

    mailbox: Mailbox
    line: Line
    outside: PageOutside

    async def passes(self, **span: float) -> None:
        for _ in range(int(span["minutes"])):
            await self.clock.advance(minutes=1)
            await self.incidents.escalate()
            await self.line.look()
            await self.outside.look()


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox.running() as running:
        yield running


@pytest.fixture
async def team(tmp_path: Path, box: Sandbox) -> AsyncIterator[Watched]:
    (tmp_path / "schedules.yaml").write_text(FILE, encoding="utf-8")
    store = await open_store(tmp_path / "state.db", sandbox=True)
    watched = Watched(load(tmp_path / "schedules.yaml"), store, FakeClock(NINE))
    watched.mailbox, watched.line = Mailbox(), Line(SlackClient(BOT_TOKEN, box.slack), watched.clock)
    watched.outside = PageOutside(watched.book, watched.line, watched.mailbox)
    yield watched
    await store.aclose()


async def test_nothing_is_paged_while_slack_is_there(team: Watched) -> None:
    await team.sees(run_ready=FAIL)
    await team.passes(minutes=10)
    assert team.mailbox.pages == []


async def test_open_incidents_are_paged_after_five_minutes_each_step_once_and_the_end_once(
    team: Watched, box: Sandbox
) -> None:
    await team.sees(run_ready=FAIL)
    box.world.play("slack-down")
    await team.passes(minutes=5)
    assert team.mailbox.pages == []
    await team.passes(minutes=10)
    (first,) = team.mailbox.pages
    assert "応答 4 秒" in first.text
    await team.passes(minutes=20)  # the lead's step falls due meanwhile
    assert len(team.mailbox.pages) == 2
    box.world.play("healthy")
    await team.passes(minutes=5)
    assert [page.subject for page in team.mailbox.pages[2:]] == ["【sagebase-ops】Slack に再び届くようになりました"]


async def test_a_restart_pages_nothing_twice(team: Watched, box: Sandbox) -> None:
    await team.sees(run_ready=FAIL)
    box.world.play("slack-down")
    await team.passes(minutes=8)
    team.line = Line(SlackClient(BOT_TOKEN, box.slack), team.clock)
    team.outside = PageOutside(team.book, team.line, team.mailbox)
    await team.passes(minutes=8)
    assert len(team.mailbox.pages) == 1


async def test_a_second_route_that_fails_says_so_and_is_tried_again(team: Watched, box: Sandbox) -> None:
    await team.sees(run_ready=FAIL)
    box.world.play("slack-down")
    team.mailbox.broken = True
    await team.passes(minutes=8)
    assert team.outside.problem == "no e-mail over mail:587"
    team.mailbox.broken = False
    await team.passes(minutes=1)
    assert (len(team.mailbox.pages), team.outside.problem) == (1, None)


async def test_what_is_silenced_is_paged_only_once_it_is_not(team: Watched, box: Sandbox) -> None:
    await team.sees(run_ready=FAIL)
    await team.passes(minutes=1)
    await team.responses.silence_group((await team.one()).group, SATO, timedelta(minutes=20), "工事中")
    box.world.play("slack-down")
    await team.passes(minutes=15)
    assert team.mailbox.pages == []
    await team.passes(minutes=10)
    assert team.mailbox.pages != []


async def test_the_audit_is_read_once_at_the_start_and_then_only_while_slack_is_down(
    team: Watched, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, audit = list[int](), team.store.audit

    async def counted(limit: int) -> Sequence[Audit]:
        reads.append(limit)
        return await audit(limit)

    monkeypatch.setattr(team.store, "audit", counted)
    await team.passes(minutes=30)
    assert len(reads) == 1
    box.world.play("slack-down")
    await team.passes(minutes=3)
    assert len(reads) > 1


async def test_hundreds_of_lines_of_audit_behind_a_page_do_not_repeat_it(team: Watched, box: Sandbox) -> None:
    await team.sees(run_ready=FAIL)
    box.world.play("slack-down")
    await team.passes(minutes=8)
    (page,) = team.mailbox.pages
    now = team.clock.now()
    lines = tuple(Audit(now, "佐藤", "silence", str(number), "", "cli") for number in range(500))
    await team.store.decide(Decision(audit=lines, once="many"), now)
    await team.passes(minutes=3)
    assert team.mailbox.pages == [page]


async def test_the_witness_is_pinged_while_all_is_well_told_once_and_then_left_in_silence() -> None:
    asked: list[str] = []
    problems: list[str] = []

    async def known() -> list[str]:
        return problems

    class Heard(Witness):
        async def _ping(self, path: str) -> None:
            asked.append(path)

    witness = Heard("http://127.0.0.1:1/x", known)
    for state in ([], [], ["outbox: StoreError"], ["outbox: StoreError"], []):
        problems[:] = state
        await witness.look()
    assert asked == ["/start", "", "", "/fail", ""]
