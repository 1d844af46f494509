"""A filter is read into terms that must all hold; what cannot be read is neither yes nor no."""

import pytest

from sagebase_ops.domain.metric_filters import terms_of
from sagebase_ops.domain.metric_terms import CODE_CLASS, counts_5xx, is_about_5xx, lets

NAME = "resource.labels.service_name"


@pytest.mark.parametrize(
    ("filter_", "passes"),
    [
        ("", True),
        (f'{NAME}="web"', True),
        (f'{NAME}="api"', False),
        (f'{NAME} != "web"', False),
        (f'NOT {NAME}="web"', False),
        (f'-{NAME}="web"', False),
        (f'NOT (NOT {NAME}="web")', True),
        (f'{NAME}=one_of("api", "web")', True),
        (f'{NAME}!=one_of("api", "web")', False),
        (f'{NAME}=("api" OR "web")', True),
        ('metric.type="a/b" resource.label."service_name"="web" OR resource.label."service_name"="api"', True),
        (f'{NAME}=starts_with("we")', True),
        (f'{NAME}=ends_with("we")', False),
        (f'{NAME}:"eb"', True),
        (f'{NAME}=monitoring.regex.full_match("web|api")', True),
        (f'{NAME}=monitoring.regex.full_match("other.*")', False),
        (f'{NAME}=monitoring.regex.full_match("(w|a)+")', None),
        (f'{NAME}=monitoring.regex.full_match("*")', None),
        (f'{NAME}=new_function("web")', None),
        (f'{NAME}="web" OR metric.label.code="5"', None),
        (f'NOT ({NAME}="web" AND metric.label.code="5")', None),
        (f'{NAME}=("web"', None),
        (f'{NAME}="api" AND project=new_function("x")', False),
        ('sum(rate(run_googleapis_com:request_count{service_name="web"}[5m]))', True),
        ('x{service_name=~"web|api", a="b"} / x{service_name!="api"}', True),
        ('{"run.googleapis.com/request_count", service_name!~"w.."}', False),
        ("rate(run_googleapis_com:request_count[5m])", True),
        ('x{service_name="web", metadata.b="c"}', None),
        ("fetch cloud_run_revision | filter resource.service_name == 'web'", None),
    ],
)
def test_does_it_let_the_service_through(filter_: str, *, passes: bool | None) -> None:
    assert lets(terms_of(filter_), "service_name", "web") is passes


@pytest.mark.parametrize(
    ("filter_", "every_5xx_alone", "about_them"),
    [
        ("", False, False),
        ('metric.labels.response_code_class="5xx"', True, True),
        ('metric.labels.response_code_class=starts_with("5")', True, True),
        ('response_code_class=one_of("4xx", "5xx")', False, True),
        ('NOT response_code_class="2xx"', False, True),
        ('response_code_class!="5xx"', False, False),
        ('response_code="500"', False, True),
        ("response_code>=500", True, True),
        ("response_code>499 response_code<=599", True, True),
        ("response_code<500", False, False),
        ('x{response_code_class=~"5.."}', True, True),
        ("metric 'a' | filter metric.response_code_class == '5xx'", None, True),
    ],
)
def test_does_it_count_every_5xx_and_nothing_else(
    filter_: str, *, every_5xx_alone: bool | None, about_them: bool
) -> None:
    terms = terms_of(filter_)
    assert (counts_5xx(terms), is_about_5xx(terms)) == (every_5xx_alone, about_them)


def test_a_term_keeps_how_it_was_written() -> None:
    (first, second) = terms_of('metric.type = "a/b"  NOT metric.label.response_code_class="2xx"')
    assert (first.label, first.names, first.text) == ("metric.type", ("a/b",), 'metric.type = "a/b"')
    assert (second.label, second.names, second.text) == (CODE_CLASS, (), 'NOT metric.label.response_code_class="2xx"')
