"""Every post waits for its turn, has one sender, and is told until Slack has it."""

import asyncio
from dataclasses import replace

import pytest

from sagebase_ops.domain.delivery_transitions import put_off, refused, sending, sent, unproven
from sagebase_ops.domain.notifications import Notification, Priority
from sagebase_ops.errors import ClaimLostError, StoreError
from sagebase_ops.store.base import Backlog, Outcome, Store
from tests.contract.conftest import Place
from tests.contract.examples import at, posts, run
from tests.contract.outbox import SENDER, deliver


async def queue(store: Store, *rows: Notification) -> None:
    """With a manual run, as `--run` does."""
    await store.record(Outcome(run(f"run of {rows[0].notice}"), notifications=rows), at(10))


async def save(store: Store, row: Notification) -> None:
    assert await store.take_sender_lease(SENDER, at(10), at(60))
    await store.save_notification(row, SENDER, at(10))


async def due(store: Store, minute: float = 10, limit: int = 100) -> list[str]:
    return [row.key for row in await store.due_notifications(at(minute), limit)]


async def test_a_post_waits_until_it_is_due(store: Store) -> None:
    await queue(store, *posts())

    assert await due(store, 9.9) == []
    assert await store.due_notifications(at(10)) == list(posts())
    assert await store.next_due() == at(10)


async def test_nothing_waits_in_an_empty_outbox(store: Store) -> None:
    assert await due(store) == []
    assert await store.next_due() is None
    assert await store.notice("digest") == []
    assert await store.backlog() == Backlog()


async def test_the_urgent_comes_first_and_then_the_oldest(store: Store) -> None:
    await queue(store, *posts("later", 9))
    await queue(store, *posts("sooner", 8))
    await queue(store, replace(posts("urgent", 9.5)[0], priority=Priority.ESCALATION))

    assert await due(store) == ["urgent", "sooner", "later"]
    assert await due(store, limit=2) == ["urgent", "sooner"]


async def test_posts_of_one_notice_go_one_after_the_other_below_the_first(store: Store) -> None:
    await queue(store, *posts(count=3))
    assert await due(store) == ["digest"]

    parent = await deliver(store, "digest", at(10))
    (second,) = await store.due_notifications(at(10))
    assert (second.key, second.parent) == ("digest:1", parent)

    await deliver(store, "digest", at(10))
    (third,) = await store.due_notifications(at(10))
    assert (third.key, third.parent) == ("digest:2", parent)

    await deliver(store, "digest", at(10))
    assert await due(store) == []
    assert await store.next_due() is None


async def test_a_post_that_was_put_off_holds_back_those_below_it(store: Store) -> None:
    await queue(store, *posts(count=2))
    await save(store, put_off(sending(posts()[0], at(10)), at(15), "ratelimited"))

    assert await due(store, 14) == []
    assert await store.next_due() == at(15)
    assert await due(store, 15) == ["digest"]


async def test_a_refused_post_is_final_so_the_rest_goes_on(store: Store) -> None:
    await queue(store, *posts(count=2))
    await save(store, refused(sending(posts()[0], at(10)), "channel_not_found"))

    (second,) = await store.due_notifications(at(10))
    assert (second.key, second.parent) == ("digest:1", None)


async def test_a_post_whose_sender_is_gone_is_looked_for_whenever_it_is_due(store: Store) -> None:
    late = replace(posts()[0], due_at=at(500))
    await queue(store, late)
    await save(store, sending(late, at(10)))

    assert await store.due_notifications(at(10)) == [sending(late, at(10))]


async def test_a_post_that_nobody_could_prove_is_due_when_it_is_time_to_look(store: Store) -> None:
    await queue(store, *posts())
    doubtful = unproven(sending(posts()[0], at(10)), "timeout")
    await save(store, doubtful)

    assert await due(store, 10) == []
    assert await store.due_notifications(doubtful.due_at) == [doubtful]


