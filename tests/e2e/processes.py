"""The real command as processes: the pretend cloud, and daemons to be killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

COMMAND = [sys.executable, "-m", "sagebase_ops"]


class Box:
    """A running sandbox: what to export, and its control port."""

    def __init__(self, lines: list[str]) -> None:
        exports = [line.removeprefix("export ") for line in lines if line.startswith("export ")]
        self.env = {**clean_environment(), **dict(line.split("=", 1) for line in exports)}
        self.control = next(line.split()[-1].removesuffix("/state") for line in lines if line.startswith("# control"))

    def get(self, path: str) -> Any:
        with urlopen(f"{self.control}{path}") as answer:
            return json.load(answer)

    def post(self, path: str, body: dict[str, Any]) -> None:
        with urlopen(Request(f"{self.control}{path}", json.dumps(body).encode(), method="POST")) as answer:
            assert answer.status == 200


@contextmanager
def sandbox(scenario: str = "healthy") -> Iterator[Box]:
    command = [*COMMAND, "sandbox", "--scenario", scenario, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clean_environment()) as process:
        lines: list[str] = []
        for line in process.stdout or ():
            if line.strip() == "ready":
                break
            lines.append(line.strip())
        yield Box(lines)
        process.terminate()


class Daemon:
    """One daemon process in `folder`, with its log in a file of its own."""

    def __init__(self, folder: Path, box: Box, name: str = "daemon", **env: str) -> None:
        self.log_path = folder / f"{name}.log"
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(COMMAND, cwd=folder, env={**box.env, **env}, stdout=log, stderr=log)

    @property
    def log(self) -> list[dict[str, Any]]:
        lines = self.log_path.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def events(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.log if event["message"] == name]

    def says(self, name: str, times: int = 1, seconds: float = 60) -> None:
        wait_until(lambda: len(self.events(name)) >= times, lambda: f"{name}, in {self.tail}", seconds)

    @property
    def tail(self) -> str:
        return self.log_path.read_text()[-4000:]

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def has_waiting(self, number: int) -> bool:
        """Whether the process has yet to take a signal that it was sent. Source: proc(5), ShdPnd."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        pending = next(line.split()[1] for line in status.splitlines() if line.startswith("ShdPnd"))
        return bool(int(pending, 16) >> (number - 1) & 1)

    def ended(self, seconds: float = 15) -> int:
        return self.process.wait(seconds)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def daemon(folder: Path, box: Box, name: str = "daemon", **env: str) -> Iterator[Daemon]:
    running = Daemon(folder, box, name, **env)
    try:
        yield running
    finally:
        running.signal(signal.SIGCONT)
        running.kill()


def wait_until(true: Callable[[], bool], what: str | Callable[[], str], seconds: float = 60) -> None:
    """Real processes take real time: looked at often, given up late. `what` may be a function: then it is asked at the end."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, f"never came true: {what if isinstance(what, str) else what()}"
        time.sleep(0.02)


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("SAGEBASE_OPS_", "PORT"))}
