"""What does one run come to? Grouped by project, worst first, nothing expected left out."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from sagebase_ops.domain.results import WORST_FIRST, Finding, Sentence, Target, Verdict, unknown, worst
from sagebase_ops.domain.runs import EntryRef, Run

UNANSWERED = Sentence(ja="実行が終わるまでに結果が出ませんでした", en="no result before the run ended")

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Row:
    """One finding with the entry that it answers."""

    entry: EntryRef
    finding: Finding

    @property
    def verdict(self) -> Verdict:
        return self.finding.verdict


@dataclass(frozen=True, slots=True)
class Item:
    """Findings of one verdict about which a person would do one thing, so that it is said once.

    Failures and warnings of one entry belong together; what could not be judged belongs together by its reason and remedy.
    """

    verdict: Verdict
    rows: tuple[Row, ...]

    @property
    def titles(self) -> tuple[Sentence, ...]:
        """The titles of its entries, each once, in the checklist's order."""
        return tuple(dict.fromkeys(row.entry.title for row in self.rows))

    @property
    def remedies(self) -> tuple[str, ...]:
        """What mends each of them, each command once, in the order of the rows."""
        return tuple(dict.fromkeys(row.finding.remedy for row in self.rows if row.finding.remedy))

    @property
    def remedy(self) -> str | None:
        """The first, where there is room for one."""
        return next(iter(self.remedies), None)


@dataclass(frozen=True, slots=True)
class ProjectDigest:
    """All findings of one project, and the items among them, both worst first."""

    project: str
    environment: str
    rows: tuple[Row, ...]
    items: tuple[Item, ...]

    @property
    def verdict(self) -> Verdict:
        return worst(row.verdict for row in self.rows)

    def of(self, verdict: Verdict) -> tuple[Row, ...]:
        """The rows with this verdict, in the checklist's order."""
        return tuple(row for row in self.rows if row.verdict is verdict)


@dataclass(frozen=True, slots=True)
class Digest:
    """One run as it is told. An expected entry that did not answer is one of the `rows`, as unknown."""

    run: Run
    projects: tuple[ProjectDigest, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for project in self.projects for row in project.rows)

    @property
    def verdict(self) -> Verdict:
        return self.run.verdict

    @property
    def counts(self) -> dict[Verdict, int]:
        """Rows by verdict, worst first, each of the five words present."""
        seen = Counter(row.verdict for row in self.rows)
        return {verdict: seen[verdict] for verdict in WORST_FIRST}

    @property
    def all_clear(self) -> bool:
        """Every expected entry answered, none of them with anything to do, and at least one was looked at."""
        return self.verdict is Verdict.PASS  # while an expected entry did not answer, the verdict is unknown

    def of(self, verdict: Verdict) -> tuple[Row, ...]:
        """The rows with this verdict, worst project first."""
        return tuple(row for project in self.projects for row in project.of(verdict))


def digest_of(run: Run) -> Digest:
    """The run, grouped by project: the project with the worst verdict first, then in the order of `expected`."""
    groups = _grouped(rows_in_order(run), lambda row: row.entry.project)
    projects = [_project_digest(tuple(rows)) for rows in groups]
    return Digest(run, tuple(sorted(projects, key=lambda project: WORST_FIRST.index(project.verdict))))


def rows_in_order(run: Run) -> list[Row]:
    """Every finding in the checklist's order, and one in the place of each answer that never came."""
    answered = [Row(result.entry, finding) for result in run.results for finding in result.findings]
    missing = [Row(entry, _unanswered(entry)) for entry in run.unanswered]
    order = {(entry.project, entry.name): place for place, entry in enumerate(run.expected)}
    return sorted(answered + missing, key=lambda row: order.get((row.entry.project, row.entry.name), len(order)))


def _unanswered(entry: EntryRef) -> Finding:
    return unknown(Target("project", entry.project), UNANSWERED, reason="no_answer")


def _project_digest(rows: tuple[Row, ...]) -> ProjectDigest:
    worst_first = tuple(sorted(rows, key=lambda row: WORST_FIRST.index(row.verdict)))
    first = rows[0].entry
    return ProjectDigest(first.project, first.environment, worst_first, tuple(_items(worst_first)))


def _items(rows: Iterable[Row]) -> Iterable[Item]:
    for verdict, same in groupby(rows, key=lambda row: row.verdict):
        for belonging in _grouped(same, _what_is_done_about_it):
            yield Item(verdict, tuple(belonging))


def _what_is_done_about_it(row: Row) -> Hashable:
    if row.verdict is Verdict.UNKNOWN:
        return row.finding.reason, row.finding.remedy
    return row.entry.check, row.entry.name


def _grouped(things: Iterable[Thing], key: Callable[[Thing], Hashable]) -> list[list[Thing]]:
    """Lists of those with the same key, in the order in which the keys were first met."""
    groups: dict[Hashable, list[Thing]] = {}
    for thing in things:
        groups.setdefault(key(thing), []).append(thing)
    return list(groups.values())
