"""What becomes of a failure as its target is looked at again: when it opens an incident, and when that is over.

Pure, as `unknown_incidents`, which does the same for what could not be looked at.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sagebase_ops.domain.incident_transitions import opened, passed, pending, reopened, without_future_times
from sagebase_ops.domain.incidents import Advanced, Change, Incident, Seen, State
from sagebase_ops.domain.results import Finding, Verdict


def advance(known: Incident | None, seen: Seen, now: datetime) -> Advanced:
    """One finding more about this fingerprint. Only a failure opens, only a pass ends; the rest changes next to nothing."""
    known = known and without_future_times(known, now)
    if seen.finding.verdict is Verdict.FAIL:
        return _failed(known, seen, now)
    if known is None:
        return Advanced(None)
    if seen.finding.verdict is Verdict.PASS:
        return _passed(known, seen, now)
    return Advanced(replace(known, passes=0))


def _failed(known: Incident | None, seen: Seen, now: datetime) -> Advanced:
    if known is None:
        return _held(pending(seen), seen, now)
    if known.state is State.PENDING:
        return _held(replace(known, finding=seen.finding), seen, now)
    if known.state is State.RESOLVED:
        return _failed_again(known, seen, now)
    same = replace(known, finding=seen.finding, entry=seen.entry, seen_at=now, passes=0, clean_since=None)
    return Advanced(same, Change.UPDATED if _reads_differently(known, seen) else None)


def _held(known: Incident, seen: Seen, now: datetime) -> Advanced:
    """Open once it failed for as long as `hold`, counted by the data's time."""
    since = _without_unseen(known.since, known.failing_until, seen)
    failing = replace(known, since=since, failing_until=seen.evidence.end, seen_at=now)
    if seen.evidence.end - since < failing.rules.hold:
        return Advanced(failing)
    return opened(failing, seen, now)


def _without_unseen(since: datetime, until: datetime | None, seen: Seen) -> datetime:
    """Since when it failed, as `hold` counts: what nobody saw between `until` and this look ages nothing, and resets nothing.

    The program was down, or nobody could look: that it failed before and after does not say that it did all the while.
    """
    longest = seen.rules.blind
    if until is None or longest is None or seen.evidence.start - until <= longest:
        return since
    return since + (seen.evidence.end - until)


def _failed_again(known: Incident, seen: Seen, now: datetime) -> Advanced:
    """After a resolve only evidence from after it counts: yesterday's errors still fill a window of 24 h."""
    resolved_at = known.resolved_at or now
    if seen.evidence.start < resolved_at:
        return Advanced(known)
    failing = _without_unseen(known.failing_since or seen.evidence.end, known.failing_until, seen)
    if failing - resolved_at > known.rules.reopen:
        return _held(replace(pending(seen), since=failing), seen, now)
    if seen.evidence.end - failing < known.rules.hold:
        return Advanced(replace(known, failing_since=failing, failing_until=seen.evidence.end))
    return reopened(known, seen, now)


def _passed(known: Incident, seen: Seen, now: datetime) -> Advanced:
    if known.state is State.PENDING:
        return Advanced(None)
    if known.state is State.RESOLVED:
        return Advanced(replace(known, failing_since=None, failing_until=None))
    if _is_of_before(known, seen):
        return Advanced(known)
    return passed(known, seen.evidence.end, now)


def _is_of_before(known: Incident, seen: Seen) -> bool:
    """Whether the pass is about a longer time than the failure was, most of it from before.

    Five minutes of outage do not show in the average of a day, which another checklist may ask under the same name.
    """
    return _length(seen.finding) > _length(known.finding) and seen.evidence.start < known.failed_last


def _length(finding: Finding) -> timedelta:
    """To the minute: of two windows of one entry one may be some seconds longer."""
    length = finding.window[1] - finding.window[0] if finding.window else timedelta(0)
    return length - length % timedelta(minutes=1)


def _reads_differently(known: Incident, seen: Seen) -> bool:
    before, after = known.finding, seen.finding
    return (before.sentence, before.value, before.limit) != (after.sentence, after.value, after.limit)
