"""Where a part of a check's questions is refused, what the others proved is told all the same, and the refusal beside it."""

from dataclasses import replace
from typing import Any

import pytest

from sagebase_ops.checks.catalogue import catalogue
from sagebase_ops.checks.parts import each_alike, each_part
from sagebase_ops.domain.results import Finding, Sentence, Target, Verdict, failing
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.storage_scenario import Bucket
from tests.checks.watching import DB, WEB, looking, refusing, said

MINUTES = "sagebase-sandbox-sagebase-minutes-production"
OPEN = {"buckets": [Bucket(name=MINUTES, public_prevention="inherited", members=["allUsers"])]}
ALL = "sagebase-sandbox"

METHODS = {
    "monitoring.timeSeries.list": "MetricService/ListTimeSeries",
    "run.services.list": "Services/ListServices",
    "run.revisions.list": "Revisions/ListRevisions",
    "logging.logEntries.list": "LoggingServiceV2/ListLogEntries",
    "secretmanager.versions.list": "SecretManagerService/ListSecretVersions",
    "cloudsql.instances.list": "sqladmin.instances.list",
}
"""What asks for a permission, where it is not called as the permission is."""


def refusal(permission: str, times: int | None = None) -> Fault:
    return replace(refusing(METHODS.get(permission, permission), permission), times=times)


async def seen(name: str, scenario: str, *faults: Fault, **changed: Any) -> dict[tuple[str, str], Finding]:
    """What the check finds, by kind and name of the target."""
    check = catalogue()[name]
    async with looking(scenario, faults, **changed) as (_, given):
        context = replace(given, project=replace(given.project, buckets=(MINUTES,)))
        found = await check.run(check.params(), context)
    assert len({one.target for one in found}) == len(found)  # an incident knows a finding by its target
    return {(one.target.kind, one.target.name): one for one in found}


@pytest.mark.parametrize(
    ("check", "scenario", "permission", "proven", "lost"),
    [
        ("iam_audit", "loose-grants", "iam.serviceAccountKeys.list", ("iam_member", "allUsers"), "service_accounts"),
        ("iam_audit", "loose-grants", "iam.serviceAccounts.list", ("iam_member", "allUsers"), "service_accounts"),
        ("iam_audit", "loose-grants", "logging.logEntries.list", ("iam_member", "allUsers"), "iam_changes"),
        (
            "iam_audit",
            "loose-grants",
            "resourcemanager.projects.getIamPolicy",
            ("service_account", f"deploy@{ALL}.iam.gserviceaccount.com"),
            "project",
        ),
        ("storage_usage", "healthy", "cloudsql.instances.list", ("bucket", MINUTES), "sql_instances"),
        ("storage_usage", "healthy", "monitoring.timeSeries.list", ("bucket", MINUTES), "sql_instance"),
        ("run_scaling", "undersized", "run.services.list", ("sql_instance", DB), "run_services"),
        ("run_scaling", "undersized", "cloudsql.instances.list", ("run_service", WEB), "sql_instances"),
        ("log_storage", "log-flood", "monitoring.timeSeries.list", ("log_bucket", "_Default"), "project"),
        ("log_storage", "log-flood", "logging.buckets.list", ("log_sink", "_Default"), "log_bucket"),
        ("log_storage", "log-flood", "logging.sinks.list", ("project", ALL), "log_sink"),
    ],
)
async def test_a_refused_part_is_told_by_itself_and_hides_no_other(
    check: str, scenario: str, permission: str, proven: tuple[str, str], lost: str
) -> None:
    found = await seen(check, scenario, refusal(permission), **OPEN if check == "storage_usage" else {})
    assert found[proven].verdict in {Verdict.FAIL, Verdict.WARN}
    (told,) = [one for (kind, _), one in found.items() if kind == lost]
    assert (told.verdict, told.reason, told.values["permission"]) == (Verdict.UNKNOWN, "permission_denied", permission)
    assert told.remedy


