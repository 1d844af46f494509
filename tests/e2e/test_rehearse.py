"""`sagebase-ops rehearse` as a person types it: a scenario played by real checks, and a store's history replayed."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sagebase_ops.config.load import load
from sagebase_ops.store.base import Outcome
from sagebase_ops.store.sqlite.opening import open_store
from tests.jobs.test_incidents import FILE
from tests.jobs.test_rehearse import FAST, SLOW, look

PRESENT = """
projects: [{id: your-project-id, services: [sagebase-streamlit]}]
slack: {channel: "#ops"}
contacts:
  operator: {name: 運用担当者, slack: S0OPERATOR}
  tech_lead: {name: 技術責任者, slack: U0TECHLEAD}
escalation:
  default:
    - {after: 0m, tell: [operator]}
    - {after: 30m, tell: [tech_lead]}
checklists:
  watch:
    every: 5m
    checks:
      - {check: run_ready}
      - {check: metric, name: errors, title: エラー率, metric: error_rate, window: 5m, fail_above: 5%, hold: 10m}
"""
TRIED = PRESENT.replace("after: 30m", "after: 20m").replace(
    "- {check: run_ready}", "- {check: run_ready, escalation: none}"
)


def rehearsed(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "sagebase_ops", "rehearse", *arguments]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SAGEBASE_OPS_")}
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "present.yaml").write_text(PRESENT, encoding="utf-8")
    (tmp_path / "tried.yaml").write_text(TRIED, encoding="utf-8")
    return tmp_path


def minutes_between(timeline: list[dict[str, Any]]) -> list[float]:
    times = [datetime.fromisoformat(one["at"]) for one in timeline]
    return [(time - times[0]) / timedelta(minutes=1) for time in times]


def test_an_outage_is_played_by_the_real_checks_and_held_against_another_file(folder: Path) -> None:
    files = ("--schedules", "tried.yaml", "--against", "present.yaml")
    done = rehearsed(folder, "--from", "outage", *files, "--checklist", "watch", "--hours", "1", "--format", "json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["from"], found["rounds"]) == (0, "outage", 12)
    assert [(one["what"], one["name"], one["steps"]) for one in found["timeline"]] == [
        ("detected", "errors", []),
        ("step", "errors", [2]),
    ]
    assert minutes_between(found["timeline"]) == [0, 20]
    assert found["timeline"][1]["people"] == [{"name": "技術責任者", "slack": "U0TECHLEAD"}]
    changes = [(one["change"], one["name"], one["person"]["slack"]) for one in found["against"]["differences"]]
    assert changes == [
        ("less", "run_ready", "S0OPERATOR"),
        ("earlier", "errors", "U0TECHLEAD"),
        ("less", "run_ready", "U0TECHLEAD"),
    ]


async def recorded(path: Path, file: Path) -> None:
    schedules = load(file)
    store = await open_store(path, sandbox=False)
    for minute in range(60):
        run = look(schedules, minute, slow=SLOW if minute < 40 else FAST)
        await store.record(Outcome(run), run.finished_at)
    await store.aclose()


async def test_a_store_s_history_is_replayed_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "present.yaml").write_text(FILE, encoding="utf-8")
    (tmp_path / "tried.yaml").write_text(FILE.replace("fail_above: 3s", "fail_above: 5s"), encoding="utf-8")
    await recorded(tmp_path / "state.db", tmp_path / "present.yaml")
    before = (tmp_path / "state.db").read_bytes()
    done = rehearsed(
        tmp_path, "--from", "state.db", "--checklist", "watch", "--schedules", "tried.yaml", "--against", "present.yaml"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "state.db").read_bytes() == before
    assert "この期間に呼ばれる人はいません" in done.stdout
    assert "記録がなく未確認（合格ではありません）: watch.run_ready、watch.noise、watch.more" in done.stdout
    assert "運用担当者 1 → 0 回" in done.stdout
    assert [line.split()[3:5] + line.split()[-1:] for line in done.stdout.splitlines() if "減る" in line] == [
        ["減る", "レスポンスタイム", "運用担当者"],
        ["減る", "レスポンスタイム", "技術責任者"],
    ]


async def test_a_time_that_was_thinned_is_said_not_to_be_replayed_faithfully(tmp_path: Path) -> None:
    (tmp_path / "present.yaml").write_text(FILE, encoding="utf-8")
    await recorded(tmp_path / "state.db", tmp_path / "present.yaml")
    store = await open_store(tmp_path / "state.db", sandbox=False)
    newest = (await store.runs(limit=1))[0].started_at
    while (await store.thin(newest - timedelta(minutes=30))).until < newest - timedelta(minutes=30):
        pass
    await store.aclose()
    asked = ("--from", "state.db", "--checklist", "watch", "--schedules", "present.yaml")
    assert "より前の記録は間引かれている" in rehearsed(tmp_path, *asked).stdout
    assert json.loads(rehearsed(tmp_path, *asked, "--format", "json").stdout)["thinned_until"]
    assert "間引かれている" not in rehearsed(tmp_path, *asked, "--hours", "0.4").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "nonsense", "--schedules", "present.yaml"), "healthy, high-error-rate"),
        (("--from", "outage", "--schedules", "missing.yaml"), "missing.yaml: no such file"),
        (("--from", "outage", "--schedules", "present.yaml", "--against", "broken.yaml"), "broken.yaml:1"),
        (("--from", "outage", "--schedules", "present.yaml", "--checklist", "wach"), "did you mean 'watch'"),
        (("--from", "history", "--schedules", "present.yaml"), "there is no store here"),
        (("--from", "sqlite:///nowhere.db", "--schedules", "present.yaml"), "nowhere.db"),
        (("--from", "history", "--schedules", "present.yaml", "--before", "1h"), "scenario only"),
    ],
)
def test_a_mistake_is_exit_2_with_an_empty_standard_output(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    (folder / "broken.yaml").write_text("checklists: []\n")
    done = rehearsed(folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


async def test_nothing_recorded_is_no_all_clear(folder: Path) -> None:
    await (await open_store(folder / "state.db", sandbox=True)).aclose()
    done = rehearsed(folder, "--from", "sqlite:///state.db", "--schedules", "present.yaml")
    assert done.returncode == 3
    assert "何も確認できていません" in done.stdout
