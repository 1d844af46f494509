"""One notice is one document with all its posts in order, and beside them the few fields by which it is found.

So a reply always knows where its first post stands, what goes first is decided in one write, and a notice is forgotten whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sagebase_ops.domain.notifications import (
    FINAL,
    NEXT,
    Action,
    Delivery,
    Notification,
    gives_way,
    in_place_of,
)
from sagebase_ops.errors import StaleError, StoreError
from sagebase_ops.store.base import Backlog
from sagebase_ops.store.firestore.database import Content, Seen
from sagebase_ops.store.firestore.fields import aware, name_of, plain
from sagebase_ops.store.packing import packed, unpacked
from sagebase_ops.store.records import read_notification, write_notification

KEPT = timedelta(days=430)
"""After so long Google's own broom (a TTL policy) takes what no daemon has pruned; longer than a daemon keeps anything."""

_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
_WAITS = (Delivery.WAITING, Delivery.SENDING)

Post = Mapping[str, Any]  # Any: the fields of `_post`


def path_of(notice: str) -> str:
    return f"outbox/{name_of(notice)}"


def queued(known: Content | None, added: Sequence[Notification], nth: int, now: datetime) -> Content:
    """The notice with these posts, one by one, since the place of one may hang on the one before it.

    `nth` orders what was queued at once. Raises StoreError where such a post is there.
    """
    posts = _by_place(known)
    for row in added:
        placed = _placed(posts, row)
        if placed.place in posts and row.place != NEXT:
            raise StoreError(f"the outbox has a post {row.key} already; nothing was written")
        posts[placed.place] = _post(placed, now)
    return _notice(added[0].notice, posts.values(), known["nth"] if known else nth)


def saved(known: Content | None, row: Notification, now: datetime) -> Content:
    """The notice with the row's new state.

    Raises StoreError where it has no such post, StaleError where the sender read an edit that a newer one took the place of.
    """
    posts = _by_place(known)
    if known is None or row.place not in posts:
        raise StoreError(f"the outbox has no post {row.key}")
    kept = posts[row.place]
    if (kept["action"], kept["state"]) == (Action.EDIT, Delivery.WAITING) and _row(kept).message != row.message:
        raise StaleError(f"a newer edit took the place of {row.key} meanwhile; read it again")
    posts[row.place] = _post(row, now)
    return _notice(row.notice, posts.values(), known["nth"])


def rows(content: Content | None) -> Sequence[Notification]:
    """All posts in order, each with where the first one stands."""
    read = [_row(post) for post in (content or {}).get("posts", ())]
    first = read[0].posted if read else None
    return [row if row.place == 0 else replace(row, parent=first) for row in read]


def head(content: Content) -> Notification:
    """The first post that is not final. Only of an open notice."""
    posts = content["posts"]
    row = _row(_first_open(posts))
    return row if row.place == 0 or posts[0]["place"] != 0 else replace(row, parent=_row(posts[0]).posted)


def backlog(counts: tuple[int, int, int], oldest: Sequence[Seen], worst: Sequence[Seen]) -> Backlog:
    """`counts` of posts unsent, unproven, refused; the notice open longest, and the one with the newest error."""
    created = next((seen.content["created_at"] for seen in oldest if seen.content), None)
    error = next((seen.content["error"] for seen in worst if seen.content), None)
    return Backlog(*counts, oldest=plain(created) if created else None, last_error=error)


def _by_place(known: Content | None) -> dict[int, Post]:
    return {post["place"]: post for post in (known or {}).get("posts", ())}


def _placed(posts: Mapping[int, Post], row: Notification) -> Notification:
    """With its number, where it goes behind the last post; an edit takes the turn of one that waits there."""
    if row.place != NEXT:
        return row
    if not posts:
        return replace(row, place=0)
    last = _row(posts[max(posts)])
    return in_place_of(last, row) if gives_way(last, row) else replace(row, place=last.place + 1)


def _notice(name: str, posts: Iterable[Post], nth: int) -> Content:
    in_order = sorted(posts, key=lambda post: post["place"])
    waiting = [post for post in in_order if post["state"] not in FINAL]
    states = [post["state"] for post in in_order]
    newest_at = max(post["created_at"] for post in in_order)
    return {
        **_turn(waiting[0] if waiting else in_order[-1]),
        **_newest_error(in_order),
        "notice": name,
        "nth": nth,
        "open": bool(waiting),
        "sent": all(state == Delivery.SENT for state in states),
        "unsent": sum(state in _WAITS for state in states),
        "unproven": states.count(Delivery.UNPROVEN),
        "refused": states.count(Delivery.REFUSED),
        "newest_at": newest_at,
        "expire_at": None if waiting else newest_at + KEPT,
        "posts": in_order,
    }


def _turn(post: Post) -> Content:
    """When the notice is looked at again. A post whose sender is gone is due at once: it is looked for."""
    found_by = {name: post[name] for name in ("priority", "created_at", "due_at")}
    return {**found_by, "ready_at": _AT_ONCE if post["state"] == Delivery.SENDING else post["due_at"]}


def _newest_error(posts: Sequence[Post]) -> Content:
    failed = [post for post in posts if post["state"] != Delivery.SENT and post["error"] is not None]
    newest = max(failed, key=lambda post: post["changed_at"], default=None)
    return {"error": newest and newest["error"], "error_at": newest and newest["changed_at"]}


def _first_open(posts: Sequence[Post]) -> Post:
    return next(post for post in posts if post["state"] not in FINAL)


def _post(row: Notification, now: datetime) -> Post:
    return {
        "place": row.place,
        "action": row.action.value,
        "priority": row.priority,
        "created_at": aware(row.created_at),
        "due_at": aware(row.due_at),
        "state": row.state.value,
        "error": row.error and row.error.encode(errors="backslashreplace").decode(),  # half a character has no UTF-8
        "changed_at": aware(now),
        "record": packed(write_notification(row)),
    }


def _row(post: Post) -> Notification:
    return read_notification(unpacked(post["record"]))
