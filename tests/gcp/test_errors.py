"""Each way in which Google refuses has its kind, and the one command that mends it."""

import json
from pathlib import Path

import pytest
from google.api_core import exceptions
from google.auth.exceptions import DefaultCredentialsError, RefreshError, TransportError
from google.protobuf.message import DecodeError

from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.errors import Question, failure, from_google, from_refusal, from_response
from sagebase_ops.gcp.permissions import API_TITLES
from sagebase_ops.gcp.refusals import Refusal

RECORDINGS = Path(__file__).parents[1] / "recordings"
QUESTION = Question("run.googleapis.com", "Services.ListServices", "run.services.list", "prod", "ops@prod.example")
GRANT = "gcloud projects add-iam-policy-binding prod --member=serviceAccount:ops@prod.example --role=roles/{}"
LOGIN = "gcloud auth application-default login"
LOOK = "gcloud run services list --project=prod --log-http"
NAMED = "Permission 'run.revisions.list' denied on resource 'projects/p' (or resource may not exist)."
REFUSALS = {
    "reason: permission": (
        Refusal(403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "no", {"permission": "run.services.get"}),
        GcpErrorKind.PERMISSION_DENIED,
        GRANT.format("run.viewer"),
    ),
    "reason: API off": (
        Refusal(403, "PERMISSION_DENIED", "SERVICE_DISABLED", "", {"service": "logging.googleapis.com"}),
        GcpErrorKind.API_DISABLED,
        "gcloud services enable logging.googleapis.com --project=prod",
    ),
    "reason: API off for gcloud's own project": (
        Refusal(403, "PERMISSION_DENIED", "SERVICE_DISABLED", "", {"consumer": "projects/764086051850"}),
        GcpErrorKind.API_DISABLED,
        "gcloud auth application-default set-quota-project prod",
    ),
    "reason: quota project": (
        Refusal(403, "PERMISSION_DENIED", "USER_PROJECT_DENIED", ""),
        GcpErrorKind.PERMISSION_DENIED,
        GRANT.format("serviceusage.serviceUsageConsumer"),
    ),
    "reason: scope": (
        Refusal(403, "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", ""),
        GcpErrorKind.UNAUTHENTICATED,
        LOGIN,
    ),
    "reason: rate": (
        Refusal(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", ""),
        GcpErrorKind.QUOTA,
        "gcloud beta quotas info list --service=run.googleapis.com --project=prod",
    ),
    "reason: rate, with the quota and its value": (
        Refusal(
            429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "", {"quota_limit": "Reads", "quota_limit_value": "60"}
        ),
        GcpErrorKind.QUOTA,
        (
            "gcloud beta quotas preferences create --service=run.googleapis.com --project=prod"
            " --quota-id=Reads --preferred-value=120"
        ),
    ),
    "reason: billing": (
        Refusal(403, "PERMISSION_DENIED", "BILLING_DISABLED", "billing"),
        GcpErrorKind.REFUSED,
        "gcloud billing projects link prod --billing-account=ACCOUNT_ID",
    ),
    "reason: perimeter": (
        Refusal(403, "PERMISSION_DENIED", "SECURITY_POLICY_VIOLATED", "policy"),
        GcpErrorKind.REFUSED,
        LOOK,
    ),
    "text: permission": (Refusal(403, text=NAMED), GcpErrorKind.PERMISSION_DENIED, GRANT.format("run.viewer")),
    "text: API off": (
        Refusal(403, "PERMISSION_DENIED", text="X API has not been used in project 1 before or it is disabled."),
        GcpErrorKind.API_DISABLED,
        "gcloud services enable run.googleapis.com --project=prod",
    ),
    "text: no token": (
        Refusal(503, "UNAVAILABLE", text="Getting metadata from plugin failed with error: invalid_grant"),
        GcpErrorKind.UNAUTHENTICATED,
        LOGIN,
    ),
    "status: permission": (
        Refusal(403, "PERMISSION_DENIED"),
        GcpErrorKind.PERMISSION_DENIED,
        GRANT.format("run.viewer"),
    ),
    "status: not found": (
        Refusal(404, "NOT_FOUND"),
        GcpErrorKind.NOT_FOUND,
        "gcloud run services list --project=prod",
    ),
    "status: no token": (Refusal(401, "UNAUTHENTICATED"), GcpErrorKind.UNAUTHENTICATED, LOGIN),
    "status: deadline": (Refusal(504, "DEADLINE_EXCEEDED"), GcpErrorKind.DEADLINE, LOOK),
    "status: unavailable": (Refusal(503, "UNAVAILABLE"), GcpErrorKind.UNAVAILABLE, LOOK),
    "status: bad filter": (Refusal(400, "INVALID_ARGUMENT", text="Unparseable filter"), GcpErrorKind.REFUSED, LOOK),
    "HTTP only: 502": (Refusal(502), GcpErrorKind.UNAVAILABLE, LOOK),
}


@pytest.mark.parametrize(("refusal", "kind", "remedy"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_has_its_kind_and_its_remedy(refusal: Refusal, kind: GcpErrorKind, remedy: str) -> None:
    error = from_refusal(refusal, QUESTION)
    assert (error.kind, error.remedy) == (kind, remedy)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (exceptions.PermissionDenied("no"), GcpErrorKind.PERMISSION_DENIED),
        (exceptions.RetryError("late", cause=exceptions.ServiceUnavailable("down")), GcpErrorKind.UNAVAILABLE),
        (exceptions.RetryError("late", cause=None), GcpErrorKind.DEADLINE),
        (TimeoutError(), GcpErrorKind.DEADLINE),
        (DefaultCredentialsError("none found"), GcpErrorKind.UNAUTHENTICATED),
        (RefreshError("invalid_grant"), GcpErrorKind.UNAUTHENTICATED),
        (TransportError("metadata server"), GcpErrorKind.UNAVAILABLE),
        (DecodeError("garbage"), GcpErrorKind.MALFORMED),
    ],
)
def test_what_googles_libraries_raise_has_its_kind(raised: Exception, kind: GcpErrorKind) -> None:
    assert from_google(raised, QUESTION).kind is kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("error_api_disabled.json", GcpErrorKind.API_DISABLED),
        ("error_permission_denied.json", GcpErrorKind.PERMISSION_DENIED),
    ],
)
def test_a_recorded_refusal_has_its_kind(name: str, kind: GcpErrorKind) -> None:
    (exchange,) = json.loads((RECORDINGS / name).read_text())
    assert from_response(exchange["status"], json.dumps(exchange["response"]), QUESTION).kind is kind


