"""Would Slack open these dialogs, and does what comes back mean what was read?"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from sagebase_ops.slack.messages import actions
from sagebase_ops.slack.messages.blocks import Json
from sagebase_ops.slack.messages.dialogs import resolve_dialog, silence_dialog
from sagebase_ops.slack.messages.telling import Telling
from tests.incident_examples import GROUP, MINUTE, NINE

JA, EN = Telling("ja", "Asia/Tokyo"), Telling("en", "Asia/Tokyo")
Objections = Callable[[list[Json]], list[str]]


def dialogs(telling: Telling) -> list[Json]:
    return [silence_dialog(GROUP, NINE, telling), resolve_dialog(GROUP, telling)]


@pytest.mark.parametrize("telling", [JA, EN], ids=["ja", "en"])
def test_slack_takes_each_of_them_and_each_keeps_the_group(telling: Telling, objections: Objections) -> None:
    made = dialogs(telling)
    assert objections(made) == []
    assert {one["private_metadata"] for one in made} == {GROUP}
    assert [one["callback_id"] for one in made] == [actions.SILENCE_DIALOG, actions.RESOLVE_DIALOG]


def test_the_judge_objects_to_a_dialog_that_slack_would_refuse(objections: Objections) -> None:
    good = dict(resolve_dialog(GROUP, JA))
    too_long = {"type": "plain_text", "text": "x" * 25}
    assert any("limit 24" in line for line in objections([{**good, "title": too_long}]))
    assert any("required" in line for line in objections([{k: v for k, v in good.items() if k != "submit"}]))


def test_every_input_comes_back_under_the_name_of_its_block_and_action() -> None:
    inputs = [block for dialog in dialogs(JA) for block in dialog["blocks"] if block["type"] == "input"]
    assert [block["block_id"] for block in inputs] == ["until", "reason", "reason"]
    assert all(block["element"]["action_id"] == block["block_id"] for block in inputs)


def until(now: datetime, telling: Telling = JA) -> list[tuple[str, str]]:
    menu: dict[str, Any] = silence_dialog(GROUP, now, telling)["blocks"][1]["element"]
    return [(option["text"]["text"], option["value"]) for option in menu["options"]]


def test_a_silence_ends_at_the_time_that_was_read() -> None:
    assert until(NINE + 30 * MINUTE) == [
        ("1 時間（10:30 JST まで）", "2026-11-24T01:30:00+00:00"),
        ("4 時間（13:30 JST まで）", "2026-11-24T04:30:00+00:00"),
        ("2026-11-25 09:00 JST まで", "2026-11-25T00:00:00+00:00"),
        ("24 時間（2026-11-25 09:30 JST まで）", "2026-11-25T00:30:00+00:00"),
        ("3 日（2026-11-27 09:30 JST まで）", "2026-11-27T00:30:00+00:00"),
        ("7 日（2026-12-01 09:30 JST まで）", "2026-12-01T00:30:00+00:00"),
    ]
    assert all(datetime.fromisoformat(value).tzinfo for _, value in until(NINE))


def test_the_next_morning_is_todays_while_it_is_night_and_is_a_wall_clocks_nine() -> None:
    assert ("09:00 JST まで", "2026-11-24T00:00:00+00:00") in until(NINE - 3 * 60 * MINUTE)
    before_summer_ends = datetime(2026, 10, 24, 20, tzinfo=UTC)  # 22:00 in Berlin, the night in which clocks go back
    berlin = until(before_summer_ends, Telling("en", "Europe/Berlin"))
    assert ("until 2026-10-25 09:00 CET", "2026-10-25T08:00:00+00:00") in berlin
