"""The guide's six as resources of Cloud Monitoring API v3 (JSON), made anew or in place of a policy that is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

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
    "uptime": ("resource.label.project_id", "resource.label.host"),
    "connections": ("resource.label.database_id",),
}


def corrected(found: Judged, seen: Alerting) -> Json:
    """The whole policy. What people wrote into the old one (documentation, labels, severity) stays."""
    old = found.policy
    kept = dict(old.kept) if old else {}
    if old and old.prompts and "OPENED" not in old.prompts:
        del kept["alertStrategy"]
    named = {"name": f"projects/{seen.project.id}/alertPolicies/{old.id}"} if old else {}
    channels = living_channels(old.channels if old else (), seen) or living_channels(tuple(seen.channels), seen)
    return {
        **named,
        "displayName": old.display_name if old else found.wanted.name,
        "combiner": "OR",
        "conditions": [{"displayName": found.wanted.name, "conditionThreshold": _condition(found.wanted, seen)}],
        "notificationChannels": list(channels),
        "enabled": True,
        **kept,
    }


def _condition(wanted: Wanted, seen: Alerting) -> Json:
    asked = f'metric.type="{wanted.metric}" AND resource.type="{wanted.resources[0]}"'
    by = [_aggregation(wanted)]
    only, below, silent = "", {}, {}
    if wanted.kind == "ratio":
        only = ' AND metric.label.response_code_class="5xx"'
        below = {"denominatorFilter": asked, "denominatorAggregations": by}
    elif wanted.kind in {"uptime", "connections"}:
        only = _named(wanted, seen.subjects(wanted.label))
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


def _aggregation(wanted: Wanted) -> Json:
    return {
        "alignmentPeriod": "60s",
        "perSeriesAligner": _ALIGNERS[wanted.kind],
        "crossSeriesReducer": "REDUCE_COUNT_FALSE" if wanted.kind == "uptime" else wanted.reducers[0],
        "groupByFields": list(_GROUPS.get(wanted.kind, ("resource.label.service_name",))),
    }


def _named(wanted: Wanted, names: Sequence[str]) -> str:
    where = "metric" if wanted.kind == "uptime" else "resource"
    quoted = ", ".join(f'"{name}"' for name in names)
    if not names:
        return ""
    return f" AND {where}.label.{wanted.label}=" + (quoted if len(names) == 1 else f"one_of({quoted})")
