"""What every finding about the database says beside its sentence, and who of a file with many projects looks at it."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.database.server import Server
from sagebase_ops.domain.console import sql_instance_page
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, skipped, unknown

MOST_NAMED = 8
"""Tables, indexes or statements below one finding."""

ELSEWHERE = Sentence(
    ja="対象外：SAGEBASE_OPS_DATABASE_URL のデータベースは別のプロジェクト（{owner}）にあります",
    en="does not apply: the database of SAGEBASE_OPS_DATABASE_URL is in another project ({owner})",
)
ANYBODYS = Sentence(
    ja=(
        "確認できません：SAGEBASE_OPS_DATABASE_URL の接続先がどのプロジェクトのものか分かりません。/cloudsql/ のソケットで"
        "指定するか、この点検に projects: で1つのプロジェクトを指定してください（docs/database.md）"
    ),
    en=(
        "could not look: SAGEBASE_OPS_DATABASE_URL does not say which project its database is in; use its /cloudsql/ "
        "socket, or give this entry `projects:` with the one it is in (docs/database.md)"
    ),
)
REPLICA = Sentence(
    ja="確認できません：接続先はレプリカです。統計はプライマリにしかないので、接続先をプライマリに変えてください",
    en="could not look: this is a replica, and what is counted is counted on the primary; connect to that",
)
MORE = Sentence(ja="ほか {count} 件", en="{count} more")
Given: TypeAlias = dict[str, Any]
"""Fields of Finding by name, and what fills its sentence."""


def elsewhere(context: CheckContext) -> list[Finding]:
    """The one finding for a project that the database is not in, or may not be in: an address tells, or the file does."""
    project = context.project
    whole, found = Target("project", project.id), context.database.cloud_sql
    if found is not None and found[0] != project.id:
        return [skipped(whole, ELSEWHERE, reason="other_project", owner=found[0])]
    if context.database.is_anybodys and not context.alone:
        instance = project.sql_instances[0] if len(project.sql_instances) == 1 else "INSTANCE"
        place = f"/cloudsql/{project.id}:{project.region}:{instance}"
        remedy = f"SAGEBASE_OPS_DATABASE_URL=postgresql://USER:PASSWORD@/DATABASE?host={place}"
        return [unknown(whole, ANYBODYS, reason="whose_database", remedy=remedy)]
    return []


def given_of(context: CheckContext, server: Server, views: str) -> Given:
    """`views` are the catalogue's that were asked."""
    asked = {"api": "postgresql", "version": server.version, "database": server.database, "views": views}
    instance = _instance(context)
    return {"asked": asked, "link": sql_instance_page(context.project.id, instance) if instance else None}


def _instance(context: CheckContext) -> str | None:
    """As the address says, else the project's only one."""
    if context.database.cloud_sql is not None:
        return context.database.cloud_sql[1]
    names = context.project.sql_instances
    return names[0] if len(names) == 1 else None


def only_repeats(target: Target, given: Given) -> Finding:
    return unknown(target, REPLICA, reason="replica", **given)


def first_of(notes: Sequence[Note], most: int = MOST_NAMED) -> tuple[Note, ...]:
    """As many as a person reads, and how many more there are."""
    left = len(notes) - most
    return (*notes[:most], *([Note(MORE, {"count": left})] if left > 0 else []))


def total(sizes: Iterable[float]) -> Quantity:
    """Of bytes."""
    return Quantity(sum(sizes), "By")
