"""Is a number of log entries within its limits? A part of a count may be too many, but never few enough."""

from typing import Any

from sagebase_ops.checks.logs.counts import ENTRIES
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Sentence, Target, failing, passing, unknown, warning

COUNTED = Sentence(
    ja="過去 {window}の ERROR 以上のログは {value}です", en="{value} of ERROR and above in the last {window}"
)
HELD = Sentence(
    ja="過去 {window}の ERROR 以上のログは {value}です（上限 {limit}）",
    en="{value} of ERROR and above in the last {window}, limit {limit}",
)
AT_LEAST = Sentence(
    ja="過去 {window}の ERROR 以上のログは少なくとも {value}です（上限 {limit}、集計は一部のみ）",
    en="at least {value} of ERROR and above in the last {window}, limit {limit}; the count is partial",
)
PARTIAL = Sentence(
    ja="確認できません：ログ件数の集計が一部しか得られませんでした（少なくとも{value}）",
    en="could not look: the log count is only partial (at least {value})",
)


def held(  # `given`: fields of Finding by name, `window` among them
    target: Target, count: int, warn_above: int | None, fail_above: int | None, *, whole: bool, **given: Any
) -> Finding:
    """What `count` is against its limits (None: no such limit). Not `whole`: there may be more than were counted."""
    given["value"] = Quantity(count, ENTRIES)
    if fail_above is not None and count > fail_above:
        sentence = HELD if whole else AT_LEAST
        return failing(target, sentence, limit=Quantity(fail_above, ENTRIES), reason="too_many_errors", **given)
    if not whole:
        return unknown(target, PARTIAL, reason="partial", **given)
    if warn_above is not None and count > warn_above:
        return warning(target, HELD, limit=Quantity(warn_above, ENTRIES), reason="errors_logged", **given)
    limit = fail_above if warn_above is None else warn_above
    if limit is None:
        return passing(target, COUNTED, **given)
    return passing(target, HELD, limit=Quantity(limit, ENTRIES), **given)
