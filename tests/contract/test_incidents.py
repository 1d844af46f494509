"""A decision about incidents is written whole, once, and only upon what was read."""

import asyncio
from dataclasses import replace

import pytest

from sagebase_ops.domain.incidents import Incident, State, notice_of
from sagebase_ops.errors import ClaimLostError, StaleError, StoreError
from sagebase_ops.store.base import Decision, Outcome, Store
from tests.contract.conftest import Place
from tests.contract.examples import (
    at,
    audit,
    claim,
    ended,
    full,
    kept,
    opened,
    pending,
    posts,
    reply,
    run,
    silence,
)
from tests.contract.outbox import deliver


async def write(store: Store, *incidents: Incident) -> None:
    assert await store.decide(Decision(incidents), at(10))


async def live(store: Store, resolved_after: float = 0) -> list[Incident]:
    return sorted(await store.live_incidents(at(resolved_after)), key=lambda one: one.id)


async def test_an_incident_comes_back_exactly_as_it_was(store: Store) -> None:
    await write(store, full(opened()))

    assert await store.incident("inc-1") == kept(full(opened()))
    assert await store.incident("inc-2") is None


async def test_each_write_gives_the_next_version(store: Store) -> None:
    await write(store, pending())
    await write(store, full(kept(opened(), 1)))

    assert await live(store) == [kept(full(opened()), 2)]


@pytest.mark.parametrize("version", [0, 1, 3], ids=["as-if-new", "the-one-before", "one-to-come"])
async def test_what_was_decided_upon_another_version_is_stale(store: Store, version: int) -> None:
    await write(store, opened())
    await write(store, kept(opened(), 1))

    with pytest.raises(StaleError, match="inc-1"):
        await store.decide(Decision((kept(ended(opened()), version),)), at(20))
    assert await live(store) == [kept(opened(), 2)]


async def test_an_incident_that_is_not_there_any_more_is_stale(store: Store) -> None:
    with pytest.raises(StaleError, match="inc-1"):
        await store.decide(Decision((kept(opened(), 1),)), at(20))


@pytest.mark.parametrize("state", [State.PENDING, State.OPEN, State.ACKNOWLEDGED])
async def test_of_one_fingerprint_only_one_is_not_resolved(store: Store, state: State) -> None:
    await write(store, replace(opened("inc-1"), state=state))

    with pytest.raises(StaleError, match="inc-2"):
        await store.decide(Decision((pending("inc-2"),)), at(11))
    assert [one.id for one in await live(store)] == ["inc-1"]


async def test_a_resolved_one_does_not_come_back_beside_a_new_one(store: Store) -> None:
    await write(store, ended(opened("inc-1")))
    await write(store, opened("inc-2"))

    with pytest.raises(StaleError, match="inc-1"):
        await store.decide(Decision((kept(opened("inc-1"), 1),)), at(30))


async def test_one_may_end_and_another_of_its_fingerprint_open_in_one_decision(store: Store) -> None:
    await write(store, opened("inc-1"))
    await write(store, opened("inc-2"), kept(ended(opened("inc-1")), 1))

    assert [(one.id, one.state) for one in await live(store)] == [("inc-1", "resolved"), ("inc-2", "open")]


async def test_a_pending_one_that_came_to_nothing_is_forgotten(store: Store) -> None:
    await write(store, pending())
    assert await store.decide(Decision(forgotten=(kept(pending()),), incidents=(pending("inc-2"),)), at(11))

    assert [one.id for one in await live(store)] == ["inc-2"]


@pytest.mark.parametrize(
    ("stored", "read"),
    [(opened(), kept(opened())), (pending(), kept(pending(), 2)), (None, kept(pending()))],
    ids=["opened-meanwhile", "changed-meanwhile", "forgotten-meanwhile"],
)
async def test_only_what_is_pending_and_unchanged_is_forgotten(
    store: Store, stored: Incident | None, read: Incident
) -> None:
    await write(store, *([stored] if stored else []))

    with pytest.raises(StaleError, match="inc-1"):
        await store.decide(Decision(forgotten=(read,)), at(11))
    assert len(await live(store)) == (1 if stored else 0)


async def everything(store: Store) -> tuple[object, ...]:
    return (
        await live(store),
        await store.notice("new"),
        await store.silences(at(0)),
        await store.audit(),
        await store.runs(),
        await store.claims(),
    )


def all_of_it(incident: Incident) -> Decision:
    return Decision((incident, opened("inc-2", target="other")), (), posts("new"), (silence(),), (audit(),), "press-1")


async def test_a_decision_is_written_whole(store: Store) -> None:
    assert await store.decide(all_of_it(opened()), at(10))

    assert await live(store) == [kept(opened()), kept(opened("inc-2", target="other"))]
    assert await store.notice("new") == list(posts("new"))
    assert await store.silences(at(0)) == [silence()]
    assert await store.audit() == [audit()]


