"""Whatever somebody posts, Slack answers in its own words, and the page can draw what was taken."""

import json
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sagebase_ops.sandbox.slack.app import slack_app
from sagebase_ops.sandbox.slack.workspace import BOT_TOKEN
from sagebase_ops.sandbox.world import World

WORLD = World("healthy", ["sagebase-sandbox"])
APP = slack_app(WORLD)
MOCKUPS = [json.loads(path.read_text()) for path in sorted((Path(__file__).parent / "slack_mockups").glob("*.json"))]
POSTS = [{**one, "ts": None, "thread_ts": None} for one in MOCKUPS]
ANY: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    1e300,
    "",
    "x",
    "#",
    "\x00",
    "{}",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"type": []},
    {"type": "text"},
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(*path, key) for key, _ in inside] + [one for key, part in inside for one in places(part, (*path, key))]


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, Any]:
    """A mock-up with any JSON at one place."""
    post: dict[str, Any] = deepcopy(draw(st.sampled_from(POSTS)))
    key = draw(
        st.sampled_from(sorted({str(place[-1]) for place in places(post)}))
    )  # a rare key as often as a common one
    *way, last = draw(st.sampled_from([place for place in places(post) if str(place[-1]) == key]))
    part: Any = post
    for step in way:
        part = part[step]
    part[last] = draw(st.sampled_from(ANY))
    return post


async def answer_and_page(body: bytes) -> tuple[httpx.Response, httpx.Response]:
    WORLD.slack.forget()
    WORLD.advance(timedelta(minutes=1))  # so that nobody is too fast
    transport = httpx.ASGITransport(app=APP)
    headers = {"Authorization": f"Bearer {BOT_TOKEN}", "Content-Type": "application/json"}
    async with httpx.AsyncClient(transport=transport, base_url="http://slack", headers=headers) as client:
        return await client.post("/api/chat.postMessage", content=body), await client.get("/")


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(post=spoilt())
async def test_any_json_gets_an_answer_and_what_is_taken_is_drawn(post: dict[str, Any]) -> None:
    answer, page = await answer_and_page(json.dumps(post).encode())
    assert (answer.status_code, page.status_code) == (200, 200)
    assert answer.json()["ok"] or answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", "invalid_json"),
        (b"[]", "json_not_object"),
        (b"[" * 100_000, "invalid_json"),
        (b'{"channel": "C0SAGEOPS1", "text": "\\ud800"}', "invalid_json"),
        (b'{"channel": "C0SAGEOPS1", "text": "x", "blocks": NaN}', "invalid_json"),
        (b'{"channel": "C0SAGEOPS1", "text": 5}', "invalid_arguments"),
        (b'{"text": "x"}', "invalid_arguments"),
        (b'{"channel": "C0SAGEOPS1", "attachments": [{"blocks": 5}]}', "invalid_attachments"),
    ],
)
async def test_what_is_no_call_is_refused(body: bytes, error: str) -> None:
    answer, _ = await answer_and_page(body)
    assert answer.json()["error"] == error
