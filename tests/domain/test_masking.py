"""Nothing secret in a log line is stored, printed or told."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagebase_ops.domain.masking import mask

SECRETS = {
    "an e-mail address": ("login failed for taro.yamada@example.co.jp", "taro.yamada"),
    "a password by name": ("DB_PASSWORD=hunter2!x, retrying", "hunter2"),
    "a quoted password with an apostrophe": ("""{"password": "it's mine", "x": 1}""", "mine"),
    "a password in escaped JSON": (r"{\"api_key\": \"k-1'2\"}", "k-1"),
    "a password by its Japanese name": ("パスワード：ひみつ", "ひみつ"),
    "a bearer token": ("sent Bearer abcdef123456", "abcdef123456"),
    "an authorization header": ("Authorization: ApiKey abc def", "abc"),
    "cookies, all of them": ("Cookie: sid=aaa; theme=bbb", "bbb"),
    "a database URL's credentials": ("postgresql://user:p@ss/word@10.0.0.1:5432/db", "word"),
    "a query string of a URL": ("GET https://example.com/a?code=abc&state=x 500", "abc"),
    "a query string without a host": ("GET /callback?code=abc 500", "abc"),
    "a query without a name": ("https://example.com/reset?abcdef", "abcdef"),
    "a JSON web token": ("jwt eyJhbGciOiJI.eyJzdWIiOiIx.c2ln done", "eyJzdWIiOiIx"),
    "a Google API key": ("key AIzaSyD-1234567890abcdefghijklmnop1", "AIzaSy"),
    "a Google access token": ("ya29.a0AfH6SMBx-long_token", "a0AfH6"),
    "a Slack token": ("xox" + "b-1234567890-abcdefghij", "abcdefghij"),
    "a Slack webhook": ("https://hooks.slack.com/services/T0/B0/abc", "B0/abc"),
    "a GitHub token": ("ghp_abcdefghijklmnopqrst0123", "abcdefghij"),
    "an AWS key": ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN"),
    "a private key": ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE"),
    "a private key that was cut": ("-----BEGIN PRIVATE KEY-----\nMIIE", "MIIE"),
    "a long random word": ("digest 9f86d081884c7d659a2feaa0c55ad015", "9f86d081"),
}


@pytest.mark.parametrize(("line", "secret"), SECRETS.values(), ids=SECRETS.keys())
def test_it_is_masked(line: str, secret: str) -> None:
    assert secret not in mask(line)


@pytest.mark.parametrize(
    "line",
    [
        "ValueError: could not convert string to float: 'abc'",
        "maximum context is 8192 tokens",
        "revision sagebase-streamlit-00042-abc is not ready",
        "Permission 'secretmanager.versions.access' denied on resource projects/p/secrets/db",
        "/usr/local/lib/python3.11/site-packages/streamlit/runtime/scriptrunner/exec_code.py",
        "接続がタイムアウトしました（10.0.0.3:5432）",
    ],
)
def test_what_is_needed_to_find_the_fault_stays(line: str) -> None:
    assert mask(line) == line


def test_what_lies_past_the_part_that_is_looked_at_is_dropped_with_the_word_it_cuts() -> None:
    masked = mask("a " * 3990 + "AIzaSyD-1234567890abcdefghijklmnop1" + " tail" * 100)
    assert "AIza" not in masked
    assert "tail" not in masked


@given(st.text(alphabet="aA0 \"'\\?=&:@./-<>_token password\n", max_size=300))
def test_masking_twice_changes_nothing(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.from_regex(r"[a-z0-9.]{1,20}@[a-z0-9]{1,20}\.[a-z]{2,5}", fullmatch=True), st.text(max_size=50))
def test_no_address_survives(address: str, around: str) -> None:
    assert address not in mask(f"{around} {address} {around}")


@pytest.mark.parametrize(
    "piece", ["a0", "?", "://a", "'", "password", "secret ", "a@", "1:", "token=", "-----BEGIN ", "eyJ"]
)
def test_it_takes_linear_time(piece: str) -> None:
    started = time.process_time()
    mask(piece * (100_000 // len(piece)))
    assert time.process_time() - started < 0.5
