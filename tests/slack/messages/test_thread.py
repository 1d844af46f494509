"""Are the steps and changes of an incident told to the right people, in two or three lines?"""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from sagebase_ops.domain.escalation import Policy, Step
from sagebase_ops.domain.incident_transitions import end_as
from sagebase_ops.domain.incidents import Change, Incident
from sagebase_ops.domain.notifications import Message
from sagebase_ops.slack.messages.telling import Telling
from sagebase_ops.slack.messages.thread import DueStep, change_message, steps_message
from tests.incident_examples import LEAD, MINUTE, NINE, OPERATOR, opened, opened_many, over, taken, well_again
from tests.slack.messages.harmless import mentions
from tests.slack.messages.test_incident import header, lines

JA, EN = Telling("ja", "Asia/Tokyo"), Telling("en", "Asia/Tokyo")
HALF_PAST = NINE + 30 * MINUTE
LOUD = replace(JA, allow_channel_mention=True)


def changed(change: Change, *incidents: Incident, telling: Telling = JA, **more: Any) -> Message:
    return change_message(incidents, change, HALF_PAST, telling, **more)


def stepped(*incidents: Incident, number: int = 1, now: datetime = HALF_PAST, telling: Telling = JA) -> Message:
    """One step, due at half past."""
    return steps_message(incidents, [DueStep(number, HALF_PAST)], now, telling)


def test_a_step_calls_its_people_and_says_how_long_who_has_it_and_who_is_next() -> None:
    message = stepped(taken(opened()))
    assert message.in_thread
    assert header(message) == "エスカレーション 2/3 | エラー率 sagebase-streamlit"
    assert lines(message, "step") == ["U0TECHLEAD さん、判断をお願いします。", "30 分たっても解決していません。"]
    assert lines(message, "wrong") == ["エラー率 9.3 %（上限 5 %） コンソールで見る"]
    assert lines(message, "facts")[1:] == [
        "担当 U0SATO0001 09:06 JST から",
        "連絡済み 1/3 運用担当者、2/3 技術責任者",
        "次の連絡 10:00 JST までに解決しなければ運用担当者、技術責任者、責任者へ",
    ]
    assert message.text == (
        "【エスカレーション 2/3】本番 sagebase-prod エラー率 sagebase-streamlit: 30 分たっても解決していません。"
        "エラー率 9.3 %（上限 5 %） <@U0TECHLEAD> さん、判断をお願いします。"
    )


def test_a_step_reads_the_same_whether_it_is_counted_as_taken_already_or_not() -> None:
    before, after = (stepped(opened(steps_taken=n)) for n in (1, 2))
    assert before == after


@pytest.mark.parametrize(("minutes", "late"), [(0, False), (2, False), (3, True), (600, True)])
def test_a_late_step_says_when_it_was_due(minutes: int, *, late: bool) -> None:
    message = stepped(opened(), now=HALF_PAST + minutes * MINUTE)
    assert ("本来の時刻 09:30 JST より遅れて連絡しています。" in lines(message, "step")) is late


def test_steps_due_together_are_one_post_with_each_ones_true_time_and_call_everybody_once() -> None:
    steps = [DueStep(1, HALF_PAST), DueStep(2, NINE + 60 * MINUTE)]
    message = steps_message([opened()], steps, NINE + 180 * MINUTE, EN)
    assert header(message) == "Escalation 2-3/3 | Error rate sagebase-streamlit"
    assert lines(message, "step")[1:] == [
        "Unresolved for 3 hr.",
        "2/3 技術責任者 (due 09:30 JST)",
        "3/3 運用担当者, 技術責任者, 責任者 (due 10:00 JST)",
    ]
    assert message.text.count("<@U0TECHLEAD>") == 1
    assert mentions(message.blocks) == {"<@U0TECHLEAD>", "<!subteam^S0OPERATOR>", "<@U0OWNER01>"}
    assert lines(message, "facts")[-1] == "Next every step was told; nobody else will hear by itself"


