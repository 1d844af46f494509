"""The guide's own commands, run by the real gcloud against the sandbox, agree with our verdicts in every scenario.

A cell of the table is `what gcloud prints → what we say`. The lists print one line for each thing found.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest

from sagebase_ops.domain.results import Finding, worst
from sagebase_ops.sandbox.scenario import shipped_names

Look: TypeAlias = Callable[..., Awaitable[tuple[list[Any], list[tuple[str, Finding]]]]]
"""Any: conftest's Printed, one for each command given after the scenario; and our findings by entry name."""

ON = ("--project=sagebase-sandbox", "--quiet")
NAME, REGION = "sagebase-streamlit", "--region=asia-northeast1"
SERVICE = ("run", "services", "describe", NAME, REGION, *ON)
GEMINI = "--filter=name:aiplatform.googleapis.com"
ERRORS = "resource.type=cloud_run_revision AND severity>=ERROR"

# column: gcloud's command, and the entry and kind of target of our finding
QUESTIONS = {
    "service": ((*SERVICE, "--format=value(status.conditions[0].status)"), ("run_ready", "run_service")),
    "database": (
        ("sql", "instances", "describe", "sagebase-db", "--format=value(state)", *ON),
        ("smoke_test", "sql_instance"),
    ),
    "secret": (("secrets", "describe", "database-password", "--format=value(name)", *ON), ("smoke_test", "secret")),
    "gemini": (("services", "list", "--enabled", GEMINI, "--format=value(name)", *ON), ("smoke_test", "api")),
    "buckets": (("storage", "ls", *ON), ("smoke_test", "bucket")),
    "errors": (
        ("logging", "read", ERRORS, "--freshness=1d", "--limit=50", "--format=value(severity)", *ON),
        ("run_error_logs", "run_service"),
    ),
    "dashboard": (("monitoring", "dashboards", "list", "--format=value(name)", *ON), ("dashboard", "dashboard")),
}
AS_PRINTED = {"service", "database"}

TABLE = """
                   service           database            secret            gemini              buckets           errors            dashboard
healthy            True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          3 → pass          1 → pass
high-error-rate    True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          50 → fail         1 → pass
slow               True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          3 → pass          1 → pass
outage             False → fail      RUNNABLE → pass     1 → pass          1 → pass            2 → pass          50 → fail         1 → pass
failed-deploy      False → fail      RUNNABLE → pass     1 → pass          1 → pass            2 → pass          3 → pass          1 → pass
no-traffic         True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          3 → pass          1 → pass
no-data            True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          3 → unknown       1 → pass
permission-denied  True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          denied → unknown  denied → unknown
api-disabled       True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          3 → unknown       disabled → unknown
slack-down         True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          3 → pass          1 → pass
quota              True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          quota → unknown   quota → unknown
flapping           True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          3 → pass          1 → pass
overload           True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          9 → pass          1 → pass
db-gone            True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          50 → warn         1 → pass
alerting-off       True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          3 → pass          1 → pass
error-wave         True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          50 → warn         1 → pass
log-flood          True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          3 → pass          1 → pass
undersized         True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          3 → pass          1 → pass
sql-neglected      True → pass       RUNNABLE → pass     1 → pass          1 → pass            2 → pass          3 → pass          1 → pass
refused            denied → unknown  disabled → unknown  denied → unknown  disabled → unknown  denied → unknown  denied → unknown  disabled → unknown
gone               absent → fail     absent → fail       absent → fail     0 → fail            absent → fail     0 → fail          0 → fail
misleading         True → fail       STOPPED → fail      1 → fail          1 → pass            2 → pass          3 → pass          1 → warn
"""


WHY_THEY_DIFFER = {
    ("no-data", "errors"): "gcloud counts entries, at most 50; we count in Monitoring, and no series at all is no zero",
    ("api-disabled", "errors"): "the count is Monitoring's, which is off: 3 entries read are no count of a day",
    ("gone", "errors"): "gcloud finds no errors of a service that does not exist; a named service that is gone fails",
    ("misleading", "service"): "conditions[0] is the first condition, here RoutesReady; Ready is the one of that type",
    ("misleading", "secret"): "the secret is there, but none of its versions can be read: the service cannot start",
    ("misleading", "dashboard"): "the dashboard is there and shows none of the seven metrics: warn",
}
COULD_NOT_LOOK = {"denied", "disabled", "quota"}
WRONG = {"absent", "False", "STOPPED", "0"}
LIMIT = 50


