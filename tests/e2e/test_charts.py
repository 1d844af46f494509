"""A digest with charts, from the command line to the page of the pretend Slack."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]  # any JSON inside


def ran(folder: Path, *arguments: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SAGEBASE_OPS_")}
    command = [sys.executable, "-m", "sagebase_ops", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=clean, capture_output=True, text=True, encoding="utf-8", timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("job", "scenario", "shown"),
    [("monthly", "growing", '<img src="data:image/png;base64,'), ("weekly", "busy-week", '<figure class="chart"')],
)
def test_the_demos_show_charts(tmp_path: Path, job: str, scenario: str, shown: str) -> None:
    ran(tmp_path, "demo", job, "--scenario", scenario, "--page", "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count(shown) >= 2


def test_what_is_printed_for_slack_is_what_it_takes_as_messages(
    tmp_path: Path, objections: Callable[[list[Json]], list[str]]
) -> None:
    posts = json.loads(ran(tmp_path, "--run", "monthly", "--sandbox=growing", "--dry-run", "--format", "slack"))
    assert objections(posts) == []
    kinds = [block["type"] for post in posts for block in post["blocks"]]
    assert kinds.count("data_visualization") >= 3  # two of the service, one of the database


def test_a_finding_in_json_has_no_more_keys_for_its_series(tmp_path: Path) -> None:
    report = json.loads(ran(tmp_path, "--run", "monthly", "--sandbox=growing", "--format", "json"))
    known = "check name project target kind verdict summary value limit unit reason remedy asked muted_by link"
    assert {key for one in report["findings"] for key in one} == set(known.split())
