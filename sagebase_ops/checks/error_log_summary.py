"""Which errors came, grew and went, one period against the one before?"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.logs.believed import NEEDED, believed, routing_known
from sagebase_ops.checks.logs.counts import (
    DAY,
    ENTRIES,
    PERMISSIONS,
    LogCounts,
    Window,
    count_errors,
    entries_filter,
    errors_command,
    window_before,
)
from sagebase_ops.checks.logs.error_changes import ErrorChanges, read_changes
from sagebase_ops.checks.logs.in_all import in_all
from sagebase_ops.checks.logs.limits import PARTIAL
from sagebase_ops.checks.logs.summary_words import (
    ABOVE,
    BEFORE,
    BY_DAY,
    KINDS_UNKNOWN,
    LAST,
    QUESTION,
    RUNBOOK,
    Told,
    notes_on,
)
from sagebase_ops.checks.logs.unread import unread
from sagebase_ops.checks.run.targets import services_to_judge, target_of
from sagebase_ops.checks.run_error_logs import EXCLUDED, NO_DATA, UNPROVEN, idle_or_unknown
from sagebase_ops.domain.console import logs_page
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.quantities import PositiveDuration, Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, Series, Target, failing, passing, unknown, warning


class Params(CheckParams):
    """Which periods are compared, and how much is shown."""

    counted = ("fail_above",)

    window: PositiveDuration = timedelta(days=7)
    """The length of both periods: the last one, and the one before it."""
    fail_above: Annotated[int, Field(ge=0)] | None = None
    """More entries than this fail; null never fails."""
    shapes: Annotated[int, Field(ge=1, le=10)] = 3
    """How many kinds of message to show of each: new, risen, gone."""
    warn_of_others: bool = True
    """Whether many more errors of services that are not among `services` are a warning."""


@check(
    Params,
    question=QUESTION,
    runbook=RUNBOOK,
    permissions=[*PERMISSIONS, *NEEDED],
    command=errors_command("7d"),
    example="{check: error_log_summary, window: 7d, guide: 週次タスク 2}",
)
async def error_log_summary(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per service with what is new, risen and gone; one for the project where several services logged.

    The project's warns of services that nobody watches and that logged many more. One more where the entries could not be
    read: then the counts alone are judged.

    Source: Monitoring's logging.googleapis.com/log_entry_count, one call for each period; Logging's ListLogEntries, at
    most two reads for each, of all services together; its sinks.list for what is kept.
    """
    window = window_before(context.now, params.window)
    now, before, _ = await asyncio.gather(
        count_errors(window, context), count_errors(window.before, context), routing_known(context)
    )
    names, lost = await services_to_judge(context, now.errors)
    changes = await read_changes(names, now, before, window, context)
    judged = [_judge(name, now, before, changes, params, window, context.project) for name in names]
    judged = await believed(await idle_or_unknown(judged, params.window, context), context)
    missing = unread(changes.refusal, entries_filter(names, context.project.region), window, context)
    every = in_all(now, before, names if params.warn_of_others else None, window, context.project)
    return [*every, *judged, *missing, *lost]


def _judge(
    name: str,
    now: LogCounts,
    before: LogCounts,
    changes: ErrorChanges,
    params: Params,
    window: Window,
    project: Project,
) -> Finding:
    """New and risen shapes, or many more entries, are a warning. Part of a count can fail, but never pass."""
    target, given = target_of(name), _given(name, now, changes, window, project)
    errors = now.errors_of(name)
    if errors is None:
        given["notes"] = (Note(EXCLUDED),)
        return refused(target, now.partial) if now.partial else unknown(target, UNPROVEN, reason=NO_DATA, **given)
    told = Told(errors, before.errors_of(name), changes.of(name), asked=changes.refusal is None)
    given |= {"value": Quantity(errors, ENTRIES), **told.counts(), "notes": notes_on(told, params.shapes)}
    given["series"] = day_by_day(name, now, before, window)
    if params.fail_above is not None and errors > params.fail_above:
        limit = Quantity(params.fail_above, ENTRIES)
        return failing(target, ABOVE, limit=limit, reason="too_many_errors", **given)
    if now.partial:
        return unknown(target, PARTIAL, reason="partial", **{**given, "remedy": now.partial.remedy})
    if before.partial:
        return refused(target, before.partial, **given)
    return _compared(target, told, given, project)


def _compared(target: Target, told: Told, given: dict[str, Any], project: Project) -> Finding:
    """What changed by the counts alone is proven by them; that nothing did wants the kinds too, which Logging may refuse."""
    if told.has_changed:
        return warning(target, told.sentence, reason="errors_changed", **given)
    if told.errors and told.asked and not told.shapes.compared:
        return unknown(target, KINDS_UNKNOWN, reason="not_compared", **{**given, "remedy": _looking_back(project)})
    return passing(target, told.sentence, **given)


def day_by_day(name: str, now: LogCounts, before: LogCounts, window: Window) -> tuple[Series, ...]:
    """Both periods over the same days, one line each; nothing where no day was counted, or the periods are no whole days."""
    days = window.length // DAY
    if name not in now.by_day and name not in before.by_day:
        return ()
    return tuple(
        Series(BY_DAY, words, ENTRIES, start, DAY, _days(counts.by_day.get(name), start, days))
        for words, counts, start in ((LAST, now, window.start), (BEFORE, before, window.before.start))
        if name in counts.errors
    )


def _days(counted: Mapping[datetime, int] | None, start: datetime, days: int) -> tuple[float, ...]:
    """A counter of nothing writes nothing."""
    return tuple(float((counted or {}).get(start + DAY * number, 0)) for number in range(days))


def _given(name: str, now: LogCounts, changes: ErrorChanges, window: Window, project: Project) -> dict[str, Any]:
    """Fields of Finding by name."""
    return {
        "window": Quantity.of(window.length),
        "link": logs_page(project.id, entries_filter((name,), project.region), window.start, window.end),
        "asked": {**now.asked, **changes.asked},
    }


def _looking_back(project: Project) -> str:
    """Both periods must still be kept to be compared."""
    return f"gcloud logging buckets describe _Default --location=global --project={project.id}"
