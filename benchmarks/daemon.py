"""The daemon's size after its first daily run, told and all."""

import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.daily import SHIPPED
from benchmarks.processes import OURS, sandbox
from benchmarks.rows import Row, at_most

LIMIT = 130.0  # MB
_MB = 1_000_000
_PATIENCE_SECONDS = 60


def rows() -> list[Row]:
    with sandbox() as box, tempfile.TemporaryDirectory() as folder:
        often = SHIPPED.read_text(encoding="utf-8").replace('cron: "0 9 * * *"', "every: 10s")
        Path(folder, "schedules.yaml").write_text(often, encoding="utf-8")
        with subprocess.Popen(OURS, cwd=folder, env=box.env, stderr=subprocess.PIPE, text=True) as process:
            started = time.perf_counter()
            _wait_for(process, "daemon.started")
            ready = time.perf_counter() - started
            _wait_for(process, "notice.sent")
            size: int = psutil.Process(process.pid).memory_info().rss
            process.terminate()
            process.communicate()
    return [
        at_most("the daemon after one daily run and its digest, MB", size / _MB, LIMIT, form="{:.0f}"),
        Row("the daemon's start until it waits for slots", f"{ready:.2f} s"),
    ]


def _wait_for(process: "subprocess.Popen[str]", event: str) -> None:
    ends = time.monotonic() + _PATIENCE_SECONDS
    for line in process.stderr or ():
        if f'"{event}"' in line:
            return
        if time.monotonic() > ends:
            break
    raise RuntimeError(f"the daemon never said {event}; nothing was measured")
