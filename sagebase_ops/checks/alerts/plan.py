"""The guide's six as resources of Cloud Monitoring API v3 (JSON), made anew or in place of a policy that is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

from sagebase_ops.checks.alerts.conditions import is_about
from sagebase_ops.checks.alerts.judge import Judged, living_channels
from sagebase_ops.checks.alerts.seen import Alerting
from sagebase_ops.checks.alerts.wanted import Wanted

Json = dict[str, Any]  # JSON
_HELD = 300
_ALIGNERS: Mapping[str, str] = {
    "uptime": "ALIGN_NEXT_OLDER",
    "ratio": "ALIGN_RATE",
    "distribution": "ALIGN_DELTA",
    "connections": "ALIGN_MAX",
}
_GROUPS: Mapping[str, Sequence[str]] = {
    "uptime_url": ("resource.label.project_id", "resource.label.host"),
    "cloudsql_database": ("resource.label.database_id",),
}


def corrected(founds: Sequence[Judged], seen: Alerting) -> Json:
    """The whole policy, with all that is wrong in it put right: `founds` have the same policy, or there is but one.

    What people wrote into the old one (documentation, labels, severity) stays, and so does what else it measures.
    """
    old = founds[0].policy
    kept = dict(old.kept) if old else {}
    if old and old.prompts and "OPENED" not in old.prompts:
        del kept["alertStrategy"]
    named = {"name": f"projects/{seen.project.id}/alertPolicies/{old.id}"} if old else {}
    channels = living_channels(old.channels if old else (), seen) or living_channels(tuple(seen.channels), seen)
    return {
        **named,
        "displayName": old.display_name if old else founds[0].wanted.name,
        "combiner": "OR",
        "conditions": [*_others(founds), *(part for found in founds for part in _conditions(found.wanted, seen))],
        "notificationChannels": list(channels),
        "enabled": True,
        **kept,
    }


def _others(founds: Sequence[Judged]) -> list[Json]:
    """The conditions beside those that are wrong. Where all had to hold at once, they only kept those from firing."""
    old = founds[0].policy
    if old is None or old.all_must_hold:
        return []
    about = [part for part in old.conditions if any(is_about(part, found.wanted) for found in founds)]
    return [dict(part.given) for part in old.conditions if about and part not in about]


def _conditions(wanted: Wanted, seen: Alerting) -> list[Json]:
    """One for each resource that its subjects are written on."""
    by_resource: dict[str, list[str]] = {}
    for subject in seen.subjects(wanted.label):
        by_resource.setdefault(seen.resource(wanted, subject), []).append(subject)
    written = by_resource or {wanted.resource: []}
    return [
        {"displayName": wanted.name, "conditionThreshold": _threshold(wanted, resource, names)}
        for resource, names in written.items()
    ]


def _threshold(wanted: Wanted, resource: str, names: Sequence[str]) -> Json:
    asked = f'metric.type="{wanted.metric}" AND resource.type="{resource}"'
    by = [_aggregation(wanted, resource)]
    only, below, silent = "", {}, {}
    if wanted.kind == "ratio":
        only = ' AND metric.label.response_code_class="5xx"'
        below = {"denominatorFilter": asked, "denominatorAggregations": by}
    elif wanted.kind in {"uptime", "connections"}:
        only = _named(wanted, names)
    if wanted.kind == "connections":
        silent = {"evaluationMissingData": "EVALUATION_MISSING_DATA_ACTIVE"}
    held = round(wanted.at_least.total_seconds()) if wanted.at_least else _HELD
    return {
        "filter": asked + only,
        "aggregations": by,
        **below,
        "comparison": f"COMPARISON_{wanted.comparison}",
        "thresholdValue": wanted.threshold,
        "duration": f"{held}s",
        **silent,
        "trigger": {"count": 1},
    }


def _aggregation(wanted: Wanted, resource: str) -> Json:
    return {
        "alignmentPeriod": "60s",
        "perSeriesAligner": _ALIGNERS[wanted.kind],
        "crossSeriesReducer": "REDUCE_COUNT_FALSE" if wanted.kind == "uptime" else wanted.reducers[0],
        "groupByFields": list(_GROUPS.get(resource, ("resource.label.service_name",))),
    }


def _named(wanted: Wanted, names: Sequence[str]) -> str:
    where = "metric" if wanted.kind == "uptime" else "resource"
    quoted = ", ".join(f'"{name}"' for name in names)
    if not names:
        return ""
    return f" AND {where}.label.{wanted.label}=" + (quoted if len(names) == 1 else f"one_of({quoted})")
