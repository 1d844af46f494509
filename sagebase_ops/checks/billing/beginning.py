"""Since when are there costs of the project, and why not before? A new project has told all of them, a new export has not."""

from dataclasses import dataclass
from datetime import date, datetime

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.billing import words
from sagebase_ops.checks.parts import or_refusal
from sagebase_ops.domain.costs import BILLING_ZONE, Spans
from sagebase_ops.domain.refusals import details_of
from sagebase_ops.domain.results import Note, Sentence
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.billing import Costs


@dataclass(frozen=True, slots=True)
class Beginning:
    """`oldest` is the first day with a row. `complete`: before it the project cost nothing, since there was none.

    `notes` say what is known of it, nothing where the data goes back far enough.
    """

    oldest: date
    complete: bool = False
    notes: tuple[Note, ...] = ()


async def beginning_of(costs: Costs, spans: Spans, context: CheckContext) -> Beginning:
    """`costs` has at least one row. Asks when the project was made only where that matters.

    Source: cloudresourcemanager.projects.get; the creationTime of the export's table.
    """
    oldest, wanted = min(row.day for row in costs.days), min(spans.week_before.first, spans.month.first)
    if oldest <= wanted:
        return Beginning(oldest)
    export, made = _day(costs.table.created), await or_refusal(context.gcp.iam.made(context.project.id))
    if isinstance(made, GcpError):
        return Beginning(oldest, notes=(_doubt(oldest, wanted, export), *details_of(made)))
    project = _day(made.created)
    if project and wanted <= project <= oldest and (project == oldest or (export and export <= project)):
        return Beginning(oldest, complete=True, notes=(_note(words.NEW_PROJECT, oldest, project),))
    return Beginning(oldest, notes=(_doubt(oldest, wanted, export),))


def _doubt(oldest: date, wanted: date, export: date | None) -> Note:
    """What comes in only from the middle of the days that are judged on leaves out what was before."""
    if export is None:
        return Note(words.EITHER_IS_NEW, {"oldest": oldest.isoformat()})
    return _note(words.NEW_EXPORT if export > wanted else words.NO_ROWS_BEFORE, oldest, export)


def _note(sentence: Sentence, oldest: date, made: date) -> Note:
    return Note(sentence, {"oldest": oldest.isoformat(), "made": made.isoformat()})


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(BILLING_ZONE).date() if moment else None
