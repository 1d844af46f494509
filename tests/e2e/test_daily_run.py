"""The whole command, as a person types it, against the embedded sandbox: verdicts, exit codes, JSON."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.processes import daemon, sandbox, wait_until

SHIPPED = Path(__file__).parents[2] / "schedules.yaml"
COMMAND = [sys.executable, "-m", "sagebase_ops"]
KEYS = {
    "job",
    "run_id",
    "trigger",
    "slot",
    "dry_run",
    "language",
    "started_at",
    "finished_at",
    "expected",
    "verdict",
    "counts",
}
FINDING_KEYS = {"check", "name", "project", "target", "kind", "verdict", "summary", "value", "limit", "unit", "reason"}


ONCE_IN_FOUR_YEARS = """
projects: [{id: your-project-id, services: [sagebase-streamlit]}]
slack: {channel: "#sagebase-ops", fallback: "#sagebase-ops-fallback"}
checklists: {daily: {cron: "0 9 29 2 *", checks: [{check: metric, metric: error_rate, window: 24h, fail_above: 1%}]}}
"""
"""Nothing falls due while a daemon is watched, as the shipped file's daily digest does at nine in Tokyo."""


def ran(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SAGEBASE_OPS_")}
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, env=clean, capture_output=True, text=True, timeout=90, check=False
    )


def daily(folder: Path, scenario: str, *more: str) -> tuple[int, dict[str, Any]]:
    done = ran(folder, "--run", "daily", "--dry-run", f"--sandbox={scenario}", "--format", "json", *more)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize(
    ("scenario", "code", "verdict"),
    [
        ("healthy", 0, "pass"),
        ("no-traffic", 0, "pass"),
        ("high-error-rate", 1, "fail"),
        ("outage", 1, "fail"),
        ("slow", 1, "fail"),
        ("failed-deploy", 1, "fail"),
        ("permission-denied", 3, "unknown"),
        ("api-disabled", 3, "unknown"),
        ("no-data", 3, "unknown"),
        ("quota", 3, "unknown"),
    ],
)
def test_each_scenario_ends_with_its_exit_code(tmp_path: Path, scenario: str, code: int, verdict: str) -> None:
    ended, report = daily(tmp_path, scenario)
    assert (ended, report["verdict"]) == (code, verdict)


def test_the_json_holds_what_scripts_rely_on(tmp_path: Path) -> None:
    _, report = daily(tmp_path, "high-error-rate")
    assert set(report) == {*KEYS, "findings"}
    assert all(set(finding) == {*FINDING_KEYS, "remedy", "asked", "muted_by", "link"} for finding in report["findings"])
    assert sum(report["counts"].values()) == len(report["findings"])
    assert report["expected"] == 12


def test_a_run_can_be_narrowed_to_one_entry(tmp_path: Path) -> None:
    _, report = daily(tmp_path, "healthy", "--check", "error_rate")
    assert [(finding["name"], finding["unit"]) for finding in report["findings"]] == [("error_rate", "1")]


def test_personal_data_of_a_log_line_is_never_printed(tmp_path: Path) -> None:
    printed = ran(tmp_path, "--run", "daily", "--dry-run", "--sandbox=high-error-rate").stdout
    assert "upstream request timeout" in printed
    assert "taro.yamada" not in printed
    assert "ya29." not in printed


