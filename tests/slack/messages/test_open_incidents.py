"""Does a digest end with what is open, and lead with what changed?"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sagebase_ops.domain.digests import digest_of
from sagebase_ops.domain.incidents import Incident
from sagebase_ops.domain.notifications import Message
from sagebase_ops.domain.results import Finding
from sagebase_ops.domain.runs import Run
from sagebase_ops.slack.messages.digest import digest_messages
from sagebase_ops.slack.messages.open_incidents import open_incidents_block
from sagebase_ops.slack.messages.telling import Telling
from tests.incident_examples import MINUTE, NINE, not_seen, opened, opened_many, over, taken, too_high, well_again
from tests.slack.messages.harmless import mentions
from tests.slack.messages.test_incident import lines

Runs = Callable[..., Run]
JA = Telling("ja", "Asia/Tokyo")


def said(*incidents: Incident) -> list[str]:
    block = open_incidents_block(incidents, NINE + 45 * MINUTE, JA)
    return [] if block is None else lines(Message("", (block,)), "open_incidents")


def test_each_has_its_age_its_owner_and_its_next_step() -> None:
    assert said(taken(opened(steps_taken=2), by="U0TECHLEAD")) == [
        "未解決のインシデント 1 件",
        "▷ 対応中 エラー率 sagebase-streamlit 45 分継続 ・ 担当 技術責任者 ・ 次は 10:00 JST に運用担当者、技術責任者、責任者へ",
    ]


def test_an_owner_whom_the_file_does_not_name_is_shown_by_the_name_that_slack_knows() -> None:
    block = open_incidents_block([taken(opened(), by="U0STRANGER")], NINE, JA)
    assert mentions(block) == {"<@U0STRANGER>"}
    assert "担当 U0STRANGER ・ 次は" in said(taken(opened(), by="U0STRANGER"))[1]


def test_incidents_of_one_message_are_one_line_the_worst_message_first() -> None:
    many, unknown = opened_many(30), replace(not_seen(), group="unknown", since=NINE - 600 * MINUTE)
    first, failing, not_judged = said(unknown, *many)
    assert first == "未解決のインシデント 31 件"
    assert failing.startswith("✕ 不合格 エラー率 30 件 45 分継続 ・ 担当なし")
    assert not_judged.startswith("? 判定不能 エラー率")


def test_of_many_messages_five_are_shown_and_the_others_counted() -> None:
    assert said(*(opened(number=n, group=f"group {n}") for n in range(12)))[-1] == "ほか 7 件"


def test_where_nothing_is_open_nothing_is_said_and_a_digest_calls_nobody() -> None:
    assert said(over(opened())) == said() == []
    block = open_incidents_block([taken(opened(), by="U0TECHLEAD")], NINE, JA)
    assert mentions(block) == set()


def channel_of(run: Run, *previous: Run, incidents: tuple[Incident, ...] = ()) -> list[str]:
    first = digest_messages(digest_of(run), incidents, previous)[0]
    return [str(block["block_id"]) for block in first.blocks]


def day(run_of: Runs, day: int, *findings: Finding, language: str = "ja") -> Run:
    return run_of(*findings, language=language, slot=run_of().slot + timedelta(days=day))


def test_a_digest_leads_with_what_changed_and_ends_with_what_is_open(run_of: Runs) -> None:
    now, before = day(run_of, 0, too_high()), day(run_of, -1, well_again())
    ids = channel_of(now, before, incidents=(opened(),))
    assert ids[:3] == ["head", "summary", "changes"]
    assert ids[-2:] == ["open_incidents", "foot"]


def test_without_runs_before_and_incidents_it_is_as_it_was(run_of: Runs) -> None:
    run = day(run_of, 0, too_high())
    assert digest_messages(digest_of(run), (), ()) == digest_messages(digest_of(run))
    assert "changes" not in channel_of(run)


def changes(run: Run, *previous: Run) -> list[str]:
    return lines(digest_messages(digest_of(run), previous=previous)[0], "changes")


def test_new_resolved_and_lasting_are_said_in_this_order_with_the_day(run_of: Runs) -> None:
    bad, good = too_high(), well_again()
    days = [
        day(run_of, 0, bad, good, bad),
        day(run_of, -1, good, bad, bad),
        day(run_of, -2, good, good, bad),
        day(run_of, -3, good, good, good),
    ]
    assert changes(*days) == ["新規 1 項目1 9.3 %", "解決 1 項目2 1.2 %", "継続 1 項目3（3 日目）"]


def test_where_nothing_is_new_that_is_said(run_of: Runs) -> None:
    now, before = (day(run_of, number, too_high(), language="en") for number in (0, -1))
    assert changes(now, before) == ["Still 1 item 1 (day 2) Nothing changed since the run before."]


def test_a_good_day_after_a_good_day_says_nothing_of_changes(run_of: Runs) -> None:
    assert "changes" not in channel_of(day(run_of, 0, well_again()), day(run_of, -1, well_again()))
