"""The pretend Slack takes files as Slack does: in three steps, and nothing is seen before the last."""

import json
from typing import Any
from urllib.request import Request, urlopen

import pytest

from sagebase_ops.errors import SlackError
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.sandbox.slack.workspace import BOT_TOKEN, CHANNELS
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.threads import beside

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100
CHANNEL = CHANNELS["sagebase-ops"]
Json = dict[str, Any]


class Files:
    def __init__(self, box: Sandbox) -> None:
        self.box, self.slack = box, SlackClient(BOT_TOKEN, box.slack)

    async def ask(self, method: str, **arguments: object) -> Json:
        return dict((await self.slack.ask(method, arguments, "a test")).body)

    async def sent(self, content: bytes = PNG) -> str:
        told = await self.ask("files.getUploadURLExternal", filename="a.png", length=len(PNG), alt_txt="b")
        await beside(lambda: urlopen(Request(told["upload_url"], content)).read())
        return str(told["file_id"])

    async def refused(self, method: str, **arguments: object) -> str:
        with pytest.raises(SlackError) as refusal:
            await self.ask(method, **arguments)
        return refusal.value.code


@pytest.fixture
async def files() -> Any:
    async with Sandbox.running() as box:
        yield Files(box)


async def test_a_file_is_seen_once_it_is_shared_and_is_on_the_page(files: Files) -> None:
    file = await files.sent()
    assert files.box.world.slack.messages == []
    shared = await files.ask("files.completeUploadExternal", files=json.dumps([{"id": file}]), channel_id=CHANNEL)
    assert [(one["id"], one["mimetype"]) for one in shared["files"]] == [(file, "image/png")]
    (message,) = (await files.ask("conversations.history", channel=CHANNEL))["messages"]
    assert message["files"][0]["name"] == "a.png"
    page = await beside(lambda: urlopen(files.box.slack).read().decode())
    assert '<img src="data:image/png;base64,' in page
    assert 'alt="b"' in page


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel_id": "#sagebase-ops"}, "channel_not_found"),
        ({"channel_id": CHANNEL, "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel_id": CHANNEL, "files": "[]"}, "invalid_arguments"),
        ({"channel_id": CHANNEL, "files": '[{"id": "F0NONE"}]'}, "file_not_found"),
    ],
)
async def test_sharing_is_refused_as_slack_refuses(files: Files, arguments: Json, error: str) -> None:
    asked = {"files": json.dumps([{"id": await files.sent()}]), **arguments}
    assert await files.refused("files.completeUploadExternal", **asked) == error


async def test_a_file_whose_bytes_did_not_come_cannot_be_shared(files: Files) -> None:
    told = await files.ask("files.getUploadURLExternal", filename="a.png", length=9)
    asked = {"files": json.dumps([{"id": told["file_id"]}]), "channel_id": CHANNEL}
    assert await files.refused("files.completeUploadExternal", **asked) == "file_not_found"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"filename": "a", "length": 0}, "invalid_arguments"),
        ({"length": 3}, "invalid_arguments"),
        ({"filename": "a", "length": 3, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
    ],
)
async def test_an_address_is_refused_for_what_is_no_file(files: Files, arguments: Json, error: str) -> None:
    assert await files.refused("files.getUploadURLExternal", **arguments) == error


async def test_without_the_scope_no_file_is_taken(files: Files) -> None:
    scenario = files.box.world.scenario
    files.box.world.scenario = scenario.model_copy(update={"slack_scopes": ["chat:write"]})
    assert await files.refused("files.getUploadURLExternal", filename="a", length=3) == "missing_scope"
