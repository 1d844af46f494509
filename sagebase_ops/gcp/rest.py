"""How is Google asked over REST? HTTP/1.1 with keep-alive, reads repeated where that helps, failing only as GcpError.

For the APIs that have no gRPC client of ours: Cloud SQL Admin, Storage, Service Usage, BigQuery, Cloud Billing and others.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.errors import Question, failure, from_google, from_response

if TYPE_CHECKING:
    import ssl

    import httpx

    from sagebase_ops.gcp.clients import Connections

Json = dict[str, Any]  # from outside: any shape below its keys

_TOO_MANY = 429
_REPEATABLE = {_TOO_MANY, 500, 502, 503, 504}
_LONGEST_RETRY_AFTER = 5.0  # seconds; a longer wait would outlast the check, and the next round asks again
_UNAUTHORIZED = 401
_FRONT = "www.googleapis.com"


class _TryAgainError(Exception):
    """Google answered, but may answer better in a moment."""

    def __init__(self, response: "httpx.Response") -> None:
        super().__init__(response.status_code)
        self.response = response


class Rest:
    """Reading requests to `https://{api}`, or to the sandbox's REST endpoint, which needs no credentials."""

    def __init__(self, connections: "Connections") -> None:
        self._connections = connections
        self._opened: dict[str, httpx.AsyncClient] = {}
        self._refreshing = asyncio.Lock()

    async def get(
        self,
        api: str,
        path: str,
        *,
        project: str,
        permission: str,
        method: str,
        params: Mapping[str, str | int] | None = None,
    ) -> Json:
        """The JSON object at `path` of `api` (`sqladmin.googleapis.com`). Raises GcpError.

        `method` and `permission` are Google's names of what is asked, for the error's words.
        """
        question = self._connections.question(api, method, permission, project)
        return await self._answer(question, path, {"params": dict(params or {})})

    async def post(self, api: str, path: str, body: Json, *, project: str, permission: str, method: str) -> Json:
        """The answer to a question that is asked by POST, as Google asks some: it must be safe to repeat. Raises GcpError."""
        question = self._connections.question(api, method, permission, project)
        return await self._answer(question, path, {"json": body}, verb="POST")

    async def _answer(self, question: Question, path: str, asked: Json, verb: str = "GET") -> Json:
        try:
            async with asyncio.timeout(self._connections.patience.whole):
                response = await self._repeated(verb, question.api, path, asked)
        except _unanswered() as error:
            raise _failed(error, question) from error
        if response.is_error:
            raise _refused(response, question)
        return _object(response, question)

    async def date(self) -> datetime:
        """What time it is where Google's answers come from, aware UTC, to the second. Raises GcpError.

        Source: the Date header (RFC 9110, 6.6.1) of whatever stands at the root; no credentials are shown.
        """
        question = self._connections.question(_FRONT, "HEAD /", None, "-")
        try:
            async with asyncio.timeout(self._connections.patience.one_try):
                response = await self._client(_FRONT).head(self._connections.rest_endpoint or f"https://{_FRONT}")
            return parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
        except _unanswered() as error:
            raise _failed(error, question) from error
        except (KeyError, ValueError) as error:
            raise failure(GcpErrorKind.MALFORMED, "an answer without a Date", question) from error

    async def aclose(self) -> None:
        await asyncio.gather(*(client.aclose() for client in self._opened.values()))

    async def _repeated(self, verb: str, api: str, path: str, asked: Json) -> "httpx.Response":
        import stamina

        stamina.instrumentation.set_on_retry_hooks([])  # the finding says what came of it; a try by itself is no news
        patience = self._connections.patience
        tries = stamina.retry_context(
            on=_worth_another_try,
            timeout=patience.tries,
            wait_initial=patience.pause,
            wait_jitter=patience.pause,
            wait_max=3,
        )
        try:
            async for attempt in tries:
                with attempt:
                    return await self._once(verb, api, path, asked)
        except _TryAgainError as error:
            return error.response
        raise AssertionError("a retry ends with an answer or an error")  # pragma: no cover

    async def _once(self, verb: str, api: str, path: str, asked: Json) -> "httpx.Response":
        address = (self._connections.rest_endpoint or f"https://{api}") + path
        response = await self._client(api).request(verb, address, headers=await self._authorization(), **asked)
        if response.status_code == _UNAUTHORIZED and not self._connections.is_sandbox:  # the token may be just too old
            headers = await self._authorization(renew=True)
            response = await self._client(api).request(verb, address, headers=headers, **asked)
        if response.status_code in _REPEATABLE:
            raise _TryAgainError(response)
        return response

    async def _authorization(self, *, renew: bool = False) -> dict[str, str]:
        """The headers that say who we are. google-auth waits for the network, so it does that in a thread."""
        credentials = await self._connections.credentials()
        headers: dict[str, str] = {}
        if credentials is None:
            return headers
        from google.auth.transport.requests import Request

        async with self._refreshing:
            if renew or not credentials.valid:
                await asyncio.to_thread(credentials.refresh, Request())
        credentials.apply(headers)
        return headers

    def _client(self, api: str) -> "httpx.AsyncClient":
        """The one of `api`, as gRPC has a channel for each: a pool walks through all of its connections at every request.

        It sets no bound of its own, since how many calls are in flight is `Asked`'s to say. The sandbox's REST endpoint is
        plain HTTP on this machine: no certificates, and no proxy on the way.
        """
        import httpx

        if api not in self._opened:
            outside = not self._connections.is_sandbox
            self._opened[api] = httpx.AsyncClient(
                timeout=self._connections.patience.one_try,
                limits=httpx.Limits(),
                verify=self._certificates if outside else False,
                trust_env=outside,
            )
        return self._opened[api]

    @cached_property
    def _certificates(self) -> "ssl.SSLContext":
        """Read once: 20 ms for each client otherwise."""
        import httpx

        return httpx.create_ssl_context()


