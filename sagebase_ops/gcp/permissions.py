"""Which role holds a permission, and what do people call an API?

Source: cloud.google.com/iam/docs/roles-permissions; what a role contains is documented there, not read from Google.
"""

import re

API_TITLES = {
    "bigquery.googleapis.com": "BigQuery",
    "cloudbilling.googleapis.com": "Cloud Billing",
    "cloudresourcemanager.googleapis.com": "Resource Manager",
    "iam.googleapis.com": "IAM",
    "logging.googleapis.com": "Cloud Logging",
    "monitoring.googleapis.com": "Cloud Monitoring",
    "run.googleapis.com": "Cloud Run",
    "secretmanager.googleapis.com": "Secret Manager",
    "serviceusage.googleapis.com": "Service Usage",
    "sqladmin.googleapis.com": "Cloud SQL",
    "storage.googleapis.com": "Cloud Storage",
}

ROLES = {
    "bigquery.jobs.create": "roles/bigquery.jobUser",
    "bigquery.tables.get": "roles/bigquery.dataViewer",
    "bigquery.tables.getData": "roles/bigquery.dataViewer",
    "bigquery.tables.list": "roles/bigquery.dataViewer",
    "cloudsql.backupRuns.get": "roles/cloudsql.viewer",
    "cloudsql.backupRuns.list": "roles/cloudsql.viewer",
    "cloudsql.instances.connect": "roles/cloudsql.client",
    "cloudsql.instances.get": "roles/cloudsql.viewer",
    "cloudsql.instances.list": "roles/cloudsql.viewer",
    "cloudsql.instances.login": "roles/cloudsql.instanceUser",
    "iam.serviceAccountKeys.list": "roles/iam.securityReviewer",
    "iam.serviceAccounts.list": "roles/iam.securityReviewer",
    "logging.buckets.list": "roles/logging.viewer",
    "logging.logEntries.list": "roles/logging.viewer",
    "logging.privateLogEntries.list": "roles/logging.privateLogViewer",
    "logging.sinks.get": "roles/logging.viewer",
    "logging.sinks.list": "roles/logging.viewer",
    "monitoring.alertPolicies.list": "roles/monitoring.viewer",
    "monitoring.alerts.list": "roles/monitoring.viewer",
    "monitoring.dashboards.get": "roles/monitoring.viewer",
    "monitoring.dashboards.list": "roles/monitoring.viewer",
    "monitoring.metricDescriptors.get": "roles/monitoring.viewer",
    "monitoring.metricDescriptors.list": "roles/monitoring.viewer",
    "monitoring.notificationChannels.list": "roles/monitoring.viewer",
    "monitoring.snoozes.list": "roles/monitoring.viewer",
    "monitoring.timeSeries.list": "roles/monitoring.viewer",
    "monitoring.uptimeCheckConfigs.list": "roles/monitoring.viewer",
    "resourcemanager.projects.get": "roles/browser",
    "resourcemanager.projects.getIamPolicy": "roles/iam.securityReviewer",
    "run.revisions.get": "roles/run.viewer",
    "run.revisions.list": "roles/run.viewer",
    "run.routes.invoke": "roles/run.invoker",
    "run.services.get": "roles/run.viewer",
    "run.services.getIamPolicy": "roles/run.viewer",
    "run.services.list": "roles/run.viewer",
    "secretmanager.secrets.get": "roles/secretmanager.viewer",
    "secretmanager.secrets.list": "roles/secretmanager.viewer",
    "secretmanager.versions.access": "roles/secretmanager.secretAccessor",
    "secretmanager.versions.get": "roles/secretmanager.viewer",
    "secretmanager.versions.list": "roles/secretmanager.viewer",
    "serviceusage.services.get": "roles/serviceusage.serviceUsageViewer",
    "serviceusage.services.list": "roles/serviceusage.serviceUsageViewer",
    "serviceusage.services.use": "roles/serviceusage.serviceUsageConsumer",
    "storage.buckets.get": "roles/storage.bucketViewer",
    "storage.buckets.getIamPolicy": "roles/iam.securityReviewer",
    "storage.buckets.list": "roles/storage.bucketViewer",
    "storage.objects.list": "roles/storage.objectViewer",
}
"""The least predefined role with a permission; `roles/viewer` is never recommended, since it reads data as well."""


def title_of(api: str) -> str:
    """`Cloud Run` for `run.googleapis.com`; an API without a title keeps its host."""
    return API_TITLES.get(api, api)


def action_of(permission: str | None) -> str:
    """What a permission allows, in words: `run.services.list` is "list services"."""
    if permission is None or permission.count(".") < 2:  # noqa: PLR2004 (service.resource.verb)
        return "ask this"
    _, resource, verb = permission.split(".")[-3:]
    return f"{_words(verb)} {_words(resource)}"


def _words(camel: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", camel).lower().replace("iam", "IAM")
