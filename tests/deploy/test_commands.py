"""Every gcloud command that we tell people to type is one that gcloud knows, with flags that it knows."""

import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
Tree = dict[str, Any]  # gcloud's own: {"commands": {name: Tree}, "flags": {name: kind}}


@pytest.fixture(scope="module")
def known(sdk_root: Path) -> Tree:
    """What gcloud completes at a terminal: all of its commands and flags."""
    spec = importlib.util.spec_from_file_location("completions", sdk_root / "data" / "cli" / "gcloud_completions.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tree: Tree = module.STATIC_COMPLETION_CLI_TREE
    return tree


def told() -> Iterator[str]:
    """The commands of the pages, and those that deploy/firestore_indexes.py prints."""
    for page in ("deploy.md", "witness.md"):
        blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)
        yield from _commands("".join(blocks))
    program = [sys.executable, "deploy/firestore_indexes.py", "my-project", "ops"]
    yield from _commands(subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def _commands(text: str) -> list[str]:
    lines = text.replace("\\\n", " ").splitlines()
    return [line[line.index("gcloud ") :] for line in lines if "gcloud " in line]


def mistakes(command: str, tree: Tree) -> Iterator[str]:
    words = shlex.split(command, comments=True)[1:]
    flags = dict(tree["flags"])
    while words and words[0] in tree["commands"]:
        tree = tree["commands"][words.pop(0)]
        flags |= tree["flags"]
    if tree["commands"]:
        yield f"{command}: no such command"
    flags |= {f"--no-{name[2:]}": kind for name, kind in flags.items() if kind == "bool"}
    for flag in (word.split("=")[0] for word in words if word.startswith("--")):
        if flag not in flags:
            yield f"{command}: {flag}"


def test_each_command_and_flag_is_known_to_gcloud(known: Tree) -> None:
    commands: Sequence[str] = list(told())
    assert len(commands) > 35
    assert [mistake for command in commands for mistake in mistakes(command, known)] == []


def test_a_flag_that_does_not_exist_would_be_seen(known: Tree) -> None:
    assert list(mistakes("gcloud run services replace service.yaml --regoin=x", known)) != []
    assert list(mistakes("gcloud run service replace service.yaml", known)) != []
