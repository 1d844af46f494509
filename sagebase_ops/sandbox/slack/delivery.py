"""How does a press reach the app? Over Socket Mode or HTTP, once or again, genuine or not; and what came back.

Source of the signature: docs.slack.dev/authentication/verifying-requests-from-slack.
"""

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from sagebase_ops.sandbox.slack.sockets import Sockets
from sagebase_ops.sandbox.slack.workspace import TEAM, Json

if TYPE_CHECKING:
    import httpx

_FINE = 200
_NOBODY = "nobody listens: open a Socket Mode connection, or POST /interactivity {url, signing_secret}"


@dataclass(frozen=True, slots=True)
class How:
    """`times` in all; `forge`: signed with another secret; `age`: how old the time stamp is; both are HTTP's alone.

    `wait` is Slack's patience with an acknowledgement; `team` the workspace that it comes from: an app may be in several.
    """

    times: int = 1
    forge: bool = False
    age: timedelta = timedelta(0)
    wait: timedelta = timedelta(seconds=3)
    team: str = TEAM

    @property
    def http_only(self) -> bool:
        return self.forge or bool(self.age)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back of one delivery: `within` None is no acknowledgement; `status` is HTTP's."""

    within: timedelta | None
    body: Json
    status: int | None = None

    def told(self) -> Json:
        within = None if self.within is None else round(self.within.total_seconds() * 1000)
        return {"acked_within_ms": within, "status": self.status, "body": self.body}


@dataclass(frozen=True, slots=True)
class Delivery:
    over: str | None
    answers: tuple[Answer, ...]

    @property
    def acknowledged(self) -> bool:
        return any(one.within is not None for one in self.answers)

    @property
    def body(self) -> Json:
        """Of the first acknowledgement."""
        return next((one.body for one in self.answers if one.within is not None), {})

    def told(self) -> Json:
        more = {} if self.over else {"hint": _NOBODY}
        return {"delivered_over": self.over, "answers": [one.told() for one in self.answers], **more}


@dataclass(frozen=True, slots=True)
class Interactivity:
    """The app's Request URL and its signing secret. Raises ValueError for a URL beyond this machine."""

    url: str
    signing_secret: str

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme != "http" or urlsplit(self.url).hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError(f"{self.url!r}: the sandbox calls this machine only, such as http://127.0.0.1:8080/…")

    def headers(self, body: str, how: How) -> dict[str, str]:
        """Signed now, by the machine's clock: that is the one the app looks at."""
        stamp = str(int(time.time() - how.age.total_seconds()))
        secret = ("forged-" if how.forge else "") + self.signing_secret
        signed = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signed}",
        }


class Doors:
    """The ways to the app: a line that it opened comes first."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets
        self.interactivity: Interactivity | None = None

    async def deliver(self, payload: Json, how: How) -> Delivery:
        """Raises ValueError where only HTTP could carry it and no Request URL is known."""
        if how.http_only and self.interactivity is None:
            raise ValueError("only HTTP carries a signature and a time stamp: POST /interactivity first")
        if self._sockets.count and not how.http_only:
            return Delivery("socket", tuple([await self._by_socket(payload, how, one) for one in range(how.times)]))
        if self.interactivity is None:
            return Delivery(None, ())
        return Delivery(
            "http", tuple([await self._by_http(self.interactivity, payload, how) for _ in range(how.times)])
        )

    async def _by_socket(self, payload: Json, how: How, attempt: int) -> Answer:
        before = time.monotonic()
        acknowledged = await self._sockets.send(payload, attempt)
        if acknowledged is None:
            return Answer(None, {})
        try:
            async with asyncio.timeout(how.wait.total_seconds()):
                body = await acknowledged
        except TimeoutError:
            return Answer(None, {})
        return Answer(timedelta(seconds=time.monotonic() - before), body)

    async def _by_http(self, door: Interactivity, payload: Json, how: How) -> Answer:
        import httpx

        body, before = urlencode({"payload": json.dumps(payload, ensure_ascii=False)}), time.monotonic()
        try:
            async with (
                httpx.AsyncClient(trust_env=False, timeout=how.wait.total_seconds()) as client,
                asyncio.timeout(how.wait.total_seconds()),
            ):
                answered = await client.post(door.url, content=body, headers=door.headers(body, how))
        except (httpx.HTTPError, TimeoutError):
            return Answer(None, {})
        within = timedelta(seconds=time.monotonic() - before) if answered.status_code == _FINE else None
        return Answer(within, _json(answered), answered.status_code)


def _json(answered: "httpx.Response") -> Json:
    try:
        found = answered.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
