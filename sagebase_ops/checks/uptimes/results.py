"""What did the places of an uptime check see last, and is the service down by that?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.metrics.data import Measured, measure
from sagebase_ops.checks.metrics.other import other_metric
from sagebase_ops.domain.console import uptime_page
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Sentence, Target, failing, passing, unknown, warning
from sagebase_ops.gcp.alerting import UptimeCheck
from sagebase_ops.gcp.logs import quoted
from sagebase_ops.gcp.time_series import SeriesSet

PASSED = "monitoring.googleapis.com/uptime_check/check_passed"
UP = Sentence(ja="{total} 地点すべてから応答を確認", en="answers all {total} places")
SOME = Sentence(
    ja="{total} 地点中 {failing} 地点で失敗（{where}）", en="failed from {failing} of {total} places ({where})"
)
DOWN = Sentence(
    ja="応答していません：{total} 地点中 {failing} 地点で失敗（{where}）",
    en="does not answer: failed from {failing} of {total} places ({where})",
)
NO_RESULT = Sentence(
    ja="確認できません：Uptime Check「{check}」の結果がありません（一時停止中か、作成・変更の直後です）",
    en="could not look: uptime check '{check}' has no result (is it paused, or quite new?)",
)
OTHER_KIND = Sentence(
    ja="確認できません：Uptime Check の結果の単位が想定と違います（Google: {google}）",
    en="could not look: the results are not in the unit that we take them for (Google: {google})",
)
_CHECK, _PLACE = "metric.labels.check_id", "metric.labels.checker_location"
_ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Results:
    """By check and place, whether its newest look got through; and how far the answer can be believed."""

    passed: Mapping[str, Mapping[str, bool]]
    measured: Measured

    def failing_of(self, check: UptimeCheck) -> tuple[str, ...]:
        return tuple(sorted(place for place, passed in self.passed.get(check.id, {}).items() if not passed))

    def is_down(self, check: UptimeCheck) -> bool:
        """One place among several may be cut off itself."""
        failing = len(self.failing_of(check))
        return failing >= min(_ENOUGH, len(self.passed.get(check.id, {})) or _ENOUGH)


async def results_of(checks: Collection[UptimeCheck], window: timedelta, context: CheckContext) -> Results:
    """One question for all of them, none without any. Raises GcpError."""
    if not checks:
        return Results({}, Measured({}, SeriesSet(()), {}))
    ids = ", ".join(quoted(one) for one in sorted({check.id for check in checks}))
    wanted = f'metric.type = "{PASSED}" AND {_CHECK} = one_of({ids})'
    known = other_metric(wanted, "ALIGN_NEXT_OLDER", "REDUCE_COUNT_TRUE", (_CHECK, _PLACE), "1")
    measured = await measure(known, max([window, *(check.period for check in checks)]), context)
    passed: dict[str, dict[str, bool]] = {}
    for name, count in measured.values.items():
        check, _, place = name.partition(", ")
        passed.setdefault(check, {})[place] = count > 0
    return Results(passed, measured)


def judge(target: Target, checks: Sequence[UptimeCheck], results: Results, project: str) -> Finding:
    """The worst of its checks. A proven failure stays one in half an answer; a pass needs a whole one, of every check."""
    worst = max(checks, key=lambda check: (results.is_down(check), len(results.failing_of(check))))
    given: dict[str, Any] = {"asked": results.measured.asked, "link": uptime_page(project, worst.id)}
    if results.measured.otherwise is not None:
        return unknown(target, OTHER_KIND, reason="unit", google=results.measured.otherwise, **given)
    if results.is_down(worst):
        return failing(target, DOWN, reason="does_not_answer", **_counted(worst, results), **given)
    if (lacking := results.measured.answer.partial) is not None:
        return refused(target, lacking, **given)
    silent = next((check for check in checks if not results.passed.get(check.id)), None)
    if silent is not None:
        given["link"] = uptime_page(project, silent.id)
        return unknown(target, NO_RESULT, reason="no_data", check=silent.display_name or silent.id, **given)
    if results.failing_of(worst):
        return warning(target, SOME, reason="some_places", **_counted(worst, results), **given)
    return passing(target, UP, **_counted(worst, results), **given)


def _counted(check: UptimeCheck, results: Results) -> dict[str, Any]:  # fields of Finding and placeholders by name
    failing, total = results.failing_of(check), len(results.passed[check.id])
    share = Quantity(1 - len(failing) / total, "1")
    return {"value": share, "total": total, "failing": len(failing), "where": ", ".join(failing)}