@pytest.mark.parametrize(
    ("check", "scenario", "permission", "target", "proven"),
    [
        (
            "run_scaling",
            "undersized",
            "monitoring.timeSeries.list",
            ("run_service", WEB),
            "minimum",
        ),
        ("secrets", "stale-secrets", "run.revisions.list", ("secret", "database-password"), "are enabled (2, 1)"),
        ("secrets", "stale-secrets", "run.services.list", ("secret", "database-password"), "are enabled (2, 1)"),
        ("run_deploys", "failed-deploy", "monitoring.timeSeries.list", ("run_service", WEB), "never became ready"),
    ],
)
async def test_what_is_known_of_a_thing_is_told_below_what_may_not_be_read_of_it(
    check: str, scenario: str, permission: str, target: tuple[str, str], proven: str
) -> None:
    found = (await seen(check, scenario, refusal(permission)))[target]
    told = [found.sentence.en.format_map(found.with_values()), *said(found.notes)]
    assert any(proven in line for line in told), told
    assert found.verdict in {Verdict.UNKNOWN, Verdict.WARN}


@pytest.mark.parametrize(
    ("check", "permission"),
    [
        ("alert_policies", "monitoring.notificationChannels.list"),
        ("alert_policies", "monitoring.uptimeCheckConfigs.list"),
        ("alert_policies", "run.services.list"),
        ("notification_channels", "monitoring.alertPolicies.list"),
    ],
)
async def test_alerting_that_cannot_work_fails_whatever_else_was_refused(check: str, permission: str) -> None:
    found = await seen(check, "guide-alerting", refusal(permission))
    assert {one.verdict for one in found.values()} == {Verdict.FAIL}


@pytest.mark.parametrize(
    ("check", "permission", "unknown"),
    [
        ("alert_policies", "monitoring.notificationChannels.list", 6),
        ("alert_policies", "monitoring.uptimeCheckConfigs.list", 1),
        ("alert_policies", "run.services.list", 1),
        ("notification_channels", "monitoring.alertPolicies.list", 1),
        ("secrets", "run.services.list", 2),
        ("secrets", "run.revisions.list", 2),
    ],
)
async def test_what_is_well_as_far_as_it_was_seen_is_no_pass_where_that_depends_on_what_was_refused(
    check: str, permission: str, unknown: int
) -> None:
    found = await seen(check, "healthy", refusal(permission))
    lost = [one for one in found.values() if one.verdict is Verdict.UNKNOWN]
    assert (len(lost), {one.reason for one in lost} <= {"permission_denied"}) == (unknown, True)


@pytest.mark.parametrize(
    ("check", "scenario", "permission", "kind"),
    [
        ("secrets", "stale-secrets", "secretmanager.versions.list", "secret"),
        ("iam_audit", "loose-grants", "iam.serviceAccountKeys.list", "service_account"),
    ],
)
async def test_one_thing_refused_hides_no_other_of_its_kind(
    check: str, scenario: str, permission: str, kind: str
) -> None:
    whole = {key: one for key, one in (await seen(check, scenario)).items() if key[0] == kind}
    found = {
        key: one for key, one in (await seen(check, scenario, refusal(permission, times=1))).items() if key[0] == kind
    }
    (lost,) = [key for key, one in found.items() if one.reason == "permission_denied"]
    rest = {key: one.verdict for key, one in found.items() if key != lost}
    assert rest == {key: one.verdict for key, one in whole.items() if key != lost}


DISK = failing(Target("disk", "a"), Sentence(ja="満杯", en="full"))
REFUSED = GcpError(GcpErrorKind.PERMISSION_DENIED, "no", api="a", method="m", permission="p", remedy="r")


async def full() -> list[Finding]:
    return [DISK]


async def refused() -> list[Finding]:
    raise REFUSED


async def test_things_of_which_all_are_refused_for_one_reason_are_one_refusal() -> None:
    a, b = Target("disk", "a"), Target("disk", "b")
    with pytest.raises(GcpError):
        await each_alike((a, refused()), (b, refused()))
    assert [one.verdict for one in await each_part((a, refused()), (b, refused()))] == [Verdict.UNKNOWN] * 2
    assert [one.verdict for one in await each_alike((a, full()), (b, refused()))] == [Verdict.FAIL, Verdict.UNKNOWN]
    assert await each_alike() == []
