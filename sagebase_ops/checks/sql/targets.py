"""Which Cloud SQL instances is a check about? Those the file names, with a finding for each that is not there."""

from dataclasses import dataclass

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.metrics.judge import Given
from sagebase_ops.checks.sql.connections import absent
from sagebase_ops.domain.console import sql_instance_page
from sagebase_ops.domain.results import Finding, Sentence, Target, skipped
from sagebase_ops.gcp.metrics import SQL_INSTANCE
from sagebase_ops.gcp.sql import SqlInstance

REPLICA = Sentence(
    ja="リードレプリカのため対象外です（バックアップはプライマリで取得されます）",
    en="a read replica: the backups are its primary's",
)


@dataclass(frozen=True, slots=True)
class Watched:
    """The instances to judge, and one finding for each that could not be found or looked for."""

    instances: tuple[SqlInstance, ...]
    lost: tuple[Finding, ...]


async def watched_instances(context: CheckContext) -> Watched:
    """Absence is `fail` only in a complete list, else `unknown`. Raises GcpError."""
    project = context.project
    listing = await context.gcp.sql.instances(project.id)
    there = {instance.name: instance for instance in listing.items}
    found = tuple(there[name] for name in project.sql_instances if name in there)
    lost = tuple(
        absent(target_of(name), listing, {"link": sql_instance_page(project.id, name)})
        for name in project.sql_instances
        if name not in there
    )
    return Watched(found, lost)


def target_of(instance: str) -> Target:
    return Target(SQL_INSTANCE, instance)


def of_a_replica(target: Target, given: Given) -> Finding:
    """Backups are no question of a replica."""
    return skipped(target, REPLICA, reason="replica", **given)
