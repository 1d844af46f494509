"""What rests on log entries is not known when they could not be read: a finding of its own beside what was counted."""

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.logs.counts import Window
from sagebase_ops.domain.console import logs_page
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Target
from sagebase_ops.errors import GcpError


def unread(refusal: GcpError | None, filter_: str, window: Window, context: CheckContext) -> list[Finding]:
    """One `unknown` finding for the project where reading was refused, none where it was not.

    Logging refuses a project as a whole. The counts are Monitoring's and stand by themselves, but an entry of the
    checklist that reads as green without its other half would not have been looked at.
    """
    if refusal is None:
        return []
    asked = {"api": refusal.api, "method": refusal.method, "filter": filter_}
    link = logs_page(context.project.id, filter_, window.start, window.end)
    return [refused(Target("log_entries", context.project.id), refusal, asked=asked, link=link)]
