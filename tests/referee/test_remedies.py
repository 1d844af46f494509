"""The commands that we tell people to run next are words that the real gcloud knows, and those that look do look."""

import shlex
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from sagebase_ops.errors import GcpErrorKind
from sagebase_ops.gcp.errors import Question, failure

Look: TypeAlias = Callable[..., Awaitable[tuple[list[Any], Any]]]
"""Any: conftest's Printed, one for each command given after the scenario; our findings are not looked at here."""

PROJECT = "sagebase-sandbox"
ASKED = (
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "serviceusage.googleapis.com",
    "sqladmin.googleapis.com",
    "storage.googleapis.com",
)
"""The APIs that the daily checklist asks."""


def command_for(api: str, kind: GcpErrorKind) -> list[str]:
    gcloud, *words = shlex.split(failure(kind, "", Question(api, "m", None, PROJECT)).remedy or "")
    assert gcloud == "gcloud"
    return [*words, "--quiet"]


async def test_a_command_that_only_looks_shows_googles_answer(look: Look) -> None:
    printed, _ = await look("healthy", *(command_for(api, GcpErrorKind.DEADLINE) for api in ASKED))
    assert [(api, one.code, one.err[-300:]) for api, one in zip(ASKED, printed, strict=True) if one.code] == []
    assert [
        (api, one.err[:300]) for api, one in zip(ASKED, printed, strict=True) if "response start" not in one.err
    ] == []
