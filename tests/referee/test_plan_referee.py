"""What `--fix-plan` prints is read by gcloud and by Terraform without a complaint, and means there what we meant."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sagebase_ops.cli.main import cli
from sagebase_ops.cli.terraform import resource
from sagebase_ops.domain.results import Finding, Verdict

Look = Callable[..., Awaitable[tuple[list[Any], list[tuple[str, Finding]]]]]  # Any: conftest's Printed
OWN = Path(__file__).parent / "scenarios"
SIX = 6
IN_JSON = ("--project=sagebase-sandbox", "--format=json", "--quiet")
NEEDS_TERRAFORM = pytest.mark.skipif(
    shutil.which("terraform") is None and not os.environ.get("CI"), reason="terraform is not installed here"
)


@pytest.fixture(autouse=True)
def _unconfigured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pretend world writes its settings into the environment: what it writes is undone."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


def planned(scenario: str, form: str) -> str:
    asked = [f"--fix-plan={form}", f"--sandbox={OWN / scenario}.yaml"]
    result = CliRunner().invoke(cli, asked, catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def terraform(*words: str, said: str) -> str:
    env = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    read = subprocess.run(["terraform", *words], input=said, env=env, capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")
    return read.stdout


def complaints(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.strip() and not line.startswith("Created alert policy")]


def without_names(policy: dict[str, Any]) -> dict[str, Any]:
    """Google names a policy and its conditions; what is left is ours."""
    conditions = [{key: one[key] for key in one if key != "name"} for one in policy["conditions"]]
    return {
        **{key: value for key, value in policy.items() if not key.endswith(("name", "Record"))},
        "conditions": conditions,
    }


@pytest.mark.parametrize(("scenario", "verb"), [("alerts-missing", "create"), ("alerts-to-mend", "update")])
async def test_gcloud_takes_the_plan_and_what_it_makes_is_right(
    look: Look, tmp_path: Path, scenario: str, verb: str
) -> None:
    plan = json.loads(await asyncio.to_thread(planned, scenario, "json"))
    commands = []
    for number, policy in enumerate(plan):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(policy))
        name = [policy["name"]] if verb == "update" else []
        commands.append(("alpha", "monitoring", "policies", verb, *name, f"--policy-from-file={file}", *IN_JSON))
    printed, findings = await look(scenario, *commands, job="weekly")
    assert [(one.code, complaints(one.err)) for one in printed] == [(0, [])] * SIX
    assert [without_names(json.loads(one.out)) for one in printed] == [without_names(one) for one in plan]
    assert [found.verdict for entry, found in findings if entry == "alert_policies"] == [Verdict.PASS] * SIX


@NEEDS_TERRAFORM
def test_terraform_reads_the_plan() -> None:
    """Its grammar alone: what a resource may say is its provider's to judge, and that comes from a registry."""
    read = terraform("fmt", "-", said=planned("alerts-to-mend", "terraform"))
    assert (read.count("resource "), read.count("import {")) == (SIX, SIX)


@NEEDS_TERRAFORM
def test_terraform_reads_a_text_as_it_was_meant(tmp_path: Path) -> None:
    odd = 'a "${b}" %{c} $${d} \\d+ 手順書\nnext'
    written = resource("k", "l", {"text": odd}).splitlines()[1].removeprefix("  text = ")
    read = terraform(f"-chdir={tmp_path}", "console", said=f"jsonencode({written})\n")
    assert json.loads(json.loads(read)) == odd
