"""The real gcloud, started once: each command is a process of its own, forked from one that has imported what they share."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

Command: TypeAlias = Sequence[str]
FORKING = Path(__file__).parent / "forked_gcloud.py"
REFUSALS = {  # gcloud's words for it, the first that fits
    "has not been used in project": "disabled",
    "Quota exceeded": "quota",
    "Cannot find": "absent",
    "does not exist": "absent",
    "not found": "absent",
    "matched no objects": "absent",
    "denied": "denied",
    "not authorized": "denied",
}


class Printed(NamedTuple):
    """How one gcloud command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> str:
        """What it printed, or in one word why it was refused."""
        if self.code == 0:
            return self.out.strip()
        return next((word for text, word in REFUSALS.items() if text in self.err), self.err)

    @property
    def count(self) -> str:
        """How many lines it printed, or in one word why it was refused."""
        return str(len(self.out.splitlines())) if self.code == 0 else self.answer


@dataclass(frozen=True)
class Gcloud:
    """`folder` is where commands write."""

    process: "subprocess.Popen[str]"
    folder: Path

    def prints(self, command: Command, env: Mapping[str, str]) -> Printed:
        """As `gcloud COMMAND` in this environment would; one at a time."""
        files = {"out": str(self.folder / "out"), "err": str(self.folder / "err")}
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"argv": list(command), "env": dict(env), **files}) + "\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        return Printed(code, *(Path(file).read_text(encoding="utf-8") for file in files.values()))


@contextmanager
def gcloud_ready(folder: Path) -> Iterator[Gcloud]:
    """Ends with the block. The SDK says itself where it is, and by which Python it runs."""
    asked = ["gcloud", "info", "--format=value(basic.python_location,installation.sdk_root)"]
    python, root = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip().split("\t")
    command = [python, "-S", str(FORKING), root]  # -S: as gcloud's own script has it, without anybody's site-packages
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=sys.stderr, text=True, encoding="utf-8") as process:
        yield Gcloud(process, folder)
        process.communicate()
