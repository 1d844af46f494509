"""Is a condition's threshold the guide's, in the metric's own unit?"""

import math
from collections.abc import Iterator

from sagebase_ops.checks.alerts import words
from sagebase_ops.checks.alerts.wanted import RESPONSE_TIME, Wanted
from sagebase_ops.checks.settings_judged import Mistake
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Value, Verdict
from sagebase_ops.gcp.alert_policies import AlertCondition

_MS = 1000
_NO_SHARE = 1.0
_NO_ANSWER_SO_FAST = 0.1
"""Below a tenth of the guide's limit, somebody took the unit for seconds."""


def limit_mistakes(one: AlertCondition, wanted: Wanted) -> Iterator[Mistake]:
    """Direction and threshold; 80 of a share and 3 of milliseconds are told as what they do."""
    if one.comparison != wanted.comparison:
        yield Mistake(Verdict.FAIL, "wrong_way", words.WRONG_WAY, {"found": one.comparison or "-"})
        return
    if math.isclose(one.threshold, wanted.threshold, rel_tol=1e-6):
        return
    right, bare = _shown(wanted.threshold, wanted), {"found": f"{one.threshold:g}"}
    if wanted.kind == "connections" and one.threshold <= 0:
        yield Mistake(Verdict.FAIL, "never_fires", words.NEVER_BELOW, bare)
    elif _is_share(wanted) and one.threshold >= _NO_SHARE:
        yield Mistake(Verdict.FAIL, "never_fires", words.NEVER, {**bare, "wanted": f"{wanted.threshold:g}"})
    elif wanted.name == RESPONSE_TIME and one.threshold < wanted.threshold * _NO_ANSWER_SO_FAST:
        yield Mistake(Verdict.FAIL, "always_fires", words.ALWAYS, {**bare, "wanted": f"{wanted.threshold:g}"})
    else:
        values: dict[str, Value] = {"found": _shown(one.threshold, wanted), "wanted": right}
        yield Mistake(Verdict.WARN, "other_limit", words.OTHER_LIMIT, values)


def _is_share(wanted: Wanted) -> bool:
    return wanted.kind == "ratio" or (wanted.kind == "distribution" and wanted.name != RESPONSE_TIME)


def _shown(threshold: float, wanted: Wanted) -> Value:
    if wanted.name == RESPONSE_TIME:
        return Quantity(threshold / _MS, "s")
    return Quantity(threshold, "1") if _is_share(wanted) else f"{threshold:g}"
