"""The drawing in docs/incidents.md shows the states as the code goes through them, no more and no less."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sagebase_ops.domain.escalation import Policy
from sagebase_ops.domain.failing_incidents import advance
from sagebase_ops.domain.incident_transitions import acknowledge, end_as, resolve
from sagebase_ops.domain.incidents import Advanced, Change, Evidence, Incident, Rules, Seen
from sagebase_ops.domain.results import Finding, Sentence, Target, Verdict
from sagebase_ops.domain.runs import EntryRef

DOC = Path(__file__).parents[2] / "docs" / "incidents.md"
ARROW = re.compile(r"^\s*(\S+) --> (\S+) :", re.MULTILINE)
NOTHING = "[*]"
WORDS = Sentence(ja="語", en="words")
ENTRY = EntryRef("run_ready", "run_ready", "prod", "production", WORDS, WORDS)
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)

Event = Callable[[Incident | None, datetime], Advanced]


def seen(verdict: Verdict, now: datetime, hold: timedelta) -> Seen:
    finding = Finding(Target("run_service", "web"), verdict, WORDS, reason="deadline")
    return Seen("i", ENTRY, finding, Evidence(now, now), Rules(hold=hold), Policy("default", ()), "g")


def findings(hold: timedelta) -> Iterator[Event]:
    for verdict in (Verdict.FAIL, Verdict.PASS, Verdict.UNKNOWN):
        yield lambda known, now, verdict=verdict: advance(known, seen(verdict, now, hold), now)  # type: ignore[misc] # mypy infers no lambda that has a default


def by_people() -> Iterator[Event]:
    yield lambda known, now: acknowledge(known, "佐藤", now) if known else Advanced(None)
    yield lambda known, now: resolve(known, "佐藤", "mended", now) if known else Advanced(None)
    yield lambda known, now: end_as(known, Change.GONE, now) if known else Advanced(None)


def name(incident: Incident | None) -> str:
    return incident.state.value if incident else NOTHING


def arrows_of_the_code() -> set[tuple[str, str]]:
    """Every step that an incident can take, from nothing on, whatever is seen and whoever presses, at three distances."""
    found: set[tuple[str, str]] = set()
    for hold in (timedelta(0), timedelta(minutes=5)):
        events = [*findings(hold), *by_people()]
        waiting: list[Incident | None] = [None]
        known: set[tuple[str, bool]] = set()
        while waiting:
            before = waiting.pop()
            for event in events:
                for later in (timedelta(0), timedelta(minutes=6), timedelta(hours=2)):
                    now = (before.seen_at if before else NINE) + later
                    after = event(before, now).incident
                    if before is not None or after is not None:
                        found.add((name(before), name(after)))
                    if after is not None and (key := (name(after), bool(after.failing_since))) not in known:
                        known.add(key)
                        waiting.append(replace(after, seen_at=now))
    return found


def test_the_drawing_shows_every_step_of_the_code_and_no_other() -> None:
    drawn = set(ARROW.findall(DOC.read_text(encoding="utf-8")))
    assert drawn == arrows_of_the_code()
