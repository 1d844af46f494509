"""How Google says no: one refusal, which gRPC and REST each put into their own form."""

from collections.abc import Mapping
from dataclasses import dataclass, field

HTTP_CODES = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
TITLES = {
    "run.googleapis.com": "Cloud Run Admin API",
    "monitoring.googleapis.com": "Cloud Monitoring API",
    "logging.googleapis.com": "Cloud Logging API",
    "secretmanager.googleapis.com": "Secret Manager API",
    "sqladmin.googleapis.com": "Cloud SQL Admin API",
    "storage.googleapis.com": "Cloud Storage API",
    "serviceusage.googleapis.com": "Service Usage API",
    "cloudresourcemanager.googleapis.com": "Cloud Resource Manager API",
    "bigquery.googleapis.com": "BigQuery API",
    "iam.googleapis.com": "Identity and Access Management (IAM) API",
    "cloudbilling.googleapis.com": "Cloud Billing API",
}


@dataclass
class RefusalError(Exception):
    """A refusal with Google's status word, text and ErrorInfo. `legacy` is the reason in REST's old form."""

    status: str
    message: str
    reason: str = ""
    domain: str = "googleapis.com"
    metadata: Mapping[str, str] = field(default_factory=dict)
    legacy: str = ""

    @property
    def code(self) -> int:
        return HTTP_CODES[self.status]


def permission_denied(permission: str, resource: str, api: str) -> RefusalError:
    texts = {
        "monitoring.googleapis.com": f"Permission {permission} denied (or the resource may not exist).",
        "secretmanager.googleapis.com": f"Permission '{permission}' denied for resource '{resource}' (or it may not exist).",
        "bigquery.googleapis.com": f"Access Denied: {resource}: User does not have {permission} permission in {resource}.",
        "sqladmin.googleapis.com": "The client is not authorized to make this request.",
    }
    text = texts.get(api, f"Permission '{permission}' denied on resource '{resource}' (or resource may not exist).")
    legacy = {"sqladmin.googleapis.com": "notAuthorized", "bigquery.googleapis.com": "accessDenied"}.get(
        api, "forbidden"
    )
    metadata = {"permission": permission, "resource": resource}
    return RefusalError("PERMISSION_DENIED", text, "IAM_PERMISSION_DENIED", "iam.googleapis.com", metadata, legacy)


def api_disabled(api: str, number: str) -> RefusalError:
    url = f"https://console.developers.google.com/apis/api/{api}/overview?project={number}"
    text = (
        f"{TITLES.get(api, api)} has not been used in project {number} before or it is disabled. Enable it by visiting "
        f"{url} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our "
        "systems and retry."
    )
    metadata = {"service": api, "consumer": f"projects/{number}", "activationUrl": url}
    return RefusalError(
        "PERMISSION_DENIED", text, "SERVICE_DISABLED", "googleapis.com", metadata, "accessNotConfigured"
    )


def quota_exceeded(api: str, number: str) -> RefusalError:
    text = (
        f"Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' of service '{api}' "
        f"for consumer 'project_number:{number}'."
    )
    metadata = {
        "service": api,
        "consumer": f"projects/{number}",
        "quota_limit": "ReadRequestsPerMinutePerProject",
        "quota_limit_value": "60",
    }
    return RefusalError(
        "RESOURCE_EXHAUSTED", text, "RATE_LIMIT_EXCEEDED", "googleapis.com", metadata, "rateLimitExceeded"
    )


def not_found(text: str, legacy: str = "notFound") -> RefusalError:
    return RefusalError("NOT_FOUND", text, legacy=legacy)


def failed_precondition(text: str) -> RefusalError:
    return RefusalError("FAILED_PRECONDITION", text, legacy="failedPrecondition")


def invalid(text: str) -> RefusalError:
    return RefusalError("INVALID_ARGUMENT", text, legacy="invalid")


def refuse_token(page_token: str) -> None:
    """These lists come on one page, so no token is theirs. Raises RefusalError."""
    if page_token:
        raise invalid("The page token is invalid.")
