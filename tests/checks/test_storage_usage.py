"""Disks and buckets: how full, how fast, and kept as they should be."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sagebase_ops.checks.storage_usage import Params, storage_usage
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.sql_scenario import SqlInstance
from sagebase_ops.sandbox.storage_scenario import Bucket
from tests.checks.watching import looking, refusing, said

BACKUPS = "sagebase-sandbox-sagebase-backups-production"
OTHER = "sagebase-sandbox-sagebase-backups"


async def found(names: tuple[str, ...] = (), faults: Sequence[Fault] = (), **changed: Any) -> dict[str, Finding]:
    async with looking("healthy", faults, **changed) as (_, given):
        context = replace(given, project=replace(given.project, buckets=names))
        return {finding.target.name: finding for finding in await storage_usage(Params(), context)}


async def disk(**instance: Any) -> Finding:
    return (await found(sql_instances=[SqlInstance(**instance)]))["sagebase-db"]


async def bucket(faults: Sequence[Fault] = (), others: Sequence[Bucket] = (), **given: Any) -> Finding:
    return (await found((BACKUPS,), faults, buckets=[Bucket(**{"name": BACKUPS, **given}), *others]))[BACKUPS]


@pytest.mark.parametrize(
    ("instance", "verdict", "reason"),
    [
        ({}, Verdict.PASS, None),
        ({"disk_used_gb": 19.0}, Verdict.PASS, None),
        ({"auto_resize": False, "disk_used_gb": 15.0}, Verdict.PASS, None),
        ({"auto_resize": False, "disk_used_gb": 17.0}, Verdict.WARN, "over_limit"),
        ({"auto_resize": False, "disk_used_gb": 19.0}, Verdict.FAIL, "over_limit"),
        ({"auto_resize_limit_gb": 20, "disk_used_gb": 19.0}, Verdict.FAIL, "over_limit"),
        ({"auto_resize_limit_gb": 100, "disk_used_gb": 19.0}, Verdict.PASS, None),
        ({"auto_resize": False, "disk_used_gb": 12.0, "disk_growth_gb": 0.2}, Verdict.WARN, "full_soon"),
        ({"auto_resize": False, "disk_used_gb": 12.0, "disk_growth_gb": -0.2}, Verdict.PASS, None),
        ({"disk_used_gb": 15.0, "unsaid": ["settings.storageAutoResize"]}, Verdict.PASS, None),
        ({"disk_used_gb": 17.0, "unsaid": ["settings.storageAutoResize"]}, Verdict.UNKNOWN, "no_limit"),
        ({"disk_used_gb": 19.0, "unsaid": ["settings.storageAutoResize"]}, Verdict.UNKNOWN, "no_limit"),
        ({"disk_used_gb": 19.0, "odd": {"settings.storageAutoResize": "maybe"}}, Verdict.UNKNOWN, "no_limit"),
        ({"disk_used_gb": 15.0, "odd": {"settings.storageAutoResizeLimit": "-1"}}, Verdict.PASS, None),
        ({"disk_used_gb": 19.0, "odd": {"settings.storageAutoResizeLimit": "-1"}}, Verdict.UNKNOWN, "no_limit"),
        ({"disk_used_gb": 19.0, "odd": {"settings.storageAutoResizeLimit": "unlimited"}}, Verdict.UNKNOWN, "no_limit"),
        ({"disk_used_gb": 19.0, "unsaid": ["settings.storageAutoResizeLimit"]}, Verdict.PASS, None),
        ({"disk_gb": 0}, Verdict.UNKNOWN, "no_size"),
        ({"odd": {"settings.dataDiskSizeGb": "-20"}}, Verdict.UNKNOWN, "no_size"),
        ({"odd": {"settings.dataDiskSizeGb": "Infinity"}}, Verdict.UNKNOWN, "no_size"),
        ({"disk_used_gb": -3.0}, Verdict.UNKNOWN, "unit"),
        ({"disk_used_gb": None}, Verdict.UNKNOWN, "no_data"),
    ],
)
async def test_a_disk_is_held_against_what_it_may_grow_to(
    instance: dict[str, Any], verdict: Verdict, reason: str | None
) -> None:
    seen = await disk(**{"disk_growth_gb": 0.0, **instance})
    assert (seen.verdict, seen.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("instance", "command"),
    [
        ({"auto_resize": False}, "gcloud sql instances patch sagebase-db --storage-size=30 "),
        (
            {"auto_resize_limit_gb": 20},
            "gcloud beta sql instances patch sagebase-db --storage-auto-increase-limit=30 ",
        ),
    ],
)
async def test_what_is_full_is_what_the_command_makes_larger(instance: dict[str, Any], command: str) -> None:
    assert str((await disk(disk_used_gb=19.0, disk_growth_gb=0.0, **instance)).remedy).startswith(command)


async def test_the_days_until_a_disk_is_full_follow_its_trend() -> None:
    seen = await disk(auto_resize=False, disk_used_gb=14.0, disk_growth_gb=0.1)
    left = seen.values["left"]
    assert round(left.amount / 86400) in {59, 60, 61}  # type: ignore[union-attr] # a Quantity


@pytest.mark.parametrize(("a_day", "verdict"), [(0.9, Verdict.WARN), (0.2, Verdict.PASS)])
async def test_a_disk_that_began_to_fill_up_this_week_is_told_though_the_month_was_quiet(
    a_day: float, verdict: Verdict
) -> None:
    """At 15 of 20 GB: of a week's trend three more weeks are believed, which is enough for 0.9 GB a day."""
    seen = await disk(auto_resize=False, disk_used_gb=15.0, disk_growth_gb=a_day, disk_grows_since=timedelta(days=8))
    assert (seen.verdict, seen.reason) == (verdict, "full_soon" if verdict is Verdict.WARN else None)


