"""Grants are held against the approved list; what is dangerous is told by itself, and keys have an age."""

from datetime import timedelta
from typing import Any

import pytest
from ruamel.yaml import YAML

from sagebase_ops.checks.iam_audit import Params, iam_audit
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.iam_scenario import Binding, Change, Key, ServiceAccount
from tests.checks.watching import looking, said

DEPLOY = "serviceAccount:deploy@sagebase-sandbox.iam.gserviceaccount.com"
RUNS = Binding(role="roles/run.developer", members=[DEPLOY])


async def seen(*approved: str, scenario: str = "healthy", **changed: Any) -> list[Finding]:
    async with looking(scenario, **changed) as (_, context):
        return await iam_audit(Params(approved=approved or None), context)


async def of(target: str, *approved: str, **given: Any) -> Finding:
    return next(one for one in await seen(*approved, **given) if one.target.name == target)


async def test_without_a_list_the_grants_are_shown_as_they_would_be_approved() -> None:
    first = await of("sagebase-sandbox", iam_bindings=[RUNS])
    assert (first.verdict, first.reason) == (Verdict.WARN, "no_approved_list")
    assert said(first.notes)[0] == f"{DEPLOY} roles/run.developer"
    again = await of("sagebase-sandbox", said(first.notes)[0], iam_bindings=[RUNS])
    assert (again.verdict, again.reason) == (Verdict.PASS, None)


async def test_what_was_added_since_is_told_with_its_member_and_what_is_gone_as_a_line() -> None:
    gone = "user:jiro@example.com roles/viewer"
    whole, member, *_ = await seen(gone, iam_bindings=[RUNS])
    assert (member.target.name, member.verdict, member.reason) == (DEPLOY, Verdict.WARN, "not_approved")
    assert (whole.reason, f"approved, but granted no more: {gone}" in said(whole.notes)) == ("not_approved", True)


async def test_an_approved_danger_is_not_told_again_but_what_anybody_may_do_always_is() -> None:
    bindings = [Binding(role="roles/editor", members=[DEPLOY]), Binding(role="roles/viewer", members=["allUsers"])]
    lines = (f"{DEPLOY} roles/editor", "allUsers roles/viewer")
    found = {one.target.name: one.verdict for one in await seen(*lines, iam_bindings=bindings)}
    assert DEPLOY not in found
    assert found["allUsers"] is Verdict.FAIL


async def test_the_loose_scenario_names_each_danger_once() -> None:
    found = await seen("user:lead@example.com roles/owner", scenario="loose-grants")
    assert {
        one.target.name.partition(":")[2] or one.target.name: one.reason
        for one in found
        if one.target.kind == "iam_member"
    } == {
        "allUsers": "public",
        "123456789012-compute@developer.gserviceaccount.com": "edits_all",
        "build@other-project.iam.gserviceaccount.com": "outsider_as_any",
        "deploy@sagebase-sandbox.iam.gserviceaccount.com": "account_owns",
        "sagebase-streamlit@sagebase-sandbox.iam.gserviceaccount.com": "not_approved",
    }
    public = next(one for one in found if one.target.name == "allUsers")
    assert str(public.remedy).endswith("sagebase-sandbox --member=allUsers --role=roles/viewer")
    whole = said(found[0].notes)
    assert any(line.startswith("its condition has run out: user:hanako@example.com roles/run.admin") for line in whole)
    assert any(line.startswith("its member was deleted") for line in whole)


async def test_changes_of_the_week_are_told_with_who_made_them() -> None:
    told = next(one for one in await seen(scenario="loose-grants") if one.target.kind == "iam_changes")
    assert (told.verdict, told.value) == (Verdict.PASS, Quantity(3, "{changes}"))
    changes = [note.values for note in told.notes]
    assert [(str(one["who"]), str(one["change"])[:1]) for one in changes] == [
        ("taro@example.com", "+"),
        ("taro@example.com", "+"),
        ("hanako@example.com", "-"),
    ]


async def test_what_was_granted_without_approval_is_a_warning_even_where_it_was_taken_away_again() -> None:
    lent = f"{DEPLOY} roles/owner"
    changes = [Change(age=timedelta(days=1), removed=[lent]), Change(age=timedelta(days=2), added=[lent])]
    for approved, verdict in (([lent], Verdict.PASS), ([], Verdict.WARN)):
        found = await seen(f"{DEPLOY} roles/run.developer", *approved, iam_bindings=[RUNS], changes=changes)
        assert next(one.verdict for one in found if one.target.kind == "iam_changes") is verdict


