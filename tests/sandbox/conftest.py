"""A running sandbox, and Slack's own client pointed at it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sagebase_ops.sandbox.server import Sandbox

Answer: TypeAlias = dict[str, Any]
Ask: TypeAlias = Callable[..., Awaitable[Answer]]
"""A method of WebClient by name and its arguments, called in a thread: the answer's JSON. Raises what the client raises."""


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox.running("healthy") as running:
        yield running


def asking(box: Sandbox, token: str | None = None, *, seconds: int = 60) -> Ask:
    exported = box.exports()
    base_url = exported["SAGEBASE_OPS_SLACK_BASE_URL"].rstrip("/") + "/api/"
    token = exported["SAGEBASE_OPS_SLACK_BOT_TOKEN"] if token is None else token
    client = WebClient(token, base_url=base_url, retry_handlers=[], timeout=seconds)

    async def ask(method: str, **arguments: Any) -> Answer:
        answered = await asyncio.to_thread(getattr(client, method), **arguments)
        return dict(answered.data)

    return ask


@pytest.fixture
def ask(box: Sandbox) -> Ask:
    return asking(box)


@pytest.fixture
def ask_in_haste(box: Sandbox) -> Ask:
    """The same, given up after a second: for whom nobody answers."""
    return asking(box, seconds=1)


async def refused(asked: Awaitable[Answer]) -> Answer:
    """The refusal's JSON, with its HTTP status and Retry-After beside it."""
    with pytest.raises(SlackApiError) as caught:
        await asked
    response = caught.value.response
    headers = {name.lower(): value for name, value in response.headers.items()}
    return {**response.data, "status": response.status_code, "retry_after": headers.get("retry-after")}


@pytest.fixture
def refusal() -> Callable[[Awaitable[Answer]], Awaitable[Answer]]:
    return refused


@pytest.fixture
def asking_with(box: Sandbox) -> Callable[[str], Ask]:
    """A client with another token."""
    return lambda token: asking(box, token)
