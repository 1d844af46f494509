"""Does an incident's message say what a person must know, in the order in which they need it, in every state?"""

from dataclasses import replace
from typing import Any

import pytest

from sagebase_ops.domain.escalation import Eta, Person, Policy
from sagebase_ops.domain.incident_transitions import end_as
from sagebase_ops.domain.incidents import Change, Incident
from sagebase_ops.domain.notifications import Message
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Sentence
from sagebase_ops.slack.messages.actions import controls_id, group_in
from sagebase_ops.slack.messages.incident import incident_message, opening_messages
from sagebase_ops.slack.messages.incident_details import details_messages
from sagebase_ops.slack.messages.telling import Telling
from tests.incident_examples import (
    GROUP,
    MINUTE,
    NINE,
    not_seen,
    opened,
    opened_many,
    over,
    taken,
    too_high,
    well_again,
)
from tests.slack.messages.harmless import mentions, parts

JA, EN = Telling("ja", "Asia/Tokyo"), Telling("en", "Asia/Tokyo")
MUTED = opened(too_high(muted_by="佐藤: 定期保守"))
GONE = end_as(opened(), Change.GONE, NINE + 20 * MINUTE).incident or opened()
HALF_TAKEN = [taken(opened()), opened(too_high(0.06, "other"), 2)]
STATES = {
    "open": opened(),
    "unknown": not_seen(),
    "taken": taken(opened()),
    "silenced": MUTED,
    "silenced and taken": taken(MUTED),
    "flapping": opened(flapping=True),
    "resolved": over(opened()),
    "gone": GONE,
}


def told(*incidents: Incident, telling: Telling = JA, **more: Any) -> Message:
    return incident_message(incidents, NINE, telling, **more)


def lines(message: Message, block_id: str) -> list[str]:
    """What the lines of this block say; a mention is its id."""
    block = next(one for one in message.blocks if one["block_id"] == block_id)
    return [_said(part) for part in parts(block) if part.get("type") == "rich_text_section"]


def _said(section: dict[str, Any]) -> str:
    words = [one.get("text") or one.get("user_id") or one.get("usergroup_id") for one in section["elements"]]
    return "".join(word for word in words if word)


def header(message: Message) -> str:
    return str(message.blocks[0]["text"]["text"])


def pressable(message: Message) -> list[str]:
    """The controls in their order; a star marks the primary one."""
    blocks = [one for one in message.blocks if one["type"] == "actions"]
    return [f"{one['action_id']}{'*' * ('style' in one)}" for block in blocks for one in block["elements"]]


@pytest.mark.parametrize(
    ("state", "ja", "en", "controls", "colour"),
    [
        ("open", "✕ 不合格", "✕ failed", "ack* resolve silence recheck details", "#a30200"),
        ("unknown", "? 判定不能", "? unknown", "ack* resolve silence recheck details", "#daa038"),
        ("taken", "▷ 対応中", "▷ in progress", "ack_eta resolve* silence recheck details", "#daa038"),
        ("silenced", "‖ 通知停止中", "‖ silenced", "ack* resolve recheck details", "#dddddd"),
        ("silenced and taken", "‖ 通知停止中", "‖ silenced", "ack_eta resolve* recheck details", "#dddddd"),
        ("flapping", "✕ 不合格", "✕ failed", "ack* resolve silence recheck details", "#a30200"),
        ("resolved", "○ 解決", "○ resolved", "", "#2eb886"),
        ("gone", "- 終了", "- ended", "", "#dddddd"),
    ],
)
def test_each_state_has_its_shape_word_colour_and_buttons(
    state: str, ja: str, en: str, controls: str, colour: str
) -> None:
    message = told(STATES[state])
    assert header(message).split(" | ")[0] == ja
    assert header(told(STATES[state], telling=EN)).split(" | ")[0] == en
    assert pressable(message) == controls.split()
    assert message.attachments[0]["color"] == colour


def test_an_open_one_says_what_whom_since_when_who_has_it_and_who_hears_next() -> None:
    message = told(opened())
    assert header(message) == "✕ 不合格 | エラー率 sagebase-streamlit"
    assert lines(message, "wrong") == [
        "エラー率 9.3 %（上限 5 %） コンソールで見る",
        "S0OPERATOR さん、対応をお願いします。",
    ]
    assert lines(message, "facts") == [
        "発生 2026-11-24 09:00 JST",
        "担当 まだ誰も対応を始めていません",
        "連絡済み 1/3 運用担当者",
        "次の連絡 09:30 JST までに解決しなければ技術責任者へ",
    ]
    assert lines(message, "to_do") == [
        "195 件 QueuePool limit reached",
        "対応（つづきはスレッド）（運用手順書「エラー率が 5% を超過」）",
        "1. デプロイを見る",
        "2. 前へ戻す",
    ]


