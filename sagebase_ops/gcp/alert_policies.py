"""What does an alert policy ask, and whom does it tell? Resources of Cloud Monitoring API v3, as we see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from sagebase_ops.gcp.fields import short_name
from sagebase_ops.gcp.rest import Json
from sagebase_ops.gcp.rest_lists import moment, text, texts

ConditionKind: TypeAlias = Literal["threshold", "absent", "other"]
_KEPT = ("documentation", "userLabels", "severity", "alertStrategy")
_READ = {
    "filter",
    "aggregations",
    "denominatorFilter",
    "denominatorAggregations",
    "comparison",
    "thresholdValue",
    "duration",
    "trigger",
    "evaluationMissingData",
}
_KINDS: Mapping[str, ConditionKind] = {"conditionThreshold": "threshold", "conditionAbsent": "absent"}


@dataclass(frozen=True, slots=True)
class Aggregation:
    """How series become one: enum values by Google's names, `ALIGN_NONE` and `REDUCE_NONE` where none is set."""

    aligner: str = "ALIGN_NONE"
    reducer: str = "REDUCE_NONE"
    period: timedelta = timedelta(0)
    group_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertCondition:
    """One condition. `other` is a query in a language that we do not judge (PromQL, MQL, SQL, a log match).

    `comparison` is `GT` or `LT`, "" where there is none; `duration` how long it must hold before it fires.
    `at_least` series, or `percent` of them, must be bad at once. `fires_without_data`: a series that stops counts as bad.
    `query` holds the text of the other kinds. `unread` names what else it says, which nobody here looks at. `given` is all of
    it, as Google gave it.
    """

    kind: ConditionKind
    filter: str = ""
    aggregations: tuple[Aggregation, ...] = ()
    denominator: str = ""
    denominator_aggregations: tuple[Aggregation, ...] = ()
    comparison: str = ""
    threshold: float = 0.0
    duration: timedelta = timedelta(0)
    at_least: int = 1
    percent: float = 0.0
    fires_without_data: bool = False
    query: str = ""
    unread: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict, compare=False)  # JSON


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """`id` is the last part of its name. `enabled` None: Google did not say, which means neither.

    `channels` are full names. `invalid` is Google's word for why it can open no incident, "" where it can. `all_must_hold`:
    it fires only when every condition holds. `prompts` are when it tells (`OPENED`, `CLOSED`), empty where unsaid. `kept` is what else people wrote into it, as Google gave it.
    """

    id: str
    display_name: str
    enabled: bool | None
    channels: tuple[str, ...] = ()
    conditions: tuple[AlertCondition, ...] = ()
    all_must_hold: bool = False
    invalid: str = ""
    prompts: tuple[str, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)  # JSON


@dataclass(frozen=True, slots=True)
class Snooze:
    """A time in which the policies with these ids open no incident and tell nobody. `until` None: Google did not say.

    With a `filter`, only the incidents whose labels match it.
    """

    display_name: str
    policies: frozenset[str]
    since: datetime | None
    until: datetime | None
    filter: str = ""

    def goes_on(self, now: datetime) -> bool:
        """What Google left out is taken for the worse: it began, and is not over."""
        begun, over = self.since is None or self.since <= now, self.until is not None and self.until <= now
        return begun and not over


@dataclass(frozen=True, slots=True)
class NotificationChannel:
    """`name` is the full name. Sensitive labels come back masked or not at all. `enabled` None: Google did not say."""

    name: str
    display_name: str
    type: str
    labels: Mapping[str, str]
    verification: str = ""
    enabled: bool | None = None


def read_policy(item: Json) -> AlertPolicy:
    """An AlertPolicy resource. False is written out; only what is not said is absent."""
    conditions, strategy = item.get("conditions"), item.get("alertStrategy")
    return AlertPolicy(
        id=short_name(text(item, "name")),
        display_name=text(item, "displayName"),
        enabled=_said(item, "enabled"),
        channels=texts(item, "notificationChannels"),
        conditions=tuple(map(_condition, conditions)) if isinstance(conditions, list) else (),
        all_must_hold=text(item, "combiner").startswith("AND"),
        invalid=_refusal(item.get("validity")),
        prompts=texts(strategy, "notificationPrompts") if isinstance(strategy, dict) else (),
        kept={key: item[key] for key in _KEPT if key in item},
    )


