"""What becomes of it that nobody can look: one incident per check and kind of error, over all the entries of that check.

Pure, as `failing_incidents`, with which it shares the states and the ways between them.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sagebase_ops.domain.incident_transitions import opened, passed, pending, reopened, without_future_times
from sagebase_ops.domain.incidents import UNKNOWN_ROUNDS, Advanced, Fingerprint, Incident, Seen, State


def advance_unknown(known: Incident | None, seen: Seen, names: tuple[str, ...], now: datetime) -> Advanced:
    """One round more in which some entries (`names`) of a check could not look, for the reason of `seen`.

    It opens after `unknown_after` or three rounds, whichever comes first; soon after its end it is the same one again.
    """
    known = known and without_future_times(known, now)
    if known is None or (known.state is State.RESOLVED and not _is_back(known, now)):
        fingerprint = Fingerprint(seen.entry.project, seen.entry.check, "", seen.finding.reason or "unknown")
        known = replace(pending(seen), fingerprint=fingerprint, since=now)
    counted = replace(
        known,
        finding=seen.finding,
        entry=seen.entry,
        seen_at=now,
        passes=0,
        rounds=known.rounds + 1,
        names=tuple(sorted({*known.names, *names})),
        answered=tuple(name for name in known.answered if name not in names),
        clean_since=None,
    )
    if counted.state is State.RESOLVED:
        counted = replace(counted, failing_since=known.failing_since or now)
    if counted.is_open:
        return Advanced(counted)
    began = counted.failing_since or counted.since
    if counted.rounds < UNKNOWN_ROUNDS and now - began < counted.rules.unknown_after:
        return Advanced(counted)
    if counted.state is State.RESOLVED:
        return reopened(counted, seen, now)
    return opened(counted, seen, now)


def _is_back(resolved: Incident, now: datetime) -> bool:
    """Whether what could not be looked at cannot be again, so soon that it is the same."""
    ended = resolved.resolved_at or now
    return (resolved.failing_since or now) - ended <= resolved.rules.reopen


def advance_answered(known: Incident, answered: frozenset[str], now: datetime) -> Advanced:
    """A round in which these entries of its check answered whole.

    It is over once all of its entries did since they last could not look, wherever they are asked, and so for as many rounds
    as `recover` says.
    """
    known = without_future_times(known, now)
    if not answered & set(known.names):
        return Advanced(known)
    if known.state is State.RESOLVED:
        return Advanced(replace(known, rounds=0, failing_since=None))
    better = replace(known, answered=tuple(sorted({*known.answered, *answered} & set(known.names))))
    if better.answered != better.names:
        return Advanced(better)
    if known.state is State.PENDING:
        return Advanced(None)
    return passed(better, now, now)


def without_names(known: Incident, produced: Collection[str]) -> Incident:
    """Of what could not be looked at, without the entries that nobody asks any more."""
    names = tuple(name for name in known.names if name in produced)
    return replace(known, names=names, answered=tuple(name for name in known.answered if name in produced))
