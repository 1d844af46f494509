"""Which of the guide's key metrics does a dashboard show, and for whom?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sagebase_ops.domain.metric_filters import terms_of
from sagebase_ops.domain.metric_terms import CODE, CODE_CLASS, Term, all_of, counts_5xx, is_about_5xx, lets
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
OTHER_STATISTIC = Sentence(
    ja="{metric} のグラフは {found} だけです（手順書：{wanted}）",
    en="{metric} is shown as {found} only (the guide: {wanted})",
)
_QUANTILE = re.compile(r"histogram_quantile\s*\(\s*(\d*\.?\d+)")
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
_REVISION = "revision_name"


@dataclass(frozen=True, slots=True)
class KeyMetric:
    """One row of the guide's table. `label` is what a query would restrict it to a service or an instance by.

    `statistic` is the one that the guide speaks of, where it is one of a distribution.
    """

    name: str
    type: str
    label: str = "service_name"
    only_5xx: bool = False
    statistic: str = ""


_CONNECTIONS = KeyMetric("DB Connections", "cloudsql.googleapis.com/database/postgresql/num_backends", "database_id")
KEY_METRICS = (
    KeyMetric("Request Count", "run.googleapis.com/request_count"),
    KeyMetric("Error Rate (5xx)", "run.googleapis.com/request_count", only_5xx=True),
    KeyMetric("Response Latency", "run.googleapis.com/request_latencies", statistic="PERCENTILE_95"),
    KeyMetric("CPU Utilization", "run.googleapis.com/container/cpu/utilizations"),
    KeyMetric("Memory Utilization", "run.googleapis.com/container/memory/utilizations"),
    KeyMetric("Instance Count", "run.googleapis.com/container/instance_count"),
    _CONNECTIONS,
)
"""The guide's table of key metrics, by Google's metric types."""


def missing_from(one: Dashboard, project: Project) -> tuple[str, ...]:
    """The metrics that no widget shows; of one shown for some services alone, those that it lacks."""
    return tuple(name for name, shown in _shown(one, project) if shown is False)


def unread_in(one: Dashboard, project: Project) -> tuple[str, ...]:
    """The metrics that a widget may show: what it asks cannot be read here."""
    return tuple(name for name, shown in _shown(one, project) if shown is None)


def notes_on(one: Dashboard, project: Project) -> tuple[Note, ...]:
    """Why a chart that looks right does not count."""
    lacking = [metric for metric in KEY_METRICS if any(shown is False for _, shown in _each(one, metric, project))]
    others = [_of_others(one, metric) for metric in lacking]
    asks_mysqls = any(_asks(query, MYSQLS_CONNECTIONS) for query in one.queries)
    never = asks_mysqls and _CONNECTIONS in lacking
    others += [_other_statistic(one, metric) for metric in lacking]
    others += [_something_else(one, metric) for metric in KEY_METRICS if not any(_queries_for(one, metric))]
    return (*filter(None, others), *([Note(NEVER_ANY_DATA, {"metric": _CONNECTIONS.name})] if never else []))


def promql(metric_type: str) -> str:
    """`run_googleapis_com:request_count`: the first slash becomes a colon, the rest underscores."""
    host, _, rest = metric_type.partition("/")
    return f"{host.replace('.', '_')}:{rest.replace('/', '_').replace('.', '_')}"


def _shown(one: Dashboard, project: Project) -> Iterator[tuple[str, bool | None]]:
    for metric in KEY_METRICS:
        yield from _each(one, metric, project)


def _each(one: Dashboard, metric: KeyMetric, project: Project) -> Iterator[tuple[str, bool | None]]:
    """Of each watched service or instance: is it shown? None where only a query that cannot be read may show it."""
    queries = [query for query in _queries_for(one, metric) if not _other_statistics(one, query, metric)]
    services = () if project.services == EVERY else project.services
    names = project.sql_instances if metric.label == "database_id" else services
    if not queries or not names:
        yield metric.name, _any_of({_shows(query, metric, None, project) for query in queries})
        return
    for name in names:
        yield f"{metric.name} ({name})", _any_of({_shows(query, metric, name, project) for query in queries})


def _any_of(found: set[bool | None]) -> bool | None:
    return True if True in found else None if None in found else False


def _queries_for(one: Dashboard, metric: KeyMetric) -> Iterator[str]:
    for query in one.queries:
        if _asks(query, metric.type) and (not metric.only_5xx or is_about_5xx(terms_of(query))):
            yield query


def _asks(query: str, metric_type: str) -> bool:
    return metric_type in query or promql(metric_type) in query


def _shows(query: str, metric: KeyMetric, name: str | None, project: Project) -> bool | None:
    """All of it: neither one revision alone, nor of all requests the failed ones. What people choose above is theirs."""
    terms = [term for term in terms_of(query) if not term.is_variable]
    if any(term.label == _REVISION and term.names for term in terms):
        return False
    seen = all_of(lets(terms, label, value) for label, value in _wanted(metric, name, project).items())
    return all_of([seen, counts_5xx(terms)]) if metric.only_5xx else seen


def _wanted(metric: KeyMetric, name: str | None, project: Project) -> Mapping[str, str]:
    """What a query has to let through, by label. A database's id is `PROJECT:INSTANCE`."""
    found = {"project": project.id, "project_id": project.id}
    if metric.label != "database_id":
        found["location"] = project.region
    if not metric.only_5xx:
        found |= {CODE: "200", CODE_CLASS: "2xx"}
    if name is not None:
        found[metric.label] = f"{project.id}:{name}" if metric.label == "database_id" else name
    return found


def _of_others(one: Dashboard, metric: KeyMetric) -> Note | None:
    limits = {text: None for query in _queries_for(one, metric) for text in _limits(terms_of(query), metric)}
    return Note(OF_OTHERS, {"metric": metric.name, "names": ", ".join(limits)}) if limits else None


def _limits(terms: tuple[Term, ...], metric: KeyMetric) -> Iterator[str]:
    told = {metric.label, _REVISION, "project", "project_id", "location"} | (
        set() if metric.only_5xx else {CODE, CODE_CLASS}
    )
    for term in terms:
        if term.label in told and not term.is_variable:
            yield ", ".join(term.names) if term.label == metric.label and term.names else term.text


def _other_statistics(one: Dashboard, query: str, metric: KeyMetric) -> tuple[str, ...]:
    """What its charts make of the distribution, where none of them makes what the guide speaks of."""
    if not metric.statistic:
        return ()
    asked = [f"PERCENTILE_{round(100 * float(share)):02}" for share in _QUANTILE.findall(query)]
    found = asked or sorted(one.statistics.get(query, ()))
    return () if {metric.statistic, ""} & {*found} else tuple(found)


def _other_statistic(one: Dashboard, metric: KeyMetric) -> Note | None:
    found = dict.fromkeys(each for query in _queries_for(one, metric) for each in _other_statistics(one, query, metric))
    values = {"metric": metric.name, "found": ", ".join(found), "wanted": metric.statistic}
    return Note(OTHER_STATISTIC, values) if found else None


def _something_else(one: Dashboard, metric: KeyMetric) -> Note | None:
    likely = _LOOKALIKES.get(metric.name, ())
    found = [other for other in likely if any(_asks(query, other) for query in one.queries)]
    return Note(SOMETHING_ELSE, {"metric": metric.name, "found": ", ".join(found)}) if found else None