@pytest.mark.parametrize("kind", GcpErrorKind)
@pytest.mark.parametrize("api", [*API_TITLES, "someday.googleapis.com"])
def test_every_failure_of_every_api_comes_with_one_gcloud_command(api: str, kind: GcpErrorKind) -> None:
    error = failure(kind, "", Question(api, "m", None, "prod"))
    assert (error.remedy or "").startswith("gcloud ")
    assert "\n" not in (error.remedy or "")


def test_a_disabled_api_is_the_one_that_google_names() -> None:
    (exchange,) = json.loads((RECORDINGS / "error_api_disabled.json").read_text())
    error = from_response(403, json.dumps(exchange["response"]), QUESTION)
    assert error.remedy == "gcloud services enable cloudkms.googleapis.com --project=prod"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>Bad gateway</html>",
        "[]",
        "null",
        '{"error": null}',
        '{"error": {"details": "x", "errors": [1]}}',
        '{"error": {"details": [{"@type": "x.ErrorInfo", "metadata": []}]}}',
    ],
)
def test_a_body_that_says_nothing_leaves_the_http_status(body: str) -> None:
    assert from_response(503, body, QUESTION).kind is GcpErrorKind.UNAVAILABLE


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('[{"error": {"status": "NOT_FOUND", "message": "gone"}}]', GcpErrorKind.NOT_FOUND),
        ('{"error": "invalid_grant", "error_description": "expired"}', GcpErrorKind.UNAUTHENTICATED),
        ('{"error": {"errors": [{"reason": "rateLimitExceeded"}]}}', GcpErrorKind.QUOTA),
        (
            '{"error": {"details": [{"@type": "x/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED"}]}}',
            GcpErrorKind.API_DISABLED,
        ),
    ],
)
def test_every_form_of_error_body_is_read(body: str, kind: GcpErrorKind) -> None:
    assert from_response(400, body, QUESTION).kind is kind


def test_a_403_names_the_permission_and_the_possibility_of_a_wrong_name() -> None:
    error = from_refusal(Refusal(403, text=NAMED), QUESTION)
    assert str(error).startswith("Cloud Run prod: may not list revisions (403, run.revisions.list); grant")
    assert "project prod or the thing does not exist" in str(error)


def test_an_unknown_account_is_a_placeholder_that_is_explained() -> None:
    error = from_refusal(Refusal(403), Question("run.googleapis.com", "M", "run.services.list", "prod"))
    assert "--member=serviceAccount:SERVICE_ACCOUNT " in str(error.remedy)
    assert "the service account of sagebase-ops" in str(error)


def test_a_project_cannot_smuggle_a_second_command_into_the_remedy() -> None:
    error = from_refusal(Refusal(404), Question("run.googleapis.com", "M", None, "p; rm -rf ~"))
    assert error.remedy == "gcloud run services list --project='p; rm -rf ~'"


def test_googles_own_words_are_kept_but_bounded() -> None:
    error: GcpError = from_refusal(Refusal(400, text="why\n" * 500), QUESTION)
    assert "Google: why why" in str(error)
    assert len(str(error)) < 500


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        (True, Refusal(429)),
        (True, Refusal(503)),
        (False, Refusal(403)),
        (False, Refusal(429, reason="RESOURCE_QUOTA_EXCEEDED")),
    ],
)
def test_only_what_passes_by_itself_is_retryable(kind: bool, refusal: Refusal) -> None:  # noqa: FBT001 (a table)
    assert from_refusal(refusal, QUESTION).retryable is kind