def test_its_text_alone_says_it_all_and_calls_the_same_people() -> None:
    message = told(opened())
    assert message.text == (
        "【不合格】本番 sagebase-prod エラー率 sagebase-streamlit: エラー率 9.3 %（上限 5 %） "
        "<!subteam^S0OPERATOR> さん、対応をお願いします。 次の連絡: 09:30 JST までに解決しなければ技術責任者へ"
    )
    assert mentions(message.blocks) == {"<!subteam^S0OPERATOR>"}


def test_one_that_somebody_has_says_who_and_until_when_and_calls_nobody_else() -> None:
    message = told(taken(opened(), minutes=45))
    assert "担当 U0SATO0001 09:06 JST から、見込み 09:51 JST" in lines(message, "facts")
    assert "次の連絡 09:51 JST までに解決しなければ技術責任者へ" in lines(message, "facts")
    assert "担当: <@U0SATO0001> 09:06 JST から" in message.text
    assert mentions(message.blocks) == {"<@U0SATO0001>"}


def test_where_somebody_has_only_a_part_the_rest_still_calls_and_can_be_taken() -> None:
    message = told(*HALF_TAKEN)
    assert mentions(message.blocks) == {"<!subteam^S0OPERATOR>", "<@U0SATO0001>"}
    assert pressable(message)[0] == "ack*"
    assert pressable(told(taken(not_seen()), not_seen()))[0] == "ack*"


def test_whom_the_file_names_is_named_and_not_called() -> None:
    message = told(taken(opened(), by="U0TECHLEAD"))
    assert "担当 技術責任者 09:06 JST から" in lines(message, "facts")
    assert mentions(message.blocks) == set()


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"steps_taken": 2}, "10:00 JST までに解決しなければ運用担当者、技術責任者、責任者へ"),
        ({"steps_taken": 3}, "すべての段階に連絡済みです。自動の連絡はもうありません"),
        ({"policy": Policy("none", ())}, "自動の連絡先はありません"),
        ({"eta": Eta(NINE + 40 * MINUTE, 1)}, "09:40 JST までに解決しなければ技術責任者へ"),
        ({"opened_at": NINE - 60 * MINUTE}, "まもなく技術責任者へ（予定 08:30 JST）"),
        ({"opened_at": NINE + 24 * 60 * MINUTE}, "2026-11-25 09:30 JST までに解決しなければ技術責任者へ"),
    ],
)
def test_the_next_step_is_said_with_its_time_and_its_people(changes: dict[str, Any], line: str) -> None:
    assert f"次の連絡 {line}" in lines(told(opened(**changes)), "facts")


def test_who_did_something_is_shown_by_the_name_that_slack_knows_where_the_file_has_none() -> None:
    story = lines(details_messages([taken(opened(), by="U0STRANGER")], JA)[0], "story")
    assert story[-1] == "2026-11-24 09:06 JST U0STRANGER: 対応を始めました"
    assert mentions(details_messages([taken(opened(), by="U0STRANGER")], JA)[0].blocks) == {"<@U0STRANGER>"}
    assert mentions(details_messages([taken(opened(), by="U0TECHLEAD")], JA)[0].blocks) == set()


def test_a_silenced_one_says_whose_word_it_is_and_when_it_ends_and_calls_nobody() -> None:
    message = told(replace(MUTED, muted_until=NINE + 60 * MINUTE))
    assert "通知停止 10:00 JST に再開します（佐藤: 定期保守）" in lines(message, "facts")
    assert mentions(message.blocks) == set()
    assert "<!subteam" not in message.text
    assert "通知停止 佐藤: 定期保守。その間は連絡しません" in lines(told(MUTED), "facts")


def test_what_could_not_be_looked_at_shows_the_command_or_sends_a_person() -> None:
    with_command = told(not_seen("gcloud services enable monitoring.googleapis.com"))
    block = next(one for one in with_command.blocks if one["block_id"] == "to_do")
    assert "gcloud services enable monitoring.googleapis.com" in [part.get("text") for part in parts(block)]
    assert "対象の項目 cpu、memory" in lines(with_command, "facts")
    assert any("コンソールで目視" in line for line in lines(told(not_seen()), "to_do"))


def test_flapping_is_said() -> None:
    assert any("繰り返しています" in line for line in lines(told(STATES["flapping"]), "facts"))


def test_a_resolved_one_says_before_and_after_how_long_who_and_why_and_nothing_to_do() -> None:
    done = over(opened())
    message = told(done, after={done.id: well_again()})
    assert lines(message, "ended") == [
        "9.3 % → 1.2 %",
        "発生 2026-11-24 09:00 JST",
        "解決 2026-11-24 09:52 JST 技術責任者: 解決としました: 戻した",
        "所要 52 分",
    ]
    assert (
        message.text == "【解決】本番 sagebase-prod エラー率 sagebase-streamlit: エラー率 9.3 %（上限 5 %） 所要: 52 分"
    )
    assert [block["type"] for block in message.blocks] == ["header", "rich_text", "context"]