def rows(text: str) -> dict[str, dict[str, str]]:
    """Scenario -> column -> cell. Two spaces end a cell."""
    head, *lines = [re.split(r"\s{2,}", line.strip()) for line in text.strip().splitlines()]
    return {line[0]: dict(zip(head, line[1:], strict=True)) for line in lines}


def fitting(column: str, gcloud: str) -> set[str]:
    """The verdicts that agree with what gcloud printed. The shipped limits of the error log are 10 and 100."""
    if gcloud in COULD_NOT_LOOK:
        return {"unknown"}
    if column == "errors":
        return {"pass"} if int(gcloud) <= 10 else {"warn", "fail"} if int(gcloud) == LIMIT else {"warn"}
    return {"fail"} if gcloud in WRONG else {"pass"}


AGREED = rows(TABLE)
OF_WEEK_AND_MONTH = {
    "scanner": "requests of a week; the access log is read below",
    "db-neglected": "the database from inside, of which gcloud knows nothing",
    "stale-secrets": "versions of secrets: the list below",
    "sql-trouble": "operations and logs of Cloud SQL: the lists below",
    "backup-missing": "backups: the list below",
    "busy-week": "costs and errors of a week; gcloud prints neither",
    "cost-jump": "costs, of which gcloud knows nothing",
    "no-export": "costs, of which gcloud knows nothing",
    "growing": "thirty days of metrics, which gcloud does not read",
    "loose-grants": "grants: the list below",
    "bad-deploy": "deploys; the daily commands show no before and after",
    "pinned-traffic": "where traffic goes; the daily commands do not ask",
    "guide-alerting": "what the guide assumes of alerting; no row of the table",
    "backup-drift": "settings of backups, which test_backup_referee holds against gcloud",
    "nothing-granted": "no grant at all: nobody is told anything, gcloud neither",
}
"""Scenarios in which the daily commands print what they print in healthy, and why no row says so."""


def ours(findings: list[tuple[str, Finding]], entry: str, kind: str) -> list[Finding]:
    """Our findings on this kind of target; a refused question is answered for the project as a whole."""
    return [found for name, found in findings if name == entry and found.target.kind in {kind, "project"}]


@pytest.mark.parametrize("scenario", AGREED)
async def test_both_see_what_the_table_says(look: Look, scenario: str) -> None:
    printed, findings = await look(scenario, *(command for command, _ in QUESTIONS.values()))
    seen = {
        column: f"{one.answer if column in AS_PRINTED else one.count} → "
        f"{worst(found.verdict for found in ours(findings, *where))}"
        for (column, (_, where)), one in zip(QUESTIONS.items(), printed, strict=True)
    }
    assert seen == AGREED[scenario]


def test_the_table_holds_every_shipped_scenario() -> None:
    assert set(shipped_names()) <= {*AGREED, *OF_WEEK_AND_MONTH}


def test_where_the_two_differ_the_reason_is_written_down() -> None:
    differing = set()
    for scenario, cells in AGREED.items():
        for column, cell in cells.items():
            gcloud, verdict = cell.split(" → ")
            if verdict not in fitting(column, gcloud):
                differing.add((scenario, column))
    assert differing == set(WHY_THEY_DIFFER)


@pytest.mark.parametrize(("scenario", "counted", "read"), [("healthy", 3, 3), ("high-error-rate", 214, LIMIT)])
async def test_we_count_the_errors_that_gclouds_limit_cuts_off(
    look: Look, scenario: str, counted: int, read: int
) -> None:
    command, where = QUESTIONS["errors"]
    (printed,), findings = await look(scenario, command)
    (found,) = ours(findings, *where)
    assert (found.value and found.value.amount, printed.count) == (counted, str(read))


