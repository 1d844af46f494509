"""`--format slack` prints what would be posted, and Slack would take all of it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]  # any JSON inside

SHIPPED = Path(__file__).parents[2] / "schedules.yaml"


def printed(folder: Path, scenario: str, *more: str) -> list[Json]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SAGEBASE_OPS_")}
    command = [sys.executable, "-m", "sagebase_ops", "--run", "daily", "--dry-run", f"--sandbox={scenario}"]
    done = subprocess.run(
        [*command, "--format", "slack", *more],
        cwd=folder,
        env={**clean, "SAGEBASE_OPS_SLACK_BOT_TOKEN": "xoxb-1-of-the-real-world"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert "xox" not in done.stdout + done.stderr
    assert done.stdout, done.stderr
    posts: list[Json] = json.loads(done.stdout)
    return posts


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("scenario", ["healthy", "high-error-rate", "outage", "permission-denied", "no-data"])
def test_slack_would_take_every_message_of_a_scenario(
    tmp_path: Path, objections: Callable[[list[Json]], list[str]], scenario: str, language: str
) -> None:
    file = tmp_path / "schedules.yaml"
    file.write_text(SHIPPED.read_text().replace("language: ja", f"language: {language}"))
    posts = printed(tmp_path, scenario, "--config", str(file))
    assert objections(posts) == []
    assert "SANDBOX" in posts[0]["text"]


def test_the_messages_come_in_sending_order_with_channel_and_a_key_each(tmp_path: Path) -> None:
    posts = printed(tmp_path, "high-error-rate")
    keys = [post["metadata"]["event_payload"]["notice_key"] for post in posts]
    assert keys == [keys[0], *(f"{keys[0]}:{place}" for place in range(1, len(posts)))]
    assert {post["channel"] for post in posts} == {"#sagebase-ops"}
    assert posts[0]["blocks"][0]["text"]["text"].startswith("SANDBOX ✕ 不合格 3・")


@pytest.mark.parametrize(("when", "scenario"), [("never", "outage"), ("on_failure", "healthy")])
def test_nothing_is_printed_where_nothing_would_be_told(tmp_path: Path, when: str, scenario: str) -> None:
    file = tmp_path / "schedules.yaml"
    text = SHIPPED.read_text()
    assert "digest: always" in text
    file.write_text(text.replace("digest: always", f"digest: {when}", 1))
    assert printed(tmp_path, scenario, "--config", str(file)) == []
