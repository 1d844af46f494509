"""The built-in pretend cloud: `sagebase-ops sandbox` in a process of its own, for as long as we need it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from sagebase_ops.errors import ConfigError

_OF_NO_WORLD = ("SAGEBASE_OPS_LOG_FORMAT", "SAGEBASE_OPS_LOG_LEVEL")
_EXPORT = re.compile(r"export (\w+)=(.*)")
_CONTROL = "# control: "
CONTROL = "control"
"""Beside what is exported: where the control port answers."""


@contextmanager
def embedded_sandbox(scenario: str, projects: Sequence[str]) -> Iterator[dict[str, str]]:
    """Start it on free ports, yield what it says to export (and CONTROL), and end it.

    It also ends when this process dies, whatever the way: it watches its standard input. Raises ConfigError with its own
    words when it does not start (an unknown scenario).
    """
    command = [sys.executable, "-m", "sagebase_ops", "sandbox", "--scenario", scenario, "--port", "0"]
    command += ["--until-stdin-closes", *(f"--project={project}" for project in projects)]
    with (
        TemporaryFile("w+") as said,
        subprocess.Popen(  # noqa: S603 (our own command; the scenario is one argument)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True, start_new_session=True
        ) as process,
    ):
        try:
            yield _exports(process, said)
        finally:
            if process.stdin:
                process.stdin.close()
            process.wait()


def _exports(process: "subprocess.Popen[str]", said: IO[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in process.stdout or ():
        if line.strip() == "ready":
            return found
        if match := _EXPORT.fullmatch(line.strip()):
            found[match[1]] = match[2].strip("'\"")
        elif line.startswith(_CONTROL):
            found[CONTROL] = line.removeprefix(_CONTROL).strip().removesuffix("/state")
    said.seek(0)
    words = said.read().rpartition("Error: ")[2].strip()  # without the usage of a command that nobody typed
    raise ConfigError(words or f"the sandbox ended with {process.wait()} before it was ready")


def without_real_world(environment: dict[str, str], state: Path) -> None:
    """Set what the sandbox exported, and forget every setting of the real world that was there before.

    Logs stay as they were asked for. What is remembered goes into the folder `state`, which lasts as long as the pretend Slack that was told.
    """
    for name in [name for name in os.environ if name.startswith("SAGEBASE_OPS_") and name not in _OF_NO_WORLD]:
        del os.environ[name]
    os.environ.update({name: value for name, value in environment.items() if name.startswith("SAGEBASE_OPS_")})
    os.environ["SAGEBASE_OPS_STATE"] = f"sqlite:///{state / 'state.db'}"
