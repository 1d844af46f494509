"""Text from outside, in the one field that Slack parses and in links."""

import pytest

from sagebase_ops.slack.messages.mrkdwn import cut, escape, safe_link, weight


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        ("*bold* ~gone~ `code`", "＊bold＊ ～gone～ 'code'"),
        ("cpu_utilization of my_service_name", "cpu_utilization of my_service_name"),
        ("a__b", "a__b"),
        ("_italic_ and __dunder__", "＿italic＿ and ＿＿dunder＿＿"),
        ("(_x_)", "(＿x＿)"),
        ("0_¹ 0_漢", "0＿¹ 0＿漢"),
        ("@here, @channel or ops@example.com", "＠here, ＠channel or ops@example.com"),
        ("two\nlines", "two lines"),
        ("\u202egnp.exe", "gnp.exe"),
    ],
)
def test_slack_shows_text_as_it_was_and_finds_nothing_in_it(given: str, shown: str) -> None:
    assert escape(given) == shown


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://console.cloud.google.com/run?project=p&x=1", "https://console.cloud.google.com/run?project=p&x=1"),
        ("https://e.example/a b|c<d>", "https://e.example/a%20b%7Cc%3Cd%3E"),
        ("https://console.cloud.google.com@evil.example/", None),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("http://[broken", None),
        ("https://e.example/" + "x" * 3000, None),
        (None, None),
    ],
)
def test_a_link_is_a_web_address_or_none(url: str | None, link: str | None) -> None:
    assert safe_link(url) == link


def test_text_is_cut_by_what_slack_counts() -> None:
    assert cut("&&&&", 12) == "&&…"
    assert weight("<&>a") == 4 + 5 + 4 + 1
    assert cut("short", 5) == "short"
