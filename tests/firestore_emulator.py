"""Google's own Firestore emulator: a Java program of the Cloud SDK, on a free port of this machine."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.ports import free_port

JAR = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
FRUGAL = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""It lives for minutes: what Java's second compiler spends is never earned back, and cores are few."""

READY_SECONDS = 240  # half a minute where ten programs share a core; another try would start no sooner
TRIES = 3


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
    process, port = _started()
    with process:
        try:
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


def warm_up() -> None:
    """Each kind of call once at the emulator of the environment, for as long as it takes.

    What Java does for the first time takes seconds on a busy machine, and a call of the store's has five.
    """
    from google.cloud.firestore import Client  # noqa: PLC0415 (heavy)
    from google.cloud.firestore_v1.base_query import FieldFilter  # noqa: PLC0415

    client = Client(project="warm-up", database="ops")
    numbers, patience = client.collection("numbers"), {"timeout": READY_SECONDS, "retry": None}
    batch = client.batch()
    for number in range(200):
        batch.create(numbers.document(str(number)), {"number": number, "text": "x" * 1000})
    batch.commit(**patience)
    for _ in range(20):
        query = numbers.where(filter=FieldFilter("number", ">", 5)).order_by("number").limit(50)
        assert len(list(query.stream(**patience))) == 50
        assert len(list(client.get_all([numbers.document("1"), numbers.document("none")], **patience))) == 2
        assert numbers.sum("number").get(**patience)
    client.close()


def _started() -> "tuple[subprocess.Popen[bytes], int]":
    """Between finding a free port and its use somebody else may take it: then with another one."""
    for _ in range(TRIES):
        port = free_port()
        command = ["java", *FRUGAL, "-Duser.language=en", "-cp", str(jar()), MAIN]
        options = ["start", "--host=127.0.0.1", f"--port={port}"]
        process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if _is_ready(process, port):
            return process, port
        process.kill()
        process.wait()
    raise RuntimeError(f"the Firestore emulator did not start in {TRIES} tries: exit {process.returncode}")


def _is_ready(process: "subprocess.Popen[bytes]", port: int) -> bool:
    ends = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < ends:
        try:
            with urlopen(f"http://127.0.0.1:{port}/"):
                return process.poll() is None
        except (URLError, ConnectionError):
            time.sleep(0.05)
    return False


def in_ci() -> bool:
    return bool(os.environ.get("CI"))
