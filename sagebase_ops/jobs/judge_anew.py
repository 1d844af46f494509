"""What would this file have said of what was recorded? Its limits, held against the values of then."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from sagebase_ops.config.model import RECHECK, ScheduleEntry, Schedules
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.domain.runs import CheckResult, EntryRef, Run

_HELD_AGAINST_LIMITS = {Verdict.PASS, Verdict.WARN, Verdict.FAIL}


class Doubt(StrEnum):
    """Why an entry is not rehearsed as the file has it."""

    AS_RECORDED = "as_recorded"
    NOT_IN_FILE = "not_in_file"
    NEVER_RECORDED = "never_recorded"


class Judge:
    """One file's word on recorded runs. What it could not judge is kept in `doubts`: (job, entry), or (job, project)."""

    def __init__(self, schedules: Schedules) -> None:
        self._schedules = schedules
        self._projects = {project.id: project for project in schedules.projects}
        self._entries: dict[str, dict[str, ScheduleEntry]] = {}
        self._seen: set[tuple[str, str]] = set()
        self._doubts: dict[tuple[str, str], Doubt] = {}

    def anew(self, run: Run) -> Run:
        """The run as the file would have judged it, without the entries and projects that the file does not have."""
        return replace(run, results=tuple(self._results(run)))

    def doubts(self, jobs: Iterable[str]) -> dict[tuple[str, str], Doubt]:
        """What was not judged anew, was left out, or was never there, of these jobs of the file."""
        expected = [(job, entry.name) for job in jobs for entry in self._schedules.named(job).entries]
        return self._doubts | {one: Doubt.NEVER_RECORDED for one in expected if one not in self._seen}

    def _results(self, run: Run) -> Iterable[CheckResult]:
        for result in run.results:
            entry, project = self._entry(run.job, result.entry), self._projects.get(result.entry.project)
            if entry is None or project is None or not entry.is_asked_in(project):
                left_out = result.entry.project if entry else result.entry.name
                self._doubts[(run.job, left_out)] = Doubt.NOT_IN_FILE
                continue
            self._seen.add((run.job, entry.name))
            found = tuple(self._finding(run, entry, project, finding) for finding in result.findings)
            yield replace(result, findings=found) if found != result.findings else result

    def _entry(self, job: str, ref: EntryRef) -> ScheduleEntry | None:
        if job not in self._entries:
            known = job == RECHECK or job in self._schedules.checklists
            self._entries[job] = self._schedules.paging_entries(job) if known else {}
        found = self._entries[job].get(ref.name)
        return found if found is not None and found.definition.name == ref.check else None

    def _finding(self, run: Run, entry: ScheduleEntry, project: Project, finding: Finding) -> Finding:
        if finding.verdict not in _HELD_AGAINST_LIMITS:
            return finding  # could not look, or does not apply: no limit changes that
        params = entry.params_for(project)
        if run.job == RECHECK and finding.window:
            params = params.narrowed(max(finding.window[1] - finding.window[0], timedelta(minutes=1)))
        judge = entry.definition.judged_anew
        anew = judge(params, finding) if judge else None
        if anew is None:
            self._doubts[(run.job, entry.name)] = Doubt.AS_RECORDED
            return finding
        same = (anew.verdict, anew.limit) == (finding.verdict, finding.limit)
        return finding if same else replace(anew, muted_by=finding.muted_by)
