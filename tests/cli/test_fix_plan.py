"""`--fix-plan` prints policies that Google takes and that our own check passes, and changes nothing."""

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from google.cloud.monitoring_v3.types import AlertPolicy
from google.protobuf import json_format

from sagebase_ops.checks.alert_policies import alert_policies
from sagebase_ops.checks.alerts.wanted import Params
from sagebase_ops.cli.main import cli
from sagebase_ops.cli.terraform import identifier, resource
from sagebase_ops.domain.results import Verdict
from sagebase_ops.sandbox.scenario import load_scenario
from tests.checks.watching import looking

SIX = 6
SHIPPED = Path(__file__).parents[2] / "schedules.yaml"


@pytest.fixture
def unconfigured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pretend world writes its settings into the environment: what it writes is undone."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


def planned(scenario: str, form: str) -> str:
    result = CliRunner().invoke(cli, [f"--fix-plan={form}", f"--sandbox={scenario}"], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


async def verdicts(policies: list[dict[str, Any]]) -> set[Verdict]:
    """Made in a project that has none and one living channel, what does the check say of them?"""
    channels = load_scenario("healthy").notification_channels
    async with looking(alert_policies=[], notification_channels=channels) as (box, context):
        where = f"{box.rest}/v3/projects/{context.project.id}/alertPolicies"
        async with httpx.AsyncClient() as http:
            for one in policies:
                named = {
                    **one,
                    "notificationChannels": [f"projects/{context.project.id}/notificationChannels/{channels[0].id}"],
                }
                made = await http.post(where, json=named)
                assert made.status_code == 200, made.text
        return {found.verdict for found in await alert_policies(Params(), context)}


@pytest.mark.usefixtures("unconfigured")
def test_the_corrected_policies_are_googles_and_pass_our_own_check() -> None:
    policies = json.loads(planned("guide-alerting", "json"))
    assert len(policies) == SIX
    for one in policies:
        json_format.ParseDict(one, AlertPolicy.pb()())
    assert asyncio.run(verdicts(policies)) == {Verdict.PASS}


@pytest.mark.usefixtures("unconfigured")
def test_both_forms_name_what_is_wrong_and_how_to_apply_it() -> None:
    said = planned("guide-alerting", "both")
    assert said.count('resource "google_monitoring_alert_policy"') == SIX
    assert said.count("gcloud alpha monitoring policies update") == SIX
    assert "エラー率ではありません" in said


TOGETHER = """
title: One policy for CPU, memory and the queue; the uptime check is bound to the service
extends: healthy
uptime_checks: [{bound_in: asia-northeast1}]
alert_policies:
  - title: Load
    channels: ["7000000000000000001"]
    conditions:
      - conditionThreshold: {filter: 'metric.type="run.googleapis.com/container/cpu/utilizations"', thresholdValue: 80}
      - conditionThreshold: {filter: 'metric.type="run.googleapis.com/container/memory/utilizations"', thresholdValue: 85}
      - {displayName: Queue, conditionThreshold: {filter: 'metric.type="custom.googleapis.com/queue"', thresholdValue: 5}}
"""


@pytest.mark.usefixtures("unconfigured")
def test_a_policy_of_several_conditions_is_mended_once_and_keeps_what_is_not_the_guides(tmp_path: Path) -> None:
    scenario = tmp_path / "together.yaml"
    scenario.write_text(TOGETHER)
    policies = json.loads(planned(str(scenario), "json"))
    (load,) = [one for one in policies if one["displayName"] == "Load"]
    assert [one["displayName"] for one in load["conditions"]] == ["Queue", "High CPU Usage", "High Memory Usage"]
    assert "conditions/3" not in planned(str(scenario), "terraform")
    (uptime,) = [one for one in policies if one["displayName"] == "Service Availability"]
    assert 'resource.type="cloud_run_revision"' in uptime["conditions"][0]["conditionThreshold"]["filter"]


@pytest.mark.usefixtures("unconfigured")
def test_what_is_right_is_not_planned() -> None:
    assert json.loads(planned("healthy", "json")) == []


@pytest.mark.usefixtures("unconfigured")
@pytest.mark.parametrize(
    ("language", "nobody", "warned"), [("ja", "誰にも届きません", "注意: "), ("en", "it tells nobody", "warning: ")]
)
def test_a_policy_that_tells_nobody_says_so_above_it_and_once_beside(
    language: str, nobody: str, warned: str, tmp_path: Path
) -> None:
    file = tmp_path / "schedules.yaml"
    file.write_text(re.sub("(?m)^language: ja", f"language: {language}", SHIPPED.read_text()))
    asked = ["--fix-plan=terraform", "--sandbox=guide-alerting", "--config", str(file)]
    result = CliRunner().invoke(cli, asked, catch_exceptions=False)
    plans = result.stdout.split('resource "')
    assert [nobody in plan.rpartition("# sagebase-sandbox: ")[2] for plan in plans] == [True] * SIX + [False]
    (line,) = [line for line in result.stderr.splitlines() if nobody in line]
    assert line.startswith(f"{warned}sagebase-sandbox: ")


@pytest.mark.usefixtures("unconfigured")
def test_nothing_to_mend_is_said_in_the_files_language() -> None:
    assert planned("healthy", "both") == "# 6つのアラートポリシーは手順書どおりです。直すところはありません。\n"


def test_a_plan_goes_with_no_run() -> None:
    assert CliRunner().invoke(cli, ["--fix-plan", "--run", "daily"]).exit_code != 0


def test_terraform_is_written_as_its_provider_has_it() -> None:
    body = {
        "displayName": 'a "${b}"',
        "userLabels": {"teamName": "x"},
        "some": [{"periodOf": "60s"}],
        "names": ["n"],
        "on": True,
    }
    assert resource("kind", "A b", body).splitlines() == [
        'resource "kind" "a_b" {',
        '  display_name = "a \\"$${b}\\""',
        "  user_labels = {",
        '    "teamName" = "x"',
        "  }",
        "  some {",
        '    period_of = "60s"',
        "  }",
        '  names = ["n"]',
        "  on = true",
        "}",
    ]
    assert identifier("5xx") == "p5xx"


@pytest.mark.usefixtures("unconfigured")
@pytest.mark.parametrize("which", ['"*"', "{labels: {env: prod}}"])
def test_every_instance_that_the_file_stands_for_is_in_the_policy(tmp_path: Path, which: str) -> None:
    config, scenario = tmp_path / "schedules.yaml", tmp_path / "two.yaml"
    text = SHIPPED.read_text("utf-8")
    config.write_text(text.replace("sql_instances: [sagebase-db]", f"sql_instances: {which}"))
    two = "{name: sagebase-db, labels: {env: prod}}, {name: second, labels: {env: prod}}"
    scenario.write_text(f"extends: healthy\nsql_instances: [{two}]\n")
    asked = ["--fix-plan=json", f"--sandbox={scenario}", "--config", str(config)]
    (policy,) = json.loads(CliRunner().invoke(cli, asked, catch_exceptions=False).stdout)
    (condition,) = policy["conditions"]
    filter_ = condition["conditionThreshold"]["filter"]
    assert 'one_of("sagebase-sandbox:sagebase-db", "sagebase-sandbox:second")' in filter_
