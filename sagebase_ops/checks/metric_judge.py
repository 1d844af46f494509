"""How is a measured value judged? A proven failure stays one; a pass needs the whole answer, and a metric we understand."""

from collections.abc import Callable
from typing import Any

from sagebase_ops.checks.metric_data import Measured
from sagebase_ops.checks.metric_params import Params
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import refused, said_by
from sagebase_ops.domain.results import Finding, Sentence, Target, Verdict, failing, passing, unknown, warning
from sagebase_ops.errors import GcpError

WITHIN = Sentence(ja="{measures} {{value}}（上限 {{limit}}）", en="{measures} {{value}} (limit {{limit}})")
NO_LIMIT = Sentence(ja="{measures} {{value}}", en="{measures} {{value}}")
OVER = Sentence(
    ja="{measures} {{value}} が上限 {{limit}} を超えています", en="{measures} {{value}} is over the limit of {{limit}}"
)
NO_REQUESTS = Sentence(ja="期間中のリクエストはありません", en="no requests in the window")
NO_DATA = Sentence(
    ja="確認できません：{metric} のデータが期間中に一つもありません",
    en="could not look: {metric} has no data in the window",
)
PARTLY = Sentence(
    ja="確認できません：Cloud Monitoring の応答が一部しか得られませんでした。次の回に再確認します",
    en="could not look: Cloud Monitoring answered only in part; it is looked at again next time",
)
NOT_AS_BELIEVED = Sentence(
    ja="確認できません：{metric} の種類か単位が想定と違います（Google: {google}、想定: {believed}）",
    en="could not look: {metric} is not of the kind and unit that we take it for (Google: {google}, we: {believed})",
)
IMPLAUSIBLE = Sentence(
    ja="確認できません：使用率 {value} はあり得ない値です（単位の想定違い）",
    en="could not look: a utilisation of {value} cannot be (its unit is not what we take it for)",
)
_HIGHEST_SHARE = 1.5

Given = dict[str, Any]  # fields of Finding and placeholders by name


def given_of(params: Params, measured: Measured, link: str) -> Given:
    return {"asked": measured.asked, "link": link, "metric": params.metric}


def about(params: Params, sentence: Sentence) -> Sentence:
    """The sentence with what is measured (`p95`, `最大`) filled in, in each language its own word."""
    measures = params.known.measures
    return Sentence(ja=sentence.ja.format(measures=measures.ja), en=sentence.en.format(measures=measures.en))


def judged(target: Target, measured: Measured, params: Params, given: Given, judge: Callable[[], Finding]) -> Finding:
    """`judge`'s finding, as far as it may be believed: of a metric that we take wrongly, or could not check, no pass is."""
    if measured.otherwise is not None:
        known = params.known
        believed = f"{known.kind} {known.value_type} {known.google_units[0]}"
        told = {**given, "google": measured.otherwise, "believed": believed}
        return unknown(target, NOT_AS_BELIEVED, reason="unit", **told)
    found = judge()
    if measured.unproven is not None and found.verdict in {Verdict.PASS, Verdict.WARN}:
        return refused(target, measured.unproven)
    return found


def held_against(target: Target, value: float, params: Params, measured: Measured, given: Given) -> Finding:
    """The value against the entry's limits, else the guide's. Part of an answer proves a failure and nothing less."""
    amount = Quantity(value, params.known.unit)
    if params.known.ratio and value > _HIGHEST_SHARE:
        return unknown(target, IMPLAUSIBLE, reason="unit", value=amount, **given)
    fail, warn = params.limit("fail_above"), params.limit("warn_above")
    if fail is not None and value > fail.amount:
        return failing(target, about(params, OVER), value=amount, limit=fail, reason="over_limit", **given)
    if (lacking := measured.answer.partial) is not None:
        return partly(target, lacking, {**given, "value": amount})
    if warn is not None and value > warn.amount:
        return warning(target, about(params, OVER), value=amount, limit=warn, reason="over_limit", **given)
    if (limit := fail or warn) is None:
        return passing(target, about(params, NO_LIMIT), value=amount, **given)
    return passing(target, about(params, WITHIN), value=amount, limit=limit, **given)


def without_data(target: Target, measured: Measured, given: Given) -> Finding:
    """No value, and nothing that says why: never zero, never a pass."""
    if (lacking := measured.answer.partial) is not None:
        return partly(target, lacking, given)
    return unknown(target, NO_DATA, reason="no_data", **given)


def partly(target: Target, lacking: GcpError, given: Given) -> Finding:
    """What is missing could change the verdict."""
    told = {"remedy": lacking.remedy, "notes": (said_by(lacking),)}
    return unknown(target, PARTLY, reason=lacking.kind.value, **told, **given)
