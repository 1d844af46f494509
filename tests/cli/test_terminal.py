"""Does a person at a terminal read what Slack would tell, at any width, without colour?"""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from sagebase_ops.cli.terminal import print_run
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, failing, passing, skipped, unknown, warning
from sagebase_ops.domain.runs import CheckResult, EntryRef, Run, Trigger

Runs = Callable[..., Run]
Entries = Callable[..., EntryRef]

SERVICE = Target("run_service", "sagebase-streamlit")
SLOW = Sentence("p95 は {value}（上限 {limit}）", "p95 is {value}, limit {limit}")
FINE = Sentence("問題なし", "fine")
DENIED = Sentence("権限がありません", "not permitted")
REMEDY = (
    "gcloud projects add-iam-policy-binding sagebase-prod --member=user:a@example.com --role=roles/monitoring.viewer"
)
CONSOLE = "https://console.cloud.google.com/run/detail/asia-northeast1/sagebase-streamlit/metrics?project=sagebase-prod"

FAILING = failing(SERVICE, SLOW, value=Quantity(4.8, "s"), limit=Quantity(3, "s"), link=CONSOLE)
UNKNOWN = unknown(SERVICE, DENIED, reason="permission_denied", remedy=REMEDY)
WARNING = warning(SERVICE, Sentence("証明書が古い", "the certificate is old"))
PASSING = passing(SERVICE, FINE, value=Quantity(0.41, "1"), limit=Quantity(0.8, "1"))
SKIPPED = skipped(SERVICE, Sentence("リクエストなし", "no requests"), reason="no_requests")


def shown(run: Run, width: int | None = None, **options: bool) -> str:
    """As a pipe gets it, or a terminal of this width."""
    file = io.StringIO()
    print_run(run, Console(file=file, width=width, force_terminal=width is not None, highlight=False, **options))
    return file.getvalue()


def in_order(text: str, *parts: str) -> bool:
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def test_what_wants_a_person_comes_first_and_worst_first(run_of: Runs) -> None:
    text = shown(run_of(PASSING, WARNING, UNKNOWN, FAILING))
    assert text.startswith("✕ 不合格 1・判定不能 1・要確認 1・合格 1 | 毎日のチェックリスト 2026-11-24\n")
    assert in_order(text, "✕ 不合格  項目4", "? 判定不能  項目3", "△ 要確認  項目2", "○ 合格")


def test_what_failed_comes_with_its_number_its_limit_what_to_do_and_where_to_look(run_of: Runs) -> None:
    text = shown(run_of(FAILING))
    parts = ("p95 は 4.8 秒（上限 3 秒）", "対応（運用手順書「Daily 1」）", "1. ログを見る", "3. 確かめる", CONSOLE)
    assert in_order(text, *parts)


def test_a_failure_with_a_command_that_mends_it_still_says_what_else_to_do(run_of: Runs) -> None:
    assert in_order(shown(run_of(replace(FAILING, remedy=REMEDY))), "1. ログを見る", "次に実行するコマンド", REMEDY)


def test_several_things_wrong_with_one_entry_come_with_the_first_commands_each_once(
    run_of: Runs, entry_of: Entries
) -> None:
    entry, commands = entry_of(), [f"gcloud mend {number}" for number in (1, 1, 2, 3, 4)]
    found = tuple(replace(FAILING, remedy=command) for command in commands)
    text = shown(run_of(*found, expected=(entry,), results=(CheckResult(entry, found),)))
    assert in_order(text, "次に実行するコマンド", "gcloud mend 1", "gcloud mend 2", "gcloud mend 3")
    assert (text.count("gcloud mend 1"), "gcloud mend 4" in text) == (1, False)


def test_a_long_runbook_names_the_command_that_shows_the_rest(run_of: Runs, entry_of: Entries) -> None:
    steps = "\n".join(f"{number}. step" for number in range(1, 8))
    entry = entry_of(runbook=Sentence(steps, steps))
    text = shown(run_of(FAILING, expected=(entry,), results=(CheckResult(entry, (FAILING,)),)))
    assert "5. step" in text
    assert "6. step" not in text
    assert "つづき: sagebase-ops checks metric" in text


@pytest.mark.parametrize("width", [None, 40, 80])
def test_a_command_and_an_address_are_each_one_line_to_be_copied(run_of: Runs, width: int | None) -> None:
    lines = [line.strip() for line in shown(run_of(UNKNOWN, FAILING), width, no_color=True).splitlines()]
    assert REMEDY in [plain(line) for line in lines]
    assert CONSOLE in [plain(line) for line in lines]


def plain(line: str) -> str:
    """Without the bold and dim that remain without colour."""
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m"):
        line = line.replace(code, "")
    return line


