"""What does one run mean for the incidents that are known? Pure: the run, the incidents, the file and `now` come in."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sagebase_ops.config.model import ScheduleEntry, Schedules
from sagebase_ops.domain.escalation import Policy
from sagebase_ops.domain.failing_incidents import advance
from sagebase_ops.domain.incident_transitions import end_as
from sagebase_ops.domain.incidents import Advanced, Change, Evidence, Fingerprint, Incident, Seen, State, fingerprint_of
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.results import NOT_CONFIGURED, PROJECT, Finding, Verdict
from sagebase_ops.domain.runs import CheckResult, EntryRef, Run
from sagebase_ops.domain.unknown_incidents import advance_answered, advance_unknown, without_names
from sagebase_ops.telling import Changed, Folded


def fold(run: Run, live: Iterable[Incident], schedules: Schedules, now: datetime) -> Folded:
    """Every finding of the run held against the incidents that it may change (`Store.live_incidents`).

    Entries that page nobody open nothing and end nothing.
    """
    folding = _Folding(run, live, schedules, now)
    for result in run.results:
        if folding.policy_of(result.entry) is not None:
            folding.fold_result(result)
    folding.fold_unknowns()
    return folding.folded()


def retired(live: Iterable[Incident], schedules: Schedules, now: datetime) -> Folded:
    """At start: incidents that no paging entry of the file produces any more are over."""
    produced = {
        (project.id, entry.definition.name, entry.name)
        for project in schedules.projects
        for checklist in schedules.checklists.values()
        for entry in checklist.entries
        if schedules.policy_of(entry, project) is not None
    }
    found: list[tuple[Incident | None, Advanced, Finding | None]] = []
    for one in live:
        if one.state is State.RESOLVED:
            continue
        if not any((one.fingerprint.project, one.fingerprint.check, name) in produced for name in _names(one)):
            found.append((one, end_as(one, Change.RETIRED, now), None))
        elif one.fingerprint.of_unknown:
            asked = {name for project, check, name in produced if (project, check) == _where(one.fingerprint)}
            left = without_names(one, asked)
            found += [(one, Advanced(left), None)] if left != one else []
    return _folded(found)


def _why_absent(known: Incident, result: CheckResult) -> Change | None:
    """Why the result does not name what is open: gone from a complete list, no longer asked for, or None: not looked at.

    A list of which some is `unknown` is not complete, nor is one that was `skipped` for the whole project.
    """
    if any(finding.verdict is Verdict.UNKNOWN for finding in result.findings):
        return None
    kinds = {PROJECT, known.finding.target.kind}
    whole = [
        finding
        for finding in result.findings
        if finding.verdict is Verdict.SKIPPED
        and finding.target.name == result.entry.project
        and finding.target.kind in kinds
    ]
    if not whole:
        return Change.GONE
    return Change.RETIRED if all(finding.reason == NOT_CONFIGURED for finding in whole) else None


def _names(incident: Incident) -> tuple[str, ...]:
    """The entries behind it."""
    return incident.names if incident.fingerprint.of_unknown else (incident.fingerprint.name,)


def _where(fingerprint: Fingerprint) -> tuple[str, str]:
    return fingerprint.project, fingerprint.check


def _source(fingerprint: Fingerprint) -> tuple[str, str, str]:
    return fingerprint.project, fingerprint.check, fingerprint.name


class _Folding:
    """One run's way through the incidents: each is looked up by its fingerprint, and left as its findings leave it."""

    def __init__(self, run: Run, live: Iterable[Incident], schedules: Schedules, now: datetime) -> None:
        self._run = run
        self._schedules = schedules
        self._now = now
        self._projects = {project.id: project for project in schedules.projects}
        self._entries = schedules.paging_entries(run.job)
        self._known = _by_fingerprint(live)
        self._changes: list[tuple[Incident | None, Advanced, Finding | None]] = []

    def fold_result(self, result: CheckResult) -> None:
        """One entry's findings; incidents of targets that its complete list no longer names are over."""
        seen = {fingerprint_of(result.entry, finding.target): finding for finding in result.findings}
        for fingerprint, finding in seen.items():
            known = self._known.get(fingerprint)
            if known is not None or finding.verdict is Verdict.FAIL:
                advanced = advance(known, self._seen(result.entry, finding, fingerprint), self._now)
                self._keep(known, advanced, finding)
        for known in self._of(result.entry):
            if known.fingerprint not in seen and (change := _why_absent(known, result)):
                self._keep(known, end_as(known, change, self._now))

    def fold_unknowns(self) -> None:
        """What could not be looked at, by check and reason over all its entries of this run."""
        unseen: defaultdict[Fingerprint, list[tuple[EntryRef, Finding]]] = defaultdict(list)
        for entry, finding in self._unknowns():
            unseen[Fingerprint(entry.project, entry.check, "", finding.reason or "unknown")].append((entry, finding))
        for fingerprint, found in unseen.items():
            entry, finding = found[0]
            names = tuple(dict.fromkeys(entry.name for entry, _ in found))
            seen = self._seen(entry, finding, fingerprint)
            self._keep(
                self._known.get(fingerprint), advance_unknown(self._known.get(fingerprint), seen, names, self._now)
            )
        for known in self._known.values():
            if known.fingerprint.of_unknown and known.fingerprint not in unseen:
                self._keep(known, advance_answered(known, self._answered(known.fingerprint), self._now))

    def folded(self) -> Folded:
        return _folded(self._changes)

    def policy_of(self, entry: EntryRef) -> Policy | None:
        """Who hears of this entry's failures; None where nobody does, or the file no longer has it."""
        found = self._entry(entry)
        return self._schedules.policy_of(*found) if found else None

    def _entry(self, entry: EntryRef) -> tuple[ScheduleEntry, Project] | None:
        found, project = self._entries.get(entry.name), self._projects.get(entry.project)
        return (found, project) if found and project else None

    def _keep(self, before: Incident | None, advanced: Advanced, finding: Finding | None = None) -> None:
        if advanced.incident != before:
            self._changes.append((before, advanced, finding))

    def _of(self, entry: EntryRef) -> list[Incident]:
        """The unfinished incidents of one entry."""
        source = (entry.project, entry.check, entry.name)
        return [
            one
            for one in self._known.values()
            if _source(one.fingerprint) == source and one.state is not State.RESOLVED
        ]

    def _unknowns(self) -> list[tuple[EntryRef, Finding]]:
        return [
            (result.entry, finding)
            for result in self._run.results
            if self.policy_of(result.entry) is not None
            for finding in result.findings
            if finding.verdict is Verdict.UNKNOWN
        ]

    def _answered(self, fingerprint: Fingerprint) -> frozenset[str]:
        """The entries of this check in this run that could look; another reason why one could not is no answer either."""
        return frozenset(
            result.entry.name
            for result in self._run.results
            if (result.entry.project, result.entry.check) == _where(fingerprint)
            and all(finding.verdict is not Verdict.UNKNOWN for finding in result.findings)
        )

    def _seen(self, entry: EntryRef, finding: Finding, fingerprint: Fingerprint) -> Seen:
        """The finding with its rules and its policy as the file has them now. Only for entries that page somebody."""
        found = self._entry(entry)
        if found is None:
            raise KeyError(entry.name)  # unreachable: policy_of was asked before
        schedules, of_unknown = self._schedules, fingerprint.of_unknown
        policy = schedules.policy_of_unknown(*found) if of_unknown else schedules.policy_of(*found)
        start, end = finding.window or (self._run.started_at, self._run.started_at)
        return Seen(
            _id_of(self._run, fingerprint),
            entry,
            finding,
            Evidence(start, end),
            found[0].rules,
            policy or Policy("none", ()),
            _group_of(self._run, fingerprint),
        )


def _by_fingerprint(live: Iterable[Incident]) -> dict[Fingerprint, Incident]:
    """The unfinished incident of each, else the one resolved last."""
    ordered = sorted(live, key=lambda one: (one.state is not State.RESOLVED, one.resolved_at or one.seen_at))
    return {incident.fingerprint: incident for incident in ordered}


def _id_of(run: Run, fingerprint: Fingerprint) -> str:
    """The same for the same run and fingerprint, so that a run that is recorded again opens nothing twice."""
    return _short(run.id, fingerprint.project, fingerprint.check, fingerprint.name, fingerprint.target)


def _group_of(run: Run, fingerprint: Fingerprint) -> str:
    """Incidents that one run opens with the same project and check (and kind of error) share one message."""
    kind = fingerprint.target if fingerprint.of_unknown else "failed"
    return _short(run.id, fingerprint.project, fingerprint.check, kind)


def _short(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _folded(changes: Sequence[tuple[Incident | None, Advanced, Finding | None]]) -> Folded:
    return Folded(
        tuple(
            Changed(advanced.incident, advanced.change, finding)
            for _, advanced, finding in changes
            if advanced.incident is not None
        ),
        tuple(before for before, advanced, _ in changes if advanced.incident is None and before is not None),
    )