def own_channel(project: str, name: str) -> str:
    """`name` with the project's id where it has the number: Google takes either, and a policy keeps what it was given.

    Of a channel of another project it stays as it is. The last part is Google's own, so that the number needs no look-up.
    """
    collection, owner, kind, short = (name.split("/") + [""] * 4)[:4]
    is_ours = (collection, kind) == ("projects", "notificationChannels") and owner.isdecimal()
    return f"projects/{project}/notificationChannels/{short}" if is_ours else name


def read_channel(item: Json) -> NotificationChannel:
    """A NotificationChannel resource."""
    labels = item.get("labels")
    return NotificationChannel(
        name=text(item, "name"),
        display_name=text(item, "displayName"),
        type=text(item, "type"),
        labels={str(key): str(value) for key, value in labels.items()} if isinstance(labels, dict) else {},
        verification=text(item, "verificationStatus"),
        enabled=_said(item, "enabled"),
    )


def seconds(said: str) -> timedelta | None:
    """`300s` or `1.5s`, as JSON writes a Duration; None for anything else."""
    try:
        return timedelta(seconds=float(said.removesuffix("s"))) if said.endswith("s") else None
    except (ValueError, OverflowError):
        return None


def _condition(item: object) -> AlertCondition:
    whole = item if isinstance(item, dict) else {}
    key = next((key for key in whole if key.startswith("condition") and isinstance(whole[key], dict)), "")
    inner: Json = whole[key] if key else {}
    if key not in _KINDS:
        return AlertCondition("other", query=text(inner, "query") or text(inner, "filter"), given=whole)
    said = inner.get("trigger")
    trigger: Json = said if isinstance(said, dict) else {}
    return AlertCondition(
        kind=_KINDS[key],
        filter=text(inner, "filter"),
        aggregations=_aggregations(inner, "aggregations"),
        denominator=text(inner, "denominatorFilter"),
        denominator_aggregations=_aggregations(inner, "denominatorAggregations"),
        comparison=text(inner, "comparison").removeprefix("COMPARISON_"),
        threshold=_number(inner.get("thresholdValue")),
        duration=seconds(text(inner, "duration")) or timedelta(0),
        at_least=max(1, round(_number(trigger.get("count")))),
        percent=_number(trigger.get("percent")),
        unread=tuple(sorted(inner.keys() - _READ)),
        fires_without_data=text(inner, "evaluationMissingData") == "EVALUATION_MISSING_DATA_ACTIVE",
        given=whole,
    )


def _aggregations(item: Json, key: str) -> tuple[Aggregation, ...]:
    found = item.get(key)
    return tuple(_aggregation(one) for one in found if isinstance(one, dict)) if isinstance(found, list) else ()


def _aggregation(item: Json) -> Aggregation:
    return Aggregation(
        aligner=text(item, "perSeriesAligner") or "ALIGN_NONE",
        reducer=text(item, "crossSeriesReducer") or "REDUCE_NONE",
        period=seconds(text(item, "alignmentPeriod")) or timedelta(0),
        group_by=texts(item, "groupByFields"),
    )


def _said(item: Json, key: str) -> bool | None:
    found = item.get(key)
    return found if isinstance(found, bool) else None


def _number(found: object) -> float:
    """Zero is left out of JSON."""
    return float(found) if isinstance(found, int | float) else 0.0


def _refusal(validity: object) -> str:
    if not isinstance(validity, dict) or not validity.get("code"):
        return ""
    return text(validity, "message") or f"code {validity['code']}"


def read_snooze(item: Json) -> Snooze:
    """A Snooze resource as we see it."""
    found = item.get("criteria")
    criteria: Json = found if isinstance(found, dict) else {}
    return Snooze(
        text(item, "displayName"),
        frozenset(short_name(name) for name in texts(criteria, "policies")),
        moment(item, "interval", "startTime"),
        moment(item, "interval", "endTime"),
        text(criteria, "filter").strip(),
    )