def test_what_nobody_could_look_at_and_no_command_mends_is_for_a_person_to_look_at(run_of: Runs) -> None:
    assert "コンソールで目視してください" in shown(run_of(replace(UNKNOWN, remedy=None)))


def test_the_same_remedy_is_told_once_for_all_that_need_it(run_of: Runs) -> None:
    text = shown(run_of(UNKNOWN, UNKNOWN, UNKNOWN))
    assert text.count(REMEDY) == 1
    assert "? 判定不能  項目1、項目2、項目3" in text


def test_an_entry_that_never_answered_is_shown_as_unknown(run_of: Runs) -> None:
    run = run_of(PASSING, PASSING)
    text = shown(replace(run, results=run.results[:1]))
    assert text.startswith("? 判定不能 1・合格 1 |")
    assert in_order(text, "? 判定不能  項目2", "実行が終わるまでに結果が出ませんでした", "○ 合格")


@pytest.mark.parametrize(
    ("findings", "says"),
    [
        ((PASSING, PASSING), "2 項目すべて合格。対応は不要です。"),
        ((PASSING, SKIPPED), "1 項目が合格、1 項目は対象外。対応は不要です。"),
        ((SKIPPED,), "すべて対象外でした。何も確認できていません。"),
        ((PASSING, UNKNOWN), "2 項目中 1 項目を判定できません（項目2）。合格ではありません。"),
    ],
)
def test_it_says_nothing_to_do_only_when_all_is_clear(run_of: Runs, findings: tuple[Finding, ...], says: str) -> None:
    text = shown(run_of(*findings))
    assert says in text
    assert ("対応は不要です" in text) == ("対応は不要です" in says)


def test_what_passed_has_a_line_each_while_all_is_clear_and_a_line_an_entry_while_not(
    run_of: Runs, entry_of: Entries
) -> None:
    entries = (entry_of(1), entry_of(2))
    parts = tuple(passing(Target(kind, "web"), FINE) for kind in ("http_status", "answer_time"))
    clear = run_of(expected=entries[:1], results=(CheckResult(entries[0], parts),))
    assert "項目1: 応答時間 " in shown(clear)
    assert "応答時間 web" not in shown(clear)
    wrong = replace(clear, expected=entries, results=(*clear.results, CheckResult(entries[1], (FAILING,))))
    assert "項目1 (2)" in shown(wrong)


def test_what_does_not_apply_says_why_instead_of_a_number_that_was_not_judged(run_of: Runs) -> None:
    text = shown(run_of(replace(SKIPPED, value=Quantity(0.025, "1"), limit=Quantity(0.5, "1"))))
    assert "リクエストなし" in text
    assert "2.5 %" not in text


def test_of_several_targets_of_a_kind_each_has_its_name(run_of: Runs, entry_of: Entries) -> None:
    parts = tuple(passing(Target("bucket", name), FINE) for name in ("minutes", "backups"))
    text = shown(run_of(expected=(entry_of(),), results=(CheckResult(entry_of(), parts),)))
    assert "項目1: バケット minutes" in text
    assert "項目1: バケット backups" in text


def test_no_name_is_so_long_that_a_number_is_cut(run_of: Runs, entry_of: Entries) -> None:
    count = passing(SERVICE, FINE, value=Quantity(43_199, "{requests}"), limit=Quantity(50_000, "{requests}"))
    entry = entry_of(title=Sentence("とても長い項目名" * 10, ""))
    text = shown(run_of(expected=(entry,), results=(CheckResult(entry, (count,)),)), 70, no_color=True)
    assert in_order(text, "43,199 件", "50,000 件")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_name_that_differs_at_its_end_is_not_cut(run_of: Runs, entry_of: Entries, width: int) -> None:
    names = [f"a-project-with-a-name-{what}" for what in ("minutes", "backups")]
    parts = tuple(passing(Target("bucket", name), Sentence("バケットあり" * 20, "")) for name in names)
    text = shown(run_of(expected=(entry_of(),), results=(CheckResult(entry_of(), parts),)), width, no_color=True)
    assert all(name in text for name in names)


def test_a_hundred_services_that_pass_are_one_line(run_of: Runs, entry_of: Entries) -> None:
    many = tuple(passing(Target("run_service", f"service-{number}"), FINE) for number in range(100))
    assert "項目1 (100)" in shown(run_of(expected=(entry_of(),), results=(CheckResult(entry_of(), many),)))


