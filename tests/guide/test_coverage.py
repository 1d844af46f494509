"""Each line of the guide is answered, and one that is not any more is told."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sagebase_ops.checks.catalogue import catalogue
from sagebase_ops.cli.conflicts import conflicts_command
from sagebase_ops.cli.coverage import coverage_command
from sagebase_ops.errors import ConfigError
from sagebase_ops.guide.answers import actions, conflicts, readings, shipped_answers, shipped_guide
from sagebase_ops.guide.reading import lines_of

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "schedules.yaml"
READY = 'gcloud run services describe $SERVICE_NAME --region=$REGION --project=$PROJECT_ID --format="value(status.conditions[0].status)"'


def asked(*arguments: str, config: Path = SHIPPED) -> Result:
    return CliRunner().invoke(coverage_command, ["--config", str(config), *arguments], catch_exceptions=False)


def lines(*arguments: str, config: Path = SHIPPED) -> dict[str, tuple[str, list[str]]]:
    """State and entries by the line's text."""
    found = json.loads(asked("--format", "json", *arguments, config=config).stdout)
    return {line["text"]: (line["state"], line["by"]) for line in found["lines"]}


def guide(folder: Path, *changes: tuple[str, str]) -> str:
    text = shipped_guide()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / "guide.md"
    file.write_text(text, "utf-8")
    return str(file)


def test_every_line_of_the_shipped_guide_has_one_answer_and_every_answer_a_line() -> None:
    told = [(line.heading, line.text) for line in lines_of(shipped_guide())]
    answered = [(section.section, answer.line) for section in shipped_answers() for answer in section.lines]
    assert answered == told


def test_what_the_answers_name_is_known_and_all_of_it_is_used() -> None:
    given = [answer for section in shipped_answers() for answer in section.lines]
    assert {name for one in given for name in one.conflicts} == set(conflicts())
    assert {one.action for one in given if one.action} == set(actions())
    assert {one.reading for one in given if one.reading} == set(readings())


def test_a_line_names_the_entries_that_answer_it() -> None:
    found = lines()
    assert found[READY] == ("check", ["daily/run_ready"])
    assert found["Error Rate (5xx) | 5xxエラー率 | 5% | エラーログ確認、必要に応じて緊急対応"] == (
        "check",
        ["daily/error_rate", "watch/high_error_rate"],
    )


def test_a_line_whose_check_was_taken_out_is_lost_and_ends_one(tmp_path: Path) -> None:
    file = tmp_path / "schedules.yaml"
    file.write_text(re.sub(r"      - check: dashboard\n(?:        .*\n)+", "", SHIPPED.read_text("utf-8")))
    assert lines(config=file)['"Sagebase Monitoring Dashboard" を選択'] == ("lost", [])
    done = asked("--unanswered", config=file)
    assert (done.exit_code, "schedules.yaml に dashboard がありません" in done.stdout) == (1, True)


@pytest.mark.parametrize(
    ("held", "loosely", "line", "wanted"),
    [
        ("fail_above: 80%", "fail_above: 99%", "CPU使用率 (目標: 80%未満)", "daily/cpu_utilization fail_above ≤ 80%"),
        (
            "fail_above: 80%",
            "fail_above: null",
            "トリガー: CPU使用率が80%超過",
            "watch/high_cpu_usage fail_above ≤ 80%",
        ),
        ("cpu: 80%", "cpu: 90%", "トリガー: CPU使用率が80%超過", "weekly/alert_policies cpu ≤ 80%"),
        ('start: "03:00"', 'start: "02:00"', "時刻: 毎日 3:00 AM JST", "weekly/sql_backup_settings start = 03:00"),
        ("kept: 7", "kept: 3", "保持期間: 7日間", "weekly/sql_backup_settings kept ≥ 7"),
    ],
)
def test_a_line_that_is_held_to_less_than_it_says_lost_its_check(
    tmp_path: Path, held: str, loosely: str, line: str, wanted: str
) -> None:
    file = tmp_path / "schedules.yaml"
    file.write_text(SHIPPED.read_text("utf-8").replace(held, loosely))
    found = json.loads(asked("--format", "json", config=file).stdout)["lines"]
    (told,) = [one for one in found if one["text"] == line]
    assert (told["state"], wanted in told["missing"]) == ("lost", True)


def test_a_limit_that_is_stricter_or_left_to_the_guide_answers_the_line(tmp_path: Path) -> None:
    file = tmp_path / "schedules.yaml"
    text = (
        SHIPPED.read_text("utf-8")
        .replace("fail_above: 80%", "fail_above: 70%")
        .replace("        fail_above: 85%\n", "")
    )
    file.write_text(text.replace("kept: 7", "kept: 14"))
    assert asked(config=file).exit_code == 0


