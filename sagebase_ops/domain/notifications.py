"""What was decided to be told: a row of the outbox is one post. `delivery_transitions` say how it fares in Slack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sagebase_ops.domain.charts import Chart


@dataclass(frozen=True, slots=True)
class Message:
    """One rendered Slack message. `text` alone must say it all: it is the push notification and what is read aloud.

    The first message of a digest stands in the channel, those with `in_thread` below it. With a `chart` it is posted as its
    picture, with `text` beside it; `blocks` say the same where no picture can be had.
    """

    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()  # Block Kit JSON: its shape is Slack's
    attachments: tuple[Mapping[str, Any], ...] = ()
    in_thread: bool = False
    chart: Chart | None = None


class Delivery(StrEnum):
    """How far one post has come; see the drawing in `delivery_transitions`."""

    WAITING = "waiting"
    SENDING = "sending"
    UNPROVEN = "unproven"
    SENT = "sent"
    REFUSED = "refused"


FINAL = (Delivery.SENT, Delivery.REFUSED)


class Action(StrEnum):
    """What a row does in Slack."""

    POST = "post"
    EDIT = "edit"


NEXT = -1
"""In place of a place: behind the last post of its notice. The store gives it its number."""


class Priority:
    """What goes first when many wait; less is sooner."""

    ESCALATION, OPENING, CHANGE, DIGEST = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message stands: the channel's id and the message's `ts`, as Slack gave them."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Notification:
    """One post to Slack: a row of the outbox.

    `notice` names what was decided, such as one digest or one incident; its posts go in the order of `place`, each after
    the one before is final. Place 0 stands in the channel; an `EDIT` changes that one, every other stands in its thread, and
    with `broadcast` in the channel too. `key` is this post's own: its metadata carries it, so that a post whose answer was lost is found again.
    `parent` is where the notice's first post stands, once it does. `reads` counts complete looks into the channel that
    did not find it. `again` says that it goes out though an earlier try of it, at `unproven_since`, may stand there.
    `meant_at` is when it was due, where that was shortly before it was decided and its words do not say so.
    `refused_by` is the channel that would not take it, with Slack's word why. `language` is that of the marks that telling adds.
    Times are aware UTC.
    """

    notice: str
    place: int
    channel: str
    message: Message
    created_at: datetime
    due_at: datetime
    fallback: str | None = None
    priority: int = Priority.DIGEST
    state: Delivery = Delivery.WAITING
    tries: int = 0
    reads: int = 0
    sent_at: datetime | None = None
    posted: Posted | None = None
    parent: Posted | None = None
    error: str | None = None
    plain: bool = False
    action: Action = Action.POST
    broadcast: bool = False
    language: str = "ja"
    again: bool = False
    unproven_since: datetime | None = None
    meant_at: datetime | None = None
    refused_by: tuple[str, str] | None = None

    @property
    def key(self) -> str:
        """The first post has the notice's own name, those below it are numbered."""
        return part_key(self.notice, self.place)

    @property
    def goes_to(self) -> str:
        """The channel, by its name or id: a reply goes where its parent stands, also when that is the fallback."""
        return self.parent.channel if self.parent else self.channel

    @property
    def thread_ts(self) -> str | None:
        """The thread that it stands in, once there is one."""
        return self.parent.ts if self.parent else None

    @property
    def needs_first(self) -> bool:
        """It edits or answers the first post of its notice."""
        return self.place > 0

    @property
    def has_fallback(self) -> bool:
        """A refused channel can be left for another. What edits or answers a post goes where that one does."""
        return self.fallback is not None and self.fallback != self.channel


def part_key(notice: str, place: int) -> str:
    """The key of the post at `place` of one notice."""
    return notice if place == 0 else f"{notice}:{place}"


def notifications_of(
    notice: str,
    messages: Sequence[Message],
    channel: str,
    fallback: str | None,
    now: datetime,
    language: str = "ja",
) -> tuple[Notification, ...]:
    """The messages of one notice as rows that wait to be sent."""
    return tuple(
        Notification(notice, place, channel, message, created_at=now, due_at=now, fallback=fallback, language=language)
        for place, message in enumerate(messages)
    )


def gives_way(last: Notification, newer: Notification) -> bool:
    """Whether `newer`, which goes behind the last post of its notice, makes that one needless: edits collapse to the newest."""
    return newer.action is last.action is Action.EDIT and last.state is Delivery.WAITING


def in_place_of(last: Notification, newer: Notification) -> Notification:
    """The newer edit in the turn of the one that waits, and no sooner than Slack lets that be tried again."""
    due = last.due_at if last.tries else min(last.due_at, newer.due_at)
    return replace(newer, place=last.place, created_at=last.created_at, due_at=due, tries=last.tries, error=last.error)


def newest_message(rows: Sequence[Notification], before: int) -> Message:
    """What the first post of a notice says, with the edits made to it before the row at place `before`."""
    edits = [row.message for row in rows if row.action is Action.EDIT and row.place < before]
    return edits[-1] if edits else rows[0].message
