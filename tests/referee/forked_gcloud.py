"""Run by the Cloud SDK's own Python with the SDK's folder: gcloud's own main, in a process of its own for each command.

What commands import is imported once, here, before the fork: nearly all that a command costs is its imports. One line of JSON
comes in for each (`argv`, `env`, and the files `out` and `err`); its exit code goes out.
"""

import contextlib
import importlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

LONGEST_SECONDS = 60
root = Path(sys.argv[1])
sys.path[:1] = [str(root / "lib" / "third_party"), str(root / "lib")]  # as gcloud.py has them
asked, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
nowhere = os.open(os.devnull, os.O_RDWR)
os.dup2(nowhere, 0)
os.dup2(nowhere, 1)

import googlecloudsdk.gcloud_main  # type: ignore[import-not-found] # noqa: E402 (found only now, with our output put away)


def run(command: dict[str, Any], loaded: int) -> NoReturn:  # Any: texts, lists of them and a dict of them
    """In the child. `loaded` is told what it has imported."""
    signal.alarm(LONGEST_SECONDS)
    code = 70
    try:
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(command[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        os.environ.clear()
        os.environ.update(command["env"])
        sys.argv = [str(root / "lib" / "gcloud.py"), *command["argv"]]
        code = _code(googlecloudsdk.gcloud_main.main())
    except SystemExit as end:
        code = _code(end.code)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        with os.fdopen(loaded, "w") as telling:
            telling.write("\n".join(sys.modules))
        os._exit(code)


def _code(ended: object) -> int:
    """As sys.exit takes it."""
    return ended if isinstance(ended, int) else int(ended is not None)


def answer(line: str) -> int:
    """Its exit code, or minus the signal. What it imported is imported here too, for the next."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        run(json.loads(line), writing)
    os.close(writing)
    with os.fdopen(reading) as heard:
        names = heard.read().splitlines()
    for name in names:
        if name.startswith("googlecloudsdk.") and name not in sys.modules:
            with contextlib.suppress(Exception):  # a module by another name: the next child imports it again
                importlib.import_module(name)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


for line in asked:
    answers.write(f"{answer(line)}\n")
    answers.flush()