def test_a_refusal_comes_with_the_command_that_mends_it(tmp_path: Path) -> None:
    _, report = daily(tmp_path, "api-disabled", "--check", "error_rate")
    assert (
        report["findings"][0]["remedy"] == "gcloud services enable monitoring.googleapis.com --project=sagebase-sandbox"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--run", "dayly", "--dry-run", "--sandbox"), "did you mean 'daily'?"),
        (("--run", "daily", "--dry-run", "--sandbox", "--check", "eror_rate"), "did you mean 'error_rate'?"),
        (("--run", "daily", "--dry-run", "--sandbox=helthy"), "no scenario is called 'helthy'"),
        (("--run", "daily", "--dry-run"), "schedules.yaml: no such file in this folder"),
        (("--format", "json"), "--format goes with --run JOB only"),
        (("validate", "gone.yaml"), "gone.yaml: no such file"),
    ],
)
def test_a_mistake_ends_with_2_and_an_empty_standard_output(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    done = ran(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_scenario_is_one_line_of_what_was_typed(tmp_path: Path) -> None:
    (line,) = ran(tmp_path, "--run", "daily", "--dry-run", "--sandbox=helthy").stderr.splitlines()
    assert line.startswith("no scenario is called 'helthy'; allowed: ")


def test_a_scenario_of_ones_own_is_given_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("extends: healthy\nbuckets: []\n")
    code, report = daily(tmp_path, "mine.yaml", "--check", "smoke_test")
    assert (code, report["counts"]["fail"]) == (1, 2)


def test_the_sandbox_alone_prints_what_to_export_and_serves_a_plain_run(tmp_path: Path) -> None:
    with subprocess.Popen([*COMMAND, "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True) as box:
        exports = dict(
            line.removeprefix("export ").split("=", 1) for line in until_ready(box) if line.startswith("export ")
        )
        done = subprocess.run(
            [*COMMAND, "--run", "daily", "--dry-run", "--format", "json"],
            cwd=tmp_path,
            env={**os.environ, **exports},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        box.send_signal(signal.SIGTERM)
        assert box.wait(10) == 0
    assert done.returncode == 0, done.stderr


def until_ready(box: "subprocess.Popen[str]") -> list[str]:
    lines: list[str] = []
    for line in box.stdout or ():
        if line.strip() == "ready":
            break
        lines.append(line.strip())
    return lines


def test_without_a_name_the_pretend_project_is_called_sagebase_sandbox(tmp_path: Path) -> None:
    with subprocess.Popen([*COMMAND, "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True) as box:
        lines = [line for line in until_ready(box) if line.startswith("export ")]
        exports = dict(line.removeprefix("export ").split("=", 1) for line in lines)
        del exports["SAGEBASE_OPS_SANDBOX_PROJECT"]
        done = subprocess.run(
            [*COMMAND, "--run", "daily", "--dry-run", "--format", "json", "--config", str(SHIPPED)],
            cwd=tmp_path,
            env={**os.environ, **exports},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        box.terminate()
    assert {finding["project"] for finding in json.loads(done.stdout)["findings"]} == {"sagebase-sandbox"}
    assert done.returncode == 0


def test_a_run_by_hand_tells_slack_what_it_saw(tmp_path: Path) -> None:
    done = ran(tmp_path, "--run", "daily", "--sandbox", "--check", "error_rate")
    assert (done.returncode, "told Slack: #sagebase-ops" in done.stderr) == (0, True)


def test_a_run_by_hand_shows_all_and_keeps_its_exit_code_though_slack_is_down(tmp_path: Path) -> None:
    done = ran(tmp_path, "--run", "daily", "--sandbox=slack-down", "--check", "error_rate")
    assert (done.returncode, "エラー率" in done.stdout) == (0, True)
    assert "stored, not yet delivered to #sagebase-ops" in done.stderr


def test_a_run_without_a_token_is_recorded_and_warns(tmp_path: Path) -> None:
    with sandbox() as box:
        env = {**box.env, "SAGEBASE_OPS_SLACK_BOT_TOKEN": ""}
        done = subprocess.run(
            [*COMMAND, "--run", "daily", "--check", "error_rate"],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert box.get("/messages") == []
    assert (done.returncode, "nobody was told" in done.stderr) == (0, True)
    with sqlite3.connect(tmp_path / "var" / "state.db") as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (1,)


def test_the_daemon_sends_what_a_run_by_hand_could_not(tmp_path: Path) -> None:
    (tmp_path / "schedules.yaml").write_text(ONCE_IN_FOUR_YEARS)
    with sandbox() as box:
        box.post(
            "/faults", {"method": "chat.postMessage", "kind": "refusal", "times": 1, "status": 429, "retry_after": 40}
        )
        done = subprocess.run(
            [*COMMAND, "--run", "daily", "--check", "error_rate"],
            cwd=tmp_path,
            env=box.env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "stored, not yet delivered" in done.stderr
        with daemon(tmp_path, box) as running:
            running.says("notice.sent", times=2)
        assert len(box.get("/messages")) == 2


def test_the_demo_shows_the_digest_and_keeps_the_page_that_slack_would_show(tmp_path: Path) -> None:
    done = ran(tmp_path, "demo", "--scenario", "outage")
    assert (done.returncode, "exit code of the run: 1" in done.stdout) == (0, True)
    page = (tmp_path / "var" / "demo-slack.html").read_text()
    assert "毎日のチェックリスト" in page
    assert 'href="/slack.css"' not in page


def test_an_unchanged_run_of_an_on_change_checklist_would_tell_nothing(tmp_path: Path) -> None:
    (tmp_path / "schedules.yaml").write_text(SHIPPED.read_text().replace("digest: always", "digest: on_change"))
    with sandbox() as box:

        def narrowed(*more: str) -> str:
            command = [*COMMAND, "--run", "daily", "--check", "error_rate", *more]
            return subprocess.run(command, cwd=tmp_path, env=box.env, capture_output=True, text=True, check=True).stdout

        narrowed()
        assert len(box.get("/messages")) == 2
        assert json.loads(narrowed("--dry-run", "--format", "slack")) == []


def test_ctrl_c_ends_a_run_by_hand_with_130_and_nothing_on_standard_output(tmp_path: Path) -> None:
    (tmp_path / "schedules.yaml").write_text(SHIPPED.read_text())
    with sandbox() as box:
        box.post("/faults", {"method": "ListServices", "kind": "timeout_before", "times": None})
        with subprocess.Popen(
            [*COMMAND, "--run", "daily", "--dry-run"],
            cwd=tmp_path,
            env=box.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as running:
            wait_until(lambda: bool(box.get("/calls")), "a first question")
            running.send_signal(signal.SIGINT)
            printed, said = running.communicate(timeout=8)
    assert (running.returncode, printed) == (130, "")
    assert "Traceback" not in said


def test_a_run_by_hand_says_what_a_maintenance_window_keeps_untold(tmp_path: Path) -> None:
    text = SHIPPED.read_text("utf-8").replace('cron: "0 4 * * sun"', 'cron: "* * * * *"')
    (tmp_path / "schedules.yaml").write_text(text.replace("your-project-id", "sagebase-sandbox"))
    entry = ("--check", "database_connection_failures")
    done = ran(tmp_path, "--run", "watch", *entry, "--dry-run", "--sandbox=db-gone", "--format", "json")
    (finding,) = json.loads(done.stdout)["findings"]
    assert (done.returncode, finding["verdict"], finding["muted_by"]) == (1, "fail", "Cloud SQL の定期メンテナンス")
