"""Had a service room to grow, and is it as large as it should be? Part of `run_scaling`."""

from collections.abc import Iterator
from dataclasses import replace

from sagebase_ops.checks.metrics.data import Measured
from sagebase_ops.checks.metrics.judge import IMPLAUSIBLE, NOT_AS_BELIEVED, Given, without_data
from sagebase_ops.checks.run.peaks import Nearest, Peaks, may_grow
from sagebase_ops.checks.run.serving import Serving
from sagebase_ops.checks.run.sizes import Wanted, differences_of, mending, sizes_of
from sagebase_ops.checks.run.targets import target_of
from sagebase_ops.domain.console import run_service_page
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import (
    Finding,
    Note,
    Sentence,
    Target,
    Verdict,
    failing,
    passing,
    skipped,
    unknown,
    warning,
)
from sagebase_ops.gcp.metrics import METRICS
from sagebase_ops.gcp.run import RunService

UNIT = METRICS["instance_count"].unit

AS_WANTED = Sentence(
    ja="最小 {least}・最大 {limit}。{window}の最大は {value}",
    en="minimum {least}, maximum {limit}; peak of {window}: {value}",
)
REACHED = Sentence(
    ja="{window}の間に最大インスタンス数 {limit} に達しました（最大 {value}）",
    en="in {window} it reached its maximum of {limit} (peak {value})",
)
NEAR = Sentence(
    ja="{window}の最大 {value} が、最大インスタンス数 {limit} の {near} を超えています",
    en="its peak of {value} in {window} is over {near} of the maximum of {limit}",
)
MANUAL = Sentence(
    ja="手動スケーリング（{count} 固定）のため、最小・最大インスタンス数は使われません",
    en="scaled by hand ({count}, always): minimum and maximum do not count",
)
FULLEST = Sentence(
    ja="複数のリビジョンがリクエストを受けています。数値は、最も余裕のない {revision} のものです",
    en="several revisions get requests; the numbers are those of {revision}, which has the least room",
)
MANUAL_ELSE = Sentence(
    ja="手動スケーリングで {count} に固定されています（推奨は {least}〜{most}）",
    en="scaled by hand to {count}, always ({least} to {most} wanted)",
)


def judge_service(serving: Serving, wanted: Wanted, peaks: Peaks, project: Project) -> Finding:
    """The worst of: the maximum was reached, the peak is not known, it came near, something is not as wanted.

    Where an older revision serves, no command mends it: a new one would get no requests.
    """
    service = serving.service
    target = target_of(service.name)
    link = run_service_page(project.id, service.region or project.region, service.name, "revisions")
    nearest = peaks.nearest(serving)
    given: Given = {"asked": nearest.measured.asked, "link": link}
    notes = (*_fullest(serving, nearest), *serving.notes, *sizes_of(service))
    if (count := service.sizing.manual_instances) is not None:
        return _by_hand(target, count, wanted, {**given, "notes": notes})
    found = _by_peak(target, service, wanted, nearest, given)
    differences = differences_of(service, wanted, project)
    remedy = found.remedy or (None if serving.maxima else mending(service, differences, project))
    told = tuple(one.note for one in differences)
    if told and found.verdict is Verdict.PASS:
        first, *others = told
        given |= {"value": found.value, "limit": found.limit, "remedy": remedy, **first.values}
        return warning(target, first.sentence, reason="not_as_wanted", notes=(*others, *notes), **given)
    return replace(found, remedy=remedy, notes=(*found.notes, *told, *notes))


def _by_hand(target: Target, count: int, wanted: Wanted, given: Given) -> Finding:
    """Whether it would have to grow nobody can say; none at all is a service that is switched off."""
    told: Given = {"count": Quantity(count, UNIT), **given}
    if wanted.min_instances <= count <= wanted.max_instances:
        return skipped(target, MANUAL, reason="manual_scaling", **told)
    told |= {"least": Quantity(wanted.min_instances, UNIT), "most": Quantity(wanted.max_instances, UNIT)}
    return warning(target, MANUAL_ELSE, reason="not_as_wanted", **told)


def _fullest(serving: Serving, nearest: Nearest) -> Iterator[Note]:
    """Which revision the numbers are of, where there are several."""
    if nearest.revision and len(serving.maxima) > 1:
        yield Note(FULLEST, {"revision": nearest.revision})


def _by_peak(target: Target, service: RunService, wanted: Wanted, nearest: Nearest, given: Given) -> Finding:
    peak, most, peaks = nearest.peak, nearest.most, nearest.measured
    if peak is None or peak < 0 or peaks.otherwise is not None:
        return _without_peak(target, peak, peaks, given)
    held: Given = {"value": Quantity(peak, UNIT), "limit": Quantity(most, UNIT), "window": Quantity.of(wanted.window)}
    if peak >= most and may_grow(service, most):
        return failing(target, REACHED, reason="over_limit", **held, **given)
    if (lacking := peaks.answer.partial or peaks.unproven) is not None:
        return refused(target, lacking, **given)
    if peak > wanted.near * most and may_grow(service, most):
        return warning(target, NEAR, reason="near_limit", near=Quantity(wanted.near, "1"), **held, **given)
    return passing(target, AS_WANTED, least=Quantity(service.min_instances, UNIT), **held, **given)


def _without_peak(target: Target, peak: float | None, peaks: Measured, given: Given) -> Finding:
    """It was not measured, or not as we take it."""
    if peaks.otherwise is not None:
        told: Given = {"metric": "instance_count", "google": peaks.otherwise, "believed": "GAUGE INT64 1"}
        return unknown(target, NOT_AS_BELIEVED, reason="unit", **told, **given)
    if peak is not None:
        return unknown(target, IMPLAUSIBLE, reason="unit", value=Quantity(peak, UNIT), **given)
    return without_data(target, peaks, {**given, "metric": "instance_count"})