def test_what_failed_is_struck_out_only_where_it_was_seen_well_or_a_person_says_so() -> None:
    assert _struck(told(STATES["resolved"])) == ["エラー率 9.3 %（上限 5 %）"]
    assert _struck(told(GONE)) == []
    assert len(_struck(told(GONE, over(opened(number=2))))) == 1
    assert "終了 2026-11-24 09:20 JST 対象がなくなったため終了しました" in lines(told(GONE), "ended")


def _struck(message: Message) -> list[str]:
    return [part["text"] for part in parts(message.blocks) if part.get("style") == {"strike": True}]


def test_a_value_and_its_limit_are_shown_even_where_the_sentence_does_not_name_them() -> None:
    silent = too_high(sentence=Sentence("遅い", "slow"), value=Quantity(4.8, "s"), limit=Quantity(3, "s"))
    assert lines(told(opened(silent)), "wrong")[0] == "遅い（実測 4.8 秒、基準 3 秒） コンソールで見る"


def test_five_hundred_of_one_cause_are_counted_the_worst_few_are_shown_and_the_thread_has_the_rest() -> None:
    first, *thread = opening_messages(opened_many(500), NINE, EN)
    assert header(first) == "✕ failed | Error rate 500 targets"
    shown = lines(first, "wrong")
    assert [line.split()[0] for line in shown[:5]] == ["svc-500", "svc-499", "svc-498", "svc-497", "svc-496"]
    assert shown[5] == "495 more go on in the thread."
    below = {str(part.get("text")).strip() for message in thread for part in parts(message.blocks)}
    assert {f"svc-{number:03}" for number in range(1, 501)} <= below
    assert len(thread) <= 3


def test_a_group_of_which_some_are_resolved_shows_those_that_are_not() -> None:
    one, *rest = opened_many(3)
    message = told(one, *(over(other) for other in rest))
    assert lines(message, "wrong")[:2] == ["エラー率 5.1 %（上限 5 %） コンソールで見る", "3 件中 2 件が解決しました。"]


def test_every_button_brings_back_the_group_and_nothing_else() -> None:
    message = told(taken(opened()))
    controls = next(one for one in message.blocks if one["type"] == "actions")
    assert group_in(controls["block_id"]) == GROUP
    assert {one["value"] for one in controls["elements"] if one["type"] == "button"} == {GROUP}
    menu = controls["elements"][0]
    assert [one["value"] for one in menu["options"]] == ["15", "30", "60", "none"]
    assert group_in(controls_id("a#b", 3)) == "a#b"


def test_an_edit_makes_slack_forget_what_was_chosen_in_a_menu() -> None:
    once, twice = taken(opened(), minutes=15), taken(taken(opened(), minutes=15), minutes=30)
    ids = {block["block_id"] for one in (once, twice) for block in told(one).blocks if block["type"] == "actions"}
    assert len(ids) == 2


def test_the_first_post_calls_only_those_of_the_step_after_0m() -> None:
    waits = Policy("late", opened().policy.steps[1:])
    assert mentions(told(opened(policy=waits, steps_taken=0)).blocks) == set()
    nameless = replace(opened().policy, steps=(replace(opened().policy.steps[0], tell=(Person("係", "記載"),)),))
    message = told(opened(policy=nameless))
    assert mentions(message.blocks) == set()
    assert "係 さん、対応をお願いします。" in message.text


def test_the_thread_has_the_story_with_names_and_the_whole_evidence() -> None:
    (message,) = details_messages([over(taken(opened(), minutes=30))], JA)
    assert lines(message, "story")[1:] == [
        "2026-11-24 09:00 JST 検知しました",
        "2026-11-24 09:06 JST U0SATO0001: 対応を始めました（見込み 2026-11-24 09:36 JST）",
        "2026-11-24 09:52 JST 技術責任者: 解決としました: 戻した",
    ]
    assert "3. 確かめる" in lines(message, "evidence.0")
    assert "method: ListTimeSeries" in message.text


def test_the_story_names_the_targets_where_it_happened_to_some_only() -> None:
    one, two = opened_many(2)
    (message,) = details_messages([one, over(two)], JA)
    assert lines(message, "story")[1:] == [
        "2026-11-24 09:00 JST 検知しました",
        "2026-11-24 09:52 JST 技術責任者: 解決としました: 戻した（svc-002）",
    ]


def test_the_sandbox_says_so_in_header_text_and_foot() -> None:
    message = told(opened(), telling=replace(JA, sandbox=True))
    assert header(message).startswith("SANDBOX ✕ 不合格")
    assert message.text.startswith("[SANDBOX] 【不合格】")
    assert "疑似環境" in message.blocks[-1]["elements"][0]["text"]
