"""What does a condition's filter leave out of what the guide's alert is to see?"""

from collections.abc import Iterator, Mapping, Sequence

from sagebase_ops.checks.alerts import words
from sagebase_ops.checks.alerts.seen import Alerting
from sagebase_ops.checks.alerts.wanted import Wanted
from sagebase_ops.checks.settings_judged import Mistake, failed, warned
from sagebase_ops.domain.metric_filters import terms_of
from sagebase_ops.domain.metric_terms import CODE, CODE_CLASS, METRIC, RESOURCE, Term, counts_5xx
from sagebase_ops.gcp.alert_policies import AlertCondition

_CODES = {CODE: "200", CODE_CLASS: "2xx"}
"""The usual answer, which an alert on response time has to see too."""
_REVISION = "revision_name"


def restriction_mistakes(one: AlertCondition, wanted: Wanted, subject: str, seen: Alerting) -> Iterator[Mistake]:
    """Each part of the filter that keeps out what has to be seen of `subject`, or that cannot be read."""
    terms = terms_of(one.filter)
    for term in terms:
        if term.label == RESOURCE:
            yield from _resource(term, wanted, seen.resource(wanted, subject))
        elif term.label == wanted.label:
            yield from _subject(term, wanted, subject, seen)
        elif term.label != METRIC and not (wanted.kind == "ratio" and term.label in _CODES):
            yield from _other(term, _expected(wanted, seen))
    if wanted.kind == "ratio":
        yield from _codes(terms, wanted)
    if wanted.kind == "uptime" and not {wanted.label, "host"} & {term.label for term in terms}:
        yield warned("no_check_id", words.NO_CHECK)
    if wanted.kind == "uptime" and not subject and seen.services and not seen.unread("uptime"):
        yield failed("nothing_watched", words.NOTHING_WATCHED)


def denominator_mistakes(one: AlertCondition, wanted: Wanted, subject: str, seen: Alerting) -> Iterator[Mistake]:
    """Where it is not all the requests of what the numerator counts the 5xx of."""
    above, below = terms_of(one.filter), terms_of(one.denominator)
    right = {**_expected(wanted, seen), wanted.label: subject, METRIC: wanted.metric, RESOURCE: wanted.resource}
    same = {_bare(term) for term in above if term.label not in _CODES}
    free = [term for term in below if _bare(term) not in same]
    fits = all(term.label in right.keys() - _CODES and term.lets(right[term.label]) for term in free)
    if not fits or not any(term.label == METRIC for term in below):
        yield failed("other_denominator", words.DENOMINATOR_5XX, found=one.denominator)
    grouped = {group.rpartition(".")[2] for by in one.denominator_aggregations for group in by.group_by}
    if any(term[0] not in grouped for term in same - {_bare(term) for term in below}):
        yield failed("unlike_denominator", words.UNLIKE_DENOMINATOR)


def is_one(terms: Sequence[Term], label: str) -> bool:
    """Is there but one `label` that passes?"""
    return any(term.label == label and len(term.names) == 1 for term in terms)


def _resource(term: Term, wanted: Wanted, right: str) -> Iterator[Mistake]:
    if right and not term.lets(right):
        found = ", ".join(term.names) or term.text
        yield failed("other_resource", words.OTHER_RESOURCE, found=found, wanted=right, metric=wanted.metric)


def _codes(terms: Sequence[Term], wanted: Wanted) -> Iterator[Mistake]:
    counted = counts_5xx(terms)
    found = " AND ".join(term.text for term in terms if term.label in _CODES)
    if counted is False:
        yield failed("not_5xx", words.NOT_5XX, found=found or wanted.metric)
    elif counted is None and found:
        yield warned("not_read", words.NOT_READ, found=found)


def _subject(term: Term, wanted: Wanted, subject: str, seen: Alerting) -> Iterator[Mistake]:
    found = ", ".join(term.names) or term.text
    known = None if "uptime_checks" in seen.refused else seen.uptime_checks
    if wanted.kind == "uptime" and known is not None and term.names and not known & set(term.names):
        yield failed("uptime_check_gone", words.GONE_CHECK, found=found)
    elif wanted.kind == "connections" and term.names and not any(":" in name for name in term.names):
        right = subject or f"{seen.project.id}:{found}"
        yield failed("no_project", words.NO_PROJECT, found=found, wanted=right)
    elif subject:
        yield from _held_against(term, subject, found)


def _other(term: Term, expected: Mapping[str, str]) -> Iterator[Mistake]:
    """What narrows it further: harmless only where it says where the watched project is."""
    if not term.label:
        yield warned("not_read", words.NOT_READ, found=term.text)
    elif term.label in expected and term.lets(expected[term.label]) is not True:
        yield from _held_against(term, expected[term.label], term.text)
    elif term.label == _REVISION and term.names:
        yield failed("one_revision", words.ONE_REVISION, found=term.text)
    elif term.label not in expected or term.label in _CODES:
        yield warned("narrowed", words.NARROWED, found=term.text)


def _held_against(term: Term, right: str, found: str) -> Iterator[Mistake]:
    passes = term.lets(right)
    if passes is None:
        yield warned("not_read", words.NOT_READ, found=term.text)
    elif not passes:
        yield failed("of_others", words.OF_OTHERS, found=found, wanted=right)


def _expected(wanted: Wanted, seen: Alerting) -> dict[str, str]:
    project = seen.project
    here = {"project": project.id, "project_id": project.id}
    if wanted.label == "service_name":
        return {**here, **_CODES, "location": project.region}
    return here


def _bare(term: Term) -> tuple[str, str, tuple[str, ...], bool]:
    """Without how it is written."""
    return term.label, term.how, tuple(sorted(term.words)), term.negated