@pytest.mark.parametrize("title", ["nights", "until: 2026 #1", 'the "old" one: gone'])
async def test_what_is_to_be_approved_is_read_by_yaml_as_it_is_meant(title: str) -> None:
    bound = Binding(role="roles/run.admin", members=[DEPLOY], condition=title, expression="true")
    line = said((await of("sagebase-sandbox", iam_bindings=[bound])).notes)[0]
    assert YAML(typ="safe").load(f"- {line}") == [f"{DEPLOY} roles/run.admin if {title}"]


async def changes_of(*approved: str, **change: Any) -> Finding:
    found = await seen(*approved, iam_bindings=[RUNS], changes=[Change(age=timedelta(days=1), **change)])
    return next(one for one in found if one.target.kind == "iam_changes")


async def test_a_change_that_was_refused_is_none_and_who_tried_is_told() -> None:
    told = await changes_of(f"{DEPLOY} roles/run.developer", who="mallory@example.com", code=7)
    assert (told.verdict, told.reason, told.value) == (Verdict.WARN, "refused_attempt", Quantity(0, "{changes}"))
    assert said(told.notes)[0].endswith("to mallory@example.com")
    collided = await changes_of(f"{DEPLOY} roles/run.developer", code=10)
    assert (collided.verdict, collided.notes) == (Verdict.PASS, ())


async def test_a_grant_with_an_approved_condition_is_told_with_what_that_says_since_the_list_has_its_name_alone() -> (
    None
):
    lent = f"{DEPLOY} roles/run.admin"
    told = await changes_of(f"{lent} if nights", added=[lent], condition="nights", expression="true")
    assert (told.verdict, told.reason) == (Verdict.WARN, "condition_came")
    assert said(told.notes)[0].endswith(f"+{lent} if nights (true)")
    assert (await changes_of(lent, added=[lent], condition="nights", expression="true")).reason == "not_approved"


async def test_not_one_service_account_is_no_pass() -> None:
    lost = (await seen(service_accounts=[]))[-1]
    assert (lost.verdict, lost.reason) == (Verdict.UNKNOWN, "nothing_matched")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"denied_permissions": ["logging.logEntries.list"]}, "permission_denied"),
        ({"disabled_apis": ["logging.googleapis.com"]}, "api_disabled"),
        ({"faults": [Fault("LoggingServiceV2/ListLogEntries", "half_page", None)]}, "partial"),
    ],
)
async def test_changes_that_may_not_be_read_are_unknown_and_the_policy_judged_without_them(
    given: dict[str, Any], reason: str
) -> None:
    found = await seen(f"{DEPLOY} roles/run.developer", iam_bindings=[RUNS], **given)
    whole, changes = found[0], found[1]
    assert whole.verdict is Verdict.PASS
    assert (changes.target.kind, changes.verdict, changes.reason) == ("iam_changes", Verdict.UNKNOWN, reason)
    assert changes.remedy


@pytest.mark.parametrize(
    ("keys", "disabled", "verdict", "reason"),
    [
        ([Key(age=timedelta(days=12))], False, Verdict.WARN, "key_held"),
        ([Key(age=timedelta(days=12)), Key(age=timedelta(days=91))], False, Verdict.FAIL, "key_old"),
        ([Key(age=timedelta(days=400), disabled=True)], False, Verdict.PASS, None),
        ([Key(disabled=True, reason="SERVICE_ACCOUNT_KEY_DISABLE_REASON_EXPOSED")], False, Verdict.FAIL, "key_leaked"),
        ([Key(age=timedelta(days=400))], True, Verdict.PASS, None),
    ],
)
async def test_a_key_that_somebody_holds_is_judged_by_its_age(
    keys: list[Key], verdict: Verdict, reason: str | None, *, disabled: bool
) -> None:
    accounts = [ServiceAccount(name="deploy", keys=keys, disabled=disabled)]
    found = await of("deploy@sagebase-sandbox.iam.gserviceaccount.com", service_accounts=accounts)
    assert (found.verdict, found.reason) == (verdict, reason)


async def test_googles_own_keys_are_not_counted() -> None:
    found = (await seen(service_accounts=[ServiceAccount(name="deploy")]))[-1]
    assert (found.verdict, found.target.kind) == (Verdict.PASS, "service_accounts")


