"""Is live progress there for a person at a terminal, and for nobody else?"""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

from sagebase_ops.cli.progress import LiveProgress, live_bars
from sagebase_ops.domain.results import Sentence, Target, passing
from sagebase_ops.domain.runs import CheckResult, EntryRef
from sagebase_ops.language.voice import Voice

Entries = Callable[..., EntryRef]

RUN = [sys.executable, "-m", "sagebase_ops", "--run", "daily", "--sandbox", "--format", "json"]
FINDING = passing(Target("project", "sagebase-prod"), Sentence("問題なし", "fine"))
JAPANESE = Voice("ja", ZoneInfo("Asia/Tokyo"))


def environment(**more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SAGEBASE_OPS_")}
    return {**clean, "TERM": "xterm", "COLUMNS": "100", **more}


def test_it_counts_what_is_done_and_names_what_still_runs(entry_of: Entries) -> None:
    bars = live_bars()
    progress = LiveProgress(JAPANESE, bars)
    entries = [entry_of(1), entry_of(2), entry_of(2, project="another")]
    seen: list[tuple[float, float | None, str]] = []
    for entry in entries:
        progress.started(entry)
    for entry in entries:
        (line,) = bars.tasks
        seen.append((line.completed, line.total, line.fields["names"]))
        progress.finished(CheckResult(entry, (FINDING,)))
    (line,) = bars.tasks
    assert seen == [(0, 3, "項目1、項目2"), (1, 3, "項目2"), (2, 3, "項目2")]
    assert (line.completed, line.fields["names"]) == (3, "")


def test_it_is_drawn_on_a_terminal_and_gone_afterwards(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    with subprocess.Popen(RUN, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        assert process.stdout
        drawn = read_all(ours)
        printed = process.stdout.read()
    assert printed.startswith(b'{"job": "daily"')
    assert printed.count(b"\n") == 1
    _, line, afterwards = drawn.rpartition("点検中")
    assert line
    assert "\x1b[2K" in afterwards
    assert "told Slack" in afterwards
    assert "notice.sent" not in drawn  # each step of the telling is for those who ask


def read_all(terminal: int) -> str:
    """Until the other side closes it; Linux says that with an error."""
    parts = []
    with suppress(OSError), os.fdopen(terminal, "rb", buffering=0) as file:
        while part := file.read(65536):
            parts.append(part)
    return b"".join(parts).decode()


def test_nothing_of_it_reaches_a_pipe_even_when_colour_is_forced(tmp_path: Path) -> None:
    done = subprocess.run(
        [*RUN, "--dry-run"], cwd=tmp_path, env=environment(FORCE_COLOR="1"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "点検中" not in done.stderr
    assert "\x1b" not in done.stderr


def test_help_does_not_wait_for_rich_or_anything_of_googles() -> None:
    code = "import sys; from sagebase_ops.cli.main import cli; print([m for m in ('rich', 'google', 'grpc', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