async def test_a_bucket_is_told_by_storage_class_and_type_since_gsutil_counts_live_objects_alone() -> None:
    seen = await bucket()
    assert (seen.verdict, round(seen.value.amount / 1e9, 1) if seen.value else None) == (Verdict.PASS, 13.9)
    assert [note.values["type"] for note in seen.notes if "type" in note.values] == [
        "live-object",
        "noncurrent-object",
        "soft-deleted-object",
    ]


@pytest.mark.parametrize(
    ("given", "verdict", "reason"),
    [
        ({"live_gb": 90.0, "growth_gb": 2.0}, Verdict.WARN, "grew"),
        ({"live_gb": 12.0, "growth_gb": 0.3}, Verdict.PASS, None),
        ({"versioning": False}, Verdict.WARN, "kept_badly"),
        ({"lifecycle_days": None}, Verdict.WARN, "kept_badly"),
        ({"lifecycle_action": "AbortIncompleteMultipartUpload"}, Verdict.WARN, "kept_badly"),
        ({"lifecycle_action": "SetStorageClass"}, Verdict.PASS, None),
        ({"public_prevention": "inherited"}, Verdict.PASS, None),
        ({"public_prevention": "inherited", "members": ["allUsers"]}, Verdict.FAIL, "public"),
        ({"public_prevention": "inherited", "members": ["allAuthenticatedUsers"]}, Verdict.FAIL, "public"),
        ({"members": ["allUsers"]}, Verdict.PASS, None),
        ({"public_prevention": "inherited", "uniform_access": False}, Verdict.WARN, "kept_badly"),
        ({"uniform_access": False}, Verdict.PASS, None),
        ({"measured": False}, Verdict.UNKNOWN, "no_data"),
        ({"measured": False, "objects": False}, Verdict.PASS, None),
        ({"measured": False, "age": timedelta(hours=30)}, Verdict.SKIPPED, "young"),
        ({"live_gb": -4.0}, Verdict.UNKNOWN, "unit"),
    ],
)
async def test_a_bucket_is_judged_by_size_growth_and_keeping(
    given: dict[str, Any], verdict: Verdict, reason: str | None
) -> None:
    seen = await bucket(**given)
    assert (seen.verdict, seen.reason) == (verdict, reason)


@pytest.mark.parametrize(("days", "sentence"), [(7, "once the"), (0, "neither versioning nor soft deletion")])
async def test_for_how_long_an_object_can_be_brought_back_is_said(days: int, sentence: str) -> None:
    assert sentence in (await bucket(versioning=False, soft_delete_days=days)).sentence.en


