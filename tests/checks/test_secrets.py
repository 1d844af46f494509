"""Secrets by their versions and dates alone: no payload is read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sagebase_ops.checks.secret_versions.judge import Wanted, mistakes_of
from sagebase_ops.checks.secret_versions.uses import Use
from sagebase_ops.checks.secrets import Params, secrets
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.run_secrets import SecretUse as SecretUseOfRun
from sagebase_ops.gcp.secrets import Secret as SecretOfCloud
from sagebase_ops.gcp.secrets import SecretVersion
from sagebase_ops.sandbox.scenario import Revision, RunService, Secret, SecretUse
from tests.checks.watching import looking, said

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 25, tzinfo=UTC)


async def seen(secret: dict[str, Any], use: dict[str, Any] | None = None, age: timedelta = 3 * DAY) -> Finding:
    """The finding on one secret, which a service takes as `use` says in a revision `age` old."""
    uses = [SecretUse.model_validate({"secret": "s", **use})] if use is not None else []
    services = [RunService(revisions=[Revision(name="00042-abc", age=age)], secrets=uses)]
    async with looking(secrets=[Secret(name="s", **secret)], services=services) as (_, context):
        (found,) = await secrets(Params(), context)
    return found


@pytest.mark.parametrize(
    ("secret", "verdict", "reason"),
    [
        ({}, Verdict.PASS, None),
        ({"versions": ["DISABLED", "ENABLED"]}, Verdict.PASS, None),
        ({"versions": ["ENABLED", "ENABLED"]}, Verdict.WARN, "versions_left"),
        ({"versions": ["DISABLED", "DESTROYED"]}, Verdict.FAIL, "no_enabled_version"),
        ({"age": 400 * DAY}, Verdict.WARN, "old"),
        ({"rotation_overdue": DAY}, Verdict.WARN, "rotation_overdue"),
        ({"rotation_every": 90 * DAY}, Verdict.PASS, None),
        ({"rotation_every": 39.5 * DAY}, Verdict.PASS, None),
        ({"rotation_every": 38.5 * DAY}, Verdict.WARN, "rotation_overdue"),
        ({"expires_in": 13 * DAY}, Verdict.FAIL, "expires"),
        ({"expires_in": 15 * DAY}, Verdict.PASS, None),
    ],
)
async def test_a_secret_is_judged_by_its_versions_and_dates(
    secret: dict[str, Any], verdict: Verdict, reason: str | None
) -> None:
    found = await seen(secret)
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("use", "revision", "reason"),
    [
        ({"version": "latest"}, 3 * DAY, None),
        ({"version": "latest"}, 30 * DAY, "not_in_use"),
        ({"version": "latest", "volume": True}, 30 * DAY, None),
        ({"version": "1"}, 3 * DAY, "version_not_enabled"),
        ({"version": "2"}, 30 * DAY, None),
    ],
)
async def test_a_service_that_runs_with_an_older_value_is_named(
    use: dict[str, Any], revision: timedelta, reason: str | None
) -> None:
    """The second version is 20 days old."""
    found = await seen({"versions": ["DISABLED", "ENABLED"], "age": 40 * DAY}, use, revision)
    assert found.reason == reason
    assert "used by sagebase-streamlit" in said(found.notes)


async def test_a_service_that_is_pinned_to_an_older_version_is_named_though_it_can_be_read() -> None:
    services = [RunService(secrets=[SecretUse.model_validate({"secret": "s", "version": "1"})])]
    secret = Secret(name="s", versions=["ENABLED", "ENABLED"])
    async with looking(secrets=[secret], services=services) as (_, context):
        (found,) = await secrets(Params(most_enabled=2), context)
    assert (found.verdict, found.reason) == (Verdict.WARN, "version_pinned")


OLD = {"name": "00041-old", "age": 30 * DAY}
RESTART = (
    "gcloud run services update sagebase-streamlit --region=asia-northeast1 --project=sagebase-sandbox --update-labels="
)


async def serving(revisions: list[dict[str, Any]], template: list[dict[str, Any]], **more: Any) -> Finding:
    """Of a secret whose version 1 is 40 days old, and version 2 twenty."""
    service = RunService.model_validate({"revisions": revisions, "secrets": template, **more})
    secret = Secret(name="s", versions=["ENABLED", "ENABLED"], age=40 * DAY)
    async with looking(secrets=[secret], services=[service]) as (_, context):
        (found,) = await secrets(Params(most_enabled=2), context)
    return found


async def test_the_revision_with_the_traffic_is_judged_and_not_the_template_of_the_next() -> None:
    old = {**OLD, "secrets": [{"secret": "s", "version": "1"}]}
    new = {"name": "00042-new", "age": DAY, "ready": False}
    template = [{"secret": "s", "version": "2"}]
    found = await serving([old, new], template, traffic={"00041-old": 100})
    assert (found.reason, found.values["revision"]) == ("version_pinned", "sagebase-streamlit-00041-old")
    unused = await serving([{**OLD, "secrets": []}, new], [{"secret": "s", "version": "1"}], traffic={"00041-old": 100})
    assert (unused.reason, unused.notes) == (None, ())


async def test_a_value_that_was_renewed_since_is_told_with_revision_versions_and_the_restart() -> None:
    found = await serving([OLD], [{"secret": "s"}])
    told = {name: found.values[name] for name in ("service", "revision", "newest", "held")}
    revision = "sagebase-streamlit-00041-old"
    assert told == {"service": "sagebase-streamlit", "revision": revision, "newest": 2, "held": "1"}
    assert str(found.remedy).startswith(RESTART)


async def test_no_restart_is_advised_where_the_traffic_is_pinned_since_a_new_revision_would_get_none() -> None:
    found = await serving([OLD, {"name": "00042-new", "age": DAY}], [{"secret": "s"}], traffic={"00041-old": 100})
    assert (found.reason, found.remedy) == ("not_in_use", None)
    assert "pinned" in found.sentence.en


async def test_where_google_does_not_say_what_serves_nobody_knows_which_version_is_in_use() -> None:
    found = await serving([OLD], [{"secret": "s", "version": "2"}], traffic_told=False)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "no_traffic_split")


async def test_a_service_that_never_was_ready_holds_no_old_value_but_may_name_one() -> None:
    never = {"name": "00001-bad", "age": 30 * DAY, "ready": False}
    assert (await serving([never], [{"secret": "s"}])).reason is None
    assert (await serving([never], [{"secret": "s", "version": "1"}])).reason == "version_pinned"


async def test_a_revision_that_serves_and_is_in_no_list_is_no_pass() -> None:
    found = await serving([OLD], [{"secret": "s"}], traffic={"00009-gone": 100})
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "partial")
    assert any("00009-gone serves requests" in line for line in said(found.notes))


async def test_an_alias_is_the_version_that_it_stands_for() -> None:
    secret = Secret(name="s", versions=["ENABLED", "ENABLED", "DISABLED"], aliases={"live": 2, "old": 1, "off": 3})
    reasons = {}
    for alias in ("live", "old", "off"):
        services = [RunService(secrets=[SecretUse.model_validate({"secret": "s", "version": alias})])]
        async with looking(secrets=[secret], services=services) as (_, context):
            (found,) = await secrets(Params(most_enabled=2), context)
        reasons[alias] = found.reason
    assert reasons == {"live": None, "old": "version_pinned", "off": "version_not_enabled"}


async def test_a_secret_of_another_project_is_not_taken_for_ours_of_the_same_name() -> None:
    services = [RunService(secrets=[SecretUse.model_validate({"secret": "projects/other/secrets/s", "version": "7"})])]
    async with looking(secrets=[Secret(name="s")], services=services) as (_, context):
        (found,) = await secrets(Params(), context)
    assert (found.verdict, found.notes) == (Verdict.PASS, ())


@pytest.mark.parametrize("named", ["s", "projects/sagebase-sandbox/secrets/s"])
async def test_our_own_is_known_by_its_whole_name_too(named: str) -> None:
    services = [RunService(secrets=[SecretUse.model_validate({"secret": named, "version": "7"})])]
    async with looking(secrets=[Secret(name="s")], services=services) as (_, context):
        (found,) = await secrets(Params(), context)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "version_not_enabled")


async def test_a_secret_that_a_service_takes_and_nobody_has_fails() -> None:
    services = [RunService(secrets=[SecretUse.model_validate({"secret": name}) for name in ("s", "gone", "put-off")])]
    async with looking(secrets=[Secret(name="s")], services=services) as (_, context):
        judged = await secrets(Params(ignore=("put-off",)), context)
    found = {one.target.name: (one.verdict, one.reason) for one in judged}
    assert found == {"s": (Verdict.PASS, None), "gone": (Verdict.FAIL, "does_not_exist")}


async def test_the_worst_leads_and_the_rest_stands_below() -> None:
    found = await seen({"versions": ["ENABLED", "ENABLED"], "expires_in": DAY, "rotation_overdue": DAY})
    assert (found.verdict, found.reason, len(found.notes)) == (Verdict.FAIL, "expires", 2)


async def test_no_payload_is_ever_asked_for() -> None:
    async with looking("stale-secrets") as (box, context):
        found = {one.target.name: one.reason for one in await secrets(Params(), context)}
        methods = {call.method for call in box.world.calls}
    assert found == {
        "database-password": "versions_left",
        "google-api-key": "old",
        "slack-webhook": "expires",
        "old-token": "no_enabled_version",
    }
    assert not any("Access" in method for method in methods)


@pytest.mark.parametrize(
    ("versions", "version"),
    [
        (["ENABLED", "DISABLED"], "latest"),
        (["ENABLED", "DISABLED"], "2"),
        (["DISABLED", "ENABLED"], "1"),
        (["ENABLED"], "7"),
    ],
)
async def test_a_version_that_cannot_be_read_at_the_next_start_fails(versions: list[str], version: str) -> None:
    """`latest` is the highest number, even when that is disabled."""
    found = await seen({"versions": versions}, {"version": version})
    assert (found.verdict, found.reason) == (Verdict.FAIL, "version_not_enabled")


async def test_an_ignored_secret_is_left_out_and_none_at_all_is_no_pass() -> None:
    async with looking(secrets=[Secret(name="s")], services=[RunService()]) as (_, context):
        assert await secrets(Params(ignore=("s",)), context) == []


def test_a_time_that_google_does_not_say_is_no_pass() -> None:
    wanted = Wanted(365 * DAY, 1, 14 * DAY, NOW)
    use = Use("web", SecretUseOfRun("s", "latest", at_start=True), None)
    made = SecretVersion(1, "enabled", NOW - DAY)
    assert [one.reason for one in mistakes_of(SecretOfCloud("s"), [made], [use], wanted).mistakes] == ["no_data"]
    unmade = mistakes_of(SecretOfCloud("s"), [SecretVersion(1, "enabled")], [], wanted)
    assert [one.verdict for one in unmade.mistakes] == [Verdict.UNKNOWN]


@pytest.mark.parametrize("permission", ["secretmanager.secrets.list", "secretmanager.versions.list"])
async def test_what_may_not_be_read_is_no_pass(permission: str) -> None:
    async with looking(denied_permissions=[permission]) as (_, context):
        with pytest.raises(GcpError) as refused:
            await secrets(Params(), context)
    assert refused.value.kind is GcpErrorKind.PERMISSION_DENIED
