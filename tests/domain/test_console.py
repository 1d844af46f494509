"""Links to the console open the right thing, and cannot be forged by a name."""

from datetime import UTC, datetime

from sagebase_ops.domain.console import logs_page, run_service_page

START, END = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)


def test_a_service_has_its_page() -> None:
    link = run_service_page("prod", "asia-northeast1", "web", tab="revisions")
    assert link == "https://console.cloud.google.com/run/detail/asia-northeast1/web/revisions?project=prod"


def test_a_query_is_encoded_with_its_window_before_the_project() -> None:
    assert logs_page("prod", 'a="b"\nc', START, END) == (
        "https://console.cloud.google.com/logs/query;query=a%3D%22b%22%0Ac"
        ";startTime=2026-11-23T00:00:00Z;endTime=2026-11-24T00:00:00Z?project=prod"
    )


def test_a_query_too_long_for_a_link_leaves_the_window() -> None:
    link = logs_page("prod", "x" * 5000, START, END)
    assert "query=" not in link
    assert link.endswith("endTime=2026-11-24T00:00:00Z?project=prod")


def test_a_name_cannot_leave_its_place_in_the_link() -> None:
    assert run_service_page("p", "r", "a/../b?x=1|") == (
        "https://console.cloud.google.com/run/detail/r/a%2F..%2Fb%3Fx%3D1%7C/metrics?project=p"
    )