async def test_the_guides_command_cannot_tell_a_failed_deploy_from_an_outage(look: Look) -> None:
    """It prints False for both (see the table); we say whether the revision before still answers."""
    seen = {}
    for scenario in ("failed-deploy", "outage"):
        _, findings = await look(scenario)
        answers = ours(findings, "smoke_test", "http_answer")
        revisions = ours(findings, "run_ready", "run_revision")
        seen[scenario] = ([found.verdict for found in answers], [found.verdict for found in revisions])
    assert seen == {"failed-deploy": (["pass"], ["warn"]), "outage": (["fail"], [])}


async def test_the_other_commands_of_the_guide_succeed(look: Look) -> None:
    printed, _ = await look(
        "healthy",
        (*SERVICE, "--format=value(status.url)"),
        ("run", "revisions", "list", f"--service={NAME}", REGION, "--format=value(name)", *ON),
        ("run", "services", "logs", "read", NAME, REGION, "--limit=3", *ON),
        ("alpha", "monitoring", "policies", "list", "--format=value(name)", *ON),
    )
    assert [one.code for one in printed] == [0, 0, 0, 0], [one.err for one in printed]
    url, revisions, logs, policies = (one.answer for one in printed)
    assert (url, len(policies.split())) == ("https://sagebase-streamlit-7x2kq3vq5a-an.a.run.app", 6)
    assert revisions.split() == ["sagebase-streamlit-00042-tuq", "sagebase-streamlit-00041-kiv"]
    assert len(logs.splitlines()) == 3


async def test_each_grant_that_gcloud_lists_is_one_that_we_judged(look: Look) -> None:
    """The guide prints roles only; with the members beside them the two lists are the same."""
    listed = ("projects", "get-iam-policy", "sagebase-sandbox", "--flatten=bindings[].members", "--quiet")
    number = ("projects", "describe", "sagebase-sandbox", "--format=value(projectNumber)", "--quiet")
    policy = (*listed, "--format=csv[no-heading](bindings.members,bindings.role)")
    (printed, described), _ = await look("loose-grants", policy, number)
    assert described.answer == "123456789012", described.err
    assert (printed.code, len(printed.answer.splitlines())) == (0, 8), printed.err
    assert "allUsers,roles/viewer" in printed.answer


async def test_seven_rows_of_the_guides_list_are_not_seven_nights(look: Look) -> None:
    """On-demand, failed and skipped backups fill its seven rows; we say that nobody backed up for three nights."""
    listed = ("sql", "backups", "list", "--instance=sagebase-db", "--limit=7", "--format=value(status,type)", *ON)
    (printed,), _ = await look("backup-missing", listed)
    assert (printed.code, printed.count) == (0, "7"), printed.err
    assert {"FAILED\tAUTOMATED", "SUCCESSFUL\tON_DEMAND"} <= set(printed.answer.splitlines())


async def test_gcloud_lists_the_operations_and_the_errors_of_the_database(look: Look) -> None:
    """A failed operation says DONE there; its error is what we judge by."""
    (operations, errors), _ = await look(
        "sql-trouble",
        (
            "sql",
            "operations",
            "list",
            "--instance=sagebase-db",
            "--limit=20",
            "--format=value(operationType,status)",
            *ON,
        ),
        (
            "logging",
            "read",
            "resource.type=cloudsql_database AND severity>=ERROR",
            "--freshness=7d",
            "--limit=50",
            "--format=value(severity)",
            *ON,
        ),
    )
    assert (operations.code, errors.code) == (0, 0), (operations.err, errors.err)
    assert {"EXPORT\tDONE", "IMPORT\tRUNNING"} <= set(operations.answer.splitlines())
    assert errors.count == str(LIMIT)


async def test_gcloud_lists_the_secrets_that_we_judge(look: Look) -> None:
    (printed,), _ = await look("stale-secrets", ("secrets", "list", "--format=value(name)", *ON))
    assert printed.code == 0, printed.err
    assert set(printed.answer.split()) == {"database-password", "google-api-key", "slack-webhook", "old-token"}
