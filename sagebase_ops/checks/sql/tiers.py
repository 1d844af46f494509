"""Is Cloud SQL's machine one that the guide would choose? Part of `run_scaling`."""

from typing import Any

from sagebase_ops.checks.sql.connections import absent
from sagebase_ops.domain.console import sql_instance_page
from sagebase_ops.domain.projects import Environment, Project
from sagebase_ops.domain.results import Finding, Sentence, Target, passing, unknown, warning
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.metrics import SQL_INSTANCE
from sagebase_ops.gcp.sql import SqlInstance

SHARED_CORE = frozenset({"db-f1-micro", "db-g1-small"})
"""Without a CPU of their own, and outside Google's service level agreement."""

_OTHER = Sentence(
    ja="マシンタイプ {tier}（手順書の例にはない大きさ）", en="machine type {tier} (none of the guide's examples)"
)
EXAMPLES = {
    "db-f1-micro": Sentence(ja="マシンタイプ {tier}（手順書：開発用）", en="machine type {tier} (guide: development)"),
    "db-g1-small": Sentence(ja="マシンタイプ {tier}（手順書：小規模）", en="machine type {tier} (guide: small)"),
    "db-custom-2-8192": Sentence(ja="マシンタイプ {tier}（手順書：中規模）", en="machine type {tier} (guide: medium)"),
    "db-custom-4-16384": Sentence(ja="マシンタイプ {tier}（手順書：大規模）", en="machine type {tier} (guide: large)"),
}
"""The guide's examples."""

SHARED = Sentence(
    ja="本番環境に共有コアの {tier} が使われています（SLA の対象外。手順書の中規模は {wanted}）",
    en="production runs on the shared core of {tier}: no SLA (the guide's medium size is {wanted})",
)
NOT_WANTED = Sentence(
    ja="マシンタイプが {tier} です（schedules.yaml では {wanted}）",
    en="its machine type is {tier} (schedules.yaml: {wanted})",
)
UNSAID = Sentence(
    ja="確認できません：マシンタイプが得られませんでした", en="could not look: Google names no machine type"
)
MEDIUM = "db-custom-2-8192"


def judge_tier(name: str, listing: Listing[SqlInstance], wanted: tuple[str, ...], project: Project) -> Finding:
    """One instance against the machine types that the file allows, else against the guide's examples.

    Source: sqladmin v1, `settings.tier`. Another machine type restarts the instance.
    """
    target = Target(SQL_INSTANCE, name)
    asked = {"method": "sqladmin.instances.list", "field": "settings.tier", "project": project.id}
    given: dict[str, Any] = {"asked": asked, "link": sql_instance_page(project.id, name)}  # fields of Finding by name
    instance = listing.named(name)
    if instance is None:
        return absent(target, listing, given)
    if not (tier := instance.tier):
        return unknown(target, UNSAID, reason="no_tier", **given)
    remedy = f"gcloud sql instances patch {name} --tier={{}} --project={project.id}"
    if wanted and tier not in wanted:
        told = {"wanted": ", ".join(wanted), "remedy": remedy.format(wanted[0])}
        return warning(target, NOT_WANTED, reason="not_as_wanted", tier=tier, **told, **given)
    if not wanted and tier in SHARED_CORE and project.environment is Environment.PRODUCTION:
        told = {"wanted": MEDIUM, "remedy": remedy.format(MEDIUM)}
        return warning(target, SHARED, reason="shared_core", tier=tier, **told, **given)
    return passing(target, EXAMPLES.get(tier, _OTHER), tier=tier, **given)
