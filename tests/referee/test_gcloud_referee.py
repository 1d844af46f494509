"""The guide's own commands, run by the real gcloud against the sandbox, agree with our verdicts."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT, REGION, SERVICE = "sagebase-sandbox", "asia-northeast1", "sagebase-streamlit"
OURS = [sys.executable, "-m", "sagebase_ops"]
ERRORS = "resource.type=cloud_run_revision AND severity>=ERROR"


@pytest.fixture(autouse=True, scope="module")
def _gcloud() -> None:
    if shutil.which("gcloud") is None:
        if os.environ.get("CI"):
            pytest.fail("gcloud is missing; .ci/run installs it")
        pytest.skip("gcloud is not installed here: the referee needs it")


class Referee:
    """One sandbox, and both who look at it."""

    def __init__(self, exports: dict[str, str], folder: Path) -> None:
        self._env = {**os.environ, **exports, "CLOUDSDK_CONFIG": str(folder / "gcloud")}
        self._folder = folder

    def gcloud(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = ["gcloud", *words, f"--project={PROJECT}"]
        return subprocess.run(command, env=self._env, capture_output=True, text=True, timeout=60, check=False)

    def verdicts(self) -> dict[tuple[str, str], str]:
        """Ours, by entry and kind of target."""
        command = [*OURS, "--run", "daily", "--dry-run", "--format", "json"]
        done = subprocess.run(
            command, cwd=self._folder, env=self._env, capture_output=True, text=True, timeout=60, check=False
        )
        return {(found["name"], found["kind"]): found["verdict"] for found in json.loads(done.stdout)["findings"]}


def referee(scenario: str, folder: Path) -> Iterator[Referee]:
    command = [*OURS, "sandbox", "--port", "0", "--scenario", scenario]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as box:
        exports: dict[str, str] = {}
        for line in box.stdout or ():
            if line.strip() == "ready":
                break
            name, _, value = line.strip().removeprefix("export ").partition("=")
            exports[name] = value
        yield Referee(exports, folder)
        box.terminate()


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Referee]:
    yield from referee("healthy", tmp_path_factory.mktemp("healthy"))


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Referee]:
    yield from referee("outage", tmp_path_factory.mktemp("outage"))


@pytest.fixture(scope="module")
def denied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Referee]:
    yield from referee("permission-denied", tmp_path_factory.mktemp("denied"))


DESCRIBE = ("run", "services", "describe", SERVICE, f"--region={REGION}")


@pytest.mark.parametrize(
    ("words", "prints"),
    [
        ((*DESCRIBE, "--format=value(status.conditions[0].status)"), "True"),
        ((*DESCRIBE, "--format=value(status.url)"), "https://sagebase-streamlit-7x2kq3vq5a-an.a.run.app"),
        (("sql", "instances", "describe", "sagebase-db", "--format=value(state)"), "RUNNABLE"),
        (
            ("services", "list", "--enabled", "--filter=name:aiplatform.googleapis.com", "--format=value(config.name)"),
            "aiplatform",
        ),
        (("secrets", "describe", "database-password"), "secrets/database-password"),
        (("monitoring", "dashboards", "list", "--format=value(displayName)"), "Sagebase Monitoring Dashboard"),
        (("alpha", "monitoring", "policies", "list", "--format=value(name)"), ""),
        (("storage", "ls"), "gs://sagebase-sandbox-sagebase-minutes-production/"),
        (
            ("logging", "read", ERRORS, "--freshness=1d", "--limit=50", "--format=value(textPayload)"),
            "unsupported file type",
        ),
    ],
)
def test_the_guides_commands_succeed(healthy: Referee, words: tuple[str, ...], prints: str) -> None:
    done = healthy.gcloud(*words)
    assert done.returncode == 0, done.stderr
    assert prints in done.stdout


def test_both_find_a_healthy_service_ready(healthy: Referee) -> None:
    found = healthy.verdicts()
    assert (found["run_ready", "run_service"], found["smoke_test", "sql_instance"]) == ("pass", "pass")


def test_both_find_a_broken_service_not_ready(outage: Referee) -> None:
    said = outage.gcloud(*DESCRIBE, "--format=value(status.conditions[0].status)").stdout.strip()
    assert (said, outage.verdicts()["run_ready", "run_service"]) == ("False", "fail")


def test_where_gcloud_is_refused_we_could_not_look(denied: Referee) -> None:
    assert denied.gcloud("logging", "read", ERRORS, "--freshness=1d").returncode != 0
    assert denied.verdicts()["run_error_logs", "project"] == "unknown"
