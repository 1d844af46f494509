"""Is a count of few errors believed? Not where none of them, or none of some kind, is kept: these are counted as none for ever."""

from dataclasses import replace

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.logs.kept import Kept, candidates, kept_by_others
from sagebase_ops.checks.logs.kept_words import MAY_BE_KEPT
from sagebase_ops.checks.logs.routing import ONE_KIND, SOME_ERRORS, routing_mistakes
from sagebase_ops.checks.parts import or_refusal
from sagebase_ops.checks.settings_judged import Mistake
from sagebase_ops.domain.console import log_router_page
from sagebase_ops.domain.log_exclusions import Read
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, Verdict
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.log_config import DEFAULT_SINK

NEEDED = ("logging.sinks.list", "logging.buckets.list")
"""The permissions that it needs."""
NOT_KEPT = Sentence(
    ja="確認できません：ERROR 以上のログのすべて、またはある種類が保存されていないため、件数が正しいとは言えません",
    en="could not look: no entry of ERROR and above is kept, or none of some kind, so the count proves nothing",
)


async def routing_known(context: CheckContext) -> None:
    """Asked beside the counts: once they are here, `believed` need not wait for it. What is refused is told there."""
    await or_refusal(context.gcp.log_config.sinks(context.project.id))


async def believed(judged: list[Finding], context: CheckContext) -> list[Finding]:
    """`judged`, but a pass is `unknown` where errors, or those of a kind, reach no log; one more finding if that is refused.

    Of the buckets it asks only where there is such a pass and another sink may keep them. Source: Cloud Logging API v2,
    projects.sinks.list and projects.locations.buckets.list.
    """
    if not any(map(_passes, judged)):
        return judged
    try:
        lost = await _what_loses_errors(context)
    except GcpError as error:
        link, target = log_router_page(context.project.id), Target("log_sink", DEFAULT_SINK)
        return [*judged, refused(target, error, link=link)]
    return [_doubted(one, lost) if lost and _passes(one) else one for one in judged]


def _passes(finding: Finding) -> bool:
    return finding.verdict is Verdict.PASS


async def _what_loses_errors(context: CheckContext) -> Mistake | None:
    """What takes away all of them or all of a kind, else what may take some away.

    Entries count wherever in the project they are stored; that another sink may store them proves nothing.
    """
    project = context.project.id
    sinks, kept = await context.gcp.log_config.sinks(project), Kept()
    if candidates(sinks, project):
        kept = kept_by_others(sinks, await context.gcp.log_config.buckets(project), project)
    default = [sink for sink in sinks if sink.name == DEFAULT_SINK]
    found = [one for sink in default for one in routing_mistakes(sink, (), project, kept)]
    about = [one for one in found if _proves_nothing(one) or one.reason.endswith(SOME_ERRORS)]
    return min(about, key=lambda one: not _proves_nothing(one), default=None)


def _proves_nothing(lost: Mistake) -> bool:
    surely = lost.verdict is Verdict.FAIL or lost.reason.endswith(ONE_KIND)
    return surely or lost.sentence == MAY_BE_KEPT[Read.ERRORS]


def _doubted(finding: Finding, lost: Mistake) -> Finding:
    """Some that may be lost are said: that may be meant, and whether any was nobody can tell."""
    notes = (Note(lost.sentence, lost.values), *finding.notes)
    if not _proves_nothing(lost):
        return replace(finding, notes=notes)
    return replace(
        finding, verdict=Verdict.UNKNOWN, sentence=NOT_KEPT, reason="not_kept", remedy=lost.remedy, notes=notes
    )
