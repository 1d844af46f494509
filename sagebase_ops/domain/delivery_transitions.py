"""How far has telling come? The ways of one post from one state to the next.

    waiting ──► sending ──► sent
       ▲           ├──────► waiting      Slack said no for now
       │           ├──────► refused      Slack said no for good
       │           └──────► unproven     nobody knows whether it was posted
       └───────────────────────┘         read back three times and not there

Each is a pure function of the row and what Slack said; `jobs/deliver_outbox` chooses.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sagebase_ops.domain.notifications import Action, Delivery, Message, Notification, Posted, Priority
from sagebase_ops.errors import SlackError

PROOFS = (timedelta(seconds=5), timedelta(seconds=30), timedelta(seconds=120))
"""After an end that proves nothing the channel is read back so long after sending, before anything is sent again."""

UNPROVEN_AT_MOST = timedelta(minutes=10)
"""So long after it was sent nobody could look whether it stands there: then what is urgent is rather told twice than not."""

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
_LONGEST_LOOK_PAUSE = timedelta(minutes=1)
_FOR_A_PERSON = timedelta(minutes=1)  # after what only a person can mend: often enough to see that they did


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


def pause_for(row: Notification, error: SlackError) -> timedelta:
    """What Slack asks for; else longer each time, or until a person may have mended it."""
    if error.retry_after is not None:
        return timedelta(seconds=error.retry_after)
    return pause_after(max(row.tries, row.reads)) if error.retryable else _FOR_A_PERSON


def pause_between_looks(row: Notification, now: datetime) -> timedelta:
    """How long a channel that cannot be read is left alone: a quarter of the time that it has been so, 1 s to 1 minute."""
    return min(max((now - began(row)) / 4, _FIRST_PAUSE), _LONGEST_LOOK_PAUSE)


def began(row: Notification) -> datetime:
    """When its last try was written down."""
    return row.sent_at or row.created_at


def looked_for_since(row: Notification) -> datetime:
    """When the first of its tries that may stand there was written down."""
    return row.unproven_since or began(row)
