"""How does a picture get into a thread? Sent to an address of its own first, then shared: nobody sees it before.

Source: docs.slack.dev, files.getUploadURLExternal and files.completeUploadExternal (scope files:write).
"""

import json
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from sagebase_ops.errors import SlackError
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.messages.arguments import file_name
from sagebase_ops.slack.threads import beside
from sagebase_ops.slack.web_api import SOCKET_TIMEOUT_SECONDS, Json

_MOST_ALT_TEXT, _MOST_COMMENT = 1000, 3000
_FINE = 200


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG and the words beside it. `key` is its post's own (`Notification.key`)."""

    key: str
    title: str
    alt_text: str
    comment: str
    content: bytes


async def upload(slack: SlackClient, picture: Picture) -> str:
    """Send the bytes, and get the file's id. Nobody sees it yet, so it may be done again after any end.

    Raises SlackError, never `ambiguous`.
    """
    doing = "the upload of a chart"
    arguments = {
        "filename": file_name(picture.key),
        "length": len(picture.content),
        "alt_txt": picture.alt_text[:_MOST_ALT_TEXT],
    }
    try:
        answer = (await slack.ask("files.getUploadURLExternal", arguments, doing)).body
        address, file_id = str(answer["upload_url"]), str(answer["file_id"])
        await beside(lambda: _send(address, picture.content))
    except SlackError as error:
        raise SlackError(error.code, str(error), retryable=error.retryable, retry_after=error.retry_after) from error
    except (
        OSError,
        HTTPException,
        ValueError,
        LookupError,
    ) as error:  # its words may hold the address, which is a secret
        words = f"Slack did not take {doing} ({type(error).__name__})"
        raise SlackError("upload_failed", words, retryable=True) from error
    return file_id


async def share(slack: SlackClient, file_id: str, picture: Picture, channel: str, thread_ts: str | None) -> None:
    """Show the file in `channel` (an id), below `thread_ts`. Raises SlackError, `ambiguous` as a post's."""
    place: Json = {"channel_id": channel} | ({"thread_ts": thread_ts} if thread_ts else {})
    files = json.dumps([{"id": file_id, "title": picture.title}], ensure_ascii=False)
    arguments = {"files": files, "initial_comment": picture.comment[:_MOST_COMMENT], **place}
    await slack.ask("files.completeUploadExternal", arguments, f"a chart in {channel}")


def _send(address: str, content: bytes) -> None:
    if urlsplit(address).scheme not in {"https", "http"}:
        raise ValueError("an upload address that is no web address")
    request = Request(address, content, {"Content-Type": "application/octet-stream"})  # noqa: S310 (looked at above)
    with urlopen(request, timeout=SOCKET_TIMEOUT_SECONDS) as answer:  # noqa: S310 (as above)
        if answer.status != _FINE:
            raise OSError(f"HTTP {answer.status}")
