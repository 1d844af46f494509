"""What does each part cost in memory? One process takes them in turn; its size is read from outside after each."""

import subprocess
import sys
from collections.abc import Sequence

import psutil

from benchmarks.processes import Box, sandbox
from benchmarks.rows import Row, at_most

LIMIT = 130.0  # MB
_MB = 1_000_000
_CHILD = "import sys\nfor line in sys.stdin:\n    exec(line, globals())\n    print(flush=True)"
PARTS = (
    ("the interpreter alone", "pass"),
    ("click and the command line", "import sagebase_ops.cli.main"),
    ("settings (pydantic), log", "import sagebase_ops.settings, sagebase_ops.log"),
    (
        "schedules.yaml and the catalogue of checks",
        "from benchmarks.daily import SHIPPED; from sagebase_ops.config.load import load; load(SHIPPED)",
    ),
    ("asyncio, httpx, google-auth", "import asyncio, httpx, google.auth"),
    ("grpc", "import grpc.aio"),
    ("client: Cloud Run", "from google.cloud.run_v2.services.services import ServicesAsyncClient"),
    ("client: Monitoring", "from google.cloud.monitoring_v3.services.metric_service import MetricServiceAsyncClient"),
    ("client: Logging", "from google.cloud.logging_v2.services.logging_service_v2 import LoggingServiceV2AsyncClient"),
    ("client: Secret Manager", "from google.cloud.secretmanager_v1.services import secret_manager_service"),
)


def rows() -> list[Row]:
    with sandbox() as box:
        sizes = _sizes([code for _, code in PARTS] + [_one_daily_run(box)])
    grown = [size - before for before, size in zip([0.0, *sizes], sizes, strict=False)]
    names = [*(name for name, _ in PARTS), "one daily run"]
    return [
        at_most("memory after one daily run, MB", sizes[-1], LIMIT, form="{:.0f}"),
        *(Row(f"  {name}", f"+{more:.0f} MB") for name, more in zip(names, grown, strict=True)),
    ]


def _one_daily_run(box: Box) -> str:
    return f"from benchmarks.daily import run_once; run_once({box.grpc!r}, {box.rest!r})"


def _sizes(codes: Sequence[str]) -> list[float]:
    """Resident MB of one process after each line of code. Raises RuntimeError when a line fails."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    with subprocess.Popen([sys.executable, "-c", _CHILD], **pipes) as child:
        return [_size_after(child, code) for code in codes]


def _size_after(child: "subprocess.Popen[str]", code: str) -> float:
    print(code, file=child.stdin)
    if child.stdout is None or child.stdout.readline() != "\n":
        raise RuntimeError(f"failed in the measured process: {code}")
    size: int = psutil.Process(child.pid).memory_info().rss
    return size / _MB
