"""Which grants are dangerous, which were approved, and which bound themselves to a time that is over?"""

from datetime import UTC, datetime

import pytest

from sagebase_ops.domain.grants import Grant, Risk, gone, read_grant, risk_of, unapproved

P = "sagebase-prod"
OURS = f"serviceAccount:deploy@{P}.iam.gserviceaccount.com"
NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("member", "role", "risk"),
    [
        ("allUsers", "roles/viewer", Risk.PUBLIC),
        ("allAuthenticatedUsers", "roles/browser", Risk.PUBLIC),
        (OURS, "roles/owner", Risk.OWNER),
        (OURS, "roles/editor", Risk.EDITOR),
        (OURS, "roles/iam.serviceAccountTokenCreator", Risk.AS_ANY),
        ("serviceAccount:x@other.iam.gserviceaccount.com", "roles/iam.serviceAccountUser", Risk.OUTSIDER),
        (OURS, "roles/iam.securityAdmin", Risk.OVER_GRANTS),
        (OURS, "roles/secretmanager.secretAccessor", Risk.SECRETS),
        (OURS, "roles/run.developer", None),
        ("user:lead@example.com", "roles/owner", Risk.PERSON_OWNS),
        ("group:all@example.com", "roles/editor", Risk.EDITOR),
        ("domain:example.com", "roles/iam.serviceAccountTokenCreator", Risk.AS_ANY),
        ("user:eve@example.com", "roles/secretmanager.secretAccessor", Risk.SECRETS),
        ("user:eve@example.com", "roles/run.viewer", None),
        ("serviceAccount:12-compute@developer.gserviceaccount.com", "roles/iam.serviceAccountUser", Risk.AS_ANY),
        ("serviceAccount:99-compute@developer.gserviceaccount.com", "roles/iam.serviceAccountUser", Risk.OUTSIDER),
        ("serviceAccount:99@cloudbuild.gserviceaccount.com", "roles/iam.serviceAccountUser", Risk.OUTSIDER),
        (f"serviceAccount:{P}@appspot.gserviceaccount.com", "roles/iam.serviceAccountUser", Risk.AS_ANY),
        ("serviceAccount:99@cloudservices.gserviceaccount.com", "roles/browser", Risk.FOREIGN_AGENT),
        ("serviceAccount:12@cloudservices.gserviceaccount.com", "roles/browser", None),
    ],
)
def test_the_gravest_risk_of_a_grant_is_named(member: str, role: str, risk: Risk | None) -> None:
    assert risk_of(Grant(member, role), P, "12") is risk


def test_a_grant_is_written_and_read_back_and_case_does_not_matter() -> None:
    grant = Grant("user:Hanako@Example.com", "roles/run.admin", "until spring")
    assert str(grant) == "user:Hanako@Example.com roles/run.admin if until spring"
    assert read_grant(str(grant)).key == grant.key
    assert unapproved([grant], [read_grant("user:hanako@example.com roles/run.admin if until spring")]) == ()


def test_the_same_role_under_another_condition_is_another_grant() -> None:
    granted, approved = Grant(OURS, "roles/run.admin"), Grant(OURS, "roles/run.admin", "until spring")
    assert unapproved([granted], [approved]) == (granted,)
    assert gone([granted], [approved]) == (approved,)


@pytest.mark.parametrize(
    ("expression", "over"),
    [
        ('request.time < timestamp("2026-04-01T00:00:00Z")', True),
        ('request.time < timestamp("2027-04-01T00:00:00Z")', False),
        ('resource.name == "x" && request.time < timestamp("2026-04-01T00:00:00Z")', True),
        ('request.time < timestamp("soon")', False),
        ("request.time <= timestamp('2026-04-01T00:00:00Z')", True),
        ('timestamp("2026-04-01T00:00:00Z") > request.time', True),
        ('(resource.name == "a || b" && (request.time < timestamp("2026-04-01T00:00:00Z")))', True),
        ('!(request.time < timestamp("2026-04-01T00:00:00Z"))', False),
        ('request.time < timestamp("2026-04-01T00:00:00Z") || resource.name == "x"', False),
        ('resource.type == "x" ? request.time < timestamp("2026-04-01T00:00:00Z") : true', False),
        ('request.time > timestamp("2026-04-01T00:00:00Z")', False),
        ("resource.name == \"request.time < timestamp('2026-04-01T00:00:00Z')\"", False),
        ('["a"].exists(x, x == "b" && request.time < timestamp("2026-04-01T00:00:00Z"))', False),
        ('resource.type == "x"', False),
        ("", False),
    ],
)
def test_a_condition_that_ends_before_now_grants_nothing(expression: str, *, over: bool) -> None:
    assert Grant(OURS, "roles/run.admin", "c", expression).over_at(NOW) is over


@pytest.mark.parametrize("written", ["roles/owner", "deploy roles/run.admin", "", "user:a@b.c"])
def test_what_is_no_grant_says_how_one_is_written(written: str) -> None:
    with pytest.raises(ValueError, match="write MEMBER ROLE"):
        read_grant(written)
