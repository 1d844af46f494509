"""Does a digest say what a person must know, in the order in which they need it?"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sagebase_ops.domain.digests import digest_of
from sagebase_ops.domain.notifications import Message
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, failing, passing, skipped, unknown, warning
from sagebase_ops.domain.runs import CheckResult, EntryRef, Run, Trigger
from sagebase_ops.domain.slots import Missed, MissedReason
from sagebase_ops.slack.messages.digest import digest_messages

Runs = Callable[..., Run]
Entries = Callable[..., EntryRef]

SERVICE = Target("run_service", "sagebase-streamlit")
SLOW = Sentence("p95 は {value}（上限 {limit}）", "p95 is {value}, limit {limit}")
FINE = Sentence("問題なし", "fine")
DENIED = Sentence("権限がありません", "not permitted")
REMEDY = "gcloud projects add-iam-policy-binding sagebase-prod --role=roles/monitoring.viewer"
CONSOLE = "https://console.cloud.google.com/run?project=sagebase-prod"

FAILING = failing(SERVICE, SLOW, value=Quantity(4.8, "s"), limit=Quantity(3, "s"), link=CONSOLE)
UNKNOWN = unknown(SERVICE, DENIED, reason="permission_denied", remedy=REMEDY)
WARNING = warning(SERVICE, Sentence("証明書が古い", "the certificate is old"))
PASSING = passing(SERVICE, FINE, value=Quantity(0.41, "1"))
SKIPPED = skipped(SERVICE, Sentence("リクエストなし", "no requests"), reason="no_requests")


def told(run: Run) -> tuple[Message, ...]:
    return digest_messages(digest_of(run))


def channel(run: Run) -> Message:
    return told(run)[0]


def words(part: object) -> Iterator[str]:
    """Every text in a piece of Block Kit, in order."""
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        yield from (word for value in part.values() for word in words(value))
    elif isinstance(part, list | tuple):
        yield from (word for one in part for word in words(one))


def header(run: Run) -> str:
    return str(channel(run).blocks[0]["text"]["text"])


def block(message: Message, block_id: str) -> str:
    """All that this block says."""
    return "".join(words(next(one for one in message.blocks if one["block_id"] == block_id)))


@pytest.mark.parametrize(
    ("findings", "language", "head"),
    [
        ([PASSING, PASSING], "ja", "○ 合格 2 | 毎日のチェックリスト 2026-11-24"),
        ([PASSING, FAILING, UNKNOWN], "ja", "✕ 不合格 1・判定不能 1・合格 1 | 毎日のチェックリスト 2026-11-24"),
        ([PASSING, UNKNOWN, WARNING], "en", "? 1 unknown, 1 warning, 1 passed | 毎日のチェックリスト 2026-11-24"),
        ([WARNING, SKIPPED], "ja", "△ 要確認 1・対象外 1 | 毎日のチェックリスト 2026-11-24"),
        ([SKIPPED], "en", "- 1 skipped | 毎日のチェックリスト 2026-11-24"),
    ],
)
def test_the_header_says_verdict_in_shape_and_word_then_counts_then_the_date(
    run_of: Runs, findings: list[Finding], language: str, head: str
) -> None:
    assert header(run_of(*findings, language=language)) == head


@pytest.mark.parametrize(
    ("timezone", "date"), [("Asia/Tokyo", "2026-11-25"), ("America/New_York", "2026-11-24"), ("UTC", "2026-11-24")]
)
def test_the_date_is_the_one_of_the_guides_zone(run_of: Runs, timezone: str, date: str) -> None:
    assert header(run_of(PASSING, timezone=timezone, slot=datetime(2026, 11, 24, 16, tzinfo=UTC))).endswith(date)


def test_what_failed_comes_first_with_its_number_its_limit_what_to_do_and_where_to_look(run_of: Runs) -> None:
    message = channel(run_of(PASSING, UNKNOWN, FAILING))
    first = block(message, "item.1")
    assert "✕ 不合格 項目3" in first
    assert "p95 は 4.8 秒（上限 3 秒）" in first
    assert "対応" in first
    assert "1. ログを見る2. 戻す" in first
    assert "Daily 3" in first
    assert CONSOLE in json.dumps(message.blocks)


def test_what_could_not_be_judged_comes_with_the_command_that_mends_it(run_of: Runs) -> None:
    message = channel(run_of(PASSING, UNKNOWN))
    fixed = [
        part for one in message.blocks for part in one.get("elements", []) if part["type"] == "rich_text_preformatted"
    ]
    assert [*words(fixed)] == [REMEDY]
    assert "合格ではありません" in message.text


def test_where_no_command_mends_it_a_person_is_told_to_look(run_of: Runs) -> None:
    message = channel(run_of(unknown(SERVICE, DENIED, reason="no_data")))
    assert "コンソールで目視し" in block(message, "item.1")


def test_what_could_not_be_judged_for_one_reason_is_said_once(run_of: Runs) -> None:
    message = channel(run_of(*[UNKNOWN] * 9))
    assert json.dumps(message.blocks, ensure_ascii=False).count("権限がありません") == 1
    assert "項目1、項目2、項目3、項目4 ほか 5 件" in block(message, "item.1")


def test_what_passed_is_one_line_with_its_numbers(run_of: Runs) -> None:
    assert block(channel(run_of(PASSING, PASSING, FAILING)), "pass") == "○ 合格 2: 項目1 41 %、項目2 41 %"


def test_what_does_not_apply_is_one_line_with_the_reason(run_of: Runs) -> None:
    assert block(channel(run_of(PASSING, SKIPPED)), "skipped") == "- 対象外 1: 項目2 (リクエストなし)"


def test_a_pass_is_short_and_says_when_the_next_run_is(run_of: Runs) -> None:
    message = channel(run_of(PASSING, PASSING))
    assert [one["block_id"] for one in message.blocks] == ["head", "summary", "pass", "foot"]
    assert message.attachments == ()
    assert block(message, "summary") == "2 項目すべて合格。対応は不要です。"
    assert "次回 2026-11-25 09:00 JST" in block(message, "foot")


def test_all_clear_is_said_only_when_every_expected_check_answered(run_of: Runs, entry_of: Entries) -> None:
    run = run_of(PASSING, PASSING)
    silent = replace(run, expected=(*run.expected, entry_of(3)))
    empty = replace(silent, results=(*run.results, CheckResult(entry_of(3), ())))
    for sealed in (silent, empty):
        assert header(sealed).startswith("? 判定不能 1・合格 2 |")
        assert "対応は不要" not in f"{told(sealed)}"
        assert "項目3" in block(channel(sealed), "item.1")


@pytest.mark.parametrize("findings", [[SKIPPED, SKIPPED], []])
def test_a_run_that_looked_at_nothing_is_not_green(run_of: Runs, findings: list[Finding]) -> None:
    message = channel(run_of(*findings))
    assert "何も確認できていません" in message.text
    assert "対応は不要" not in message.text


def test_the_text_alone_says_verdict_scope_time_numbers_and_next_step(run_of: Runs) -> None:
    assert channel(run_of(PASSING, FAILING)).text == (
        "【不合格】毎日のチェックリスト 本番 sagebase-prod 2026-11-24 09:00 JST: "
        "2 項目中 1 項目が不合格です（項目2 4.8 秒）。内訳はスレッドにあります。"
    )


def test_the_channel_gets_one_message_and_its_thread_the_details(run_of: Runs) -> None:
    first, *below = told(run_of(PASSING, FAILING))
    assert not first.in_thread
    assert below
    assert all(message.in_thread for message in below)


def test_the_threads_table_has_a_row_for_every_finding_worst_first(run_of: Runs) -> None:
    tables = [
        one for message in told(run_of(PASSING, FAILING, UNKNOWN)) for one in message.blocks if one["type"] == "table"
    ]
    rows = [[cell["text"] for cell in row] for row in tables[0]["rows"]]
    assert rows == [
        ["判定", "項目", "実測", "基準"],
        ["✕ 不合格", "項目2", "4.8 秒", "3 秒"],
        ["? 判定不能", "項目3", "権限がありません", "-"],
        ["○ 合格", "項目1", "41 %", "-"],
    ]


def test_the_threads_evidence_has_every_step_every_note_and_the_question_with_its_window(run_of: Runs) -> None:
    asked = {"method": "ListTimeSeries", "start": "2026-11-23T00:00:00+00:00", "end": "2026-11-24T00:00:00+00:00"}
    notes = tuple(Note(Sentence(f"群 {number}", f"group {number}")) for number in range(4))
    evidence = told(run_of(replace(FAILING, asked=asked, notes=notes)))[-1]
    said = "".join(words(evidence.blocks))
    for expected in (
        "3. 確かめる",
        "群 3",
        "method: ListTimeSeries",
        "期間: 2026-11-23 09:00 JST - 2026-11-24 09:00 JST",
    ):
        assert expected in said


def test_a_thread_message_says_its_content_in_its_text_too(run_of: Runs) -> None:
    table = told(run_of(FAILING))[1]
    assert "✕ 不合格 | 項目1 | 4.8 秒 | 3 秒" in table.text


@pytest.mark.parametrize(
    ("changes", "remark"),
    [
        ({"late_by_seconds": 5400.0}, "予定の 2026-11-24 09:00 JST から 90 分 遅れて実行しました"),
        (
            {
                "missed": (
                    Missed(
                        "daily",
                        datetime(2026, 11, 22, tzinfo=UTC),
                        datetime(2026, 11, 23, tzinfo=UTC),
                        2,
                        MissedReason.DOWN,
                    ),
                )
            },
            "2026-11-22 09:00 JST からの 2 回分は、停止中だったため実行されていません",
        ),
        ({"trigger": Trigger.MANUAL, "started_by": "taro"}, "手動実行: taro"),
        ({"trigger": Trigger.MANUAL}, "手動実行"),
        ({"sandbox": True}, "本物の Google Cloud は見ていません"),
        ({"notes": (Note(Sentence("時計が {seconds} 秒ずれました", "x"), {"seconds": 90}),)}, "時計が 90 秒ずれました"),
    ],
)
def test_what_a_reader_must_know_first_stands_above_the_findings(
    run_of: Runs, changes: dict[str, Any], remark: str
) -> None:
    message = channel(run_of(FAILING, **changes))
    assert remark in block(message, "remarks")
    assert [one["block_id"] for one in message.blocks].index("remarks") == 2


def test_a_sandbox_is_named_in_header_and_text_and_each_thread_message(run_of: Runs) -> None:
    messages = told(run_of(FAILING, sandbox=True))
    assert header(run_of(FAILING, sandbox=True)).startswith("SANDBOX ✕")
    assert all("SANDBOX" in message.text for message in messages)


def test_a_run_by_hand_says_so_in_the_notification(run_of: Runs) -> None:
    assert "(手動実行: taro)" in channel(run_of(PASSING, trigger=Trigger.MANUAL, started_by="taro")).text


def test_a_muted_finding_is_listed_as_such(run_of: Runs) -> None:
    assert "（通知停止中: メンテナンス）" in block(channel(run_of(replace(FAILING, muted_by="メンテナンス"))), "item.1")


def test_several_projects_are_told_under_their_names_the_worst_first(run_of: Runs, entry_of: Entries) -> None:
    good, bad = entry_of(1, project="sagebase-a"), entry_of(2, project="sagebase-b", environment="staging")
    results = (CheckResult(good, (WARNING,)), CheckResult(bad, (FAILING,)))
    message = channel(run_of(expected=(good, bad), results=results))
    said = "".join(words(message.blocks))
    assert said.index("✕ 不合格 ステージング sagebase-b") < said.index("△ 要確認 本番 sagebase-a")


def test_nothing_is_in_japanese_in_an_english_digest(run_of: Runs, entry_of: Entries) -> None:
    run = run_of(FAILING, UNKNOWN, WARNING, PASSING, SKIPPED, language="en", title="Daily", trigger=Trigger.MANUAL)
    late = replace(run, late_by_seconds=90.0, sandbox=True, expected=(*run.expected, entry_of(6)))
    said = json.dumps(
        [[message.text, message.blocks, message.attachments] for message in told(late)], ensure_ascii=False
    )
    assert re.findall(r"[\u3040-\u30ff\u4e00-\u9fff、。（）]+", said) == []


def test_english_words_do_not_stick_together(run_of: Runs) -> None:
    message = channel(run_of(replace(FAILING, muted_by="maintenance"), language="en"))
    assert "limit 3 s (muted: maintenance)" in block(message, "item.1")
    assert "1 of 1 failed (item 1 4.8 s)." in message.text


def test_what_has_no_room_goes_on_in_the_thread_and_is_counted_by_findings(run_of: Runs, entry_of: Entries) -> None:
    wordy = Sentence("長い説明です。" * 30, "x")
    pair = (replace(FAILING, sentence=wordy), replace(FAILING, sentence=wordy, target=Target("run_service", "other")))
    entries = tuple(entry_of(number) for number in range(60))
    message, below, *_ = told(run_of(expected=entries, results=tuple(CheckResult(entry, pair) for entry in entries)))
    shown = sum(one["block_id"].startswith("item.") for one in message.blocks)
    assert 0 < shown < 60
    assert block(message, "more") == f"ほか {120 - 2 * shown} 件はスレッドに続きます。"
    assert f"項目{shown}" in "".join(words(below.blocks))


def test_what_even_the_thread_leaves_out_is_counted(run_of: Runs) -> None:
    wordy = Sentence("長い説明です。" * 40, "x")
    messages = told(run_of(*[replace(FAILING, sentence=wordy)] * 500))
    going_on = [message for message in messages if "つづき" in message.text]
    shown = sum(one["block_id"].startswith("item.") for message in (messages[0], *going_on) for one in message.blocks)
    assert f"ほか {500 - shown} 件は載せきれません。" in block(going_on[-1], "left")


def test_no_project_is_named_at_the_end_of_a_message_that_tells_nothing_of_it(run_of: Runs, entry_of: Entries) -> None:
    entries = tuple(entry_of(number, project=f"project-{number}") for number in range(80))
    messages = told(run_of(expected=entries, results=tuple(CheckResult(entry, (FAILING,)) for entry in entries)))
    for message in messages:
        ids = [one["block_id"] for one in message.blocks if one["block_id"].startswith(("item.", "project."))]
        assert not ids or ids[-1].startswith("item.")


def test_a_digest_of_500_findings_is_a_dozen_messages_at_most(run_of: Runs) -> None:
    assert len(told(run_of(*[FAILING, UNKNOWN, WARNING, PASSING] * 125))) <= 13


def test_the_next_slot_and_the_duration_stand_in_the_foot(run_of: Runs) -> None:
    run = run_of(PASSING)
    foot = block(channel(replace(run, next_slot=run.slot + timedelta(days=7))), "foot")
    assert foot == "実行 2026-11-24 09:00 JST ・ 所要 41 秒 ・ 次回 2026-12-01 09:00 JST ・ daily-20261124"
