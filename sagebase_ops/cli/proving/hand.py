"""What a person does to the incident of a round: by a press, which Slack sends again for as long as nobody acknowledges it."""

from datetime import timedelta

from sagebase_ops.app.parts import route_of
from sagebase_ops.casebook import Casebook
from sagebase_ops.cli.proving.clock import TurnedClock
from sagebase_ops.cli.proving.plan import Work
from sagebase_ops.config.model import Schedules
from sagebase_ops.responses import Actor, Responses
from sagebase_ops.settings import Settings
from sagebase_ops.store.base import Store

SILENT_FOR = timedelta(minutes=40)
"""Over the time of the step after half an hour, which is told when that ends."""

_PRESSER = Actor("U0SATO0001", "slack", once="U0SATO0001:press:1")
_WHY = "作業中"


async def lay_hand(work: Work, settings: Settings, schedules: Schedules, store: Store, clock: TurnedClock) -> None:
    """Do it, unless the process before did: each press works once. Raises StoreError."""
    with clock.busy():
        responses = Responses(Casebook(schedules, store, route_of(schedules, store, sandbox=settings.sandboxed), clock))
        for group in {one.group for one in await store.incidents() if one.is_open}:
            if work is Work.PRESS:
                await responses.take(group, _PRESSER)
            elif work is Work.SILENCE:
                await responses.silence_group(group, _PRESSER, SILENT_FOR, _WHY)
            elif work is Work.RESOLVE:
                await responses.resolve(group, _PRESSER, _WHY)


async def worked(store: Store) -> int:
    """How many presses took effect, by what the incidents' stories say. Raises StoreError."""
    return sum(line.by == _PRESSER.name for one in await store.incidents() for line in one.story)
