"""Who deployed a revision? The activity log names the person where Google kept the entry, else the revision's creator."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.domain.audit_entries import PERMISSION_DENIED, AuditEntry
from sagebase_ops.gcp.logs import rfc3339
from sagebase_ops.gcp.run import Revision

_CLOUD_RUN = 'protoPayload.serviceName="run.googleapis.com"'
_APART = timedelta(minutes=10)
"""A revision comes into being soon after the call that asked for it."""

_UNSAID = "-"


async def changes_of_run(since: datetime, context: CheckContext) -> tuple[AuditEntry, ...]:
    """Newest first. Raises GcpError. Source: the activity log, LoggingServiceV2.ListLogEntries."""
    asked = f'{_CLOUD_RUN} AND timestamp>="{rfc3339(since)}"'
    return (await context.gcp.logs.audited(context.project.id, asked)).entries


def deployed_by(revision: Revision, changes: Sequence[AuditEntry]) -> str:
    created = revision.created_at
    near = (
        one.who
        for one in changes
        if created
        and one.code != PERMISSION_DENIED
        and timedelta(0) <= created - one.at <= _APART
        and one.resource.endswith(f"/services/{revision.service}")
    )
    return next(near, "") or revision.creator or _UNSAID