def test_numbers_stand_against_their_limits_in_columns_that_japanese_does_not_shift(run_of: Runs) -> None:
    lines = shown(run_of(PASSING, FAILING), 80, no_color=True).splitlines()
    rows = [plain(line) for line in lines if "80 %" in line or line.endswith("3 秒 ") or "4.8 秒  " in line]
    starts = {cell_len(row[: row.index(limit)]) for row in rows for limit in ("80 %", "3 秒") if limit in row}
    assert len(rows) == 2
    assert len(starts) == 1


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_prose_and_table_stay_within_the_terminal(run_of: Runs, width: int, language: str) -> None:
    long = Note(Sentence("詳細：" + "とても長い説明、" * 20, "details: " + "a long story " * 20))
    run = run_of(replace(FAILING, notes=(long,), link=None), PASSING, SKIPPED, WARNING, language=language, sandbox=True)
    lines = [plain(line) for line in shown(run, width, no_color=True).replace("\x1b[7m", "").splitlines()]
    assert max(map(cell_len, lines)) <= width


def test_japanese_fills_its_lines_and_none_begins_with_a_full_stop(run_of: Runs) -> None:
    long = Note(Sentence("説明、" * 60, ""))
    lines = [plain(line) for line in shown(run_of(replace(FAILING, notes=(long,))), 58, no_color=True).splitlines()]
    told = [line.strip() for line in lines if "説明" in line]
    assert min(map(cell_len, told[:-1])) >= 46
    assert not any(line.startswith("、") for line in told)


def test_a_narrow_terminal_gets_lines_that_cut_no_number(run_of: Runs) -> None:
    assert "41 % / 80 %" in plain(shown(run_of(PASSING), 40, no_color=True))


def test_in_a_pipe_nothing_is_wrapped_cut_or_coloured(run_of: Runs) -> None:
    long = "とても長い説明、" * 40
    text = shown(run_of(PASSING, passing(SERVICE, Sentence(long, ""))))
    assert long in text
    assert "\x1b" not in text


def test_the_verdict_needs_no_colour(run_of: Runs) -> None:
    text = shown(run_of(PASSING, WARNING, FAILING, UNKNOWN, SKIPPED), 80, no_color=True)
    assert all(mark in text for mark in ("○ 合格", "△ 要確認", "✕ 不合格", "? 判定不能", "- 対象外"))
    assert not any(f"\x1b[{code}m" in text for code in ("31", "32", "33", "35", "1;31", "1;35"))


def test_it_says_what_a_reader_must_know_before_believing_it(run_of: Runs) -> None:
    run = run_of(PASSING, sandbox=True, trigger=Trigger.MANUAL, started_by="taro", dry_run=True, late_by_seconds=300)
    text = shown(run)
    assert text.startswith("SANDBOX ○ 合格 1 | ")
    for remark in ("本物の Google Cloud は見ていません", "手動実行: taro", "試行", "5 分 遅れて実行しました"):
        assert remark in text


def test_the_foot_says_verdict_time_next_run_and_id(run_of: Runs) -> None:
    foot = shown(run_of(FAILING)).splitlines()[-1]
    parts = (
        "総合判定 ✕ 不合格",
        "実行 2026-11-24 09:00 JST",
        "所要 41 秒",
        "次回 2026-11-25 09:00 JST",
        "daily-20261124",
    )
    assert in_order(foot, *parts)


@pytest.mark.parametrize("nasty", ["\x1b[2J", "\x9b31m", "\r\n○ 合格", "\u202e", "\x07", "\ud800"])
@pytest.mark.parametrize("width", [None, 80])
def test_text_from_outside_reaches_no_terminal_as_more_than_text(run_of: Runs, nasty: str, width: int | None) -> None:
    word = f"a{nasty}b [red]c[/red]"
    evil = failing(
        Target("run_service", word),
        Sentence(word, word),
        link=f"https://x/{nasty}",
        remedy=f"echo {nasty}",
        notes=(Note(Sentence("{said}", ""), {"said": word}),),
    )
    run = run_of(evil, title=word, started_by=word, trigger=Trigger.MANUAL, id=word)
    text = shown(run, width, no_color=True)
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[1;4m", "\n"):
        text = text.replace(code, "")
    assert "[red]c[/red]" in text
    assert text.isprintable()
    assert not any(line.startswith("○") for line in text.splitlines())


def test_a_check_that_ran_alone_shows_every_line_and_among_others_the_first_few(run_of: Runs) -> None:
    lines = tuple(Note(Sentence(f"行{number}", f"line {number}")) for number in range(9))
    long = warning(SERVICE, Sentence("一覧", "a list"), notes=lines)
    assert "行8" in shown(run_of(long))
    assert "行8" not in shown(run_of(long, PASSING))
    assert "ほか 4 件" in shown(run_of(long, PASSING))
