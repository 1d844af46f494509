"""A filter is read as Google reads it: what it takes of the entries that checks read, and what may be anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagebase_ops.domain.log_exclusions import Read, takes
from sagebase_ops.domain.log_filters import Answer, matches, share_of

REQUESTS = 'log_id("run.googleapis.com/requests")'


@pytest.mark.parametrize(
    ("filter_", "errors"),
    [
        ("", True),
        ("severity<ERROR", False),
        ('severity < "ERROR"', False),
        ("severity<=WARNING", False),
        ("severity=INFO", False),
        ("severity<500", False),
        ("severity<=499", False),
        ("severity:INFO", False),
        ("severity=(DEBUG OR info)", False),
        (f"{REQUESTS} AND severity<ERROR AND sample(insertId, 0.9)", False),
        (REQUESTS, False),
        ('resource.type="gce_instance"', False),
        ('resource.type=("gce_instance" OR "gke_cluster")', False),
        ('textPayload:"a NOT b" severity=DEBUG', False),
        ("severity<ERROR -- NOT for ever", False),
        ('httpRequest.requestUrl:"/_stcore/health"', False),
        ("NOT severity>=ERROR", False),
        ("-severity>=ERROR", False),
        ("severity=ERORR", False),
        ('severity<ERROR OR resource.type="gce_instance"', False),
        ('resource.type="gce_instance" OR severity>=ERROR AND severity<ERROR', False),
        ("httpRequest.status<500", True),
        ("severity>=ERROR", True),
        ("severity!=INFO", True),
        ("NOT severity<ERROR", True),
        ('resource.type="cloud_run_revision"', True),
        ('logName:"run.googleapis.com"', True),
        ('severity<ERROR OR resource.type="cloud_run_revision"', True),
        ("sample(insertId, 1)", True),
        ("severity<=ERROR", None),
        ("severity<CRITICAL", None),
        ("severity=ERROR", None),
        ("sample(insertId, 0.01)", None),
        ('resource.labels.service_name="web"', None),
        ('jsonPayload.severity="INFO"', None),
        ('textPayload:"severity<ERROR"', None),
        ('"health"', None),
        ("severity<ERROR OR jsonPayload.kind=noise", None),
        ('NOT jsonPayload.kind="noise"', None),
        ('log_id("run.googleapis.com/stderr")', None),
        ("this is ((( no filter", None),
        ('logName=~"("', None),
        ('logName=~"requests$"', False),
    ],
)
def test_what_a_filter_takes_of_the_errors(filter_: str, errors: Answer) -> None:
    assert takes(filter_, Read.ERRORS, "p") is errors


@pytest.mark.parametrize(
    ("filter_", "requests", "database"),
    [
        (REQUESTS, True, False),
        ('logName="projects/p/logs/run.googleapis.com%2Frequests"', True, False),
        (f"{REQUESTS} severity<ERROR", None, False),
        (f"{REQUESTS} httpRequest.status<400", None, False),
        (f"{REQUESTS} sample(insertId, 0.9)", None, False),
        ('resource.type="cloudsql_database"', False, True),
        ('log_id("cloudsql.googleapis.com/postgres.log") severity<ERROR', False, None),
        ("severity<ERROR", None, None),
        ('NOT LOG_ID("cloudaudit.googleapis.com/activity")', True, True),
    ],
)
def test_what_a_filter_takes_of_requests_and_of_the_databases_log(
    filter_: str, requests: Answer, database: Answer
) -> None:
    assert (takes(filter_, Read.REQUESTS, "p"), takes(filter_, Read.DATABASE, "p")) == (requests, database)


@pytest.mark.parametrize(
    ("filter_", "share"),
    [
        (f"{REQUESTS} AND sample(insertId, 0.9)", 0.9),
        ("sample(insertId, 0.25)", 0.25),
        ("sample(insertId, 0.5) sample(trace, 0.1)", 0.1),
        ("severity=DEBUG", 1.0),
        ("severity=DEBUG OR sample(insertId, 0.9)", 1.0),
        ('textPayload:"sample(insertId, 0.9)"', 1.0),
        ("", 1.0),
        ("((", 1.0),
    ],
)
def test_a_sample_says_which_share_it_draws(filter_: str, share: float) -> None:
    assert share_of(filter_) == share


@given(st.text(alphabet="()AND OR NOT-severity<ERROR=\"'*:~.,0 ", max_size=60))
def test_any_text_has_an_answer_and_its_opposite_the_opposite_one(filter_: str) -> None:
    known = {"severity": ("ERROR",)}
    answer = matches(filter_, known)
    opposite = matches(f"NOT ({filter_})", known)
    assert opposite in ({None} if answer is None or not filter_.strip() else {not answer, None})
