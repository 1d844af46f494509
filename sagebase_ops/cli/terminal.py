"""The same digest in a terminal: worst first, readable without colour."""

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from sagebase_ops.domain.digests import digest_of
from sagebase_ops.domain.results import WORST_FIRST, Finding, Sentence, Verdict
from sagebase_ops.domain.runs import CheckResult, Run
from sagebase_ops.language.amounts import moment
from sagebase_ops.language.sentences import finding_text, note_text, said
from sagebase_ops.language.words import MARKS, SANDBOX, VERDICTS, zone_of

_TO_DO = Sentence(ja="対応", en="to do")
_REMEDY = Sentence(ja="復旧", en="remedy")

STYLES = {
    Verdict.PASS: "green",
    Verdict.WARN: "yellow",
    Verdict.FAIL: "bold red",
    Verdict.UNKNOWN: "bold magenta",
    Verdict.SKIPPED: "dim",
}
_WANTS_ACTION = {Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN}


def print_run(run: Run, console: Console) -> None:
    """Verdict and counts, then each project's findings, worst first, with what to do."""
    if run.sandbox:
        console.print(Text(SANDBOX, style="reverse"))
    console.print(_head(run))
    for project in dict.fromkeys(entry.project for entry in run.expected):
        console.print(_project_table(run, project))
    console.print(Text(_foot(run), style="dim"))


def _head(run: Run) -> Text:
    counts = digest_of(run).counts
    counted = " / ".join(
        f"{said(VERDICTS[verdict], run.language)} {counts[verdict]}" for verdict in WORST_FIRST if counts[verdict]
    )
    date = run.slot.astimezone(zone_of(run.timezone))
    return Text.assemble(_verdict(run.verdict, run.language), f"  {run.title} {date:%Y-%m-%d}  {counted}")


def _project_table(run: Run, project: str) -> Table:
    table = Table(
        "", Column(overflow="fold"), title=project, title_justify="left", box=None, show_header=False, pad_edge=False
    )
    rows = [
        (result, finding) for result in run.results for finding in result.findings if result.entry.project == project
    ]
    for result, finding in sorted(rows, key=lambda row: WORST_FIRST.index(row[1].verdict)):
        table.add_row(_verdict(finding.verdict, run.language), _told(run, result, finding))
    return table


def _told(run: Run, result: CheckResult, finding: Finding) -> Text:
    zone, language = zone_of(run.timezone), run.language
    lines = [f"{said(result.entry.title, language)} [{finding.target.name}] {finding_text(finding, language, zone)}"]
    if finding.verdict in _WANTS_ACTION:
        lines += [f"  {note_text(note, language, zone)}" for note in finding.notes]
        lines.append(f"  {said(_TO_DO, language)}: {said(result.entry.runbook, language)}")
        if finding.remedy:
            lines.append(f"  {said(_REMEDY, language)}: {finding.remedy}")
        if finding.link:
            lines.append(f"  {finding.link}")
    return Text("\n".join(lines))


def _verdict(verdict: Verdict, language: str) -> Text:
    return Text(f"{MARKS[verdict]} {said(VERDICTS[verdict], language)}", style=STYLES[verdict])


def _foot(run: Run) -> str:
    took = (run.finished_at - run.started_at).total_seconds()
    return f"{run.id}  {moment(run.started_at, zone_of(run.timezone))}  {took:.1f} s"
