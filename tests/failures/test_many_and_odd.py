"""Five hundred failures, ten thousand posts, an hour without Google, and names that nobody should give."""

import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sagebase_ops.config.load import load
from sagebase_ops.domain.calendars import CronCalendar
from sagebase_ops.domain.incidents import State
from sagebase_ops.domain.notifications import Action, Message, Notification, Priority, notifications_of
from sagebase_ops.domain.results import Verdict
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.store.base import Decision, Outcome
from sagebase_ops.store.sqlite.opening import open_store
from tests.jobs.test_incidents import FAIL, FILE, PASS, Team, finding
from tests.sending import Impatient, Sending, run_called

UNAVAILABLE = finding(Verdict.UNKNOWN, reason="unavailable")


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """Telling the channel that the pretend Slack has."""
    (tmp_path / "schedules.yaml").write_text(FILE, encoding="utf-8")
    store = await open_store(tmp_path / "state.db", sandbox=True)
    made = Team(load(tmp_path / "schedules.yaml"), store, Impatient())
    made.book.route = replace(made.book.route, channel="#sagebase-ops", fallback=None)
    yield made
    await store.aclose()


async def test_an_hour_without_google_opens_one_incident_that_nobody_could_look_and_ends_no_other(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    for _ in range(60):
        await team.sees(run_ready=UNAVAILABLE, slow=UNAVAILABLE)
        await team.passes(minutes=1)
    states = {(one.fingerprint.check, one.fingerprint.of_unknown): one.state for one in await team.store.incidents()}
    assert states == {
        ("run_ready", False): State.OPEN,
        ("run_ready", True): State.OPEN,
        ("metric", True): State.OPEN,
    }
    assert (await team.calls()).count(
        "tech_lead"
    ) == 1  # of what failed before; that nobody can look calls the operator
    for _ in range(2):  # as often as `recover` of the watch wants
        await team.sees(run_ready=PASS, slow=PASS)
    assert {one.state for one in await team.store.incidents()} == {State.RESOLVED}


async def test_five_hundred_failures_of_one_check_are_one_message_that_calls_once_and_that_slack_takes(
    team: Team,
) -> None:
    await team.sees(run_ready=[finding(Verdict.FAIL, f"web-{number}") for number in range(500)])
    assert len(await team.store.incidents(1000)) == 500
    assert await team.calls() == ["operator"]
    rows = await team.told()
    async with Sandbox.running() as box:
        await Sending(box, team.store, team.clock).passes(minutes=2)  # type: ignore[arg-type] # an Impatient, as made above
        assert [one.thread_ts is None for one in box.world.slack.messages].count(True) == 1
        assert len(box.world.slack.messages) == len(rows)
    assert {row.state.value for row in await team.told()} == {"sent"}


async def test_before_ten_thousand_waiting_posts_a_new_escalation_goes_first_and_few_are_held_in_memory(
    sending_to: Sending,
) -> None:
    now = sending_to.clock.now()
    waiting = [
        row
        for number in range(10_000)
        for row in notifications_of(f"n{number:05}", [Message(f"digest {number:05}")], "#sagebase-ops", None, now)
    ]
    await sending_to.store.record(Outcome(run_called("many"), None, tuple(waiting)), now)
    urgent = Notification("i", 0, "#sagebase-ops", Message("urgent"), now, now, priority=Priority.ESCALATION)
    await sending_to.store.decide(Decision(notifications=(urgent,)), now)
    del waiting
    tracemalloc.start()
    due = await sending_to.store.due_notifications(now)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ([row.message.text for row in due[:3]], len(due)) == (["urgent", "digest 00000", "digest 00001"], 100)
    assert most < 2_000_000
    assert (await sending_to.store.backlog()).unsent == 10_001


HOSTILE = (
    "<!channel> <@U0SATO0001>",
    "two\nlines\r\n\t",
    "x" * 10_000,
    "\u202egpj.exe\u2066",
    "*_~`<http://evil|ok>&amp;",
    "\x00\ud83d",
)


@pytest.mark.parametrize("name", HOSTILE)
async def test_whatever_a_target_is_called_it_is_told_and_calls_nobody(team: Team, name: str) -> None:
    await team.sees(run_ready=finding(Verdict.FAIL, name))
    await team.passes(minutes=30)
    await team.sees(run_ready=finding(Verdict.PASS, name))
    async with Sandbox.running() as box:
        await Sending(box, team.store, team.clock).passes(minutes=2)  # type: ignore[arg-type] # an Impatient, as made above
        shown = [(one.text, str(one.blocks)) for one in box.world.slack.messages]
    assert {row.state.value for row in await team.told()} == {"sent"}
    assert not any(row.plain for row in await team.told())
    for text, blocks in shown:
        assert "<!channel>" not in text
        assert "<@U0SATO0001>" not in text
        assert "\u202e" not in text + blocks
        assert "{'type': 'broadcast'" not in blocks
    assert any(row.action is Action.EDIT for row in await team.told())


@pytest.mark.parametrize(
    ("cron", "zone", "after", "comes"),
    [
        ("0 9 29 2 *", "UTC", datetime(2026, 11, 24, tzinfo=UTC), datetime(2028, 2, 29, 9, tzinfo=UTC)),
        ("0 9 28 2 *", "Asia/Tokyo", datetime(2028, 2, 27, tzinfo=UTC), datetime(2028, 2, 28, 0, tzinfo=UTC)),
        ("0 0 * * *", "Europe/Berlin", datetime(2027, 3, 28, 12, tzinfo=UTC), datetime(2027, 3, 28, 22, tzinfo=UTC)),
        ("0 0 * * *", "Europe/Berlin", datetime(2027, 10, 31, 12, tzinfo=UTC), datetime(2027, 10, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_leap_day_and_the_days_of_the_clocks_change_come_when_a_calendar_says(
    cron: str, zone: str, after: datetime, comes: datetime
) -> None:
    assert CronCalendar(cron, ZoneInfo(zone)).next_after(after) == comes


async def test_a_step_is_due_half_an_hour_later_also_in_the_hour_that_the_clocks_show_twice(team: Team) -> None:
    team.clock.jump(datetime(2027, 10, 31, 0, 45, tzinfo=UTC) - team.clock.now())
    await team.sees(run_ready=FAIL)
    await team.passes(minutes=29)
    assert await team.calls() == ["operator"]
    await team.passes(minutes=1)
    assert await team.calls() == ["operator", "tech_lead"]
    assert team.clock.now() == datetime(2027, 10, 31, 0, 45, tzinfo=UTC) + timedelta(minutes=30)