@pytest.mark.parametrize(
    "permission",
    ["resourcemanager.projects.getIamPolicy", "iam.serviceAccounts.list", "iam.serviceAccountKeys.list"],
)
async def test_what_may_not_be_read_is_no_pass(permission: str) -> None:
    (lost,) = [one for one in await seen(denied_permissions=[permission]) if one.verdict is Verdict.UNKNOWN]
    assert (lost.reason, lost.values["permission"]) == ("permission_denied", permission)


async def test_a_conditional_grant_keeps_its_role_and_its_condition() -> None:
    bound = Binding(role="roles/run.admin", members=[DEPLOY], condition="nights", expression="true")
    assert said((await of("sagebase-sandbox", iam_bindings=[bound])).notes)[0] == f"{DEPLOY} roles/run.admin if nights"


AGENT = "serviceAccount:service-{}@serverless-robot-prod.iam.gserviceaccount.com"
APIS = "serviceAccount:{}@cloudservices.gserviceaccount.com"


async def test_another_projects_agents_are_told_and_our_own_are_not() -> None:
    bindings = [
        Binding(role="roles/run.serviceAgent", members=[AGENT.format(number) for number in ("123456789012", "999")]),
        Binding(role="roles/editor", members=[APIS.format(number) for number in ("123456789012", "999")]),
    ]
    whole, *rest = await seen(f"{DEPLOY} roles/run.developer", iam_bindings=bindings)
    told = {one.target.name: one.reason for one in rest if one.target.kind == "iam_member"}
    assert told == {AGENT.format("999"): "foreign_agent", APIS.format("999"): "edits_all"}
    assert (whole.reason, whole.values["count"]) == ("not_approved", Quantity(2, "{grants}"))


async def test_an_unknown_number_of_the_project_is_told_and_hides_no_danger() -> None:
    found = await seen(scenario="loose-grants", denied_permissions=["resourcemanager.projects.get"])
    told = {one.target.kind: one for one in found}
    assert (told["service_agents"].verdict, told["service_agents"].reason) == (Verdict.UNKNOWN, "permission_denied")
    assert next(one for one in found if one.target.name == "allUsers").verdict is Verdict.FAIL


async def test_people_who_own_or_edit_everything_are_told_unless_approved() -> None:
    owner, editor = "user:lead@example.com", "group:all@example.com"
    bindings = [Binding(role="roles/owner", members=[owner]), Binding(role="roles/editor", members=[editor])]
    told = {one.target.name: one.reason for one in await seen(iam_bindings=bindings) if one.target.kind == "iam_member"}
    assert told == {owner: "person_owns", editor: "edits_all"}
    approved = await seen(f"{owner} roles/owner", f"{editor} roles/editor", iam_bindings=bindings)
    assert {one.verdict for one in approved} == {Verdict.PASS}


async def test_a_policy_without_a_grant_is_no_pass() -> None:
    whole = (await seen(f"{DEPLOY} roles/run.developer", iam_bindings=[]))[0]
    assert (whole.verdict, whole.reason) == (Verdict.UNKNOWN, "no_data")
    assert whole.remedy


@pytest.mark.parametrize("method", ["resourcemanager.projects.getIamPolicy", "iam.serviceAccountKeys.list"])
async def test_half_an_answer_is_no_pass(method: str) -> None:
    found = await seen(scenario="loose-grants", faults=[Fault(method, "half_page", None)])
    assert [one.reason for one in found if one.verdict is Verdict.UNKNOWN] == ["partial"]


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ('request.time < timestamp("2020-01-01T00:00:00Z")', None),
        ('request.time < timestamp("2999-01-01T00:00:00Z")', "account_owns"),
        ('!(request.time < timestamp("2020-01-01T00:00:00Z"))', "account_owns"),
        ('request.time < timestamp("2020-01-01T00:00:00Z") || true', "account_owns"),
    ],
)
async def test_a_grant_whose_time_is_over_is_a_line_and_any_other_is_judged(
    expression: str, reason: str | None
) -> None:
    bound = Binding(role="roles/owner", members=[DEPLOY], condition="c", expression=expression)
    whole, *rest = await seen(iam_bindings=[RUNS, bound])
    assert [one.reason for one in rest if one.target.kind == "iam_member"] == ([reason] if reason else [])
    assert any(line.startswith("its condition has run out") for line in said(whole.notes)) is (reason is None)
