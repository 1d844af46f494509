"""An incident as a team lives it: the real daemon, the pretend cloud and Slack, presses over Socket Mode."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.processes import Box, daemon, sandbox, wait_until

FILE = """
projects: [{id: your-project-id, services: [sagebase-streamlit], sql_instances: [sagebase-db]}]
slack: {channel: "#sagebase-ops", fallback: "#sagebase-ops-fallback"}
contacts:
  operator: {name: 佐藤, slack: U0SATO0001}
  tech_lead: {name: 技術責任者, slack: U0TECHLEAD}
escalation:
  default:
    - {after: 0m, tell: [operator]}
    - {after: 30m, tell: [tech_lead]}
checklists:
  watch:
    every: 2s
    checks: [{check: run_ready, recover: 1}]
"""


@pytest.fixture
def box() -> Iterator[Box]:
    with sandbox("outage") as running:
        yield running


def posts(box: Box) -> list[dict[str, Any]]:
    return [one for one in box.get("/messages") if not one["deleted"] and not one["ephemeral_for"]]


def main(box: Box) -> dict[str, Any]:
    (first,) = [one for one in posts(box) if not one["thread_ts"]]
    return first


def replies(box: Box) -> list[dict[str, Any]]:
    return [one for one in posts(box) if one["thread_ts"] == main(box)["ts"]]


def press(box: Box, action: str, user: str = "U0SATO0001", **more: Any) -> dict[str, Any]:
    return box.post("/press", {"action_id": action, "user": user, "ts": main(box)["ts"], **more})


def test_an_outage_is_told_taken_and_ended_in_one_message(tmp_path: Path, box: Box) -> None:
    (tmp_path / "schedules.yaml").write_text(FILE)
    with daemon(tmp_path, box) as running:
        running.says("socket.connected")
        running.says("notice.sent")
        assert "U0SATO0001" in str(main(box)["blocks"])
        press(box, "ack")
        wait_until(lambda: "対応中" in main(box)["text"], "the message shows who has it")
        press(box, "resolve", user="U0KIKUCHI1")
        wait_until(
            lambda: any("may_press" in one["text"] for one in box.get("/messages")), "a stranger is told why not"
        )
        box.post("/scenario", {"name": "healthy"})
        wait_until(lambda: "解決" in main(box)["text"], "the message shows that it is over")
        wait_until(lambda: any("解決" in one["text"] for one in replies(box)), "the thread says that it is over")