async def test_a_stale_decision_writes_nothing_and_may_be_decided_anew(store: Store) -> None:
    await write(store, opened())
    before = await everything(store)

    with pytest.raises(StaleError):
        await store.decide(all_of_it(kept(opened(), 2)), at(10))

    assert await everything(store) == before
    assert await store.decide(all_of_it(kept(opened(), 1)), at(10))


async def test_a_decision_whose_post_cannot_be_queued_is_not_half_written(store: Store) -> None:
    await store.record(Outcome(run(), notifications=posts("new")), at(11))
    before = await everything(store)

    with pytest.raises(StoreError):
        await store.decide(all_of_it(opened()), at(11))
    assert await everything(store) == before


async def test_what_was_decided_once_is_not_decided_again(store: Store) -> None:
    assert await store.decide(Decision((opened(),), once="press-1"), at(10))
    again = Decision((kept(ended(opened()), 1),), (), posts("new"), (silence(),), (audit(),), "press-1")

    assert not await store.decide(again, at(11))
    assert await live(store) == [kept(opened())]
    assert (await store.notice("new"), await store.silences(at(0)), await store.audit()) == ([], [], [])
    assert await store.decide(replace(again, once="press-2"), at(11))


async def test_a_decision_that_was_made_before_is_not_even_stale(store: Store) -> None:
    decision = Decision((opened(),), once="press-1")
    assert await store.decide(decision, at(10))

    assert not await store.decide(decision, at(10))


async def test_a_run_and_its_decision_are_one(store: Store) -> None:
    await store.claim_slot(claim(10), at(10))
    await store.record(Outcome(run(), claim(10), posts(), decision=all_of_it(opened())), at(11))

    assert await store.runs() == [run()]
    assert [one.id for one in await live(store)] == ["inc-1", "inc-2"]
    assert await store.notice("new") == list(posts("new"))
    assert await store.notice("digest") == list(posts())


async def test_a_run_whose_decision_is_stale_writes_nothing_and_keeps_its_claim(store: Store) -> None:
    await write(store, opened())
    await store.claim_slot(claim(10), at(10))
    before = await everything(store)
    outcome = Outcome(run(), claim(10), posts(), decision=all_of_it(opened()))

    with pytest.raises(StaleError):
        await store.record(outcome, at(11))

    assert await everything(store) == before
    await store.record(replace(outcome, decision=all_of_it(kept(opened()))), at(11))
    assert await store.slot_run(claim(10).slot) == "run-1"


async def test_a_decision_of_a_run_whose_claim_is_lost_is_not_written(store: Store) -> None:
    before = await everything(store)

    with pytest.raises(ClaimLostError):
        await store.record(Outcome(run(), claim(10), decision=all_of_it(opened())), at(11))
    assert await everything(store) == before


async def test_a_run_whose_answer_was_lost_decides_once(store: Store) -> None:
    outcome = Outcome(run(), decision=Decision((opened(),), notifications=(reply(),)))
    for _ in range(2):
        await store.record(outcome, at(11))

    assert await live(store) == [kept(opened())]
    assert len(await store.notice("digest")) == 1


async def test_of_many_who_decide_upon_the_same_incident_one_wins(place: Place) -> None:
    doors = [await place.open() for _ in range(2)]
    await write(doors[0], opened())
    decision = Decision((kept(ended(opened())),))

    answers = await asyncio.gather(
        *(doors[number % 2].decide(decision, at(20)) for number in range(8)), return_exceptions=True
    )
    assert answers.count(True) == 1
    assert sum(isinstance(answer, StaleError) for answer in answers) == 7


# What is found again


async def test_live_are_those_that_are_not_resolved_and_those_resolved_since(store: Store) -> None:
    await write(
        store,
        pending("a", target="a"),
        opened("b", target="b"),
        replace(opened("c", target="c"), state=State.ACKNOWLEDGED),
        ended(opened("d", target="d"), 20),
        ended(opened("e", target="e"), 30),
    )

    assert [one.id for one in await live(store, 20)] == ["a", "b", "c", "e"]
    assert [one.id for one in await live(store, 19)] == ["a", "b", "c", "d", "e"]


async def test_what_was_read_before_is_read_anew_once_it_changed(place: Place) -> None:
    one, two = await place.open(), await place.open()
    await write(one, opened())
    assert await live(one) == [kept(opened())]

    await write(two, kept(ended(opened())))

    assert await live(one) == [kept(ended(opened()), version=2)]


