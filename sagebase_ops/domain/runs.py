"""One run of one checklist: what was expected, what answered, and the verdict over it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sagebase_ops.domain.results import Finding, Note, Sentence, Verdict, worst
from sagebase_ops.domain.slots import Missed


class Trigger(StrEnum):
    """What made the run start."""

    SCHEDULE = "schedule"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class EntryRef:
    """One entry of a checklist in one project, with all that telling needs, copied when the run starts.

    `name` is unique in the checklist; `title` is the file's own words or the catalogue's question.
    `escalation` is the policy's name, or None when the entry pages nobody.
    """

    check: str
    name: str
    project: str
    environment: str
    title: Sentence
    runbook: Sentence
    guide: str | None = None
    escalation: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same entry in another run of its job."""
        return self.project, self.name


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One entry's outcome in one run: at least one finding, always."""

    entry: EntryRef
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        return worst(finding.verdict for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Run:
    """The sealed record of one run. `expected` was written down before the first question was asked.

    `slot` is the planned time (a manual run's start); `late_by_seconds` is past the grace, else None.
    `missed` are older slots of this job that never ran; `notes` is what else happened since the last digest.
    """

    id: str
    job: str
    title: str
    trigger: Trigger
    slot: datetime
    started_at: datetime
    finished_at: datetime
    language: str
    timezone: str
    expected: tuple[EntryRef, ...]
    results: tuple[CheckResult, ...]
    dry_run: bool = False
    sandbox: bool = False
    started_by: str | None = None
    late_by_seconds: float | None = None
    missed: tuple[Missed, ...] = ()
    notes: tuple[Note, ...] = ()
    next_slot: datetime | None = None

    @property
    def unanswered(self) -> tuple[EntryRef, ...]:
        """Expected entries without a finding: while there is one, nothing is all clear."""
        answered = {result.entry.key for result in self.results if result.findings}
        return tuple(entry for entry in self.expected if entry.key not in answered)

    @property
    def verdict(self) -> Verdict:
        verdicts = [result.verdict for result in self.results]
        return worst([*verdicts, Verdict.UNKNOWN] if self.unanswered else verdicts)


def last_seen(entry: EntryRef, before: Iterable[Run]) -> datetime | None:
    """When the newest of `before` (newest first) began in which the entry saw all of its targets; None where none did."""
    for run in before:
        for result in run.results:
            if result.entry.key == entry.key and all(one.verdict is not Verdict.UNKNOWN for one in result.findings):
                return run.started_at
    return None
