"""Whole processes: ours, gcloud's, and the sandbox that both ask, which is always a process of its own."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

OURS = (sys.executable, "-m", "sagebase_ops")


@dataclass(frozen=True, slots=True)
class Box:
    """A running sandbox: what a client exports to reach it, and its control port."""

    exports: Mapping[str, str]
    control: str
    folder: str

    @property
    def env(self) -> dict[str, str]:
        """The environment of a client of it, gcloud's folder included."""
        return {**os.environ, **self.exports, "CLOUDSDK_CONFIG": f"{self.folder}/gcloud"}

    @property
    def grpc(self) -> str:
        return self.exports["SAGEBASE_OPS_GCP_GRPC_ENDPOINT"]

    @property
    def rest(self) -> str:
        return self.exports["SAGEBASE_OPS_GCP_REST_ENDPOINT"]

    def add_latency(self, seconds: float) -> None:
        """To every call, of every API and of the websites, until the box ends."""
        fault = {"method": "*", "kind": "latency", "times": None, "seconds": seconds}
        httpx.post(f"{self.control}/faults", json=fault).raise_for_status()

    def take_calls(self) -> list[dict[str, str]]:
        """What was asked since the last time, in the order of arrival."""
        calls: list[dict[str, str]] = httpx.get(f"{self.control}/calls").raise_for_status().json()
        httpx.delete(f"{self.control}/calls").raise_for_status()
        return calls


@contextmanager
def sandbox(scenario: str = "healthy", projects: Sequence[str] = ()) -> Iterator[Box]:
    """`scenario` is a shipped one or the path of a file, the same state in each of `projects`."""
    command = [*OURS, "sandbox", "--port", "0", "--scenario", scenario]
    command += [word for project in projects for word in ("--project", project)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,
    ):
        try:
            yield _announced(process, folder)
        finally:
            process.terminate()


def _announced(process: "subprocess.Popen[str]", folder: str) -> Box:
    exports, control = {}, ""
    for line in process.stdout or ():
        if line.strip() == "ready":
            break
        if line.startswith("# control: "):
            control = line.removeprefix("# control: ").strip().removesuffix("/state")
        name, _, value = line.strip().removeprefix("export ").partition("=")
        exports[name] = value
    return Box(exports, control, folder)


@dataclass(frozen=True, slots=True, order=True)
class Cost:
    """Seconds of one whole process, its children included."""

    wall: float
    cpu: float


def best(command: Sequence[str], rounds: int, env: Mapping[str, str] | None = None, folder: str | None = None) -> Cost:
    """The least of `rounds` runs: what else the machine did only adds. Raises CalledProcessError when one fails."""
    return min(_cost(command, env, folder) for _ in range(rounds))


def _cost(command: Sequence[str], env: Mapping[str, str] | None, folder: str | None) -> Cost:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, env=env, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = time.perf_counter() - started
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