async def test_what_another_process_opened_is_seen_also_after_a_decision_about_something_else(place: Place) -> None:
    one, two = await place.open(), await place.open()
    await write(one, opened("a", target="a"))
    await two.decide(Decision(audit=(audit(10),)), at(10))
    assert [found.id for found in await live(two)] == ["a"]

    await write(one, opened("b", target="b"))
    await two.decide(Decision(audit=(audit(11),)), at(11))
    assert [found.id for found in await live(two)] == ["a", "b"]


async def test_incidents_are_listed_open_first_then_newest_first(store: Store) -> None:
    await write(
        store,
        pending("pending", 60, target="pending"),
        opened("old", 10, target="old"),
        ended(opened("newest", 50, target="newest"), 51),
        replace(opened("taken", 20, target="taken"), state=State.ACKNOWLEDGED),
        ended(opened("over", 30, target="over"), 40),
    )

    assert [one.id for one in await store.incidents()] == ["taken", "old", "newest", "over"]
    assert [one.id for one in await store.incidents(limit=3)] == ["taken", "old", "newest"]


async def test_silences_that_last_past_a_time_are_found_oldest_first(store: Store) -> None:
    silences = (
        silence("late", 20, 60),
        silence("early", 10, 70),
        silence("over", 5, 30),
        silence("lifted", 0, 90, lifted=30),
    )
    await store.decide(Decision(silences=silences), at(10))

    assert [one.id for one in await store.silences(at(29))] == ["lifted", "over", "early", "late"]
    assert [one.id for one in await store.silences(at(30))] == ["early", "late"]


async def test_a_silence_that_was_lifted_takes_the_place_of_the_one_that_lasted(store: Store) -> None:
    await store.decide(Decision(silences=(silence(),)), at(10))
    await store.decide(Decision(silences=(silence(lifted=20),)), at(20))

    assert await store.silences(at(0)) == [silence(lifted=20)]


async def test_the_newest_of_what_people_did_comes_first_and_once(store: Store) -> None:
    for minute in (10, 30, 20, 30):
        await store.decide(Decision(audit=(audit(minute),)), at(minute))

    assert await store.audit() == [audit(30), audit(20), audit(10)]
    assert await store.audit(limit=2) == [audit(30), audit(20)]


# What is forgotten


async def test_incidents_silences_and_audit_of_long_ago_are_forgotten(store: Store) -> None:
    old = Decision((ended(opened("old"), 20),), silences=(silence("old", 1, 19),), audit=(audit(10),))
    new = Decision(
        (ended(opened("new"), 40), opened("open", 1, target="open"), pending("pending", 1, target="pending")),
        silences=(silence("new", 1, 31),),
        audit=(audit(30),),
    )
    for decision in (old, new):
        await store.decide(decision, at(10))
    await store.prune(at(30))

    assert [one.id for one in await live(store)] == ["new", "open", "pending"]
    assert await store.incident("old") is None
    assert [one.id for one in await store.silences(at(0))] == ["new"]
    assert await store.audit() == [audit(30)]


async def test_a_resolved_incident_stays_while_another_of_its_message_is_not(store: Store) -> None:
    shared = [replace(opened(name, target=name), group="together") for name in ("inc-1", "inc-2")]
    await write(store, ended(shared[0], 20), shared[1])
    await store.prune(at(30))
    assert len(await live(store)) == 2

    await write(store, kept(ended(shared[1], 25)))
    await store.prune(at(30))
    assert await live(store) == []


async def test_the_name_of_a_decision_is_forgotten_with_the_rest(store: Store) -> None:
    decision = Decision(audit=(audit(10),), once="press-1")
    await store.decide(decision, at(10))

    await store.prune(at(10))
    assert not await store.decide(decision, at(20))
    await store.prune(at(10.1))
    assert await store.decide(decision, at(20))


async def test_the_posts_of_an_incident_stay_as_long_as_it_does(store: Store) -> None:
    notice = notice_of(store.installation, opened().group)
    await store.decide(Decision((opened(),), notifications=posts(notice)), at(10))
    await deliver(store, notice, at(10))
    await store.prune(at(30))
    assert len(await store.notice(notice)) == 1

    await write(store, kept(ended(opened(), 20)))
    await store.prune(at(30))
    assert await store.notice(notice) == []


async def test_the_first_post_of_a_notice_stays_while_younger_ones_do(store: Store) -> None:
    await store.record(Outcome(run(), notifications=posts()), at(10))
    parent = await deliver(store, "digest", at(10))
    await store.decide(Decision(notifications=(reply(minute=40),)), at(40))
    await deliver(store, "digest", at(40))
    await store.prune(at(30))
    await store.decide(Decision(notifications=(reply(minute=50),)), at(50))

    assert [(row.place, row.parent) for row in await store.notice("digest")] == [(0, None), (1, parent), (2, parent)]