def test_a_project_that_is_held_to_less_counts(tmp_path: Path) -> None:
    file = tmp_path / "schedules.yaml"
    override = "    environment: production\n    overrides: {high_cpu_usage: {fail_above: 95%}}\n"
    file.write_text(re.sub(r"    environment: production.*\n", override, SHIPPED.read_text("utf-8")))
    assert lines(config=file)["トリガー: CPU使用率が80%超過"][0] == "lost"


def test_a_new_paragraph_is_a_new_line(tmp_path: Path) -> None:
    asked_for = "毎朝、Artifact Registry の空き容量を確認してください。"
    changed = guide(tmp_path, ("### 手動バックアップ", f"{asked_for}\n\n### 手動バックアップ"))
    assert lines(changed)[asked_for][0] == "new"


@pytest.mark.parametrize(
    ("after", "state"),
    [
        ("{after: 45m, tell: [tech_lead]}", "lost"),
        ("{after: 20m, tell: [tech_lead]}", "setting"),
        ("{after: 30m, tell: [operator]}", "lost"),
        ("{after: 30m, tell: [everyone]}", "setting"),
        ("{after: 10m, tell: [operator]}\n    - {after: 30m, tell: [tech_lead]}", "setting"),
    ],
)
def test_a_step_that_comes_later_than_the_guide_says_or_reaches_nobody_else_is_lost(
    tmp_path: Path, after: str, state: str
) -> None:
    file = tmp_path / "schedules.yaml"
    file.write_text(SHIPPED.read_text("utf-8").replace("{after: 30m, tell: [tech_lead]}", after))
    assert lines(config=file)["30分以内に解決しない → 技術責任者にエスカレーション"][0] == state


def test_a_newer_guide_shows_what_changed_what_is_new_and_what_is_gone(tmp_path: Path) -> None:
    newer = guide(
        tmp_path,
        ("CPU使用率 (目標: 80%未満)", "CPU使用率 (目標: 70%未満)"),
        ("gcloud secrets list --project=$PROJECT_ID", "./scripts/list_everything.sh"),
        ("3. **セキュリティ担当**: [連絡先を記載]\n", ""),
    )
    found = json.loads(asked(newer, "--format", "json").stdout)
    states = {line["text"]: line for line in found["lines"]}
    assert states["CPU使用率 (目標: 70%未満)"]["state"] == "changed"
    assert states["CPU使用率 (目標: 70%未満)"]["before"] == "CPU使用率 (目標: 80%未満)"
    assert states["./scripts/list_everything.sh"]["state"] == "new"
    assert {one["text"] for one in found["gone"]} == {
        "gcloud secrets list --project=$PROJECT_ID",
        "セキュリティ担当: [連絡先を記載]",
    }
    assert asked(newer).exit_code == 1


@pytest.mark.parametrize("text", ["", "# a heading\n"])
def test_a_file_without_a_single_line_to_answer_is_no_guide(tmp_path: Path, text: str) -> None:
    (tmp_path / "empty.md").write_text(text)
    with pytest.raises(ConfigError, match=r"empty\.md: no line"):
        asked(str(tmp_path / "empty.md"))


def test_a_line_that_only_moved_below_another_heading_keeps_its_answer(tmp_path: Path) -> None:
    newer = guide(tmp_path, ("#### 1. サービス稼働確認", "#### 1. 稼働の確認"))
    assert lines(newer)[READY] == ("check", ["daily/run_ready"])


def test_a_team_answers_its_own_lines_in_a_file_of_its_own(tmp_path: Path) -> None:
    newer = guide(tmp_path, ("CPU使用率 (目標: 80%未満)", "CPU使用率 (目標: 70%未満)"))
    own = tmp_path / "answers.yaml"
    own.write_text(
        "- section: 日常運用タスク / 毎日のチェックリスト / 4. リソース使用状況の確認\n"
        "  lines: [{line: 'CPU使用率 (目標: 70%未満)', checks: [cpu_utilization]}]\n"
    )
    assert lines(newer, "--answers", str(own))["CPU使用率 (目標: 70%未満)"] == ("check", ["daily/cpu_utilization"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- section: A\n  lines: [{line: x}]\n", "say exactly one of checks"),
        ("- section: A\n  lines: [{line: x, action: fly}]\n", "no action is called 'fly'"),
        ("- section: [\n", "no YAML"),
        ("section: A\n", "list"),
    ],
)
def test_a_mistake_in_the_answers_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    own = tmp_path / "answers.yaml"
    own.write_text(text)
    with pytest.raises(ConfigError, match=told):
        asked("--answers", str(own))


