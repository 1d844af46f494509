"""What does whoever is woken want to know first? Notes below a failing finding, asked for only when something fails.

First aid never changes a verdict: what cannot be read becomes a note that says so.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.logs.counts import Window
from sagebase_ops.checks.logs.details import NO_SAMPLE, read_details
from sagebase_ops.checks.metrics.data import measure
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import details_of
from sagebase_ops.domain.results import Finding, Note, Sentence, Value, Verdict
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.metrics import METRICS, RUN_SERVICE
from sagebase_ops.gcp.run import Revision, RunService

LONGEST_WINDOW = timedelta(hours=1)
"""Over a longer one a finding tells of a day, not of what happens now: the last deploy explains nothing then."""
LONGEST_WAIT = 10.0
GROUPS = 3
_DEFAULT_MOST = 100  # Cloud Run's own maximum of instances where none is set
_UNSAID = "-"

DEPLOYED = Sentence(
    ja="直前のデプロイ：{revision}（{at}、{who}、トラフィック {share}）",
    en="last deploy before it: {revision} ({at}, by {who}, {share} of the traffic)",
)
ONE_BEFORE = Sentence(ja="その前：{revision}（{at}、{who}）", en="the one before: {revision} ({at}, by {who})")
NO_DEPLOY = Sentence(ja="直前のデプロイは見つかりません", en="no deploy before it was found")
NO_ERRORS = Sentence(
    ja="この期間に ERROR 以上のログはありません（リクエストログを除く）",
    en="nothing of ERROR or above was logged in this window, the request log left out",
)
INSTANCES = Sentence(ja="インスタンス：最大 {count}（上限 {most}）", en="instances: at most {count} (maximum {most})")
ALL_INSTANCES = Sentence(
    ja="インスタンスが上限 {most}に達しています（手順書「スケーリング」）",
    en="the maximum of {most} is reached (guide: scaling)",
)
UNCOUNTED = Sentence(ja="インスタンス数：データがありません（上限 {most}）", en="instances: no data (maximum {most})")
NOT_READ = Sentence(ja="初動情報の一部を確認できませんでした", en="some of what would help first could not be read")
NO_TIME = Sentence(ja="初動情報は時間内に得られませんでした", en="what would help first did not arrive in time")

Notes: TypeAlias = Mapping[str, tuple[Note, ...]]
"""By service."""


@dataclass(frozen=True, slots=True)
class Case:
    """The services that fail, and the window in which they were seen to."""

    services: tuple[str, ...]
    window: Window


Aid: TypeAlias = Callable[[Case, CheckContext], Awaitable[Notes]]


async def with_aid(
    findings: Sequence[Finding], aids: Sequence[Aid], context: CheckContext, ends: float
) -> list[Finding]:
    """The findings, those of failing services with notes. `ends` is when the event loop's clock leaves no more time."""
    failing = tuple(found.target.name for found in findings if _wants_aid(found))
    window = _window_of(next(filter(_wants_aid, findings), None), context.now)
    if not failing or not aids or window.length > LONGEST_WINDOW:
        return list(findings)
    case = Case(failing, window)
    given = await asyncio.gather(*(_tried(aid, case, context, ends) for aid in aids))
    return [_with_notes(found, given) if _wants_aid(found) else found for found in findings]


async def error_groups(case: Case, context: CheckContext) -> Notes:
    """The largest groups of alike errors, at most two pages of Cloud Logging for all services together."""
    read = await read_details(case.services, case.window, GROUPS, context)
    return {name: tuple(map(_of_requests, notes)) for name, notes in read.notes.items()}


async def deploys(case: Case, context: CheckContext) -> Notes:
    """The newest revision from before the end of the window, when and by whom, and what there is to go back to."""
    project = context.project
    listing, revisions = await asyncio.gather(
        context.gcp.run.services(project.id, project.region), context.gcp.run.revisions(project.id, project.region)
    )
    services = {service.name: service for service in listing.items}
    return {name: _deploys_of(services[name], revisions, case) for name in case.services if name in services}


async def instances(case: Case, context: CheckContext) -> Notes:
    """How many instances there were at most, against how many there may be."""
    project = context.project
    counted, listing = await asyncio.gather(
        measure(METRICS["instance_count"], case.window.length, context),
        context.gcp.run.services(project.id, project.region),
    )
    wanted = [service for service in listing.items if service.name in case.services]
    return {service.name: _instances_of(service, counted.values.get(service.name)) for service in wanted}


FOR_METRIC: Mapping[str | None, tuple[Aid, ...]] = {
    "error_rate": (error_groups, deploys),
    "latency_p95": (instances, deploys),
    "cpu_utilization": (instances,),
    "memory_utilization": (instances,),
}


def _wants_aid(found: Finding) -> bool:
    return found.verdict is Verdict.FAIL and found.target.kind == RUN_SERVICE


def _window_of(found: Finding | None, now: datetime) -> Window:
    """The true window of the evidence; what was asked just now has none."""
    start, end = (found.asked.get(name) if found else None for name in ("start", "end"))
    if not isinstance(start, str) or not isinstance(end, str):
        return Window(now - timedelta(minutes=5), now)
    return Window(datetime.fromisoformat(start), datetime.fromisoformat(end))


async def _tried(aid: Aid, case: Case, context: CheckContext, ends: float) -> Notes:
    now = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout_at(min(ends, now + LONGEST_WAIT)):
            return await aid(case, context)
    except TimeoutError:
        return dict.fromkeys(case.services, (Note(NO_TIME),))
    except GcpError as error:
        return dict.fromkeys(case.services, (Note(NOT_READ), *details_of(error)))


def _with_notes(found: Finding, given: Sequence[Notes]) -> Finding:
    added = [note for notes in given for note in notes.get(found.target.name, ())]
    return replace(found, notes=(*found.notes, *added))


def _of_requests(note: Note) -> Note:
    """Requests failed, but that is not what the log was asked for."""
    return Note(NO_ERRORS) if note.sentence is NO_SAMPLE else note


def _deploys_of(service: RunService, revisions: Sequence[Revision], case: Case) -> tuple[Note, ...]:
    """`revisions` come newest first."""
    own = [one for one in revisions if one.service == service.name and _age(one) <= case.window.end]
    sentences = (DEPLOYED, ONE_BEFORE)
    notes = [_deploy(sentence, one, service) for sentence, one in zip(sentences, own, strict=False)]
    return tuple(notes) or (Note(NO_DEPLOY),)


def _deploy(sentence: Sentence, revision: Revision, service: RunService) -> Note:
    """The service's last modifier made its newest revision, or the change of traffic since."""
    share = Quantity(sum(part.percent for part in service.serving if part.revision == revision.name) / 100, "1")
    newest = revision.name == service.latest_created_revision
    who = revision.creator or (service.last_modifier if newest else "")
    told: dict[str, Value] = {"revision": revision.name, "at": _age(revision), "who": who or _UNSAID}
    return Note(sentence, {**told, "share": share if service.serving else _UNSAID})


def _age(revision: Revision) -> datetime:
    return revision.created_at or datetime.min.replace(tzinfo=UTC)


def _instances_of(service: RunService, count: float | None) -> tuple[Note, ...]:
    most = Quantity(service.max_instances or _DEFAULT_MOST, METRICS["instance_count"].unit)
    if count is None:
        return (Note(UNCOUNTED, {"most": most}),)
    counted = Note(INSTANCES, {"count": Quantity(count, most.unit), "most": most})
    return (counted, Note(ALL_INSTANCES, {"most": most})) if count >= most.amount else (counted,)
