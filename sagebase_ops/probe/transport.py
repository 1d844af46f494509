"""How does a request leave? httpx over HTTP/1.1, with what can go wrong told apart."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx

from sagebase_ops.errors import ProbeError
from sagebase_ops.probe.http import LONGEST_BODY, HttpAnswer, host_of
from sagebase_ops.probe.tls import Certificate, causes, problem_of, read_refused, read_verified, unverified

_HEADERS = {
    "User-Agent": "sagebase-ops smoke test",
    "Accept": "text/html,*/*",
    "Accept-Encoding": "identity",  # 1 MB read is 1 MB kept: nothing unpacks to more
}
_CA_PATH = "/sandbox/ca.pem"


class Transport:
    """The connections of one Probe. Waits are in seconds and bound a whole request."""

    def __init__(self, trust: ssl.SSLContext, proxy: str | None, longest_wait: float) -> None:
        self._proxy = proxy
        self._longest_wait = longest_wait
        self._client = self._client_that_trusts(trust)

    @classmethod
    async def open(cls, proxy: str | None, trust: ssl.SSLContext | None, longest_wait: float) -> "Transport":
        """With a `proxy` its own CA is fetched first. Raises ProbeError `proxy` when it does not answer."""
        if proxy is not None and trust is None:
            trust = ssl.create_default_context(cadata=await _fetch_ca(proxy, longest_wait))
        return cls(trust or httpx.create_ssl_context(), proxy, longest_wait)

    async def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> HttpAnswer:
        """One GET. Raises ProbeError."""
        started = asyncio.get_running_loop().time()
        async with self._naming_failures(url), self._client.stream("GET", url, headers=headers) as response:
            body = await _read_bounded(response)
            return HttpAnswer(
                url=url,
                status=response.status_code,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=body[:LONGEST_BODY],
                truncated=len(body) > LONGEST_BODY,
                elapsed=timedelta(seconds=asyncio.get_running_loop().time() - started),
            )

    async def certificate(self, origin: str) -> Certificate:
        """What `origin` (`https://host/`) shows; a refused certificate is looked at again, with its problem named."""
        async with self._naming_failures(origin):
            try:
                return read_verified(await _shake_hands(self._client, origin))
            except httpx.ConnectError as error:
                problem = problem_of(error)
                if problem is None:
                    raise
            async with self._client_that_trusts(unverified()) as client:
                return read_refused(await _shake_hands(client, origin), problem)

    async def aclose(self) -> None:
        await self._client.aclose()

    def _client_that_trusts(self, trust: ssl.SSLContext) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=trust,
            proxy=self._proxy,
            trust_env=self._proxy is None,  # a company's own proxy is found in the environment
            follow_redirects=False,
            timeout=self._longest_wait,
            headers=_HEADERS,
        )

    @asynccontextmanager
    async def _naming_failures(self, url: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._longest_wait):
                yield
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            reason = _reason(error)
            raise ProbeError(reason, f"{url}: {_words(reason, self._longest_wait)}") from error


class _HandshakeDone(Exception):  # noqa: N818 (no error: it stops httpx before a request is sent)
    def __init__(self, handshake: ssl.SSLObject) -> None:
        super().__init__()
        self.handshake = handshake


async def _shake_hands(client: httpx.AsyncClient, origin: str) -> ssl.SSLObject:
    """The TLS session with the host of `origin`, closed before anything is sent; through the proxy where there is one."""
    meant_for = ""

    async def watch(event: str, info: dict[str, Any]) -> None:  # httpcore's: differs with each event
        nonlocal meant_for
        if event.endswith("start_tls.started"):
            meant_for = info["server_hostname"]
        elif event.endswith("start_tls.complete") and meant_for == host_of(origin):
            handshake = info["return_value"].get_extra_info("ssl_object")
            await info["return_value"].aclose()
            raise _HandshakeDone(handshake)

    try:
        await client.get(origin, extensions={"trace": watch})
    except _HandshakeDone as done:
        return done.handshake
    raise httpx.RemoteProtocolError("no TLS handshake took place")


async def _read_bounded(response: httpx.Response) -> bytes:
    """At most one piece more than LONGEST_BODY; the connection is closed where the body goes on."""
    body = bytearray()
    async for piece in response.aiter_raw(chunk_size=65536):
        body += piece
        if len(body) > LONGEST_BODY:
            break
    return bytes(body)


async def _fetch_ca(proxy: str, longest_wait: float) -> str:
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # plain http: httpx would spend 20 ms on reading every authority
    async with httpx.AsyncClient(verify=nobody, trust_env=False, timeout=longest_wait) as client:
        try:
            answer = await client.get(proxy.rstrip("/") + _CA_PATH)
            return answer.raise_for_status().text
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProbeError(
                "proxy", f"{proxy}{_CA_PATH}: the sandbox does not answer; is it still running?"
            ) from error


def _reason(error: BaseException) -> str:
    """A short machine word; the certificate's own where it was refused."""
    problem = problem_of(error)
    if problem is not None:
        return problem.value
    if any(isinstance(link, socket.gaierror) for link in causes(error)):
        return "dns"
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return "timeout"  # asked before TLS: an unfinished handshake has "want read" among its causes
    if any(isinstance(link, ssl.SSLError) for link in causes(error)):
        return "tls"
    kinds: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
        ((httpx.ProxyError,), "proxy"),
        ((httpx.ConnectError,), "connect"),
        ((httpx.NetworkError,), "reset"),
    )
    return next((word for types, word in kinds if isinstance(error, types)), _protocol_reason(error))


def _protocol_reason(error: BaseException) -> str:
    """Httpx has one class for "hung up without an answer" and "answered nonsense"; its words differ."""
    return "reset" if "disconnected" in str(error) else "malformed"


def _words(reason: str, longest_wait: float) -> str:
    return {
        "dns": "the host name does not resolve",
        "connect": "nothing accepts a connection there",
        "timeout": f"no answer within {longest_wait:g} s",
        "reset": "the connection was closed before an answer",
        "malformed": "what answered does not speak HTTP",
        "proxy": "the proxy on the way there refused",
        "tls": "the TLS handshake failed",
        "tls_expired": "the certificate has expired",
        "tls_not_yet_valid": "the certificate is not valid yet",
        "tls_wrong_host": "the certificate is for another host",
        "tls_untrusted": "the certificate is signed by an authority that is not trusted",
    }[reason]
