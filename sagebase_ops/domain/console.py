"""Where in Google's console would a person look next? Links, whole and safe to print."""

from datetime import UTC, datetime
from urllib.parse import quote

CONSOLE = "https://console.cloud.google.com"
LONGEST_LINK = 3000
"""Slack's limit for a link."""

_PAGES = {
    "bigquery.googleapis.com": "bigquery",
    "cloudbilling.googleapis.com": "billing/linkedaccount",
    "cloudresourcemanager.googleapis.com": "iam-admin/iam",
    "iam.googleapis.com": "iam-admin/serviceaccounts",
    "logging.googleapis.com": "logs/query",
    "monitoring.googleapis.com": "monitoring/metrics-explorer",
    "postgresql": "sql/instances",
    "run.googleapis.com": "run",
    "secretmanager.googleapis.com": "security/secret-manager",
    "serviceusage.googleapis.com": "apis/dashboard",
    "sqladmin.googleapis.com": "sql/instances",
    "storage.googleapis.com": "storage/browser",
}
_MONITORING = {
    "alertPolicies": "alerting",
    "notificationChannels": "alerting/notifications",
    "uptimeCheckConfigs": "uptime",
    "dashboards": "dashboards",
}


def run_service_page(project: str, region: str, service: str, tab: str = "metrics") -> str:
    """A Cloud Run service; `tab` is `metrics`, `revisions`, `logs`, `yaml`, `security` or `networking`."""
    return f"{CONSOLE}/run/detail/{_part(region)}/{_part(service)}/{tab}?project={_part(project)}"


def run_services_page(project: str) -> str:
    return f"{CONSOLE}/run?project={_part(project)}"


def sql_instance_page(project: str, instance: str, tab: str = "overview") -> str:
    """A Cloud SQL instance; `tab` is `overview`, `backups`, `operations`, `connections`, `databases`, `users`, `insights`."""
    return f"{CONSOLE}/sql/instances/{_part(instance)}/{tab}?project={_part(project)}"


def metrics_page(project: str) -> str:
    """Metrics Explorer."""
    return f"{CONSOLE}/monitoring/metrics-explorer?project={_part(project)}"


def uptime_page(project: str, check: str) -> str:
    """Uptime checks, or one of them by its id; "" is all of them."""
    where = f"/{_part(check)}" if check else ""
    return f"{CONSOLE}/monitoring/uptime{where}?project={_part(project)}"


def alerting_page(project: str, policy: str = "") -> str:
    """Alerting with what is open, or one policy by its id."""
    where = f"/policies/{_part(policy)}" if policy else ""
    return f"{CONSOLE}/monitoring/alerting{where}?project={_part(project)}"


def channels_page(project: str) -> str:
    """Whom alerting tells."""
    return f"{CONSOLE}/monitoring/alerting/notifications?project={_part(project)}"


def secret_page(project: str, secret: str) -> str:
    return f"{CONSOLE}/security/secret-manager/secret/{_part(secret)}/versions?project={_part(project)}"


def bucket_page(project: str, bucket: str) -> str:
    return f"{CONSOLE}/storage/browser/{_part(bucket)}?project={_part(project)}"


def api_page(project: str, api: str) -> str:
    return f"{CONSOLE}/apis/library/{_part(api)}?project={_part(project)}"


def iam_page(project: str) -> str:
    return f"{CONSOLE}/iam-admin/iam?project={_part(project)}"


def service_accounts_page(project: str) -> str:
    return f"{CONSOLE}/iam-admin/serviceaccounts?project={_part(project)}"


def billing_page(project: str, account: str, part: str = "reports") -> str:
    """An account's `reports`, `costtable` or `export`; without an account, the page that shows who pays."""
    if not account:
        return f"{CONSOLE}/billing/linkedaccount?project={_part(project)}"
    return f"{CONSOLE}/billing/{_part(account)}/{part}?project={_part(project)}"


def log_storage_page(project: str) -> str:
    """Log buckets and what they keep."""
    return f"{CONSOLE}/logs/storage?project={_part(project)}"


def log_router_page(project: str) -> str:
    """Sinks and their exclusions."""
    return f"{CONSOLE}/logs/router?project={_part(project)}"


def logs_page(project: str, query: str, start: datetime, end: datetime) -> str:
    """Logs Explorer with `query` over a fixed window (aware times); its parameters stand before the `?`.

    A query too long for a link is left out, so that the link still opens the right project and window.
    """
    window = f"startTime={_time(start)};endTime={_time(end)}"
    link = f"{CONSOLE}/logs/query;query={_part(query)};{window}?project={_part(project)}"
    return link if len(link) <= LONGEST_LINK else f"{CONSOLE}/logs/query;{window}?project={_part(project)}"


def page_of_api(project: str, api: str, method: str = "") -> str:
    """Where a person sees for themselves what a method of this API tells; for an API without a page, the API's own."""
    closer = (f"monitoring/{page}" for word, page in _MONITORING.items() if word in method)
    page = next(closer, None) or _PAGES.get(api)
    return f"{CONSOLE}/{page}?project={_part(project)}" if page else api_page(project, api)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _part(text: str) -> str:
    return quote(text, safe="")
