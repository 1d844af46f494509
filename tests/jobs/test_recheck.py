"""What is open is asked again soon, over evidence that is newer than itself."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sagebase_ops.checks.run_error_logs import Params as LogParams
from sagebase_ops.config.load import load
from sagebase_ops.config.model import RECHECK
from sagebase_ops.domain.results import Verdict
from sagebase_ops.jobs.recheck import rechecks
from sagebase_ops.store.sqlite.opening import open_store
from tests.fakes import NINE, FakeClock
from tests.jobs.test_incidents import FAIL, FILE, PASS, UNKNOWN, Team, finding

DAILY = """
  daily:
    cron: "0 9 * * *"
    checks:
      - {check: run_ready, name: ready_daily}
      - {check: run_error_logs, name: logs, window: 24h, warn_above: 10, fail_above: 100}
      - {check: metric, name: errors, metric: error_rate, window: 24h, fail_above: 1%}
      - {check: dashboard, dashboard: D, escalation: none}
"""


class Daily(Team):
    """The same team, whose findings come from the daily checklist."""

    job = "daily"


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    (tmp_path / "schedules.yaml").write_text(FILE + DAILY, encoding="utf-8")
    store = await open_store(tmp_path / "state.db", sandbox=True)
    yield Daily(load(tmp_path / "schedules.yaml"), store, FakeClock(NINE))
    await store.aclose()


async def asked(team: Team) -> dict[str, timedelta | None]:
    """Entry -> the window that is asked about."""
    planned = rechecks(team.schedules, await team.book.live(), team.clock.now())
    return {item.ref.name: getattr(item.params, "window", None) for item in planned}


async def test_nothing_is_asked_again_while_nothing_is_open(team: Team) -> None:
    await team.sees(ready_daily=finding(Verdict.PASS))
    assert await asked(team) == {}


async def test_a_look_at_the_present_is_asked_again_at_once(team: Team) -> None:
    await team.sees(ready_daily=FAIL)
    assert await asked(team) == {"ready_daily": None}


async def test_a_window_begins_after_the_incident_did_and_is_at_most_15_minutes(team: Team) -> None:
    await team.sees(errors=FAIL)
    found = []
    for _ in range(4):
        found.append(await asked(team))
        await team.clock.advance(minutes=8)
    minutes = [window and window.total_seconds() / 60 for one in found for window in [one.get("errors")]]
    assert minutes == [None, 3, 11, 15]


async def test_after_it_was_open_again_a_window_begins_after_that(team: Team) -> None:
    await team.sees(errors=FAIL)
    await team.clock.advance(minutes=40)
    await team.sees(errors=PASS)
    await team.clock.advance(minutes=10)
    await team.sees(errors=FAIL)
    found = []
    for _ in range(3):
        found.append(await asked(team))
        await team.clock.advance(minutes=8)
    minutes = [window and window.total_seconds() / 60 for one in found for window in [one.get("errors")]]
    assert minutes == [None, 3, 11]


async def test_an_average_that_began_before_it_was_open_again_ends_nothing(team: Team) -> None:
    await team.sees(errors=FAIL)
    await team.clock.advance(minutes=40)
    await team.sees(errors=PASS)
    await team.clock.advance(minutes=10)
    await team.sees(errors=FAIL)
    await team.clock.advance(minutes=15)
    now = team.clock.now()
    await team.sees(errors=replace(PASS, asked={"start": now - timedelta(minutes=20), "end": now}))
    assert (await team.one()).is_open


async def test_what_could_not_be_seen_is_asked_again_before_it_opens(team: Team) -> None:
    await team.sees(ready_daily=UNKNOWN)
    assert await asked(team) == {"ready_daily": None}


async def test_entries_that_run_as_often_anyway_or_page_nobody_are_left_out(team: Team) -> None:
    entries = team.schedules.paging_entries(RECHECK)
    assert sorted(entries) == ["errors", "logs", "ready_daily"]


def test_limits_that_count_shrink_with_the_window() -> None:
    narrowed = LogParams(window=timedelta(hours=24), warn_above=10, fail_above=960).narrowed(timedelta(minutes=15))
    assert (narrowed.window, narrowed.warn_above, narrowed.fail_above) == (timedelta(minutes=15), 0, 10)


def test_a_window_that_is_short_already_stays() -> None:
    params = LogParams(window=timedelta(minutes=5))
    assert params.narrowed(timedelta(minutes=15)) is params
