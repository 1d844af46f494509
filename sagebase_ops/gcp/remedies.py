"""Which one gcloud command mends a refusal? Where nothing of the user's does: the one that shows Google's answer.

Source: the gcloud CLI's own help; that a quota's id is ErrorInfo's `quota_limit` is believed.
"""

import shlex
from typing import TYPE_CHECKING

from sagebase_ops.errors import GcpErrorKind
from sagebase_ops.gcp.permissions import ROLES

if TYPE_CHECKING:
    from sagebase_ops.gcp.errors import Question
    from sagebase_ops.gcp.refusals import Refusal

LOGIN = "gcloud auth application-default login"
_GCLOUDS_OWN_PROJECT = "projects/764086051850"  # user credentials without a quota project are billed to it
_THE_PROJECT = "gcloud projects describe {project}"
_ASKS = {
    "logging.googleapis.com": "gcloud logging read 'severity>=ERROR' --limit=1 --project={project}",
    "monitoring.googleapis.com": "gcloud monitoring dashboards list --project={project}",
    "run.googleapis.com": "gcloud run services list --project={project}",
    "secretmanager.googleapis.com": "gcloud secrets list --project={project}",
    "serviceusage.googleapis.com": "gcloud services list --enabled --project={project}",
    "sqladmin.googleapis.com": "gcloud sql instances list --project={project}",
    "storage.googleapis.com": "gcloud storage buckets list --project={project}",
}
"""What asks an API something cheap; a person sees whether it answers them."""
_NAMES_THINGS = {
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "sqladmin.googleapis.com",
    "storage.googleapis.com",
}
_BY_REASON = {
    "BILLING_DISABLED": "gcloud billing projects link {project} --billing-account=ACCOUNT_ID",
    "CONSUMER_INVALID": "gcloud projects list",
    "CONSUMER_SUSPENDED": _THE_PROJECT,
}


def remedy(kind: GcpErrorKind, refusal: "Refusal", question: "Question", permission: str | None, api: str) -> str:
    """The command to paste. `permission` and `api` are those that Google named, else the question's."""
    project = shlex.quote(question.project)
    if kind is GcpErrorKind.PERMISSION_DENIED:
        return _grant(question, permission) or _look(question)
    if kind is GcpErrorKind.API_DISABLED:
        own = refusal.metadata.get("consumer") == _GCLOUDS_OWN_PROJECT
        enable = f"gcloud services enable {api} --project={project}"
        return f"gcloud auth application-default set-quota-project {project}" if own else enable
    if kind is GcpErrorKind.UNAUTHENTICATED:
        return LOGIN
    if kind is GcpErrorKind.QUOTA:
        return _raise_quota(refusal, question)
    if kind is GcpErrorKind.NOT_FOUND:
        listing = _ASKS[question.api] if question.api in _NAMES_THINGS else _THE_PROJECT
        return listing.format(project=project)
    return _BY_REASON[refusal.reason].format(project=project) if refusal.reason in _BY_REASON else _look(question)


def role_for(permission: str | None, question: "Question") -> str | None:
    """The least role with the permission that Google named, else with the one that the question needs."""
    return ROLES.get(permission or "") or ROLES.get(question.permission or "")


def _grant(question: "Question", permission: str | None) -> str | None:
    role, member = role_for(permission, question), shlex.quote(f"serviceAccount:{question.account}")
    project = shlex.quote(question.project)
    return f"gcloud projects add-iam-policy-binding {project} --member={member} --role={role}" if role else None


def _raise_quota(refusal: "Refusal", question: "Question") -> str:
    """Twice what there is, where Google says which quota and how much; else what there is."""
    limit, value = refusal.metadata.get("quota_limit", ""), refusal.metadata.get("quota_limit_value", "")
    of = f"--service={question.api} --project={shlex.quote(question.project)}"
    if limit.isalnum() and value.isdecimal():
        return f"gcloud beta quotas preferences create {of} --quota-id={limit} --preferred-value={2 * int(value)}"
    return f"gcloud beta quotas info list {of}"


def _look(question: "Question") -> str:
    """The same API asked by gcloud, which prints what goes over the wire."""
    asks = _ASKS.get(question.api, _THE_PROJECT)
    return f"{asks.format(project=shlex.quote(question.project))} --log-http"
