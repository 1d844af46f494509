"""A run as scripts want it: JSON whose fields stay as they are."""

import json
import math
from datetime import UTC, datetime
from typing import Any

from sagebase_ops.domain.digests import Row, digest_of, rows_in_order
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.runs import Run
from sagebase_ops.language.voice import Voice

Json = dict[str, Any]
"""A JSON object: any JSON inside."""


def as_text(report: Json | list[Json]) -> str:
    """JSON in one line of readable text, in which nothing can steer a terminal: what is no letter is escaped."""
    text = json.dumps(report, ensure_ascii=False, default=str)
    return "".join(letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in text)


def run_as_json(run: Run) -> Json:
    """One object for scripts. Times are UTC with Z; `expected` counts entries, `counts` sum to the findings.

    Findings come in the checklist's order; an entry that never answered has one, as `unknown`.
    """
    digest, voice = digest_of(run), Voice.of(run)
    return {
        "job": run.job,
        "run_id": run.id,
        "trigger": run.trigger.value,
        "slot": time_of(run.slot),
        "dry_run": run.dry_run,
        "language": run.language,
        "started_at": time_of(run.started_at),
        "finished_at": time_of(run.finished_at),
        "expected": len(run.expected),
        "verdict": digest.verdict.value,
        "counts": {verdict.value: count for verdict, count in digest.counts.items()},
        "findings": [finding_as_json(row, voice) for row in rows_in_order(run)],
    }


def finding_as_json(row: Row, voice: Voice) -> Json:
    """One finding; scripts rely on the names."""
    entry, finding = row.entry, row.finding
    value, limit = number_of(finding.value), number_of(finding.limit)
    measured = value or limit
    return {
        "check": entry.check,
        "name": entry.name,
        "project": entry.project,
        "target": finding.target.name,
        "kind": finding.target.kind,
        "verdict": finding.verdict.value,
        "summary": voice.finding(finding),
        "value": value.amount if value else None,
        "limit": limit.amount if limit else None,
        "unit": measured.unit if measured else None,
        "reason": finding.reason,
        "remedy": finding.remedy,
        "asked": dict(finding.asked),
        "muted_by": finding.muted_by,
        "link": finding.link,
    }


def number_of(given: Quantity | None) -> Quantity | None:
    """JSON knows neither NaN nor Infinity."""
    return given if given and math.isfinite(given.amount) else None


def time_of(moment: datetime) -> str:
    """`2026-11-24T00:00:00Z`."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
