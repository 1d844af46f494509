"""Incidents as they open, for whoever tells of them: one service whose error rate is too high, and its escalation."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sagebase_ops.domain.escalation import Person, Policy, Step
from sagebase_ops.domain.failing_incidents import advance
from sagebase_ops.domain.incident_transitions import acknowledge, resolve
from sagebase_ops.domain.incidents import Evidence, Incident, Rules, Seen
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, failing, passing, unknown
from sagebase_ops.domain.runs import EntryRef
from sagebase_ops.domain.unknown_incidents import advance_unknown

NINE = datetime(2026, 11, 24, tzinfo=UTC)
"""09:00 in Tokyo."""
MINUTE = timedelta(minutes=1)
OPERATOR, LEAD, OWNER = (
    Person("運用担当者", "S0OPERATOR"),
    Person("技術責任者", "U0TECHLEAD"),
    Person("責任者", "U0OWNER01"),
)
POLICY = Policy(
    "default",
    (Step(0 * MINUTE, (OPERATOR,)), Step(30 * MINUTE, (LEAD,)), Step(60 * MINUTE, (OPERATOR, LEAD, OWNER))),
)
GROUP = "x1:incident:watch-0900:metric"
ENTRY = EntryRef(
    "metric",
    "high_error_rate",
    "sagebase-prod",
    "production",
    Sentence("エラー率", "Error rate"),
    Sentence("1. デプロイを見る\n2. 前へ戻す\n3. 確かめる", "1. look at the deploy\n2. roll back\n3. look again"),
    guide="エラー率が 5% を超過",
    escalation="default",
)
RATE = Sentence("エラー率 {value}（上限 {limit}）", "error rate {value} (limit {limit})")
CONSOLE = "https://console.cloud.google.com/run?project=sagebase-prod"


def too_high(rate: float = 0.093, name: str = "sagebase-streamlit", **changes: Any) -> Finding:
    finding = failing(
        Target("run_service", name),
        RATE,
        value=Quantity(rate, "1"),
        limit=Quantity(0.05, "1"),
        link=CONSOLE,
        asked={"method": "ListTimeSeries", "start": NINE - 5 * MINUTE, "end": NINE},
        notes=(Note(Sentence("195 件 QueuePool limit reached", "195 x QueuePool limit reached")),),
    )
    return replace(finding, **changes)


def well_again(value: float = 0.012) -> Finding:
    return passing(
        Target("run_service", "sagebase-streamlit"), RATE, value=Quantity(value, "1"), limit=Quantity(0.05, "1")
    )


def seen(finding: Finding, number: int = 1, **changes: Any) -> Seen:
    evidence = Evidence(NINE - 5 * MINUTE, NINE)
    return replace(Seen(f"incident-{number}", ENTRY, finding, evidence, Rules(), POLICY, GROUP), **changes)


def opened(finding: Finding | None = None, number: int = 1, **changes: Any) -> Incident:
    """Open since nine, its first post (the step after 0m) told; `changes` are Incident's fields."""
    incident = advance(None, seen(finding or too_high(), number), NINE).incident
    assert incident
    return replace(incident, **{"steps_taken": 1, **changes})


def opened_many(count: int) -> list[Incident]:
    """One cause, so many services, one worse than the other."""
    return [opened(too_high(0.05 + number / 1000, f"svc-{number:03}"), number) for number in range(1, count + 1)]


def not_seen(remedy: str | None = None) -> Incident:
    """Three rounds could not look, for want of a permission."""
    finding = unknown(
        Target("project", "sagebase-prod"),
        Sentence("権限がありません", "not permitted"),
        reason="denied",
        remedy=remedy,
    )
    known: Incident | None = None
    for _ in range(3):
        known = advance_unknown(known, seen(finding), ("cpu", "memory"), NINE).incident
    assert known
    return replace(known, steps_taken=1)


def taken(incident: Incident, minutes: int | None = None, by: str = "U0SATO0001") -> Incident:
    """Acknowledged at 09:06, expected to be mended after so many minutes."""
    now = NINE + 6 * MINUTE
    known = acknowledge(incident, by, now, now + minutes * MINUTE if minutes else None).incident
    assert known
    return known


def over(incident: Incident, by: str = "U0TECHLEAD", reason: str = "戻した") -> Incident:
    """Resolved by a person at 09:52."""
    known = resolve(incident, by, reason, NINE + 52 * MINUTE).incident
    assert known
    return known
