"""The page at the Slack port: channels, messages and threads as Slack draws them, for a person with a browser."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sagebase_ops.sandbox.slack import by_hand, mrkdwn
from sagebase_ops.sandbox.slack.by_hand import read_object
from sagebase_ops.sandbox.slack.modals import options_of
from sagebase_ops.sandbox.slack.plots import plot
from sagebase_ops.sandbox.slack.presses import Presses
from sagebase_ops.sandbox.slack.workspace import PEOPLE, STRANGER, TEAM_NAME, Channel, Json, Message, Workspace
from sagebase_ops.sandbox.world import World

_FILES = Path(__file__).parent / "page_files"
_STATIC = {"slack.css": "text/css", "slack.js": "text/javascript"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_TABLES = ("table", "data_table")


async def _give_up(presses: Presses, body: Json) -> Json:
    by_hand.give_up(presses, body)
    return {}


_ACTS = {"/press": by_hand.press, "/submit": by_hand.submit, "/close": _give_up}
_NO_JSON = 415


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a channel with what hangs from it. `day` is set where a new day begins."""

    message: Message
    at: datetime
    day: str
    replies: list["Entry"]
    parent: Message | None = None

    @property
    def time(self) -> str:
        return f"{self.at:%H:%M}"


def page_routes(world: World) -> list[Route]:
    drawing = Environment(loader=FileSystemLoader(_FILES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    served = {name: (_FILES / name).read_bytes() for name in _STATIC}

    async def page(request: Request) -> Response:
        return HTMLResponse(_drawn(drawing, world, request.query_params.get("channel")), headers=_HEADERS)

    async def version(_request: Request) -> Response:
        return JSONResponse({"revision": world.slack.revision, "scenario": world.scenario_name}, headers=_HEADERS)

    async def static(request: Request) -> Response:
        name = request.url.path.removeprefix("/")
        return Response(served[name], media_type=_STATIC[name], headers=_HEADERS)

    async def act(request: Request) -> Response:
        """Only from a page of our own: a browser asks before it sends JSON to somebody else's."""
        if request.headers.get("content-type") != "application/json":
            return Response(status_code=_NO_JSON, headers=_HEADERS)
        try:
            told = await _ACTS[request.url.path](world.presses, read_object(await request.body()))
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400, _HEADERS)
        return JSONResponse(told, headers=_HEADERS)

    acts = [Route(path, act, methods=["POST"]) for path in _ACTS]
    return [Route("/", page), Route("/version", version), *acts, *(Route(f"/{name}", static) for name in _STATIC)]


def _drawn(drawing: Environment, world: World, channel_id: str | None) -> str:
    workspace = world.slack
    channels = workspace.channels()
    here = next((one for one in channels if one.id == channel_id), channels[0])
    names = {**PEOPLE, **{one.id: one.name for one in channels}}
    text = partial(mrkdwn.as_html, name_of=lambda one: names.get(one, ""))
    return drawing.get_template("page.html").render(
        team=TEAM_NAME,
        world=world,
        channels=[(one, sum(message.channel.id == one.id for message in workspace.messages)) for one in channels],
        here=here,
        entries=list(_entries(workspace, here)),
        text=text,
        name_of=lambda one: names.get(one, one),
        link=mrkdwn.link,
        date=mrkdwn.date,
        ordered=_tables_last,
        plot=plot,
        people=PEOPLE,
        stranger=STRANGER,
        modals=world.presses.modals.open,
        options_of=options_of,
    )


def _entries(workspace: Workspace, channel: Channel) -> Iterator[Entry]:
    """Oldest first. The deleted stay as a mark, so that an operator sees that something was there."""
    all_here = [one for one in workspace.messages if one.channel.id == channel.id]
    parents = {one.ts: one for one in all_here}
    day = ""
    for message in all_here:
        if message.is_reply and not message.broadcast:
            continue
        entry = _entry(message, day)
        thread = [_entry(one, entry.day or day) for one in all_here if one.thread_ts == message.ts]
        yield Entry(message, entry.at, entry.day, thread, parents.get(message.thread_ts or ""))
        day = entry.day or day


def _entry(message: Message, day: str) -> Entry:
    at = datetime.fromtimestamp(float(message.ts), mrkdwn.ZONE)
    own = f"{at.month}月{at.day}日 {mrkdwn.WEEKDAYS[at.weekday()]}曜日"
    return Entry(message, at, "" if own == day else own, [])


def _tables_last(blocks: list[Json]) -> list[Json]:
    """Slack draws a table at the end of its message, wherever it stands."""
    return sorted(blocks, key=lambda one: one["type"] in _TABLES)
