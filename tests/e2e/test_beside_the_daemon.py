"""What a person types while the daemon runs: stored by the command, told by the daemon."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

from tests.e2e.processes import COMMAND, Box, daemon, sandbox, wait_until
from tests.e2e.test_daemon import stop_between_writes

SCHEDULES = """
projects: [{id: your-project-id, services: [sagebase-streamlit], sql_instances: [sagebase-db]}]
slack: {channel: "#sagebase-ops", fallback: "#sagebase-ops-fallback"}
contacts: {operator: {name: 運用担当者, slack: S0123ABCD}}
escalation: {default: [{after: 0m, tell: [operator]}]}
checklists: {watch: {every: 2s, checks: [{check: run_ready}]}}
"""


def typed(folder: Path, box: Box, *arguments: str) -> str:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, env=box.env, capture_output=True, text=True, timeout=60, check=True
    ).stdout


def read(folder: Path, box: Box, *arguments: str) -> Any:
    return json.loads(typed(folder, box, *arguments, "--format", "json"))


def test_who_acknowledges_by_command_is_shown_in_slack_by_the_daemon(tmp_path: Path) -> None:
    (tmp_path / "schedules.yaml").write_text(SCHEDULES)
    with sandbox("outage") as box, daemon(tmp_path, box) as running:
        running.says("notice.sent")
        (incident,) = read(tmp_path, box, "incidents")["incidents"]
        stop_between_writes(running, tmp_path)  # else it may have told Slack before the command says that it will
        said = typed(tmp_path, box, "ack", incident["id"], "--eta", "30m", "--as", "sato")
        running.signal(signal.SIGCONT)
        assert "デーモンが 15 秒以内に送ります" in said
        wait_until(lambda: "sato" in json.dumps(box.get("/messages")[0]), "the incident's own message names its owner")
        assert read(tmp_path, box, "incidents")["incidents"][0]["owner"] == "sato"
        assert "SANDBOX" in typed(tmp_path, box, "history", "--incident", incident["id"])
