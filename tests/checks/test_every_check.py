"""Every check of the catalogue has passed, has not, and could not look, on the wire and as the shipped file asks it."""

from typing import Any

import pytest

from sagebase_ops.checks.catalogue import catalogue
from sagebase_ops.config.load import load
from sagebase_ops.domain.results import Verdict
from sagebase_ops.gcp.permissions import ROLES
from sagebase_ops.jobs.run_checks import plan, run_checks
from tests.checks.watching import PROJECT, SHIPPED, looking

WITH_A_DATABASE = {"db_connections", "db_indexes", "db_slow_queries", "db_statistics"}
"""Asked of a real PostgreSQL, in their own tests."""
SHOWN_IN = {
    "access_logs": "scanner",
    "alert_policies": "guide-alerting",
    "cost": "cost-jump",
    "dashboard": "guide-alerting",
    "error_log_summary": "error-wave",
    "iam_audit": "loose-grants",
    "log_storage": "log-flood",
    "metric": "overload",
    "notification_channels": "guide-alerting",
    "open_alerts": "high-error-rate",
    "performance_review": "undersized",
    "run_deploys": "bad-deploy",
    "run_error_logs": "outage",
    "run_ready": "outage",
    "run_revisions": "pinned-traffic",
    "run_scaling": "undersized",
    "secrets": "stale-secrets",
    "smoke_test": "outage",
    "sql_backup_settings": "backup-drift",
    "sql_backups": "backup-missing",
    "sql_connected": "db-gone",
    "sql_error_logs": "sql-trouble",
    "sql_maintenance": "sql-neglected",
    "sql_operations": "sql-trouble",
    "sql_updates": "sql-neglected",
    "storage_usage": "sql-neglected",
    "uptime": "outage",
    "uptime_checks": "guide-alerting",
}
ONLY_FOR = {
    ("run.services.list", "access_logs"): "services chosen by * or labels",
    ("run.services.list", "dashboard"): "the same",
    ("run.services.list", "error_log_summary"): "the same",
    ("run.services.list", "metric"): "the same",
    ("run.services.list", "run_error_logs"): "the same",
    ("cloudsql.instances.list", "alert_policies"): "instances chosen by * or labels",
    ("cloudsql.instances.list", "dashboard"): "the same",
    ("cloudsql.instances.list", "metric"): "the same",
    ("run.revisions.list", "run_ready"): "a service that is not ready",
    ("run.revisions.list", "uptime"): "a service that fails",
    ("run.revisions.list", "run_scaling"): "a service of which an older revision serves",
    ("run.revisions.list", "performance_review"): "the same",
    ("logging.logEntries.list", "run_deploys"): "a deploy",
    ("monitoring.timeSeries.list", "run_deploys"): "a deploy",
    ("logging.buckets.list", "error_log_summary"): "errors that the sink _Default does not take",
    ("logging.buckets.list", "run_error_logs"): "the same",
    ("logging.sinks.list", "error_log_summary"): "a service without any error",
    ("logging.sinks.list", "run_error_logs"): "the same",
    ("secretmanager.secrets.list", "smoke_test"): "a secret that is missing",
    ("storage.buckets.get", "smoke_test"): "a bucket that is in no list",
    ("storage.buckets.get", "storage_usage"): "the same",
    ("storage.buckets.getIamPolicy", "storage_usage"): "a bucket that may be public",
}
"""What a permission is wanted for where all being well needs none: permission and check."""
FINE, COULD_NOT_LOOK = {Verdict.PASS}, {Verdict.UNKNOWN}
NOT_FINE = {Verdict.FAIL, Verdict.WARN}


async def verdicts(scenario: str, *checks: str, **changed: Any) -> dict[str, set[Verdict]]:
    """What the entries of the shipped file find there, together for each check."""
    schedules = load(SHIPPED, example_project=PROJECT.id)
    every = [one for checklist in schedules.checklists.values() for one in plan(schedules, checklist)]
    asked = [one for one in every if one.ref.check in checks]
    async with looking(scenario, **changed) as (_, context):
        results = await run_checks(asked, context.gcp, context.probe, context.now, zone=schedules.timezone)
    found: dict[str, set[Verdict]] = {}
    for result in results:
        found.setdefault(result.entry.check, set()).update(finding.verdict for finding in result.findings)
    return found


def test_every_check_has_a_scenario_in_which_it_is_not_fine() -> None:
    assert set(SHOWN_IN) | WITH_A_DATABASE == set(catalogue())


async def test_where_all_is_well_every_check_passes() -> None:
    assert await verdicts("healthy", *SHOWN_IN) == dict.fromkeys(SHOWN_IN, FINE)


async def test_where_nothing_is_granted_no_check_passes() -> None:
    cloud = set(SHOWN_IN) - {"smoke_test"}  # pages are asked without any grant
    assert await verdicts("nothing-granted", *cloud) == dict.fromkeys(cloud, COULD_NOT_LOOK)


@pytest.mark.parametrize("scenario", sorted(set(SHOWN_IN.values())))
async def test_what_is_wrong_there_is_found(scenario: str) -> None:
    shown = [check for check, one in SHOWN_IN.items() if one == scenario]
    found = await verdicts(scenario, *shown)
    assert {check: bool(seen & NOT_FINE) for check, seen in found.items()} == dict.fromkeys(shown, True)


def test_every_permission_of_a_check_has_a_role_to_grant() -> None:
    assert {one for found in catalogue().values() for one in found.permissions} - set(ROLES) == set()


@pytest.mark.parametrize("permission", sorted({one for found in catalogue().values() for one in found.permissions}))
async def test_what_rests_on_a_grant_that_is_missing_is_not_all_green(permission: str) -> None:
    asking = {name for name, found in catalogue().items() if permission in found.permissions}
    at_all_times = {check for check in asking if (permission, check) not in ONLY_FOR}
    found = await verdicts("healthy", *at_all_times, denied_permissions=[permission])
    assert {check for check, seen in found.items() if Verdict.UNKNOWN not in seen} == set()
