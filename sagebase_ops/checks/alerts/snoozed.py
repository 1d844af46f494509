"""Which of the guide's alerts does a snooze of Cloud Monitoring keep silent now?"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sagebase_ops.checks.alerts import words
from sagebase_ops.checks.alerts.seen import Alerting
from sagebase_ops.checks.alerts.wanted import Wanted
from sagebase_ops.checks.settings_judged import Mistake, warned
from sagebase_ops.domain.console import alerting_page
from sagebase_ops.domain.metric_filters import terms_of
from sagebase_ops.domain.metric_terms import lets
from sagebase_ops.domain.results import Finding, Target, unknown
from sagebase_ops.gcp.alert_policies import Snooze

_UNSAID = "-"


def snoozed(policy: str, wanted: Wanted, seen: Alerting, snoozes: Sequence[Snooze], now: datetime) -> Iterator[Mistake]:
    """Somebody wanted it, for a time: a warning, so that it is not forgotten. `policy` is its id.

    A snooze with a filter keeps silent only what matches, which may be something that nobody watches here.
    """
    subjects = seen.subjects(wanted.label) or ("",)
    for one in snoozes:
        if policy not in one.policies or not one.goes_on(now):
            continue
        told = {"snooze": one.display_name, "until": one.until or _UNSAID}
        if not one.filter:
            yield warned("snoozed", words.SNOOZED, **told)
        elif any(not subject or lets(terms_of(one.filter), wanted.label, subject) is not False for subject in subjects):
            yield warned("snoozed", words.SNOOZED_IN_PART, **told, found=one.filter)


def unclear(snoozes: Sequence[Snooze], project: str, now: datetime) -> list[Finding]:
    """Those that name no policy: nobody can say here what they keep silent. `now` is aware."""
    return [
        unknown(
            Target("snooze", one.display_name),
            words.SNOOZES_WHAT if one.filter else words.SNOOZES_UNSAID,
            reason="no_policy_named",
            remedy=f"gcloud monitoring snoozes list --project={project}",
            asked={"method": "monitoring.snoozes.list"},
            link=alerting_page(project),
            found=one.filter,
            until=one.until or _UNSAID,
        )
        for one in snoozes
        if not one.policies and one.goes_on(now)
    ]
