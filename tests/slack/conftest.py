"""A Slack on a real socket that keeps what it was sent, and goes wrong when a test says so."""

import json
import struct
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs

import pytest

from sagebase_ops.slack.client import SlackClient

Json = dict[str, Any]  # any JSON inside

TOKEN = "xoxb-1234567890-secret"  # noqa: S105 (of the fake below)
CHANNEL = "C0SAGEOPS1"
BOT = "B0SAGEBASE"


class FakeSlack(ThreadingHTTPServer):
    """Accepts every post. `faults` go wrong, one a call, after the post was kept; `page_size` is Slack's to choose."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.messages: list[Json] = []
        self.calls: list[tuple[str, Json]] = []
        self.tokens: list[str] = []
        self.faults: list[str] = []
        self.page_size = 15
        self.taken, self.over = Event(), Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def client(self, **options: Any) -> SlackClient:
        return SlackClient(TOKEN, self.url, **options)

    def asked(self, method: str) -> list[Json]:
        return [arguments for called, arguments in self.calls if called == method]

    def answer(self, method: str, arguments: Json) -> Json:
        self.calls.append((method, arguments))
        return _METHODS[method](self, arguments)

    def post(self, arguments: Json) -> Json:
        ts = f"1795478400.{len(self.messages):06d}"
        self.messages.append({"bot_id": BOT, **arguments, "ts": ts})
        self.taken.set()
        return {"ok": True, "channel": CHANNEL, "ts": ts}

    def history(self, arguments: Json) -> Json:
        return self._page(
            "messages", [message for message in reversed(self.messages) if self._wanted(message)], arguments
        )

    def replies(self, arguments: Json) -> Json:
        below = [one for one in self.messages if arguments["ts"] in {one["ts"], one.get("thread_ts")}]
        return self._page("messages", below, arguments)

    def channels(self, arguments: Json) -> Json:
        names = [*(f"other-{number}" for number in range(20)), "sagebase-ops"]
        ids = [{"id": f"C0OTHER{place:02d}", "name": name} for place, name in enumerate(names[:-1])]
        return self._page("channels", [*ids, {"id": CHANNEL, "name": names[-1]}], arguments)

    def whoami(self, _arguments: Json) -> Json:
        return {"ok": True, "team": "Sagebase", "team_id": "T0SAGEBASE", "user_id": "U0SAGEBASE", "bot_id": BOT}

    def _wanted(self, message: Json) -> bool:
        return "thread_ts" not in message

    def _page(self, name: str, things: list[Json], arguments: Json) -> Json:
        start = int(arguments.get("cursor") or 0)
        end = start + min(self.page_size, int(arguments["limit"]))
        more = {"next_cursor": str(end)} if end < len(things) else {}
        return {"ok": True, name: things[start:end], "has_more": bool(more), "response_metadata": more}


_METHODS = {
    "chat.postMessage": FakeSlack.post,
    "conversations.history": FakeSlack.history,
    "conversations.replies": FakeSlack.replies,
    "conversations.list": FakeSlack.channels,
    "auth.test": FakeSlack.whoami,
}


class _Handler(BaseHTTPRequestHandler):
    server: FakeSlack

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.tokens.append(self.headers["Authorization"])
        is_json = self.headers["Content-Type"].startswith("application/json")
        arguments = json.loads(body) if is_json else {name: values[0] for name, values in parse_qs(body).items()}
        fault = self.server.faults.pop(0) if self.server.faults else ""
        if fault in _UNTAKEN:
            self.send(*_UNTAKEN[fault])
            return
        answer = json.dumps(self.server.answer(self.path.removeprefix("/api/"), arguments)).encode()
        self.after(fault, answer)

    def after(self, fault: str, answer: bytes) -> None:
        """Slack has taken it; now the line goes bad."""
        if fault == "drop":
            self.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        elif fault == "half":
            self.send(200, answer[: len(answer) // 2], length=len(answer))
        elif fault == "hang":
            self.server.over.wait()
        else:
            self.send(*_TAKEN.get(fault, (200, answer)))

    def send(
        self, status: int, body: bytes, headers: tuple[tuple[str, str], ...] = (), length: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (("Content-Length", str(len(body) if length is None else length)), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def refused(code: str, **more: Any) -> bytes:
    return json.dumps({"ok": False, "error": code, **more}).encode()


_UNTAKEN: dict[str, tuple[Any, ...]] = {
    "429": (429, refused("ratelimited"), (("Retry-After", "7"),)),
    "429 bare": (429, b"<html>slow down</html>"),
    "not_in_channel": (200, refused("not_in_channel")),
    "invalid_auth": (200, refused("invalid_auth")),
    "missing_scope": (200, refused("missing_scope", needed="channels:read", provided="chat:write")),
    "invalid_blocks": (
        200,
        refused("invalid_blocks", response_metadata={"messages": ["[ERROR] text [json-pointer:/blocks/0]"]}),
    ),
    "404": (404, b"<html>not here</html>"),
}
_TAKEN: dict[str, tuple[Any, ...]] = {
    "500": (500, b"oops"),
    "503": (503, refused("service_unavailable")),
    "fatal": (200, refused("fatal_error")),
    "html": (200, b"<html>maintenance</html>"),
    "a list": (200, b"[1, 2]"),
    "empty": (200, b""),
    "without ts": (200, b'{"ok": true, "channel": "C0SAGEOPS1"}'),
}


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.over.set()
        server.shutdown()
