"""What was decided to be told, and how far telling has come.

The states of one post:

    waiting ──► sending ──► sent
       ▲           ├──────► waiting      Slack said no for now
       │           ├──────► refused      Slack said no for good
       │           └──────► unproven     nobody knows whether it was posted
       └───────────────────────┘         read back three times and not there
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
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
    """How far one post has come; see the drawing above."""

    WAITING = "waiting"
    SENDING = "sending"
    UNPROVEN = "unproven"
    SENT = "sent"
    REFUSED = "refused"


FINAL = (Delivery.SENT, Delivery.REFUSED)

PROOFS = (timedelta(seconds=5), timedelta(seconds=30), timedelta(seconds=120))
"""After an end that proves nothing the channel is read back so long after sending, before anything is sent again."""

UNPROVEN_AT_MOST = timedelta(minutes=10)
"""So long after it was sent nobody could look whether it stands there: then what is urgent is rather told twice than not."""

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
_LONGEST_LOOK_PAUSE = timedelta(minutes=1)


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


def sending(row: Notification, now: datetime) -> Notification:
    """Written down before the request leaves: from here on it may have been posted."""
    since = row.unproven_since if row.again else None
    return replace(
        row, state=Delivery.SENDING, tries=row.tries + 1, reads=0, sent_at=now, error=None, unproven_since=since
    )


def sent(row: Notification, posted: Posted | None) -> Notification:
    """It stands where `posted` says; None: what it was to say stands in another post."""
    return replace(row, state=Delivery.SENT, posted=posted, error=None)


def put_off(row: Notification, until: datetime, error: str) -> Notification:
    """Slack did not take it and surely did not post it: again at `until`, however often."""
    return replace(row, state=Delivery.WAITING, due_at=until, error=error)


def refused(row: Notification, error: str) -> Notification:
    """Slack will never take it; a person must see to it."""
    return replace(row, state=Delivery.REFUSED, error=error)


def rerouted(row: Notification, now: datetime, code: str, error: str) -> Notification:
    """To the fallback channel, at once; `code` is Slack's word why. Only where there is one, and it is not this one."""
    return replace(
        row,
        state=Delivery.WAITING,
        channel=row.fallback or row.channel,
        due_at=now,
        error=error,
        refused_by=(row.channel, code),
    )


def has_fallback(row: Notification) -> bool:
    """Whether a refused channel can be left for another. What edits or answers a post goes where that one does."""
    return row.fallback is not None and row.fallback != row.channel


def in_plain_text(row: Notification, now: datetime, error: str) -> Notification:
    """Slack refused the form: once more with the text alone."""
    message = Message(row.message.text, in_thread=row.message.in_thread)
    return replace(row, state=Delivery.WAITING, message=message, plain=True, due_at=now, error=error)


def lost(row: Notification, now: datetime, error: str) -> Notification:
    """No answer came. An edit is made again, since the same again changes nothing; a post is looked for first."""
    if row.action is Action.EDIT:
        return put_off(row, now + pause_after(row.tries), error)
    return unproven(row, error)


def without_picture(row: Notification, now: datetime, error: str) -> Notification:
    """Its picture is not to be had: the same in blocks, at once."""
    return replace(
        row, state=Delivery.WAITING, message=replace(row.message, chart=None), tries=0, due_at=now, error=error
    )


def picture_put_off(row: Notification, until: datetime, error: str) -> Notification:
    """Its picture is nowhere yet: again at `until`."""
    return replace(put_off(row, until, error), tries=row.tries + 1)


def needs_first(row: Notification) -> bool:
    """Whether it edits or answers the first post of its notice."""
    return row.place > 0


def anew(first: Notification, message: Message, now: datetime) -> Notification:
    """A first post that is gone, to be posted once more; what comes after it goes below the new one. It is no late one."""
    return replace(
        first, state=Delivery.WAITING, message=message, posted=None, created_at=now, due_at=now, error=None, tries=0
    )


def unproven(row: Notification, error: str) -> Notification:
    """It may have been posted: look before anything else is done, first a few seconds after it was sent."""
    since = row.unproven_since or began(row)
    return replace(row, state=Delivery.UNPROVEN, due_at=began(row) + PROOFS[0], error=error, unproven_since=since)


def still_unproven(row: Notification, now: datetime, until: datetime, error: str) -> Notification:
    """The channel could not be read: again at `until`, and nothing is sent before.

    After UNPROVEN_AT_MOST an opening or an escalation is sent all the same, and says so; the rest waits.
    """
    if row.priority <= Priority.OPENING and now - began(row) >= UNPROVEN_AT_MOST:
        return replace(row, state=Delivery.WAITING, due_at=now, error=error, again=True)
    return replace(row, due_at=until, error=error)


def not_found(row: Notification, now: datetime) -> Notification:
    """One more complete look that did not find it. After the last one it is as good as never sent."""
    reads = row.reads + 1
    if reads >= len(PROOFS):
        return replace(row, state=Delivery.WAITING, reads=reads, due_at=now, again=False, unproven_since=None)
    return replace(row, reads=reads, due_at=max(now, began(row) + PROOFS[reads]))


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries: 1 s, 2 s, 4 s … at most 5 minutes."""
    doublings = min(max(tries - 1, 0), 20)
    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)


def pause_between_looks(row: Notification, now: datetime) -> timedelta:
    """How long a channel that cannot be read is left alone: a quarter of the time that it has been so, 1 s to 1 minute."""
    return min(max((now - began(row)) / 4, _FIRST_PAUSE), _LONGEST_LOOK_PAUSE)


def began(row: Notification) -> datetime:
    """When its last try was written down."""
    return row.sent_at or row.created_at


def looked_for_since(row: Notification) -> datetime:
    """When the first of its tries that may stand there was written down."""
    return row.unproven_since or began(row)


def newest_message(rows: Sequence[Notification], before: int) -> Message:
    """What the first post of a notice says, with the edits made to it before the row at place `before`."""
    edits = [row.message for row in rows if row.action is Action.EDIT and row.place < before]
    return edits[-1] if edits else rows[0].message
