"""Is there a young automated backup of each Cloud SQL instance, and one of every night of the week?"""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.sql.backup_verdicts import judged
from sagebase_ops.checks.sql.backup_words import QUESTION, RUNBOOK
from sagebase_ops.checks.sql.targets import watched_instances
from sagebase_ops.domain.quantities import Percentage, PositiveDuration
from sagebase_ops.domain.results import Finding


class Params(CheckParams):
    """How old the newest backup may be, and how many nights are looked at."""

    max_age: PositiveDuration = timedelta(hours=26)
    """Older than this the newest automated backup is a failure; six hours more until tonight's window is over."""
    days: Annotated[int, Field(ge=1, le=30)] = 7
    """Each of so many last nights must have an automated backup that succeeded."""
    size_change: Percentage | None = 0.5
    """A newest backup that is larger or smaller than the usual by more than this is a warning; null: sizes are not looked at."""


@check(
    Params,
    question=QUESTION,
    runbook=RUNBOOK,
    permissions=["cloudsql.instances.list", "cloudsql.backupRuns.list"],
    command="gcloud sql backups list --instance={target} --project={project}",
    example="{check: sql_backups, max_age: 26h, days: 7, guide: 週次タスク 1. バックアップの確認}",
)
async def sql_backups(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per SQL instance of the project, of its automated backups night by night; others are named below it.

    A second one where Google does not say how large the newest is.

    Source: Cloud SQL Admin API v1, instances.list and backupRuns.list over all instances (`instances/-`).
    """
    watched = await watched_instances(context)
    runs = await context.gcp.sql.backups(context.project.id)
    return [
        *(found for one in watched.instances for found in judged(one, runs, params, context)),
        *watched.lost,
    ]
