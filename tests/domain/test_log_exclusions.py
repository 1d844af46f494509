"""An exclusion is harmless only where its filter plainly stops below ERROR."""

import pytest

from sagebase_ops.domain.log_exclusions import may_hide_errors


@pytest.mark.parametrize(
    "filter_",
    [
        "severity<ERROR",
        'severity < "ERROR"',
        "severity<=WARNING",
        "severity=INFO",
        "severity<500",
        "severity<=499",
        'log_id("run.googleapis.com/requests") AND severity<ERROR AND sample(insertId, 0.9)',
        'resource.labels.service_name="not-or" severity=DEBUG',
        'textPayload:"a NOT b" severity=DEBUG',
        "severity<ERROR -- NOT for ever",
    ],
)
def test_what_stops_below_error_hides_none(filter_: str) -> None:
    assert not may_hide_errors(filter_)


@pytest.mark.parametrize(
    "filter_",
    [
        "",
        'resource.type="cloud_run_revision"',
        "severity<=ERROR",
        "severity<CRITICAL",
        "severity<=500",
        "severity>=ERROR",
        "severity=ERROR",
        "severity<5000",
        "NOT severity<ERROR",
        "-severity<ERROR",
        'severity<ERROR OR resource.type="gce_instance"',
        "-- severity<ERROR",
        'jsonPayload.severity="none"',
        "severity!=INFO",
    ],
)
def test_what_may_mean_anything_may_hide_them(filter_: str) -> None:
    assert may_hide_errors(filter_)