@pytest.mark.parametrize(
    ("step", "telling", "policy", "whole_channel"),
    [
        (2, LOUD, opened().policy, True),
        (2, JA, opened().policy, False),
        (1, LOUD, opened().policy, False),
        (0, LOUD, Policy("monitoring", (Step(0 * MINUTE, (OPERATOR,)),)), False),
    ],
)
def test_the_whole_channel_hears_the_last_of_several_steps_and_only_where_the_file_allows_it(
    step: int, telling: Telling, policy: Policy, *, whole_channel: bool
) -> None:
    message = stepped(opened(policy=policy), number=step, telling=telling)
    assert ("<!channel>" in message.text, "<!channel>" in mentions(message.blocks)) == (whole_channel, whole_channel)


def test_a_group_of_several_policies_calls_the_people_of_all_that_are_still_open() -> None:
    other = opened(number=2, policy=Policy("other", (Step(0 * MINUTE, (LEAD,)), Step(30 * MINUTE, (OPERATOR,)))))
    assert mentions(stepped(opened(), other).blocks) == {
        "<@U0TECHLEAD>",
        "<!subteam^S0OPERATOR>",
    }
    assert mentions(stepped(opened(), over(other)).blocks) == {"<@U0TECHLEAD>"}


def test_what_is_acknowledged_is_two_lines() -> None:
    message = changed(Change.ACKNOWLEDGED, taken(opened(), minutes=45))
    assert lines(message, "change") == [
        "▷ 対応中 エラー率 sagebase-streamlit",
        "U0SATO0001: 対応を始めました（見込み 2026-11-24 09:51 JST）",
        "次の連絡 09:51 JST までに解決しなければ技術責任者へ",
    ]
    assert message.text.startswith("【対応中】本番 sagebase-prod エラー率 sagebase-streamlit:\n<@U0SATO0001>")


def test_what_is_resolved_says_before_and_after_how_long_who_and_why() -> None:
    done = over(opened())
    assert lines(changed(Change.RESOLVED, done, after={done.id: well_again()}), "change") == [
        "○ 解決 エラー率 sagebase-streamlit",
        "9.3 % → 1.2 %",
        "発生 2026-11-24 09:00 JST",
        "解決 2026-11-24 09:52 JST 技術責任者: 解決としました: 戻した",
        "所要 52 分",
    ]


def test_where_only_some_are_resolved_the_rest_is_said_to_be_open() -> None:
    one, *rest = opened_many(5)
    message = changed(Change.RESOLVED, over(one), *rest, changed=[over(one)])
    assert lines(message, "change")[0] == "○ 解決 エラー率 svc-001"
    assert lines(message, "change")[-1] == "5 件中 4 件はまだ解決していません。"


def test_what_is_back_calls_all_who_were_told_of_it() -> None:
    message = changed(Change.REOPENED, opened(steps_taken=2))
    assert mentions(message.blocks) == {"<!subteam^S0OPERATOR>", "<@U0TECHLEAD>"}
    assert lines(message, "change")[:2] == [
        "✕ 再発 エラー率 sagebase-streamlit",
        "S0OPERATOR、U0TECHLEAD さん、再発しました。",
    ]
    assert "<!subteam^S0OPERATOR>、<@U0TECHLEAD> さん、再発しました。" in message.text


@pytest.mark.parametrize("change", [one for one in Change if one is not Change.REOPENED])
def test_no_other_change_calls_anybody(change: Change) -> None:
    message = changed(change, opened())
    assert mentions(message.blocks) == set()
    assert "<" not in message.text
    assert message.in_thread


@pytest.mark.parametrize("change", [Change.GONE, Change.RETIRED])
def test_what_is_gone_is_ended_and_not_called_resolved(change: Change) -> None:
    message = changed(change, end_as(opened(), change, HALF_PAST).incident or opened())
    assert lines(message, "change")[0] == "- 終了 エラー率 sagebase-streamlit"
    assert "解決" not in message.text


def test_what_flaps_says_what_ends_it() -> None:
    assert any("30 分間問題がなければ" in line for line in lines(changed(Change.FLAPPING, opened()), "change"))