async def test_growth_is_told_by_storage_class_and_type() -> None:
    seen = await bucket(live_gb=90.0, growth_gb=2.0)
    told = {note.values["type"]: note.values["growth"] for note in seen.notes if "type" in note.values}
    assert {kind: round(more.amount / 1e9) for kind, more in told.items()} == {  # type: ignore[union-attr] # a Quantity
        "live-object": 60,
        "noncurrent-object": 0,
        "soft-deleted-object": 0,
    }


@pytest.mark.parametrize(
    ("given", "more_gb"),
    [
        ({"age": timedelta(days=10), "live_gb": 40.0, "growth_gb": 4.0}, 42),  # 1.5 and 0.4 of old objects among them
        ({"age": timedelta(days=4), "live_gb": 400.0, "growth_gb": 100.0}, 402),
        ({"age": timedelta(days=10), "live_gb": 40.0, "growth_gb": 0.0}, 42),  # all of it on its first day
        (
            {"age": timedelta(days=400), "live_gb": 300.0, "growth_gb": 60.0},
            300,
        ),  # nothing live but for the last five days
    ],
)
async def test_what_came_in_at_once_is_all_of_the_growth(given: dict[str, Any], more_gb: int) -> None:
    seen = await bucket(**given)
    assert (seen.verdict, seen.reason) == (Verdict.WARN, "grew")
    assert seen.values["growth"].amount / 1e9 == pytest.approx(more_gb, rel=0.3)  # type: ignore[union-attr] # a Quantity


async def test_a_page_without_an_object_is_no_empty_bucket_where_there_is_another_page() -> None:
    seen = await bucket([Fault("storage.objects.list", "half_page", None)], measured=False)
    assert seen.verdict is Verdict.UNKNOWN


async def test_a_bucket_of_another_project_is_told_with_whose_it_is() -> None:
    seen = await bucket(owner="987654321098")
    assert (seen.verdict, seen.values["number"]) == (Verdict.WARN, "987654321098")


async def test_both_spellings_of_the_backup_bucket_are_looked_for() -> None:
    alone, both = await bucket(), await bucket(others=[Bucket(name=OTHER)])
    assert any(f"{OTHER}, which the guide's export" in line for line in said(alone.notes))
    assert any(f"the guide's other spelling, {OTHER}, exists as well" in line for line in said(both.notes))


async def test_a_bucket_that_nobody_has_fails_and_the_nearest_name_is_offered() -> None:
    seen = (await found((BACKUPS,), buckets=[Bucket(name=OTHER)]))[BACKUPS]
    assert (seen.verdict, seen.reason, seen.values["near"]) == (Verdict.FAIL, "does_not_exist", OTHER)


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("storage.buckets.getIamPolicy", {"public_prevention": "inherited"}),
        ("storage.objects.list", {"measured": False}),
    ],
)
async def test_what_one_bucket_refuses_makes_that_bucket_unknown(method: str, given: dict[str, Any]) -> None:
    seen = await bucket([refusing(method, method)], **given)
    assert (seen.verdict, seen.reason) == (Verdict.UNKNOWN, "permission_denied")


async def test_a_metric_that_could_not_be_proven_passes_nothing() -> None:
    faults = [refusing("MetricService.ListMetricDescriptors", "monitoring.metricDescriptors.list")]
    assert {one.verdict for one in (await found((BACKUPS,), faults)).values()} == {Verdict.UNKNOWN}


@pytest.mark.parametrize(
    ("permission", "lost"),
    [
        ("monitoring.timeSeries.list", {"sagebase-db", BACKUPS}),
        ("storage.buckets.list", {"sagebase-sandbox"}),
        ("cloudsql.instances.list", {"sagebase-sandbox"}),
    ],
)
async def test_what_may_not_be_listed_is_no_pass(permission: str, lost: set[str]) -> None:
    seen = await found((BACKUPS,), denied_permissions=[permission])
    assert {name for name, one in seen.items() if one.reason == "permission_denied"} == lost


async def test_calls_do_not_grow_with_buckets() -> None:
    async with looking(buckets=[Bucket(name=f"bucket-{n}") for n in range(20)]) as (box, given):
        context = replace(given, project=replace(given.project, buckets=tuple(f"bucket-{n}" for n in range(20))))
        assert len(await storage_usage(Params(), context)) == 21
        assert len(box.world.calls) == 6
