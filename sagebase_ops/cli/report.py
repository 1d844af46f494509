"""A run as the JSON object that design.md fixes."""

from datetime import UTC, datetime
from typing import Any

from sagebase_ops.domain.results import Finding
from sagebase_ops.domain.runs import CheckResult, Run
from sagebase_ops.language.sentences import finding_text
from sagebase_ops.language.words import zone_of

Json = dict[str, Any]
"""A JSON object: any JSON inside."""


def run_as_json(run: Run) -> Json:
    """One object for scripts. Times are UTC with Z; `expected` counts entries, `counts` sum to the findings."""
    return {
        "job": run.job,
        "run_id": run.id,
        "trigger": run.trigger.value,
        "slot": _time(run.slot),
        "dry_run": run.dry_run,
        "language": run.language,
        "started_at": _time(run.started_at),
        "finished_at": _time(run.finished_at),
        "expected": len(run.expected),
        "verdict": run.verdict.value,
        "counts": {verdict.value: count for verdict, count in run.counts.items()},
        "findings": [_finding(run, result, finding) for result in run.results for finding in result.findings],
    }


def _finding(run: Run, result: CheckResult, finding: Finding) -> Json:
    measured = finding.value or finding.limit
    return {
        "check": result.entry.check,
        "name": result.entry.name,
        "project": result.entry.project,
        "target": finding.target.name,
        "kind": finding.target.kind,
        "verdict": finding.verdict.value,
        "summary": finding_text(finding, run.language, zone_of(run.timezone)),
        "value": finding.value.amount if finding.value else None,
        "limit": finding.limit.amount if finding.limit else None,
        "unit": measured.unit if measured else None,
        "reason": finding.reason,
        "remedy": finding.remedy,
        "asked": dict(finding.asked),
        "muted_by": finding.muted_by,
        "link": finding.link,
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
