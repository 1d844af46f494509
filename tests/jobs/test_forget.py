"""What is too old goes, what is old is thinned, a little at a time and once an hour."""

from datetime import timedelta

from sagebase_ops.domain.thinning import KEPT_FOR, WHOLE_FOR
from sagebase_ops.jobs.forget import forget
from sagebase_ops.store.base import Outcome, Store
from tests.contract.examples import at
from tests.contract.test_thinning import looked
from tests.sending import Impatient

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


async def recorded(store: Store, *minutes: float) -> None:
    for minute in minutes:
        await store.record(Outcome(looked(minute)), at(minute))


async def names(store: Store) -> list[str]:
    return [one.id for one in await store.runs()]


async def test_a_run_of_400_days_ago_goes_and_of_alike_ones_of_35_days_ago_the_first_stays(store: Store) -> None:
    month = (KEPT_FOR - WHOLE_FOR) / MINUTE
    await recorded(store, 0, month, month + 1, month + 2)
    clock = Impatient(at(month + 2) + WHOLE_FOR)

    assert await forget(store, clock, 30)
    assert await names(store) == [f"watch-{month + 2:g}", f"watch-{month:g}"]


async def test_it_looks_once_an_hour_however_often_it_is_asked(store: Store) -> None:
    clock = Impatient(at(0) + WHOLE_FOR)
    await forget(store, clock, 30)
    await recorded(store, 1, 2)

    for later, left in ((HOUR - MINUTE, ["watch-2", "watch-1"]), (HOUR, ["watch-1"])):
        assert await forget(store, Impatient(at(0) + WHOLE_FOR + later), 30)
        assert await names(store) == left


async def test_what_it_has_no_time_for_goes_the_next_time(store: Store) -> None:
    await recorded(store, 0, 1, 60, 61, 120, 121)
    clock = Impatient(at(180) + WHOLE_FOR)

    assert not await forget(store, clock, 0)
    assert await names(store) == ["watch-121", "watch-120", "watch-61", "watch-60", "watch-0"]
    assert await forget(store, clock, 30)
    assert await names(store) == ["watch-0"]


async def test_a_clock_that_was_a_year_ahead_and_came_back_stops_it_from_forgetting_no_longer_than_it_must(
    store: Store,
) -> None:
    await forget(store, Impatient(at(0) + KEPT_FOR + timedelta(days=365)), 30)
    await recorded(store, 0)

    assert await forget(store, Impatient(at(1) + KEPT_FOR), 30)
    assert await names(store) == []
