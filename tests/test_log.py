"""What the program logs: readable for whoever reads it, without a secret, without a traceback on a terminal."""

import io
import json
import logging
import sys

import pytest
import structlog

from sagebase_ops.log import set_up_logging


def logged(capsys: pytest.CaptureFixture[str], log_format: str) -> str:
    set_up_logging(log_format, "INFO")
    secret = "xoxb-1-secret"  # noqa: S105 (the secret that must not be printed)
    try:
        int(f"no good: {secret}")
    except ValueError:
        structlog.get_logger().exception("check.crashed", check="metric", token=secret)
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def test_it_goes_to_what_standard_error_is_at_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up_logging("console", "INFO")
    stand_in = io.StringIO()  # as live progress puts one there
    monkeypatch.setattr(sys, "stderr", stand_in)
    structlog.get_logger().warning("check.slow")
    assert "check.slow" in stand_in.getvalue()


def test_a_person_at_a_terminal_sees_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    said = logged(capsys, "console")
    assert "Traceback" not in said
    assert "ValueError: invalid literal" in said


def test_the_log_for_machines_keeps_the_traceback_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    event = json.loads(logged(capsys, "json"))
    assert (event["severity"], event["message"]) == ("ERROR", "check.crashed")
    assert "Traceback" in event["exception"]


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_no_secret_is_logged(capsys: pytest.CaptureFixture[str], log_format: str) -> None:
    assert "xoxb" not in logged(capsys, log_format)


def test_an_answer_that_grpc_cannot_read_is_a_finding_and_no_traceback_beside_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logging("json", "INFO")
    try:
        int("no message")
    except ValueError:
        logging.getLogger("grpc._common").exception("Exception deserializing message!")
    assert capsys.readouterr().err == ""
