"""Which of the guide's key metrics does a dashboard show, and for whom?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sagebase_ops.domain.projects import EVERY, Project
from sagebase_ops.domain.results import Note, Sentence
from sagebase_ops.gcp.dashboards import Dashboard

OF_OTHERS = Sentence(
    ja="{metric} のグラフは {names} だけを表示しています", en="{metric} is shown, but for {names} only"
)
NEVER_ANY_DATA = Sentence(
    ja="{metric} のグラフは database/network/connections を使っています。PostgreSQL ではデータがないため num_backends に変えてください",
    en="{metric} asks for database/network/connections, which has no data on PostgreSQL: use num_backends",
)
SOMETHING_ELSE = Sentence(
    ja="{metric} の代わりに {found} が表示されています。測っているものが違います",
    en="in place of {metric} it shows {found}, which measures something else",
)
_LOOKALIKES = {
    "CPU Utilization": (
        "run.googleapis.com/container/cpu/allocation_time",
        "cloudsql.googleapis.com/database/cpu/utilization",
    ),
    "Memory Utilization": (
        "run.googleapis.com/container/memory/allocation_time",
        "cloudsql.googleapis.com/database/memory/utilization",
    ),
    "Instance Count": ("run.googleapis.com/container/billable_instance_time",),
    "Error Rate (5xx)": ("logging.googleapis.com/log_entry_count",),
    "Response Latency": ("monitoring.googleapis.com/uptime_check/request_latency",),
}
"""What is charted where a key metric should be: allocated, billed, logged or of the database."""

MYSQLS_CONNECTIONS = "cloudsql.googleapis.com/database/network/connections"
ASKS_FOR_5XX = re.compile(
    r'response_code_class"?\s*={1,2}~?\s*\S{0,20}?["\']5(xx|\.\.|\.\*)|response_code"?\s*>=?\s*"?(500|499)\b'
)


@dataclass(frozen=True, slots=True)
class KeyMetric:
    """One row of the guide's table. `label` is what a query would restrict it to a service or an instance by."""

    name: str
    type: str
    label: str = "service_name"
    only_5xx: bool = False


_CONNECTIONS = KeyMetric("DB Connections", "cloudsql.googleapis.com/database/postgresql/num_backends", "database_id")
KEY_METRICS = (
    KeyMetric("Request Count", "run.googleapis.com/request_count"),
    KeyMetric("Error Rate (5xx)", "run.googleapis.com/request_count", only_5xx=True),
    KeyMetric("Response Latency", "run.googleapis.com/request_latencies"),
    KeyMetric("CPU Utilization", "run.googleapis.com/container/cpu/utilizations"),
    KeyMetric("Memory Utilization", "run.googleapis.com/container/memory/utilizations"),
    KeyMetric("Instance Count", "run.googleapis.com/container/instance_count"),
    _CONNECTIONS,
)
"""The guide's table of key metrics, by Google's metric types."""


def missing_from(one: Dashboard, project: Project) -> tuple[str, ...]:
    """The metrics that no widget asks for; of one asked for some services alone, those that it lacks."""
    return tuple(lacking for metric in KEY_METRICS for lacking in _lacking(one, metric, project))


def notes_on(one: Dashboard, project: Project) -> tuple[Note, ...]:
    """Why a chart that looks right does not count."""
    others = [_of_others(one, metric) for metric in KEY_METRICS if any(_lacking(one, metric, project))]
    asks_mysqls = any(_asks(query, MYSQLS_CONNECTIONS) for query in one.queries)
    never = asks_mysqls and any(_lacking(one, _CONNECTIONS, project))
    others += [_something_else(one, metric) for metric in KEY_METRICS if not any(_queries_for(one, metric))]
    return (*filter(None, others), *([Note(NEVER_ANY_DATA, {"metric": _CONNECTIONS.name})] if never else []))


def restricted_to(query: str, label: str) -> frozenset[str]:
    """The values that a query names for `label`; empty where it names none, a variable, or a pattern."""
    found = re.findall(rf'{label}"?\s*=\s*(?:one_of\(\s*)?((?:"[^"$]*"[\s,]*)+)', query)
    return frozenset(value for values in found for value in re.findall(r'"([^"]*)"', values))


def promql(metric_type: str) -> str:
    """`run_googleapis_com:request_count`: the first slash becomes a colon, the rest underscores."""
    host, _, rest = metric_type.partition("/")
    return f"{host.replace('.', '_')}:{rest.replace('/', '_').replace('.', '_')}"


def _lacking(one: Dashboard, metric: KeyMetric, project: Project) -> Iterator[str]:
    queries = list(_queries_for(one, metric))
    if not queries:
        yield metric.name
        return
    watched = _watched(metric, project)
    yield from (f"{metric.name} ({name})" for name in watched if not any(_covers(q, metric, name) for q in queries))


def _queries_for(one: Dashboard, metric: KeyMetric) -> Iterator[str]:
    for query in one.queries:
        if _asks(query, metric.type) and (not metric.only_5xx or ASKS_FOR_5XX.search(query)):
            yield query


def _asks(query: str, metric_type: str) -> bool:
    return metric_type in query or promql(metric_type) in query


def _watched(metric: KeyMetric, project: Project) -> tuple[str, ...]:
    """Every service of a region is any: a chart need not be limited to one."""
    if metric.label == "database_id":
        return project.sql_instances
    return () if project.services == EVERY else tuple(project.services)


def _covers(query: str, metric: KeyMetric, name: str) -> bool:
    """A database's id is `PROJECT:INSTANCE`."""
    named = restricted_to(query, metric.label)
    return not named or any(value.rpartition(":")[2] == name for value in named)


def _of_others(one: Dashboard, metric: KeyMetric) -> Note | None:
    named = {name for query in _queries_for(one, metric) for name in restricted_to(query, metric.label)}
    return Note(OF_OTHERS, {"metric": metric.name, "names": ", ".join(sorted(named))}) if named else None


def _something_else(one: Dashboard, metric: KeyMetric) -> Note | None:
    likely = _LOOKALIKES.get(metric.name, ())
    found = [other for other in likely if any(_asks(query, other) for query in one.queries)]
    return Note(SOMETHING_ELSE, {"metric": metric.name, "found": ", ".join(found)}) if found else None
