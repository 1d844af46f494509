"""A rehearsal as scripts want it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sagebase_ops.app.rehearse import Rehearsed
from sagebase_ops.cli.rehearsal import called, voice_of, what_was_seen
from sagebase_ops.domain.escalation import Person
from sagebase_ops.jobs.rehearse import Heard
from sagebase_ops.jobs.rehearse_differences import calls, differences
from sagebase_ops.language.voice import Voice

Json = dict[str, Any]
"""A JSON object: any JSON inside."""


def as_json(rehearsed: Sequence[Rehearsed], scenario: str | None) -> Json:
    """One object. Times are UTC with Z; `timeline` is in order, `people` are those that each post calls."""
    ours, *others = rehearsed
    against = [_against(ours, other) for other in others]
    return {"from": scenario or "history", **_one(ours), "against": against[0] if against else None}


def _one(ours: Rehearsed) -> Json:
    seen, voice = ours.rehearsal, voice_of(ours)
    return {
        "schedules": str(ours.schedules.path),
        "language": ours.schedules.language,
        "since": _time(seen.since),
        "until": _time(seen.until),
        "rounds": seen.rounds,
        "thinned_until": _time(ours.thinned_before),
        "presses_replayed": False,
        "incidents": {
            "opened": len(seen.opened),
            "open": sum(one.is_open for one in seen.opened),
            "unheard": len(seen.unheard),
        },
        "calls": {person.slack: count for person, count in called(ours).items()},
        "doubts": [{"checklist": job, "name": name, "why": why.value} for (job, name), why in ours.doubts.items()],
        "timeline": [_heard(one, voice) for one in seen.heard],
    }


def _heard(one: Heard, voice: Voice) -> Json:
    lead = one.group.lead
    return {
        "at": _time(one.at),
        "what": one.what.value,
        "steps": list(one.steps),
        "of": one.group.steps,
        "project": lead.entry.project,
        "check": lead.entry.check,
        "name": lead.entry.name,
        "targets": [incident.finding.target.name for incident in one.group.concerned],
        "summary": what_was_seen(one, voice),
        "people": _people(one.people),
    }


def _against(ours: Rehearsed, other: Rehearsed) -> Json:
    found = differences(calls(ours.rehearsal.heard), calls(other.rehearsal.heard))
    return {
        **_one(other),
        "differences": [
            {
                "change": one.shift.value,
                "at": _time(one.call.at),
                "other_at": _time(one.other_at),
                "person": {"name": one.call.person.name, "slack": one.call.person.slack},
                "project": one.call.project,
                "name": one.call.entry,
                "of_unknown": one.call.of_unknown,
            }
            for one in found
        ],
    }


def _people(people: Iterable[Person]) -> list[Json]:
    return [{"name": one.name, "slack": one.slack} for one in people]


def _time(at: datetime | None) -> str | None:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else None