async def test_the_state_of_a_post_comes_back_exactly(store: Store) -> None:
    await queue(store, *posts(count=2))
    doubtful = replace(unproven(sending(posts()[0], at(10)), "timeout"), reads=2, plain=True)
    for _ in range(2):
        await save(store, doubtful)

    assert await store.notice("digest") == [doubtful, posts(count=2)[1]]


async def test_one_sender_at_a_time(place: Place) -> None:
    doors = [await place.open() for _ in range(2)]
    tries = [doors[number % 2].take_sender_lease(f"sender-{number}", at(10), at(11)) for number in range(10)]

    assert (await asyncio.gather(*tries)).count(True) == 1


async def test_a_lease_is_prolonged_by_its_owner_and_taken_when_it_ran_out(store: Store) -> None:
    assert await store.take_sender_lease("a", at(10), at(11))
    assert await store.take_sender_lease("a", at(10.5), at(12))
    assert not await store.take_sender_lease("b", at(12), at(13))
    assert await store.take_sender_lease("b", at(12.1), at(13))
    assert not await store.take_sender_lease("a", at(12.2), at(13))


async def test_a_lease_from_before_the_clock_was_set_back_is_nobodys(store: Store) -> None:
    assert await store.take_sender_lease("a", at(70), at(71))
    assert not await store.take_sender_lease("b", at(66), at(67))
    assert await store.take_sender_lease("b", at(10), at(11))


async def test_a_lease_that_was_given_back_is_free(store: Store) -> None:
    await store.take_sender_lease("a", at(10), at(11))
    await store.release_sender_lease("b")
    assert not await store.take_sender_lease("b", at(10), at(11))

    await store.release_sender_lease("a")
    assert await store.take_sender_lease("b", at(10), at(11))


@pytest.mark.parametrize(("owner", "now"), [("b", 10.5), ("a", 11.1)], ids=["another-sender", "ran-out"])
async def test_who_does_not_hold_the_lease_writes_nothing(store: Store, owner: str, now: float) -> None:
    await queue(store, *posts())
    await store.take_sender_lease("a", at(10), at(11))

    with pytest.raises(ClaimLostError, match="sender lease"):
        await store.save_notification(sending(posts()[0], at(now)), owner, at(now))
    assert await store.notice("digest") == list(posts())


async def test_a_post_that_was_never_queued_is_not_saved(store: Store) -> None:
    with pytest.raises(StoreError, match="no post digest"):
        await save(store, posts()[0])


async def test_the_backlog_says_how_telling_stands(store: Store) -> None:
    for minute, name in enumerate(("sent", "waiting", "sending", "unproven", "refused"), start=1):
        await queue(store, *posts(name, minute))
    tried = {row.notice: sending(row, at(10)) for row in await store.due_notifications(at(10))}
    await deliver(store, "sent", at(10))
    await save(store, tried["sending"])
    await save(store, refused(tried["refused"], "is_archived"))
    await store.save_notification(unproven(tried["unproven"], "timeout"), SENDER, at(11))

    assert await store.backlog() == Backlog(unsent=2, unproven=1, refused=1, oldest=at(2), last_error="timeout")


async def test_an_error_that_was_overcome_is_no_error_any_more(store: Store) -> None:
    await queue(store, *posts(count=2))
    await save(store, put_off(sending(posts()[0], at(10)), at(10), "ratelimited"))
    assert (await store.backlog()).last_error == "ratelimited"

    await deliver(store, "digest", at(10))
    assert (await store.backlog()).last_error is None


async def test_a_refusal_with_half_a_character_in_it_is_kept(store: Store) -> None:
    row = put_off(sending(posts()[0], at(10)), at(10), "cut \ud83d")
    await queue(store, *posts())
    await save(store, row)

    assert await store.notice("digest") == [row]
    assert (await store.backlog()).last_error == r"cut \ud83d"


async def test_a_post_is_sent_where_it_was_queued_last(store: Store) -> None:
    row = posts()[0]
    await queue(store, row)
    posted = await deliver(store, "digest", at(10))

    assert await store.notice("digest") == [sent(sending(row, at(10)), posted)]
