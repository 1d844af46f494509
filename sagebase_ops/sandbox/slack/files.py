"""Files come in three steps: an address to send to, the bytes, and sharing. Source: docs.slack.dev, files.*External."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sagebase_ops.sandbox.slack.calling import Calling
from sagebase_ops.sandbox.slack.chat import parent_of, slow_down, writable
from sagebase_ops.sandbox.slack.content import SlackRefusalError, read_json
from sagebase_ops.sandbox.slack.rates import Rates
from sagebase_ops.sandbox.slack.views import file_view
from sagebase_ops.sandbox.slack.workspace import Channel, File, Json, Message
from sagebase_ops.sandbox.wire import through
from sagebase_ops.sandbox.world import World

UPLOAD = "upload"
"""What a fault calls the second step, which is no method."""

_PATH = "/upload/v1/"
_MOST_ALT_TEXT = 1000
_MOST_CHANNELS = 100
_KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


def get_upload_url(call: Calling, _rates: Rates) -> Json:
    name, length = call.text("filename"), call.text("length")
    if not length.isascii() or not length.isdigit() or int(length) == 0:
        raise SlackRefusalError("invalid_arguments", ["must be a positive integer [json-pointer:/length]"])
    alt_text = call.optional("alt_txt") or ""
    if len(alt_text) > _MOST_ALT_TEXT:
        raise SlackRefusalError("alt_txt_too_large")
    file = call.workspace.new_file(name, int(length), alt_text, call.bot)
    return {"upload_url": f"{call.address}{_PATH}{file.id}", "file_id": file.id}


def complete_upload(call: Calling, rates: Rates) -> Json:
    """All the files, or none. Without a channel they stay private to the app."""
    channels = _channels(call)
    files = [_uploaded(call, one) for one in _listed(call)]
    for channel in channels:
        parent = parent_of(call, channel)
        slow_down(rates, channel)
        comment = call.optional("initial_comment") or ""
        message = Message(channel, call.workspace.next_ts(), call.bot, comment, files=files)
        message.thread_ts = parent.ts if parent else None
        call.workspace.add(message)
    return {"files": [file_view(file) for file in files]}


def upload_route(world: World) -> Route:
    """Where the bytes go: no token, the address is the secret."""

    async def take(request: Request) -> Response:
        world.note("slack.com", UPLOAD)
        fault = world.faults.take(UPLOAD)
        content = await request.body()

        async def answer() -> Response:
            file = world.slack.files.get(request.path_params["file"])
            refused = fault is not None and fault.kind == "refusal"
            if file is None or refused or len(content) != file.size:
                return PlainTextResponse("upload failed", 500 if refused else 400)
            file.content, file.mimetype = content, _mimetype(content)
            return PlainTextResponse(f"OK - {len(content)}")

        return await through(fault, answer)

    return Route(f"{_PATH}{{file}}", take, methods=["POST"])


def _channels(call: Calling) -> list[Channel]:
    given = call.optional("channels") or call.optional("channel_id") or ""
    ids = [one for one in given.split(",") if one]
    if len(ids) > _MOST_CHANNELS:
        raise SlackRefusalError("invalid_arguments", ["too many channels [json-pointer:/channels]"])
    found = [call.workspace.channel(one) for one in ids]  # by id alone: a name is none
    if None in found:
        raise SlackRefusalError("channel_not_found")
    if call.optional("thread_ts") and len(ids) != 1:
        raise SlackRefusalError("invalid_arguments", ["thread_ts wants one channel [json-pointer:/thread_ts]"])
    return [writable(one) for one in found if one is not None]


def _listed(call: Calling) -> list[Json]:
    given = call.arguments.get("files")
    files = read_json(given, "invalid_arguments") if isinstance(given, str) else given
    if not isinstance(files, list) or not files or not all(isinstance(one, dict) and one.get("id") for one in files):
        raise SlackRefusalError("invalid_arguments", ["must be a list of {id, title} [json-pointer:/files]"])
    return files


def _uploaded(call: Calling, given: Json) -> File:
    file = call.workspace.files.get(str(given["id"]))
    if file is None or file.bot != call.bot or file.content is None:
        raise SlackRefusalError("file_not_found")
    file.title = str(given.get("title") or file.name)
    return file


def _mimetype(content: bytes) -> str:
    return next((kind for mark, kind in _KINDS.items() if content.startswith(mark)), "application/octet-stream")