def test_the_conflicts_are_listed_with_what_is_done_and_the_source() -> None:
    found = json.loads(CliRunner().invoke(conflicts_command, ["--format", "json", "--language", "en"]).stdout)
    assert all(one["guide"] and one["cloud"] and one["ours"] and one["source"] and one["sections"] for one in found)
    shown = CliRunner().invoke(conflicts_command, []).stdout
    assert "positional_condition" in shown
    assert "条件を種類（Ready）で選びます" in shown


def test_the_shipped_file_answers_every_line_of_the_shipped_guide() -> None:
    done = asked("--unanswered")
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 1), done.stdout


def test_what_the_conflicts_name_are_checks_that_there_are() -> None:
    assert {check for one in conflicts().values() for check in one.checks} <= set(catalogue())


def test_the_page_of_the_documentation_and_the_readme_say_what_the_command_says() -> None:
    """`make coverage` writes the page."""
    page = asked("--format", "markdown").stdout
    total = page.splitlines()[2]
    assert (ROOT / "docs" / "coverage.md").read_text("utf-8") == page
    assert total in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("held", "rarely", "line", "wanted"),
    [
        ('cron: "0 9 * * *"', 'cron: "0 9 * * mon-fri"', READY, "daily/run_ready every ≤ 1d"),
        ('cron: "0 10 * * mon"', 'cron: "0 10 1,15 * *"', "Cloud Run", "weekly/cost every ≤ 7d"),
        ('cron: "0 10 1 * *"', 'cron: "0 10 1 1,4,7,10 *"', "エラー率", "monthly/performance_review every ≤ 31d"),
        ("hold: 5m # 5分間", "hold: 30m # 5分間", "トリガー: Uptime checkが5分間失敗", "watch/service_availability hold ≤ 5m"),
        ("failing_for: 5m", "failing_for: 20m", "トリガー: Uptime checkが5分間失敗", "weekly/alert_policies failing_for ≤ 5m"),
        ("dashboard: Sage", "dashboard: My Sage", '"Sagebase Monitoring Dashboard" を選択', "daily/dashboard dashboard ="),
        (
            "-sagebase-backups-production",
            "-sagebase-backups",
            "gsutil du -sh gs://${PROJECT_ID}-sagebase-backups-production",
            "buckets: {project}-sagebase-backups-production",
        ),
    ],
)  # fmt: skip
def test_a_line_that_is_looked_at_more_rarely_later_or_elsewhere_lost_its_check(
    tmp_path: Path, held: str, rarely: str, line: str, wanted: str
) -> None:
    file, text = tmp_path / "schedules.yaml", SHIPPED.read_text("utf-8")
    assert held in text
    file.write_text(text.replace(held, rarely))
    found = json.loads(asked("--format", "json", config=file).stdout)["lines"]
    (told,) = [one for one in found if one["text"] == line]
    assert (told["state"], any(one.startswith(wanted) for one in told["missing"])) == ("lost", True)


def test_a_daily_checklist_stays_daily_when_summer_time_ends_and_each_bucket_holds_that_one(tmp_path: Path) -> None:
    file, text = tmp_path / "schedules.yaml", SHIPPED.read_text("utf-8").replace("Asia/Tokyo", "Europe/Berlin")
    buckets = re.compile(r"    buckets:\n(?:      - .*\n)+")
    file.write_text(buckets.sub('    buckets: "*"\n', text))
    assert asked(config=file).exit_code == 0


def test_a_line_that_moved_to_where_it_is_asked_for_more_often_lost_its_check(tmp_path: Path) -> None:
    review = shipped_guide().partition("#### 1. パフォーマンスレビュー")[2].partition("#### 2.")[0]
    section = f"#### 1. パフォーマンスレビュー{review}"
    newer = guide(tmp_path, (section, ""), ("### 月次タスク", f"{section}### 月次タスク"))
    found = json.loads(asked(newer, "--format", "json").stdout)["lines"]
    (told,) = [one for one in found if one["text"] == "リソース使用率のトレンド"]
    assert (told["state"], told["missing"]) == ("lost", ["monthly/performance_review every ≤ 7d"])
    assert told["moved_from"] == "定期メンテナンス / 月次タスク / 1. パフォーマンスレビュー"
    assert "（以前は「定期メンテナンス / 月次タスク" in asked(newer).stdout.replace("\n", "")


def test_a_guide_that_an_editor_saved_with_a_byte_order_mark_reads_the_same(tmp_path: Path) -> None:
    file = tmp_path / "guide.md"
    file.write_text(shipped_guide(), "utf-8-sig")
    assert asked(str(file)).exit_code == 0
