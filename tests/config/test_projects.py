"""Many projects in one file: what holds for all of them, and what one of them wants otherwise."""

from datetime import timedelta
from pathlib import Path

import pytest

from sagebase_ops.config.load import load
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.projects import Environment, Project, Selector
from sagebase_ops.jobs.run_checks import plan

FILE = """
project_defaults:
  environment: staging
  services: [web]
  buckets: ["{project}-backups"]
  escalation: none
projects:
  - {id: plain}
  - id: own
    environment: production
    services: [api, batch]
    escalation: default
    overrides:
      busy: {fail_above: 90%}
slack: {channel: "#ops"}
contacts: {operator: {name: 佐藤, slack: U0SATO0001}}
escalation: {default: [{after: 0m, tell: [operator]}]}
checklists:
  watch:
    every: 5m
    checks:
      - {check: run_ready}
      - {check: metric, name: busy, metric: cpu_utilization, window: 10m, warn_above: 60%, fail_above: 80%}
      - {check: open_alerts, projects: [own]}
  nightly:
    cron: "0 3 * * *"
    projects: [plain]
    checks:
      - {check: dashboard}
"""


DOC = Path(__file__).parents[2] / "docs" / "projects.md"


@pytest.fixture
def schedules(tmp_path: Path) -> Schedules:
    path = tmp_path / "schedules.yaml"
    path.write_text(FILE, encoding="utf-8")
    return load(path)


def named(schedules: Schedules, project: str) -> Project:
    return next(one for one in schedules.projects if one.id == project)


def test_what_a_project_does_not_say_is_as_in_the_defaults(schedules: Schedules) -> None:
    plain = named(schedules, "plain")
    assert (plain.environment, plain.services, plain.buckets) == (Environment.STAGING, ("web",), ("plain-backups",))


def test_what_a_project_says_holds_as_a_whole(schedules: Schedules) -> None:
    own = named(schedules, "own")
    assert (own.environment, own.services, own.buckets) == (Environment.PRODUCTION, ("api", "batch"), ("own-backups",))


def test_the_defaults_say_too_who_is_paged(schedules: Schedules) -> None:
    ready = schedules.checklists["watch"].entries[0]
    assert [schedules.escalation_of(ready, one) for one in schedules.projects] == [None, "default"]


def test_an_override_holds_in_its_project_alone_and_leaves_the_other_parameters(schedules: Schedules) -> None:
    limits = {
        item.project.id: (item.params.warn_above, item.params.fail_above, item.params.window)
        for item in plan(schedules, schedules.checklists["watch"], ["busy"])
    }
    ten = timedelta(minutes=10)
    assert limits == {"plain": ("60%", "80%", ten), "own": ("60%", "90%", ten)}


def test_an_entry_or_a_checklist_may_be_of_some_projects_alone(schedules: Schedules) -> None:
    asked = {
        job: [(item.project.id, item.entry.name) for item in plan(schedules, checklist)]
        for job, checklist in schedules.checklists.items()
    }
    assert asked == {
        "watch": [
            ("plain", "run_ready"),
            ("plain", "busy"),
            ("own", "run_ready"),
            ("own", "busy"),
            ("own", "open_alerts"),
        ],
        "nightly": [("plain", "dashboard")],
    }


def test_where_an_entry_is_not_asked_nobody_is_paged_for_it_so_that_its_incidents_end(schedules: Schedules) -> None:
    (alerts,) = [entry for entry in schedules.checklists["watch"].entries if entry.name == "open_alerts"]
    assert [schedules.policy_of(alerts, one) is None for one in schedules.projects] == [True, False]


def test_the_examples_of_the_documentation_are_right(tmp_path: Path) -> None:
    parts = DOC.read_text(encoding="utf-8").split("```yaml\n")[1:]
    head, labels, checklists = (part.partition("```")[0] for part in parts)
    path, slack = tmp_path / "schedules.yaml", 'slack: {channel: "#ops"}\n'
    path.write_text(head + checklists + slack, encoding="utf-8")
    assert [(one.id, one.region) for one in load(path).projects] == [
        ("sagebase-tokyo", "asia-northeast1"),
        ("sagebase-osaka", "asia-northeast2"),
        ("sagebase-dev", "asia-northeast1"),
    ]
    checklist = "projects: [{id: a}]\nchecklists: {watch: {every: 1m, checks: [{check: run_ready}]}}\n"
    path.write_text(labels + checklist + slack, encoding="utf-8")
    assert load(path).projects[0].selectors == (
        Selector("run_service", (("team", "ops"),)),
        Selector("bucket", (("team", "ops"), ("tier", "backup"))),
    )
