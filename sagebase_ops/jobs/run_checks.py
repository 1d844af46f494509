"""Run the entries of one checklist in every project at once, and seal what came back."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

import structlog

from sagebase_ops.checks.base import CheckContext, CheckParams
from sagebase_ops.checks.every_target import with_every_target
from sagebase_ops.config.model import Checklist, ScheduleEntry, Schedules
from sagebase_ops.database.session import Database
from sagebase_ops.domain.console import page_of_api
from sagebase_ops.domain.database_refusals import unanswered
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Sentence, Target, unknown
from sagebase_ops.domain.runs import CheckResult, EntryRef
from sagebase_ops.domain.silences import Maintenance
from sagebase_ops.errors import DatabaseError, GcpError, OpsError
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.probe.http import Probe

log = structlog.get_logger()

NO_ANSWER = Sentence(
    ja="確認できません：{seconds} 秒以内に点検が終わりませんでした。次の回に再確認します",
    en="could not look: the check did not end within {seconds} s; it is looked at again next time",
)
NOTHING_MATCHED = Sentence(
    ja="確認できません：対象が一つも見つかりません。schedules.yaml の projects を確認してください",
    en="could not look: nothing matched; check `projects` in schedules.yaml",
)
CRASHED = Sentence(
    ja="確認できません：点検プログラムの不具合です（{error}）。ログの check.crashed を添えて開発者へ連絡してください",
    en="could not look: a bug in the check ({error}); tell its developers, with check.crashed of the log",
)
COULD_NOT = Sentence(ja="確認できません：{error}", en="could not look: {error}")


AT_ONCE = 100
"""Checks under way: three for each call that may be in flight. With hundreds of them the time of each would run out while it
waits for the others."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds for one check and for all of them."""

    check: float = 30.0
    run: float = 300.0


@dataclass(frozen=True, slots=True)
class Planned:
    """One entry in one project: what will be asked, written down before the first question.

    `alone`: the entry is asked in no other project of the file. `since`: as in CheckContext.
    """

    ref: EntryRef
    entry: ScheduleEntry
    project: Project
    params: CheckParams
    maintenance: tuple[Maintenance, ...] = ()
    alone: bool = True
    since: datetime | None = None


class Progress:
    """Hears how a run comes on. This one keeps silent."""

    def started(self, entry: EntryRef) -> None:
        """`entry` begins."""

    def finished(self, result: CheckResult) -> None:
        """An entry has its result."""


def plan(schedules: Schedules, checklist: Checklist, only: Iterable[str] = ()) -> tuple[Planned, ...]:
    """Every entry (or those called `only`) in every project in which it is asked, in the file's order."""
    wanted = set(only)
    return tuple(
        planned(schedules, entry, project)
        for project in schedules.projects
        for entry in checklist.entries
        if (not wanted or entry.name in wanted) and entry.is_asked_in(project)
    )


def planned(schedules: Schedules, entry: ScheduleEntry, project: Project) -> Planned:
    """One entry in one project, as the file asks it."""
    params = entry.params_for(project)
    alone = sum(map(entry.is_asked_in, schedules.projects)) <= 1
    return Planned(_ref(schedules, entry, project, params), entry, project, params, schedules.maintenance, alone)


def _ref(schedules: Schedules, entry: ScheduleEntry, project: Project, params: CheckParams) -> EntryRef:
    title = Sentence(ja=entry.title, en=entry.title) if entry.title else entry.definition.title_of(params)
    return EntryRef(
        check=entry.definition.name,
        name=entry.name,
        project=project.id,
        environment=project.environment.value,
        title=title,
        runbook=entry.definition.runbook_of(params),
        guide=entry.guide,
        escalation=schedules.escalation_of(entry, project),
    )


async def run_checks(
    expected: Sequence[Planned],
    cloud: Cloud,
    probe: Probe,
    now: datetime,
    *,
    database: Database | None = None,
    zone: tzinfo = UTC,
    progress: Progress | None = None,
    deadlines: Deadlines | None = None,
) -> tuple[CheckResult, ...]:
    """One result per planned entry, in their order, whatever happens inside: crash, refusal and silence are `unknown`."""
    heard, limits = progress or Progress(), deadlines or Deadlines()
    ends = asyncio.get_running_loop().time() + limits.run

    places = asyncio.Semaphore(AT_ONCE)

    async def one(item: Planned) -> CheckResult:
        async with places:
            heard.started(item.ref)
            left = min(limits.check, ends - asyncio.get_running_loop().time())
            session = database or Database()
            context = CheckContext(
                item.project, cloud, probe, now, session, zone, item.maintenance, item.alone, item.since
            )
            result = CheckResult(item.ref, await _findings(item, context, left))
            heard.finished(result)
            return result

    return tuple(await asyncio.gather(*map(one, expected)))


def _linked(found: Finding, project: Project) -> Finding:
    """What an API would not tell, a person may see in the console; a finding that knows a closer place keeps it."""
    api = str((found.asked or {}).get("api", ""))
    if found.link or not api:
        return found
    return replace(found, link=page_of_api(project.id, api, str((found.asked or {}).get("method", ""))))


async def _findings(item: Planned, context: CheckContext, seconds: float) -> tuple[Finding, ...]:
    whole = Target("project", item.project.id)
    try:
        async with asyncio.timeout(seconds):
            context, lost = await with_every_target(context, item.entry.definition, item.params)
            found = (*await item.entry.definition.run(item.params, context), *lost)
    except TimeoutError:
        return (unknown(whole, NO_ANSWER, reason="deadline", seconds=round(seconds)),)
    except GcpError as error:
        return (_linked(refused(whole, error), item.project),)
    except DatabaseError as error:
        return (_linked(unanswered(whole, error), item.project),)
    except OpsError as error:
        return (unknown(whole, COULD_NOT, reason="refused", error=str(error)),)
    except Exception as error:
        log.exception("check.crashed", check=item.ref.check, entry=item.ref.name, project=item.project.id)
        return (unknown(whole, CRASHED, reason="crashed", error=type(error).__name__),)
    return tuple(_linked(one, item.project) for one in found) or (
        unknown(whole, NOTHING_MATCHED, reason="nothing_matched"),
    )
