"""How is a measured value judged? A proven failure stays one; a pass needs the whole answer, and a metric we understand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sagebase_ops.checks.metrics.data import Measured
from sagebase_ops.checks.metrics.params import Limit, Params
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Sentence, Target, Verdict, failing, passing, unknown, warning

WITHIN = Sentence(ja="{measures} {{value}}（上限 {{limit}}）", en="{measures} {{value}} (limit {{limit}})")
AT_LEAST = Sentence(ja="{measures} {{value}}（下限 {{limit}}）", en="{measures} {{value}} (at least {{limit}} wanted)")
NO_LIMIT = Sentence(ja="{measures} {{value}}", en="{measures} {{value}}")
UNDER = Sentence(
    ja="{measures} {{value}} が下限 {{limit}} を下回っています",
    en="{measures} {{value}} is under the limit of {{limit}}",
)
OVER = Sentence(
    ja="{measures} {{value}} が上限 {{limit}} を超えています", en="{measures} {{value}} is over the limit of {{limit}}"
)
NO_DATA = Sentence(
    ja="確認できません：{metric} のデータが期間中に一つもありません",
    en="could not look: {metric} has no data in the window",
)
NOT_AS_BELIEVED = Sentence(
    ja="確認できません：{metric} の種類か単位が想定と違います（Google: {google}、想定: {believed}）",
    en="could not look: {metric} is not of the kind and unit that we take it for (Google: {google}, we: {believed})",
)
OTHER_UNIT = Sentence(
    ja="確認できません：{metric} の単位は {google} です。schedules.yaml の unit を直してください（現在 {believed}）",
    en="could not look: {metric} is in {google}; write that as its unit in schedules.yaml (now {believed})",
)
IMPLAUSIBLE = Sentence(
    ja="確認できません：{value} はあり得ない値です（単位の想定違い）",
    en="could not look: {value} cannot be (its unit is not what we take it for)",
)
HIGHEST_SHARE = 1.5
"""Beyond it, it is no share: a measurement may be a little over the whole."""
_A_MINUTE = timedelta(minutes=1)
_BY_LIMIT = {None, "over_limit", "under_limit"}

Given = dict[str, Any]  # fields of Finding and placeholders by name


def given_of(params: Params, measured: Measured, link: str) -> Given:
    return {"asked": measured.asked, "link": link, "metric": params.metric or params.known.type}


def about(params: Params, sentence: Sentence) -> Sentence:
    """The sentence with what is measured (`p95`, `最大`) filled in, in each language its own word."""
    measures = params.known.measures
    return Sentence(ja=sentence.ja.format(measures=measures.ja), en=sentence.en.format(measures=measures.en))


def judged(target: Target, measured: Measured, params: Params, given: Given, judge: Callable[[], Finding]) -> Finding:
    """`judge`'s finding, as far as it may be believed: of a metric that we take wrongly, or could not check, no pass is."""
    if measured.otherwise is not None:
        return _not_as_believed(target, measured.otherwise, params, given)
    found = judge()
    if measured.unproven is not None and found.verdict in {Verdict.PASS, Verdict.WARN}:
        return refused(target, measured.unproven, **given)
    return found


def held_against(target: Target, value: float, params: Params, measured: Measured, given: Given) -> Finding:
    """The value against the entry's limits, else the guide's. Part of an answer proves "too much" and nothing else.

    It proves not even that of a share: what is missing may be the other part.
    """
    amount = Quantity(value, params.known.unit)
    if _cannot_be(value, params):
        return unknown(target, IMPLAUSIBLE, reason="unit", value=amount, **given)
    broken = next((limit for limit in params.limits if limit.broken_by(value)), None)
    proven = broken is not None and broken.fails and broken.above and not params.known.is_share
    if (lacking := measured.answer.partial) is not None and not proven:
        return refused(target, lacking, value=amount, **given)
    return _broken(target, broken, amount, params, given) if broken else _kept(target, amount, params, given)


def _broken(target: Target, limit: Limit, amount: Quantity, params: Params, given: Given) -> Finding:
    words, reason = (OVER, "over_limit") if limit.above else (UNDER, "under_limit")
    verdict = failing if limit.fails else warning
    return verdict(target, about(params, words), value=amount, limit=limit.at, reason=reason, **given)


def _kept(target: Target, amount: Quantity, params: Params, given: Given) -> Finding:
    if not params.limits:
        return passing(target, about(params, NO_LIMIT), value=amount, **given)
    limit = params.limits[0]
    words = WITHIN if limit.above else AT_LEAST
    return passing(target, about(params, words), value=amount, limit=limit.at, **given)


def _cannot_be(value: float, params: Params) -> bool:
    """None of the guide's metrics is ever negative; one that an entry describes may be."""
    known = params.known
    return known.filter is None and (value < 0 or (known.ratio and value > HIGHEST_SHARE))


def _not_as_believed(target: Target, google: str, params: Params, given: Given) -> Finding:
    known = params.known
    if known.filter is not None:
        return unknown(target, OTHER_UNIT, reason="unit", google=google, believed=known.google_units[0], **given)
    believed = f"{known.kind} {known.value_type} {known.google_units[0]}"
    return unknown(target, NOT_AS_BELIEVED, reason="unit", google=google, believed=believed, **given)


def without_data(target: Target, measured: Measured, given: Given) -> Finding:
    """No value, and nothing that says why: never zero, never a pass."""
    if (lacking := measured.answer.partial) is not None:
        return refused(target, lacking, **given)
    return unknown(target, NO_DATA, reason="no_data", **given)


def judged_anew(params: Params, finding: Finding) -> Finding | None:
    """What was recorded, held against the limits of `params`; None where the recorded value does not say it all.

    So it is for another metric, unit or length of window, and for a verdict that came from elsewhere (no connections,
    the capacity of a machine).
    """
    if finding.value is None or not _same_question(params, finding) or finding.reason not in _BY_LIMIT:
        return None
    measured, limits = finding.value, params.limits
    broken = next((limit for limit in limits if limit.broken_by(measured.amount)), None)
    held = broken or next(iter(limits), None)
    if (_verdict(broken), held.at if held else None) == (finding.verdict, finding.limit):
        return finding  # as nearly all are: a month has a quarter of a million
    given: Given = {name: getattr(finding, name) for name in ("asked", "link", "notes")} | dict(finding.values)
    target = finding.target
    return _broken(target, broken, measured, params, given) if broken else _kept(target, measured, params, given)


def _verdict(broken: Limit | None) -> Verdict:
    if broken is None:
        return Verdict.PASS
    return Verdict.FAIL if broken.fails else Verdict.WARN


def _same_question(params: Params, finding: Finding) -> bool:
    known, window = params.known, finding.window
    by_capacity = params.metric == "db_connections" and not params.limits_said
    if by_capacity or window is None or finding.value is None or finding.value.unit != known.unit:
        return False
    same_metric = finding.values.get("metric") == (params.metric or known.type)
    return same_metric and abs(window[1] - window[0] - params.window) < _A_MINUTE
