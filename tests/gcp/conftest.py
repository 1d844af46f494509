"""Readers of REST APIs against pages that a test writes down."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest

from sagebase_ops.gcp.clients import Connections


class ScriptedRest:
    """Answers each GET with the next page, and keeps what was asked."""

    def __init__(self, pages: tuple[dict[str, Any], ...]) -> None:  # JSON
        self.pages = list(pages)
        self.asked: list[dict[str, Any]] = []

    async def get(self, api: str, path: str, *, params: Mapping[str, str | int], **_: str) -> dict[str, Any]:  # JSON
        self.asked.append({"url": f"https://{api}{path}", **params})
        return self.pages.pop(0)


@pytest.fixture
def answering() -> Callable[..., Connections]:
    """Connections whose REST answers are the given pages, in turn."""

    def connections_to(*pages: dict[str, Any]) -> Connections:
        connections = Connections("127.0.0.1:1", "http://127.0.0.1:1")
        connections.__dict__["rest"] = cast("Any", ScriptedRest(pages))  # where cached_property keeps it
        return connections

    return connections_to
