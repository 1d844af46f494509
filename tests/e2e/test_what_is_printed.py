"""Does standard output hold the digest and nothing else, whoever reads it and however much of it?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = [sys.executable, "-m", "sagebase_ops", "--run", "daily", "--dry-run", "--check", "error_rate"]


def environment(**more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SAGEBASE_OPS_")}
    return {**clean, **more}


def ran(folder: Path, scenario: str, **more: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [*RUN, f"--sandbox={scenario}"],
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_in_a_pipe_there_is_the_digest_headed_sandbox_without_colour(tmp_path: Path) -> None:
    done = ran(tmp_path, "high-error-rate")
    lines = done.stdout.decode().splitlines()
    assert lines[0].startswith("SANDBOX ✕ 不合格 1 | 毎日のチェックリスト")
    assert "総合判定 ✕ 不合格" in lines[-1]
    assert b"\x1b" not in done.stdout


def test_placeholder_contacts_are_one_calm_line(tmp_path: Path) -> None:
    (line,) = ran(tmp_path, "healthy").stderr.decode().splitlines()
    assert line.startswith("warning: 2 contacts are placeholders: operator, tech_lead; `sagebase-ops validate ")


@pytest.mark.parametrize("form", ["text", "json", "slack"])
def test_who_reads_no_further_changes_neither_the_exit_code_nor_gets_a_traceback(tmp_path: Path, form: str) -> None:
    ours, theirs = os.pipe()
    os.close(ours)  # as `| head` does when it has seen enough
    done = subprocess.run(
        [*RUN, "--sandbox=high-error-rate", "--format", form],
        cwd=tmp_path,
        env=environment(),
        stdout=theirs,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(theirs)
    assert done.returncode == 1
    assert b"bug" not in done.stderr
    assert b"Broken" not in done.stderr


def test_a_mark_that_the_encoding_lacks_is_spelt_out_and_never_reads_as_another_verdict(tmp_path: Path) -> None:
    done = ran(tmp_path, "healthy", PYTHONIOENCODING="latin-1")
    assert done.returncode == 0
    assert b"\\u25cb" in done.stdout
    assert b"? " not in done.stdout


def test_a_run_that_a_person_waits_for_logs_what_was_asked_for(tmp_path: Path) -> None:
    asked = ran(tmp_path, "healthy", SAGEBASE_OPS_LOG_LEVEL="loud")
    assert asked.returncode == 2
    assert b'SAGEBASE_OPS_LOG_LEVEL = "LOUD"' in asked.stderr


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-", "<&-"])
def test_a_closed_stream_changes_neither_the_verdict_nor_the_exit_code(tmp_path: Path, closed: str) -> None:
    command = f'exec "$0" "$@" {closed}'
    done = subprocess.run(
        ["/bin/sh", "-c", command, *RUN, "--sandbox=high-error-rate"],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, b"bug" in done.stderr) == (1, False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_named_and_is_no_bug_of_ours(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sagebase_ops", "schema"],
            cwd=tmp_path,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (3, b"sagebase-ops: No space left on device\n")


@pytest.mark.parametrize("scenario", ["quota", "api-disabled"])
def test_a_refusal_is_in_the_digest_and_no_library_chatters_of_it(tmp_path: Path, scenario: str) -> None:
    command = [*RUN[:-2], f"--sandbox={scenario}"]  # every entry
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, timeout=60, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1), done.stderr
