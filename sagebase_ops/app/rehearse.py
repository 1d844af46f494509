"""A rehearsal of one file, or of several side by side, over what a store recorded or what a pretend cloud shows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sagebase_ops.app.outside import outside_of
from sagebase_ops.app.parts import store_to_read
from sagebase_ops.config.model import Schedules
from sagebase_ops.errors import ConfigError, StoreError
from sagebase_ops.jobs.judge_anew import Doubt, Judge
from sagebase_ops.jobs.rehearse import Rehearsal, Stage
from sagebase_ops.jobs.rehearse_rounds import Turn, play, recorded
from sagebase_ops.settings import Settings

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One file's rehearsal. `doubts` says of (job, entry) why it is not rehearsed as the file has it.

    Of what ran before `thinned_until` the store holds only what stays by `domain.thinning`, so that rounds are missing
    between which something would have been held, or have recovered. None: every round is there.
    """

    schedules: Schedules
    rehearsal: Rehearsal
    doubts: Mapping[tuple[str, str], Doubt] = field(default_factory=dict)
    thinned_until: datetime | None = None

    @property
    def thinned_before(self) -> datetime | None:
        """Until when rounds of it are missing; None where it is of whole time only."""
        since = self.rehearsal.since
        return self.thinned_until if self.thinned_until and since and since < self.thinned_until else None


async def of_history(
    settings: Settings, files: Sequence[Schedules], length: timedelta, jobs: Collection[str]
) -> list[Rehearsed]:
    """The last `length` that the store of `settings` recorded, read once for all `files`. Raises ConfigError."""
    judges = [Judge(schedules) for schedules in files]
    try:
        async with store_to_read(settings) as store:
            silences, thinned = await store.silences(_EVER), await store.thinned_until()
            stages = [Stage(schedules, silences) for schedules in files]
            async for run in recorded(store, length, jobs):
                for judge, stage in zip(judges, stages, strict=True):
                    await stage.play(judge.anew(run))
    except StoreError as error:
        raise ConfigError(str(error)) from error
    return [
        Rehearsed(schedules, stage.rehearsal, judge.doubts(jobs or schedules.checklists), thinned)
        for schedules, judge, stage in zip(files, judges, stages, strict=True)
    ]


async def of_scenario(
    settings: Settings,
    files: Sequence[Schedules],
    start: datetime,
    length: timedelta,
    jobs: Collection[str],
    turn: Turn,
) -> list[Rehearsed]:
    """The checks of each file, run for real against the pretend cloud of `settings` at each slot from `start` on."""
    async with outside_of(settings) as outside:
        return [
            Rehearsed(schedules, (await play(outside, schedules, jobs, start, start + length, turn)).rehearsal)
            for schedules in files
        ]
