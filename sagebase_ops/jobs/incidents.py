"""Runs and time change incidents: what is decided after each run, and when the next step is due."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sagebase_ops.casebook import NOTHING, Casebook, after, depends_of
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.escalation import next_due
from sagebase_ops.domain.incidents import Incident
from sagebase_ops.domain.results import Target, Verdict
from sagebase_ops.domain.runs import CheckResult, EntryRef, Run
from sagebase_ops.domain.silences import Muting, failing
from sagebase_ops.jobs.fold import fold, retired
from sagebase_ops.store.base import Decision
from sagebase_ops.telling import Folded


class Incidents:
    """What the daemon does with incidents, over one casebook. Every method may raise StoreError."""

    def __init__(self, book: Casebook) -> None:
        self.book = book

    async def live(self) -> Sequence[Incident]:
        """What is open, or may be again."""
        return await self.book.live()

    async def muted(self, run: Run) -> Run:
        """The run, with who mutes what in its findings: verdicts stay as they are."""
        return _muted(run, await self.book.muting(await self.book.live(), _failing(run)))

    async def after(self, run: Run) -> Decision:
        """What the run changes, and what is told of it. To be recorded with the run; on StaleError, asked for again."""
        book = self.book
        live, now = await book.live(), book.clock.now()
        folded = fold(run, live, book.schedules, now)
        if not live and folded == NOTHING:
            return Decision()  # which costs no look at the silences
        return book.decision(folded, live, await book.muting(after(folded, live)), now)

    async def open_after(self, decision: Decision) -> tuple[Incident, ...]:
        """What is open once `decision` is written, for the end of a digest."""
        after = {one.id: one for one in await self.book.live()} | {one.id: one for one in decision.incidents}
        return tuple(one for one in after.values() if one.is_open)

    async def retire(self) -> None:
        """At start: what no entry of the file produces any more is over."""
        await self.book.settle(lambda live, now: retired(live, self.book.schedules, now))

    async def escalate(self, on_told: Callable[[], object] = lambda: None) -> datetime | None:
        """Tell every step that is due, and what is no longer muted, a decision at a time; when the next one is due.

        `on_told` is called after each decision. Where none is due, what is known is asked for once: each read is billed.
        """
        seen: Sequence[Incident] = ()

        def looked(live: Sequence[Incident], _now: datetime) -> Folded:
            nonlocal seen
            seen = live
            return NOTHING

        while await self.book.settle(looked):
            on_told()
        dues = [_next_due(one) for one in seen]
        return min((due for due in dues if due is not None), default=None)


def muted_by_file(run: Run, schedules: Schedules, now: datetime) -> Run:
    """As `Incidents.muted`, where nothing is remembered: by maintenance windows, and by what fails in this very run."""
    muting = Muting(now, (), schedules.windows_at(now), depends_of(schedules), failing(_failing(run)))
    return _muted(run, muting)


def _muted(run: Run, muting: Muting) -> Run:
    return replace(run, results=tuple(_muted_result(result, muting) for result in run.results))


def _failing(run: Run) -> list[tuple[EntryRef, Target]]:
    return [
        (result.entry, finding.target)
        for result in run.results
        for finding in result.findings
        if finding.verdict is Verdict.FAIL
    ]


def _muted_result(result: CheckResult, muting: Muting) -> CheckResult:
    entry = result.entry
    muted = [muting.of(entry, finding.target) for finding in result.findings]
    findings = tuple(
        replace(finding, muted_by=by.by if by else None) for finding, by in zip(result.findings, muted, strict=True)
    )
    return replace(result, findings=findings)


def _next_due(incident: Incident) -> datetime | None:
    if not (incident.is_open and incident.opened_at):
        return None
    if incident.finding.muted_by:  # its steps wait for that, however long they have been due
        return incident.muted_until
    return next_due(incident.policy, incident.steps_taken, incident.opened_at, incident.eta)
