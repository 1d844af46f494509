"""Google's own Firestore emulator: a Java program of the Cloud SDK, on a free port of this machine."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

JAR = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
READY_SECONDS = 60


def missing() -> str | None:
    """What this machine lacks to run it, or None."""
    if shutil.which("java") is None:
        return "java is not installed here: the Firestore emulator needs it"
    if jar() is None:
        return "the Cloud SDK's Firestore emulator is not installed here (google-cloud-cli-firestore-emulator)"
    return None


def jar() -> Path | None:
    if shutil.which("gcloud") is None:
        return None
    asked = ["gcloud", "info", "--format=value(installation.sdk_root)"]
    root = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    found = Path(root) / JAR
    return found if found.is_file() else None


@contextmanager
def emulator() -> Iterator[str]:
    """The address, as FIRESTORE_EMULATOR_HOST wants it, of one that remembers nothing once it has ended."""
    port = _free_port()
    command = ["java", "-Xmx512m", "-Duser.language=en", "-cp", str(jar()), MAIN]
    options = ["start", "--host=127.0.0.1", f"--port={port}"]
    with subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_until_ready(process, port)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int) -> None:
    ends = time.monotonic() + READY_SECONDS
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/"):
                return
        except (URLError, ConnectionError):
            if process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"the Firestore emulator did not start: exit {process.poll()}") from None
            time.sleep(0.05)


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])


def in_ci() -> bool:
    return bool(os.environ.get("CI"))
