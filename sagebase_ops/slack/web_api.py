"""How is one method of Slack's Web API called? One call, one try: whether to try again is the outbox's to decide.

slack_sdk is imported at the first call. Its own retries post twice after a dropped connection, so they are off.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from sagebase_ops.errors import SlackError
from sagebase_ops.slack.refusals import refusal
from sagebase_ops.slack.threads import beside

if TYPE_CHECKING:
    from slack_sdk import WebClient

Json: TypeAlias = Mapping[str, Any]  # a JSON object: any JSON inside

SOCKET_TIMEOUT_SECONDS = 10
"""slack_sdk's: for one read or write of the socket, so an answer that drips outlasts it."""
CALL_TIMEOUT_SECONDS = 15.0
"""For a whole call, whatever its answer does. A sender's lease must outlast it."""
PAGE_SIZE = 200
"""What we ask for; Slack may give apps as few as 15 a page."""
MOST_PAGES = 200
"""A cursor that never ends is an answer that cannot be believed."""

_AS_JSON = ("chat.", "views.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack answered; the names of its headers are in small letters."""

    body: Json
    headers: Mapping[str, str]


class WebApi:
    """The calls of one token. Every method raises SlackError and nothing else; none tries twice.

    `base_url` is a pretend Slack (`http://127.0.0.1:9003`, with or without `/api/`); None is Slack's own.
    """

    def __init__(
        self, token: str, base_url: str | None = None, *, call_timeout_seconds: float = CALL_TIMEOUT_SECONDS
    ) -> None:
        self._token = token
        self._base_url = base_url
        self._call_timeout_seconds = call_timeout_seconds

    async def listed(self, method: str, asked: Json, what: str, doing: str) -> AsyncIterator[Json]:
        """Everything that a paged method lists. A page without its list raises: it would look like "nothing there"."""
        cursor = ""
        for _ in range(MOST_PAGES):
            answer = await self.call(
                method, {**asked, "limit": PAGE_SIZE, **({"cursor": cursor} if cursor else {})}, doing
            )
            page = answer.get(what)
            if not isinstance(page, list):
                raise broken(doing, what)
            for one in page:
                yield one
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
        raise SlackError("too_many_pages", f"Slack's answer to {doing} does not end", retryable=True)

    async def call(self, method: str, arguments: Json, doing: str) -> Json:
        """The body of `ask`; `doing` is for the error's words."""
        return (await self.ask(method, arguments, doing)).body

    async def ask(self, method: str, arguments: Json, doing: str) -> Answer:
        """Any method's answer, whole. Raises SlackError.

        After the time-out the thread may go on: what it does then is why that is `ambiguous`.
        """
        from slack_sdk.errors import SlackClientError

        call, body = partial(self._web.api_call, method), dict(arguments)
        ask = partial(call, json=body) if method.startswith(_AS_JSON) else partial(call, params=body)
        try:
            async with asyncio.timeout(self._call_timeout_seconds):
                answer = await beside(ask)
        except (SlackClientError, OSError, HTTPException, ValueError, AttributeError) as error:
            # slack_sdk lets through what urllib and http.client raise, and stumbles over JSON that is no object
            raise refusal(error, doing) from error
        if not isinstance(answer.data, dict):
            raise broken(doing, "JSON")
        return Answer(answer.data, {name.lower(): str(value) for name, value in answer.headers.items()})

    @cached_property
    def _web(self) -> "WebClient":
        from slack_sdk import WebClient

        options: dict[str, Any] = {}  # keyword arguments of two kinds
        if self._base_url:
            options["base_url"] = api_url(self._base_url)
        return WebClient(self._token, timeout=SOCKET_TIMEOUT_SECONDS, retry_handlers=[], **options)


def api_url(base_url: str) -> str:
    """Where the methods of a pretend Slack are; from now on no proxy stands between."""
    _no_proxy_to(base_url)
    return f"{base_url.rstrip('/').removesuffix('/api')}/api/"


def _no_proxy_to(base_url: str) -> None:
    """A pretend Slack is next door. slack_sdk takes its proxy from the environment, and exceptions only from there."""
    host = urlsplit(base_url).hostname or ""
    for name in ("no_proxy", "NO_PROXY"):
        hosts = [*filter(None, os.environ.get(name, "").split(",")), host]
        os.environ[name] = ",".join(dict.fromkeys(hosts))


def text_of(answer: Json, name: str, doing: str) -> str:
    """What must be there. Raises SlackError."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise broken(doing, name)
    return value


def broken(doing: str, what: str) -> SlackError:
    """For an answer without `what`: Slack may have done all the same what it was asked."""
    words = f"Slack's answer to {doing} has no {what}; whether it took effect is read back first"
    return SlackError("broken_answer", words, retryable=True, ambiguous=True)
