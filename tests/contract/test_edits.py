"""What comes later to a notice goes behind its last post; edits collapse to the newest."""

from dataclasses import replace

import pytest

from sagebase_ops.domain.delivery_transitions import put_off, refused, sending, sent, unproven
from sagebase_ops.domain.notifications import Action, Notification, Posted, Priority
from sagebase_ops.errors import StaleError
from sagebase_ops.store.base import Decision, Outcome, Store
from tests.contract.examples import at, edit, posts, reply, run
from tests.contract.outbox import SENDER, deliver


async def tell(store: Store, *rows: Notification, minute: float = 10) -> None:
    assert await store.decide(Decision(notifications=rows), at(minute))


async def save(store: Store, row: Notification, minute: float = 10) -> None:
    assert await store.take_sender_lease(SENDER, at(minute), at(minute + 1))
    await store.save_notification(row, SENDER, at(minute))


async def texts(store: Store, notice: str = "digest") -> list[tuple[int, str]]:
    return [(row.place, row.message.text) for row in await store.notice(notice)]


async def test_what_is_next_goes_behind_the_last_post_of_its_notice(store: Store) -> None:
    await tell(store, *posts(count=2), *posts("other", count=1))
    await tell(store, reply("a"), edit("b"), reply("c"), reply("x", "other"), reply("y", "fresh"))

    assert await texts(store) == [(0, "part 0"), (1, "part 1"), (2, "a"), (3, "b"), (4, "c")]
    assert await texts(store, "other") == [(0, "part 0"), (1, "x")]
    assert await texts(store, "fresh") == [(0, "y")]


async def test_what_comes_next_with_a_run_is_numbered_too(store: Store) -> None:
    decision = Decision(notifications=(edit("b"),))
    await store.record(Outcome(run(), notifications=(*posts(), reply("a")), decision=decision), at(11))

    assert await texts(store) == [(0, "part 0"), (1, "a"), (2, "b")]


async def test_what_a_row_does_comes_back(store: Store) -> None:
    await tell(store, *posts(), edit(), reply())

    rows = await store.notice("digest")
    assert [(row.action, row.broadcast) for row in rows] == [("post", False), ("edit", False), ("post", True)]
    assert rows[1] == replace(edit(), place=1)


async def test_a_newer_edit_takes_the_place_of_one_that_waits(store: Store) -> None:
    await tell(store, *posts(), edit("older"))
    await tell(store, replace(edit("newer", minute=12), priority=Priority.CHANGE), minute=12)

    newer = replace(edit("newer"), place=1, priority=Priority.CHANGE)
    assert await store.notice("digest") == [*posts(), newer]


async def test_edits_of_one_decision_collapse_in_their_order(store: Store) -> None:
    await tell(store, *posts(), edit("a"), edit("b"), edit("x", "other"), reply("c"), edit("d"), edit("e"))

    assert await texts(store) == [(0, "part 0"), (1, "b"), (2, "c"), (3, "e")]


async def test_an_edit_never_takes_the_place_of_a_post(store: Store) -> None:
    await tell(store, *posts(), reply("a"))
    await tell(store, edit("b"))
    await tell(store, reply("c"))

    assert await texts(store) == [(0, "part 0"), (1, "a"), (2, "b"), (3, "c")]


async def with_edit(store: Store) -> Notification:
    """The first post is sent, an edit of it is due."""
    await tell(store, *posts(), edit("older"))
    await deliver(store, "digest", at(10))
    (row,) = await store.due_notifications(at(10))
    return row


@pytest.mark.parametrize("state", ["sending", "unproven", "sent", "refused"])
async def test_an_edit_that_may_have_left_is_never_replaced(store: Store, state: str) -> None:
    going = sending(await with_edit(store), at(10))
    states = {
        "sending": going,
        "unproven": unproven(going, "timeout"),
        "sent": sent(going, Posted("C1", "1")),
        "refused": refused(going, "message_not_found"),
    }
    await save(store, states[state])
    await tell(store, edit("newer"))

    assert await texts(store) == [(0, "part 0"), (1, "older"), (2, "newer")]
    assert (await store.notice("digest"))[1] == states[state]


async def test_a_newer_edit_waits_as_long_as_slack_asked_the_older_one_to(store: Store) -> None:
    await save(store, put_off(sending(await with_edit(store), at(10)), at(15), "ratelimited"))
    await tell(store, edit("newer", minute=12), minute=12)

    assert await store.due_notifications(at(14)) == []
    (row,) = await store.due_notifications(at(15))
    assert (row.message.text, row.tries, row.created_at) == ("newer", 1, at(10))


@pytest.mark.parametrize(("older", "newer"), [(10, 15), (15, 10)])
async def test_edits_that_keep_coming_never_put_off_the_first_one(store: Store, older: float, newer: float) -> None:
    await tell(store, *posts(), replace(edit(), due_at=at(older)))
    await tell(store, replace(edit("newer"), due_at=at(newer)))

    assert (await store.notice("digest"))[1].due_at == at(10)


async def test_a_sender_who_read_the_older_edit_does_not_undo_the_newer(store: Store) -> None:
    older = await with_edit(store)
    await tell(store, edit("newer"))

    with pytest.raises(StaleError, match="digest:1"):
        await save(store, sending(older, at(10)))
    (newer,) = await store.due_notifications(at(10))
    assert (newer.message.text, newer.state) == ("newer", "waiting")
    await save(store, sending(newer, at(10)))


async def test_an_edit_and_a_reply_know_where_the_first_post_stands(store: Store) -> None:
    await tell(store, *posts(), edit(), reply())
    parent = await deliver(store, "digest", at(10))

    (row,) = await store.due_notifications(at(10))
    assert (row.action, row.parent) == (Action.EDIT, parent)
    await deliver(store, "digest", at(10))
    (row,) = await store.due_notifications(at(10))
    assert (row.action, row.parent) == (Action.POST, parent)


async def test_after_the_first_post_was_posted_anew_the_later_ones_know_its_new_place(store: Store) -> None:
    await tell(store, *posts(), edit("a"), reply("b"))
    await deliver(store, "digest", at(10))
    anew = Posted("C1", "anew")
    await save(store, sent(sending((await store.notice("digest"))[0], at(11)), anew), 11)

    (row,) = await store.due_notifications(at(12))
    assert (row.place, row.parent) == (1, anew)
    assert [row.parent for row in await store.notice("digest")] == [None, anew, anew]
