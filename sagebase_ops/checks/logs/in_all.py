"""Which services of the project logged the most errors, and did one that nobody watches log many more?"""

from collections.abc import Collection
from typing import Any

from sagebase_ops.checks.logs.counts import ENTRIES, LogCounts, Window, entries_filter, errors_command
from sagebase_ops.checks.logs.error_changes import LEAST, RISE
from sagebase_ops.checks.logs.summary_words import OF_ALL, OTHERS_GREW, TO_WATCH, TOP
from sagebase_ops.domain.console import logs_page
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, Target, passing, warning

TOP_SERVICES, NAMED = 5, 3


def in_all(
    now: LogCounts, before: LogCounts, watched: Collection[str] | None, window: Window, project: Project
) -> list[Finding]:
    """Told where there is more than one service, or one beside those `watched` grew; None: the others may do as they like."""
    grown = [] if watched is None else _grown(now, before, watched)
    if len(now.errors) < 2 and not grown:  # noqa: PLR2004 (one service is all)
        return []
    target, total = Target("project", project.id), sum(now.errors.values())
    if partial := now.partial or before.partial:
        return [refused(target, partial)]
    most = sorted(now.errors, key=lambda name: (-now.errors[name], name))[:TOP_SERVICES]
    notes = tuple(_top(name, now, before, total) for name in most if now.errors[name])
    query = entries_filter(tuple(grown), project.region) if grown else _EVERY
    given: dict[str, Any] = {
        "value": Quantity(total, ENTRIES),
        "before": Quantity(sum(before.errors.values()), ENTRIES),
        "services": len(now.errors),
        "window": Quantity.of(window.length),
        "link": logs_page(project.id, query, window.start, window.end),
        "asked": now.asked,
    }
    if not grown:
        return [passing(target, OF_ALL, notes=notes, **given)]
    others = ", ".join(grown[:NAMED]) + (f" … (+{len(grown) - NAMED})" if len(grown) > NAMED else "")
    remedy = errors_command("7d").format(target=grown[0], project=project.id)
    given |= {"others": others, "remedy": remedy, "notes": (*notes, Note(TO_WATCH))}
    return [warning(target, OTHERS_GREW, reason="others_grew", **given)]


_EVERY = 'resource.type="cloud_run_revision"\nseverity>=ERROR'


def _grown(now: LogCounts, before: LogCounts, watched: Collection[str]) -> list[str]:
    """By the measure of a single shape: half as many again, and ten more. The most errors first."""
    more = {name: count - (before.errors_of(name) or 0) for name, count in now.errors.items() if name not in watched}
    grown = [name for name, by in more.items() if by >= LEAST and by > RISE * (before.errors_of(name) or 0)]
    return sorted(grown, key=lambda name: (-now.errors[name], name))


def _top(name: str, now: LogCounts, before: LogCounts, total: int) -> Note:
    earlier, count = before.errors_of(name) or 0, now.errors[name]
    amounts = {"count": Quantity(count, ENTRIES), "share": Quantity(count / total, "1")}
    return Note(TOP, {"service": name, **amounts, "before": Quantity(earlier, ENTRIES)})
