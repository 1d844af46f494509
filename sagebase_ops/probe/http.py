"""Does the user's own service answer? Requests to its hosts alone, no redirect followed, 1 MB of a body at most."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from sagebase_ops.errors import ProbeError
from sagebase_ops.single_flight import SingleFlight

if TYPE_CHECKING:
    from sagebase_ops.probe.tls import Certificate
    from sagebase_ops.probe.transport import Transport

LONGEST_BODY = 1_000_000
MOST_AT_ONCE = 32
LONGEST_WAIT = 25.0
"""Seconds for one request, cold start included: a check has 30 s, and asks Google for the URL before."""

_REDIRECTS = {301, 302, 303, 307, 308}
_WANTS_A_TOKEN = {401, 403}

TokenGetter = Callable[[str], Awaitable[str]]
"""Audience in, ID token out. Raises GcpError when none can be had."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What a URL answered. Header names are in lower case; `truncated` says that the body went on past 1 MB.

    `elapsed` runs from the request, connection included, to the end of what was read.
    """

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    truncated: bool = False
    elapsed: timedelta = timedelta()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")

    @property
    def redirect(self) -> str | None:
        """The absolute URL that it sends a browser to, or None."""
        location = self.headers.get("location")
        return urljoin(self.url, location) if self.status in _REDIRECTS and location else None


def host_of(url: str) -> str:
    """The host of a URL in lower case, or an empty string."""
    return (urlsplit(url).hostname or "").lower()


class Probe:
    """One run's requests to the services it watches; the same question is asked once and its answer shared.

    `proxy` is the sandbox's REST endpoint: every request goes through it, and its own CA is trusted.
    `token_for` gives ID tokens for services that are not public. `trust` replaces the usual certificate authorities.
    At most `at_once` requests are under way: one that waits for its turn is not yet waiting for the service.
    """

    def __init__(
        self,
        proxy: str | None = None,
        token_for: TokenGetter | None = None,
        *,
        trust: ssl.SSLContext | None = None,
        longest_wait: float = LONGEST_WAIT,
        at_once: int = MOST_AT_ONCE,
    ) -> None:
        self._proxy = proxy
        self._token_for = token_for
        self._trust = trust
        self._longest_wait = longest_wait
        self._opening = asyncio.Lock()
        self._transport: Transport | None = None
        self._answers = SingleFlight(at_once)

    @property
    def is_open(self) -> bool:
        """Whether a request can leave at once."""
        return self._transport is not None

    async def open(self) -> None:
        """Get ready to ask, while nobody waits for it: the first request would otherwise spend 20 ms on that.

        Raises ProbeError `proxy` when the sandbox does not answer.
        """
        await self._open()

    async def get(self, url: str, allowed_hosts: Collection[str], *, audience: str | None = None) -> HttpAnswer:
        """The answer to a plain GET, whatever its status.

        With an `audience`, a first 401 or 403 is asked again once with an ID token for it, over https only.
        Raises ProbeError: `foreign_host` (not in `allowed_hosts`, nothing was sent), `dns`, `connect`, `timeout`,
        `reset`, `malformed`, `proxy`, `tls`, or a CertificateProblem's word. Raises GcpError without a token.
        """
        _refuse_foreign(url, allowed_hosts)
        return await self._answers.once(("get", url, audience), lambda: self._get(url, audience))

    async def certificate(self, url: str, allowed_hosts: Collection[str]) -> "Certificate":
        """The certificate that the host of an https `url` shows, good or bad, by a handshake that sends no request.

        Raises ProbeError as `get` does, but for a bad certificate, which says so itself.
        """
        _refuse_foreign(url, allowed_hosts)
        origin = f"https://{urlsplit(url).netloc}/"
        return await self._answers.once(("certificate", origin), lambda: self._certificate(origin))

    async def aclose(self) -> None:
        """Give up what is still being asked and close the connections."""
        await self._answers.aclose()
        if self._transport is not None:
            await self._transport.aclose()

    async def _get(self, url: str, audience: str | None) -> HttpAnswer:
        transport = await self._open()
        answer = await transport.fetch(url)
        private = answer.status in _WANTS_A_TOKEN and audience is not None and url.startswith("https://")
        if not private or audience is None or self._token_for is None:
            return answer
        return await transport.fetch(url, {"Authorization": f"Bearer {await self._token_for(audience)}"})

    async def _certificate(self, origin: str) -> "Certificate":
        return await (await self._open()).certificate(origin)

    async def _open(self) -> "Transport":
        from sagebase_ops.probe.transport import Transport  # noqa: PLC0415 (httpx: 90 ms that only a probing run costs)

        async with self._opening:
            if self._transport is None:
                self._transport = await Transport.open(self._proxy, self._trust, self._longest_wait)
            return self._transport


def _refuse_foreign(url: str, allowed_hosts: Collection[str]) -> None:
    """A URL may come from an answer or a file; whatever it says, only the watched services are asked."""
    parts = urlsplit(url)
    ours = parts.scheme in {"http", "https"} and host_of(url) in {host.lower() for host in allowed_hosts}
    if not ours or parts.username is not None:
        allowed = ", ".join(sorted(allowed_hosts)) or "none"
        raise ProbeError("foreign_host", f"{url}: not asked; requests go to the configured services only ({allowed})")
