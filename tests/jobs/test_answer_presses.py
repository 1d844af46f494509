"""What becomes of a press: who may, what it does once, what the presser is told; with a real client of the pretend Slack."""

from asyncio import gather
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from sagebase_ops.config.load import load
from sagebase_ops.domain.presses import Press, PressAnswer
from sagebase_ops.domain.results import Target
from sagebase_ops.jobs.answer_presses import Presses
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.sandbox.slack.workspace import BOT_TOKEN, TEAM, Bot
from sagebase_ops.slack.messages import actions
from sagebase_ops.store.base import Decision
from sagebase_ops.store.sqlite.opening import open_store
from tests.fakes import NINE, FakeClock
from tests.jobs.test_incidents import FAIL, FILE, Team
from tests.pressing import STRANGER, client_of

US = Bot.of_token(BOT_TOKEN)
SATO, KATO = "U0SATO0001", "U0TECHLEAD"
MINUTES = FILE.replace("S0OPERATOR", SATO)


class Room(Team):
    """A team whose people press; `asked` counts how often somebody wanted it looked at again."""

    asked = 0
    presses: Presses

    def wants(self) -> None:
        self.asked += 1

    async def press(self, action: str, user: str = SATO, value: str | None = None, **fields: str) -> PressAnswer:
        return await self.presses.handle(self.pressed(action, user, (await self.one()).group, value, **fields))

    def pressed(self, action: str, user: str, group: str, value: str | None = None, **fields: str) -> Press:
        return Press(
            action,
            group if value is None else value,
            user,
            user,
            "C0SAGEOPS1",
            "1.0",
            f"{user}:{action}:{next(PRESSED)}",
            block=actions.controls_id(group, 1),
            team=TEAM,
            bot=US.bot_id if US else "",
            fields=fields or None,
        )


PRESSED = count()


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    (tmp_path / "schedules.yaml").write_text(MINUTES, encoding="utf-8")
    store = await open_store(tmp_path / "state.db", sandbox=True)
    async with Sandbox.running() as box:
        made = Room(load(tmp_path / "schedules.yaml"), store, FakeClock(NINE))
        made.presses = Presses(
            made.schedules, made.responses, client_of(box), made.book.route.telling, made.clock, made.wants
        )
        await made.sees(run_ready=FAIL)
        yield made
    await store.aclose()


async def audited(room: Room) -> list[str]:
    return [one.what for one in await room.store.audit(10)]


async def test_a_stranger_is_told_in_private_why_not_and_changes_nothing(room: Room) -> None:
    answer = await room.press(actions.ACK, STRANGER)
    assert "may_press" in answer.private
    assert (await room.one()).acknowledged_by is None


@pytest.mark.parametrize("foreign", [{"team": "T0OTHER"}, {"team": ""}, {"bot": "B0OTHER"}])
async def test_a_press_of_another_workspace_or_app_is_audited_and_changes_nothing(
    room: Room, foreign: dict[str, str]
) -> None:
    press = room.pressed(actions.ACK, SATO, (await room.one()).group)
    for _ in range(2):  # Slack repeats itself
        assert await room.presses.handle(replace(press, **foreign)) == PressAnswer()  # type: ignore[arg-type] # all are texts
    assert (await room.one()).acknowledged_by is None
    assert await audited(room) == ["refused"]


async def test_who_is_a_moment_too_late_hears_who_has_it(room: Room) -> None:
    await room.press(actions.ACK)
    answer = await room.press(actions.ACK, KATO)
    assert "すでに対応しています" in answer.private
    assert (await room.one()).acknowledged_by == SATO


async def test_of_two_who_press_at_the_same_moment_one_has_it_and_the_other_hears_so(room: Room) -> None:
    answers = await gather(room.press(actions.ACK), room.press(actions.ACK, KATO))
    assert ["すでに" in answer.private for answer in answers].count(True) == 1
    (line,) = [one for one in (await room.one()).story if one.by]
    assert line.by == (await room.one()).acknowledged_by
    assert await audited(room) == ["acknowledge"]


async def test_it_is_taken_over_by_a_choice_of_time(room: Room) -> None:
    await room.press(actions.ACK)
    await room.press(actions.ACK_ETA, KATO, "30")
    assert (await room.one()).acknowledged_by == KATO


async def test_to_press_once_more_takes_back_no_time_that_was_given(room: Room) -> None:
    await room.press(actions.ACK_ETA, value="30")
    await room.press(actions.ACK)
    assert (await room.one()).eta is not None


async def test_whoever_cannot_say_yet_has_it_and_takes_back_what_was_said(room: Room) -> None:
    await room.press(actions.ACK_ETA, value="30")
    await room.press(actions.ACK_ETA, KATO, actions.NO_ETA)
    assert ((await room.one()).acknowledged_by, (await room.one()).eta) == (KATO, None)


async def test_what_is_new_in_a_message_is_taken_without_the_rest_that_another_has(room: Room) -> None:
    first = (await room.one()).group
    await room.press(actions.ACK_ETA, value="30")
    both = [FAIL, replace(FAIL, target=Target("run_service", "api"))]
    await room.sees(run_ready=both)
    live = await room.book.live()
    (new,) = [one for one in live if one.fingerprint.target.endswith("api")]
    await room.store.decide(Decision((replace(new, group=first),)), room.clock.now())
    await room.presses.handle(room.pressed(actions.ACK, KATO, first))
    had = {one.acknowledged_by: one.eta is not None for one in await room.book.live()}
    assert had == {SATO: True, KATO: False}


@pytest.mark.parametrize("choice", ["999999999999", "-1", "", "12"])
async def test_a_time_that_was_not_offered_changes_nothing(room: Room, choice: str) -> None:
    await room.press(actions.ACK_ETA, value=choice)
    assert (await room.one()).acknowledged_by is None


async def test_who_silenced_it_until_when_and_why_stands_in_its_story(room: Room) -> None:
    until = room.clock.now() + timedelta(hours=4)
    await room.press(actions.SILENCE_DIALOG, until=until.isoformat(), reason="ベンダー対応中")
    (line,) = [one for one in (await room.one()).story if one.by == SATO]
    assert line.note.values == {"until": until, "reason": "ベンダー対応中"}
    assert await audited(room) == ["silence"]


@pytest.mark.parametrize("until", ["2126-01-01T00:00:00+00:00", "2020-01-01T00:00:00+00:00", "soon", ""])
async def test_a_time_that_the_menu_does_not_have_is_a_mistake_in_the_modal(room: Room, until: str) -> None:
    answer = await room.press(actions.SILENCE_DIALOG, until=until, reason="x")
    assert list(answer.mistakes) == [actions.UNTIL_INPUT]
    assert not await room.store.silences(NINE)


async def test_a_reason_is_wanted_and_cut_where_the_modal_would_cut_it(room: Room) -> None:
    assert list((await room.press(actions.RESOLVE_DIALOG, reason=" ")).mistakes) == [actions.REASON_INPUT]
    await room.press(actions.RESOLVE_DIALOG, reason="長" * 9_000)
    assert len(str((await room.one()).story[-1].note.values["reason"])) == 500


async def test_a_look_that_is_wanted_is_audited_and_says_when_it_comes_where_it_comes_anyway(room: Room) -> None:
    answer = await room.press(actions.RECHECK)
    assert "次は 18:01 JST" in answer.private
    assert (room.asked, await audited(room)) == (1, ["recheck"])
