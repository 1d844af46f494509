"""What is done under the claim of a planned slot: run its checklist, and decide what is told of it."""

from dataclasses import replace
from datetime import datetime

from sagebase_ops.clock import Clock
from sagebase_ops.config.model import RECHECK, DigestWhen, Schedules
from sagebase_ops.domain.runs import Run, Trigger
from sagebase_ops.domain.slots import Claim, lateness
from sagebase_ops.jobs.clock_watch import jump_note
from sagebase_ops.jobs.incidents import Incidents
from sagebase_ops.jobs.recheck import rechecks
from sagebase_ops.jobs.run_checklist import Occasion, Outside, run_checklist, run_planned, unanswered_run
from sagebase_ops.jobs.send_digest import Known, digest_notifications, set_aside_notifications
from sagebase_ops.store.base import Outcome, Store, Untold

RUNS_COMPARED = 14
"""A digest says for how long something lasts; it looks back so many runs."""


class ChecklistWork:
    """The daemon's work, slot by slot. A dry run's is recorded in a store that is thrown away, and told to nobody."""

    def __init__(
        self,
        outside: Outside,
        schedules: Schedules,
        store: Store,
        clock: Clock,
        incidents: Incidents,
        *,
        dry_run: bool = False,
    ) -> None:
        self._incidents = incidents
        self._outside = outside
        self._schedules = schedules
        self._store = store
        self._clock = clock
        self._dry_run = dry_run

    async def run(self, claim: Claim, now: datetime) -> Outcome:
        """Run it, and write its digest. Raises StoreError."""
        if claim.slot.job == RECHECK:
            return replace(await self.recheck(_occasion(claim, now, Untold())), claim=claim)
        job = claim.slot.job
        untold = await self._store.untold(job)
        told = self._schedules.named(job).digest is not DigestWhen.NEVER  # else nothing is held against the past
        before = await planned_runs_before(job, claim.slot.at, self._store) if told else ()
        occasion = replace(_occasion(claim, now, untold), dry_run=self._dry_run, before=before)
        run = await self._incidents.muted(await run_checklist(self._outside, self._schedules, occasion, self._clock))
        decision = await self._incidents.after(run)
        known = Known(before, await self._incidents.open_after(decision))
        posts = digest_notifications(run, self._schedules, known, self._store.installation, self._clock.now())
        outcome = Outcome(run, claim, posts, untold if posts else Untold(), decision)
        return outcome.in_silence() if self._dry_run else outcome

    async def recheck(self, occasion: Occasion) -> Outcome:
        """Look again behind what is open, and tell only what that changes. Raises StoreError."""
        expected = rechecks(self._schedules, await self._incidents.live(), self._clock.now())
        run = await run_planned(self._outside, self._schedules, occasion, expected, self._clock)
        run = await self._incidents.muted(run)
        return Outcome(run, decision=await self._incidents.after(run))

    async def decide_again(self, outcome: Outcome) -> Outcome:
        """The same run against the incidents as somebody changed them meanwhile. Raises StoreError."""
        return replace(outcome, decision=await self._incidents.after(outcome.run))

    def set_aside(self, claim: Claim, now: datetime, failure: Exception) -> Outcome:
        """A run in which nothing answered, told in one plain line."""
        run = unanswered_run(self._outside, self._schedules, _occasion(claim, now, Untold()), self._clock.now())
        posts = set_aside_notifications(run, self._schedules, self._store.installation, self._clock.now(), failure)
        return Outcome(run, claim, posts)


async def known_of(run: Run, store: Store, now: datetime) -> Known:
    """What a digest by hand says beside its run."""
    live = await store.live_incidents(now)
    return Known(await planned_runs_before(run.job, run.slot, store), tuple(one for one in live if one.is_open))


async def planned_runs_before(job: str, slot: datetime, store: Store) -> tuple[Run, ...]:
    """The planned runs of a job that a digest is held against, newest first: what somebody ran in between is no day.

    Where only people ran it so far, those are taken.
    """
    before = [one for one in await store.runs(job, limit=RUNS_COMPARED) if one.slot < slot]
    return tuple([one for one in before if one.trigger is Trigger.SCHEDULE] or before)


def manual_outcome(run: Run, schedules: Schedules, known: Known, installation: str, now: datetime) -> Outcome:
    """What a run by hand records and tells; it has no slot, so nothing of the ledger is told with it."""
    return Outcome(run, None, digest_notifications(run, schedules, known, installation, now))


def _occasion(claim: Claim, now: datetime, untold: Untold) -> Occasion:
    return Occasion(
        claim.slot.job,
        Trigger.SCHEDULE,
        slot=claim.slot.at,
        late=lateness(claim.slot, now),
        missed=untold.missed,
        notes=tuple(map(jump_note, untold.jumps)),
    )
