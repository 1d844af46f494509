"""What is long ago is thinned in slices; what the rule says stays, stays, whoever dies between two of them."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from sagebase_ops.domain.results import Note, Target, failing, passing
from sagebase_ops.domain.runs import CheckResult, Run, Trigger
from sagebase_ops.domain.thinning import Traced, superfluous, trace_of
from sagebase_ops.store.base import Outcome, Store, Thinned
from tests.contract.conftest import Place
from tests.contract.examples import ENTRY, TITLE, at, claim, missed, run, slot

END = 4 * 60.0  # minutes


def looked(minute: float, *, fails: bool = False, job: str = "watch") -> Run:
    seen = (failing if fails else passing)(Target("run_service", "sagebase-streamlit"), TITLE)
    one = run(f"{job}-{minute:g}", minute, job=job)
    return replace(one, results=(CheckResult(ENTRY, (seen,)),), missed=())


def past() -> list[Run]:
    """Four hours: a watch every 5 minutes that changes now and then, another job, runs by hand, and such as tell something."""
    chance = Random(20261124)
    runs = [looked(minute, fails=chance.random() < 0.2) for minute in range(0, int(END), 5)]
    runs += [looked(minute + 1, job="hourly") for minute in range(0, int(END), 30)]
    runs += [replace(looked(62, job="hourly"), trigger=Trigger.MANUAL)]
    runs += [replace(looked(122), missed=(missed(120, 121),)), replace(looked(182), notes=(Note(TITLE),))]
    return sorted(runs, key=lambda one: one.started_at)


async def recorded(store: Store, runs: Sequence[Run]) -> None:
    for one in runs:
        await store.record(Outcome(one), one.finished_at)


def staying(runs: Sequence[Run]) -> list[Run]:
    """As the rule has it, over all of them at once."""
    going = set(superfluous([Traced(one.id, one.job, trace_of(one)) for one in runs], {}))
    return [one for one in runs if one.id not in going]


async def thinned(store: Store, until: float) -> int:
    """How many runs went until all was done."""
    steps = [await store.thin(at(until))]
    while steps[-1].until < at(until):
        steps.append(await store.thin(at(until)))
    return sum(step.runs for step in steps)


async def left(store: Store) -> list[Run]:
    return list(await store.runs_between(at(-1), at(END)))


async def test_what_the_rule_says_stays_and_all_else_goes(store: Store) -> None:
    runs = past()
    await recorded(store, runs)
    stay = staying(runs)

    assert await thinned(store, END) == len(runs) - len(stay)
    assert await left(store) == stay
    assert 10 < len(stay) < len(runs) / 2
    assert await store.thin(at(END)) == Thinned(at(END))


async def test_what_is_younger_is_left_as_it_is(store: Store) -> None:
    runs = past()
    await recorded(store, runs)
    await thinned(store, 90)

    young = [one for one in runs if one.started_at >= at(90)]
    assert await left(store) == [*staying([one for one in runs if one not in young]), *young]
    assert await store.thinned_until() == at(90)


async def test_each_slice_may_be_another_process_and_the_time_may_go_on_in_between(place: Place) -> None:
    runs = past()
    await recorded(await place.open(), runs)
    for before in (END / 3, END / 2, END / 2, END, END, END, END):
        await (await place.open()).thin(at(before))

    assert await left(await place.open()) == staying(runs)


async def test_one_slice_takes_no_more_than_an_hour(store: Store) -> None:
    await recorded(store, [looked(minute) for minute in range(0, 120, 5)])

    assert await store.thin(at(END)) == Thinned(at(60), 11)
    assert await store.thinned_until() == at(60)


async def test_a_time_in_which_nothing_ran_costs_no_slice(store: Store) -> None:
    assert await store.thinned_until() is None
    await recorded(store, [looked(0), looked(1), looked(100_000), looked(100_001)])
    for until, runs in ((60, 1), (100_060, 1), (200_000, 0)):
        assert await store.thin(at(200_000)) == Thinned(at(until), runs)


async def test_a_store_without_runs_has_nothing_left_to_thin(store: Store) -> None:
    assert await store.thin(at(60)) == Thinned(at(60))
    assert await store.thinned_until() == at(60)


async def test_how_far_it_came_never_goes_back(store: Store) -> None:
    await store.thin(at(60))
    assert await store.thin(at(30)) == Thinned(at(60))


async def test_the_slot_of_a_run_that_went_is_not_run_again(store: Store) -> None:
    for minute in (10, 20):
        await store.claim_slot(claim(minute, job="watch"), at(minute))
        await store.record(Outcome(looked(minute), claim(minute, job="watch")), at(minute))
    assert await thinned(store, END) == 1

    assert await store.slot_run(slot(10, "watch")) == "watch-10"
    assert await store.slot_run(slot(20, "watch")) is None
    assert not await store.claim_slot(claim(20, "b", job="watch"), at(30))