def _worth_another_try(error: Exception) -> bool | float:
    """Google may say how long to wait; without that, the waits grow, and a quota is not waited for, as over gRPC."""
    import httpx

    if isinstance(error, _TryAgainError):
        said = error.response.headers.get("Retry-After", "")
        return _retry_after(said) if said or error.response.status_code != _TOO_MANY else False
    return isinstance(error, httpx.TransportError)


def _retry_after(said: str) -> bool | float:
    seconds = float(said) if said.isdecimal() else None  # the other form is a date, which Google does not send
    if seconds is None:
        return True
    return seconds if seconds <= _LONGEST_RETRY_AFTER else False


def _unanswered() -> tuple[type[Exception], ...]:
    """What keeps an answer from arriving."""
    import httpx
    from google.auth.exceptions import GoogleAuthError

    return httpx.RequestError, GoogleAuthError, TimeoutError


def _failed(error: Exception, question: Question) -> GcpError:
    import httpx

    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return failure(GcpErrorKind.DEADLINE, "", question)
    if isinstance(error, httpx.TransportError):
        return failure(GcpErrorKind.UNAVAILABLE, str(error) or type(error).__name__, question)
    if isinstance(error, httpx.RequestError):
        return failure(GcpErrorKind.MALFORMED, str(error), question)
    return from_google(error, question)


def _refused(response: "httpx.Response", question: Question) -> GcpError:
    return from_response(response.status_code, response.text, question)


def _object(response: "httpx.Response", question: Question) -> Json:
    try:
        read = response.json()
    except ValueError as error:
        raise failure(GcpErrorKind.MALFORMED, f"no JSON: {response.text[:80]}", question) from error
    if not isinstance(read, dict):
        raise failure(GcpErrorKind.MALFORMED, f"a JSON {type(read).__name__} where an object was promised", question)
    return read
