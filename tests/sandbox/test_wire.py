"""Every kind of fault is real on the wire: silence is silence, and a reset is one of TCP's."""

from collections.abc import Awaitable, Callable
from http.client import IncompleteRead
from typing import Any
from urllib.error import HTTPError, URLError

import grpc
import httpx
import pytest

from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.server import Sandbox

Ask = Callable[..., Awaitable[dict[str, Any]]]
Refusal = Callable[[Awaitable[dict[str, Any]]], Awaitable[dict[str, Any]]]
Raised = type[Exception] | tuple[type[Exception], ...]
OPS = "C0SAGEOPS1"
BUCKETS = "/storage/v1/b?project=sagebase-sandbox"
RESET = (ConnectionResetError, URLError)
"""The same cut, as urllib tells it while it waits for the answer, or while it is still sending."""


def post(ask: Ask) -> Awaitable[dict[str, Any]]:
    return ask("chat_postMessage", channel=OPS, text="x")


def spoil(box: Sandbox, method: str, kind: str, **options: Any) -> None:
    box.world.faults.add(Fault(method, kind, 1, options))


@pytest.mark.parametrize(
    ("kind", "options", "raised", "posted"),
    [
        ("reset", {}, RESET, 0),
        ("reset", {"after": True}, RESET, 1),
        ("half_page", {}, IncompleteRead, 1),
    ],
)
async def test_a_post_without_an_answer_may_or_may_not_be_there(
    box: Sandbox, ask: Ask, kind: str, options: dict[str, Any], raised: Raised, posted: int
) -> None:
    spoil(box, "chat.postMessage", kind, **options)
    with pytest.raises(raised) as caught:
        await post(ask)
    assert not isinstance(caught.value, HTTPError)  # that would be an answer
    assert len(box.world.slack.messages) == posted


@pytest.mark.parametrize(("kind", "posted"), [("timeout_before", 0), ("timeout_after", 1)])
async def test_a_post_into_silence_may_or_may_not_be_there(
    box: Sandbox, ask_in_haste: Ask, kind: str, posted: int
) -> None:
    spoil(box, "chat.postMessage", kind)
    with pytest.raises(TimeoutError):
        await post(ask_in_haste)
    assert len(box.world.slack.messages) == posted


async def test_a_slow_slack_still_answers(box: Sandbox, ask: Ask) -> None:
    spoil(box, "chat.postMessage", "latency", seconds=0.01)
    assert (await post(ask))["ok"]


async def test_rubbish_of_slack_is_no_answer(box: Sandbox, ask: Ask, refusal: Refusal) -> None:
    spoil(box, "chat.postMessage", "malformed")
    assert "non-JSON" in (await refusal(post(ask)))["error"]


@pytest.mark.parametrize(
    ("options", "status", "error", "retry_after"),
    [
        ({}, 200, "internal_error", None),
        ({"error": "fatal_error"}, 200, "fatal_error", None),
        ({"error": "ratelimited"}, 429, "ratelimited", "30"),
        ({"status": 429, "retry_after": 7}, 429, "ratelimited", "7"),
        ({"status": 500, "error": "service_unavailable"}, 500, "service_unavailable", None),
    ],
)
async def test_slack_refuses_as_it_was_told(
    box: Sandbox,
    ask: Ask,
    refusal: Refusal,
    options: dict[str, Any],
    status: int,
    error: str,
    retry_after: str | None,
) -> None:
    spoil(box, "chat.postMessage", "refusal", **options)
    answer = await refusal(post(ask))
    assert (answer["status"], answer["error"], answer["retry_after"]) == (status, error, retry_after)
    assert box.world.slack.messages == []


async def test_a_fatal_error_may_come_after_the_effect(box: Sandbox, ask: Ask, refusal: Refusal) -> None:
    spoil(box, "chat.postMessage", "refusal", error="fatal_error", after=True)
    assert (await refusal(post(ask)))["error"] == "fatal_error"
    assert len(box.world.slack.messages) == 1


async def test_half_a_history_leads_nowhere(box: Sandbox, ask: Ask, refusal: Refusal) -> None:
    for _ in range(4):
        await post(ask)
    spoil(box, "conversations.history", "half_page")
    half = await ask("conversations_history", channel=OPS)
    assert (len(half["messages"]), half["has_more"]) == (2, True)
    cursor = half["response_metadata"]["next_cursor"]
    assert (await refusal(ask("conversations_history", channel=OPS, cursor=cursor)))["error"] == "invalid_cursor"


@pytest.mark.parametrize("method", ["auth_test", "api_test", "conversations_list"])
async def test_in_slack_down_no_method_answers(box: Sandbox, ask: Ask, refusal: Refusal, method: str) -> None:
    box.world.play("slack-down")
    assert (await refusal(ask(method)))["status"] == 503


async def test_a_post_into_slack_down_is_not_there_when_slack_is_back(box: Sandbox, ask: Ask, refusal: Refusal) -> None:
    box.world.play("slack-down")
    await refusal(post(ask))
    box.world.play("healthy")
    assert (await ask("conversations_history", channel=OPS))["messages"] == []


async def test_a_reset_of_rest_drops_the_connection(box: Sandbox) -> None:
    spoil(box, "storage.buckets.list", "reset")
    async with httpx.AsyncClient(base_url=box.rest, trust_env=False) as client:
        with pytest.raises(httpx.ReadError):
            await client.get(BUCKETS)
        assert (await client.get(BUCKETS)).status_code == 200


async def test_a_silence_of_rest_lasts_until_the_client_gives_up(box: Sandbox) -> None:
    spoil(box, "storage.buckets.list", "timeout_before")
    async with httpx.AsyncClient(base_url=box.rest, trust_env=False) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get(BUCKETS, timeout=httpx.Timeout(60, read=0.2))


async def test_a_reset_of_grpc_reads_as_a_closed_socket(box: Sandbox) -> None:
    spoil(box, "Services/ListServices", "reset")
    async with grpc.aio.insecure_channel(box.grpc) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await channel.unary_unary("/google.cloud.run.v2.Services/ListServices")(b"")
    assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.UNAVAILABLE, "Socket closed")
