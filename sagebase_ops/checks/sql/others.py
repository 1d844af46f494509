"""Did a Cloud SQL instance that nobody watches log more errors than one that is watched may?"""

from collections import Counter
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.logs.counts import ENTRIES, Window
from sagebase_ops.checks.parts import or_refusal
from sagebase_ops.checks.sql.logged import PAGE_SIZE, errors_filter
from sagebase_ops.domain.console import logs_page
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, warning
from sagebase_ops.errors import GcpError

GREW = Sentence(
    ja="点検の対象でないインスタンス {others} が、過去 {window}に ERROR 以上のログを {value}出しています（上限 {limit}）",
    en="{others} logged {value} of ERROR and above in the last {window} and is not watched; limit {limit}",
)
TO_WATCH = Sentence(
    ja="今後も見るなら schedules.yaml の sql_instances に加えてください。対象外のままでよければ warn_of_others: false",
    en="to watch it name it under sql_instances in schedules.yaml; if it is nobody's concern here, warn_of_others: false",
)


async def grown_others(limit: int, window: Window, context: CheckContext) -> list[Finding]:
    """One warning for the project where an instance that is not among those watched has more than `limit` errors.

    Asks only where there is such an instance, after the list of instances was answered: one read for all of them.
    Source: LoggingServiceV2.ListLogEntries.
    """
    project = context.project
    listing = await context.gcp.sql.instances(project.id)
    others = tuple(one.name for one in listing.items if one.name not in project.sql_instances)
    if not others:
        return []
    filter_ = errors_filter(others, context, window)
    given: dict[str, Any] = {
        "link": logs_page(project.id, errors_filter(others, context), window.start, window.end),
        "asked": {"method": "google.logging.v2.LoggingServiceV2.ListLogEntries", "filter": filter_},
    }
    page = await or_refusal(context.gcp.logs.newest(project.id, filter_, pages=1, page_size=PAGE_SIZE))
    if isinstance(page, GcpError):
        return [refused(Target("log_entries", project.id), page, **given)]
    counts = Counter(entry.service for entry in page.entries)
    many = [name for name, count in counts.most_common() if count > limit]
    if not many:
        return []
    amounts = {"value": Quantity(sum(counts[name] for name in many), ENTRIES), "limit": Quantity(limit, ENTRIES)}
    told = {"others": ", ".join(many), "window": Quantity.of(window.length), **amounts}
    target = Target("project", project.id)
    return [warning(target, GREW, reason="others_grew", notes=(Note(TO_WATCH),), **told, **given)]
