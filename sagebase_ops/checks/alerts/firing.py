"""When does a condition fire: how late, and for how many at once?"""

from collections.abc import Iterator
from datetime import timedelta

from sagebase_ops.checks.alerts import words
from sagebase_ops.checks.alerts.restrictions import is_one
from sagebase_ops.checks.alerts.wanted import Wanted
from sagebase_ops.checks.settings_judged import Mistake, failed, warned
from sagebase_ops.domain.metric_terms import Term
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.gcp.alert_policies import Aggregation, AlertCondition

_LATE, _TOO_LATE = timedelta(minutes=30), timedelta(hours=1)
"""By then the guide has called the technical lead, and everybody."""
_WHERE = {"project_id", "location", "region", "configuration_name"}
_UPTIME = {"check_id", "host", "checked_resource_id", "service_name", "path", "*"}


def firing_mistakes(one: AlertCondition, wanted: Wanted, terms: tuple[Term, ...]) -> Iterator[Mistake]:
    """Too late, only when several are bad at once, or over a mixture of all."""
    by = one.aggregations[0] if one.aggregations else Aggregation()
    yield from _length(one, wanted, by)
    places = wanted.kind == "uptime" and by.reducer == "REDUCE_NONE"
    if one.at_least > (2 if places else 1):
        yield failed("many_at_once", words.MANY_AT_ONCE, found=one.at_least)
    if one.percent:
        yield warned("share_at_once", words.SHARE_AT_ONCE, found=f"{one.percent:g}")
    yield from group_mistakes(by, wanted, terms)


def group_mistakes(by: Aggregation, wanted: Wanted, terms: tuple[Term, ...]) -> Iterator[Mistake]:
    """Each service (check, database) has to be judged by itself and as a whole."""
    if by.reducer == "REDUCE_NONE":
        return
    groups = {group.rpartition(".")[2]: group for group in by.group_by}
    own = {wanted.label} | (_UPTIME if wanted.kind == "uptime" else set())
    restricted = is_one(terms, wanted.label) or wanted.kind == "uptime"
    if not restricted and not own & groups.keys():
        yield warned("mixed", words.MIXED, found=wanted.label)
    apart = ", ".join(groups[name] for name in sorted(groups.keys() - own - _WHERE))
    if apart:
        yield warned("apart", words.APART, found=apart)


def _length(one: AlertCondition, wanted: Wanted, by: Aggregation) -> Iterator[Mistake]:
    """Of what it must hold, and of what is measured as one."""
    held, right = max(one.duration, by.period), wanted.at_least
    after = one.duration + by.period
    told = {"found": _seconds(one.duration), "wanted": _seconds(right or timedelta(0))}
    if after > _LATE and (right is None or one.duration > right):
        say = failed if after > _TOO_LATE else warned
        parts = {"duration": Quantity.of(one.duration), "period": Quantity.of(by.period)}
        yield say("too_late", words.TOO_LATE, found=Quantity.of(after), **parts)
    elif right is not None and held < right:
        yield warned("too_short", words.HELD_FOR, **told)
    elif right is not None and one.duration > right:
        yield warned("too_long", words.HELD_FOR, **told)
    elif right is None and one.duration <= timedelta(0):
        yield warned("no_duration", words.NO_DURATION)


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():g}"
