"""A request to the user's service: what is sent, what is read, what is never done, and what TLS says."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from sagebase_ops.errors import GcpError, GcpErrorKind, ProbeError
from sagebase_ops.probe.http import LONGEST_BODY, HttpAnswer, Probe
from sagebase_ops.probe.tls import Certificate

HERE = {"localhost"}


def answer(status: str = "200 OK", body: bytes = b"", **headers: str) -> bytes:
    """One HTTP answer on the wire."""
    given = {"Content-Length": str(len(body)), "Connection": "close"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Site:
    """A server on loopback that answers each path with the very bytes of `answers`; None holds the request until `let_go`.

    `requests` are the heads as they came.
    """

    url: str = ""
    answers: dict[str, bytes | None] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    connections: int = 0
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def asked(self) -> list[str]:
        return [request.split()[1] for request in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
            self.was_asked.set()
            path = self.asked[-1]
            if self.answers.get(path, b"") is None:
                gone = asyncio.ensure_future(reader.read())  # until the other side gives up
                freed = asyncio.ensure_future(self.let_go.wait())
                await asyncio.wait({gone, freed}, return_when=asyncio.FIRST_COMPLETED)
                gone.cancel()
                freed.cancel()
            writer.write(self.answers.get(path) or b"")
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass  # the other side went away, as after a handshake alone
        finally:
            writer.close()


@asynccontextmanager
async def serving(context: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    site = Site()
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    site.url = f"{'https' if context else 'http'}://localhost:{port}"
    yield site
    server.close()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def trust(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def showing(authority: trustme.CA, host: str = "localhost", left: timedelta = timedelta(days=60)) -> ssl.SSLContext:
    """A server's side with a certificate for `host` that lasts `left` from now."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    until = datetime.now(UTC) + left
    authority.issue_cert(host, not_before=until - timedelta(days=90), not_after=until).configure_cert(context)
    return context


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as site:
        yield site


@pytest.fixture
async def probe() -> AsyncIterator[Probe]:
    probe = Probe()
    yield probe
    await probe.aclose()


async def reason_of(probe: Probe, url: str) -> str:
    with pytest.raises(ProbeError) as refused:
        await probe.get(url, HERE)
    return refused.value.reason


async def test_an_answer_carries_status_headers_text_and_time(site: Site, probe: Probe) -> None:
    site.answers["/"] = answer(body="Streamlit です".encode(), X_Cloud_Trace="abc")
    seen = await probe.get(site.url + "/", HERE)
    assert (seen.status, seen.text, seen.headers["x-cloud-trace"]) == (200, "Streamlit です", "abc")
    assert seen.elapsed.total_seconds() > 0
    assert not seen.truncated


async def test_a_body_is_read_to_one_megabyte_and_then_left(site: Site, probe: Probe) -> None:
    site.answers["/"] = answer(body=b"x" * (30 * LONGEST_BODY))
    seen = await probe.get(site.url + "/", HERE)
    assert len(seen.body) == LONGEST_BODY
    assert seen.truncated


async def test_a_body_of_exactly_one_megabyte_is_whole(site: Site, probe: Probe) -> None:
    site.answers["/"] = answer(body=b"x" * LONGEST_BODY)
    assert not (await probe.get(site.url + "/", HERE)).truncated


async def test_a_compressed_body_is_never_unpacked(site: Site, probe: Probe) -> None:
    site.answers["/"] = answer(body=b"\x1f\x8b packed", Content_Encoding="gzip")
    assert (await probe.get(site.url + "/", HERE)).body == b"\x1f\x8b packed"
    assert "accept-encoding: identity" in site.requests[0].lower()


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("/login", "http://localhost/login"),
        ("https://evil.example/x", "https://evil.example/x"),
        ("//b/c", "http://b/c"),
    ],
)
def test_a_redirect_is_told_as_an_absolute_url(location: str, leads_to: str) -> None:
    assert HttpAnswer("http://localhost/", 302, {"location": location}).redirect == leads_to


async def test_a_redirect_is_reported_and_not_followed(site: Site, probe: Probe) -> None:
    site.answers["/"] = answer("302 Found", Location="/next")
    seen = await probe.get(site.url + "/", HERE)
    assert seen.redirect == site.url + "/next"
    assert site.asked == ["/"]


def test_an_answer_that_is_no_redirect_leads_nowhere() -> None:
    assert HttpAnswer("http://localhost/", 200, {"location": "/x"}).redirect is None


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/computeMetadata/v1/",
        "http://localhost.evil.example/",
        "http://localhost@evil.example/",
        "http://user:secret@localhost/",
        "file://localhost/etc/passwd",
        "http:///",
    ],
)
async def test_a_foreign_host_is_refused_before_anything_is_sent(url: str, probe: Probe) -> None:
    assert await reason_of(probe, url) == "foreign_host"


async def test_a_url_is_asked_once_and_its_answer_shared(site: Site, probe: Probe) -> None:
    site.answers["/"] = answer(body=b"once")
    first, second = await asyncio.gather(probe.get(site.url + "/", HERE), probe.get(site.url + "/", HERE))
    assert first is second
    assert site.connections == 1


async def test_a_failure_is_shared_too(site: Site, probe: Probe) -> None:
    assert [await reason_of(probe, site.url + "/") for _ in range(2)] == ["reset", "reset"]
    assert site.connections == 1


async def test_a_waiter_that_gives_up_leaves_the_request_to_the_others(site: Site, probe: Probe) -> None:
    site.answers["/"] = answer(body=b"late")
    impatient = asyncio.create_task(probe.get(site.url + "/", HERE))
    patient = asyncio.create_task(probe.get(site.url + "/", HERE))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).body == b"late"


async def test_no_answer_in_time_is_a_timeout(site: Site) -> None:
    site.answers["/"] = None
    probe = Probe(longest_wait=0.05)
    assert await reason_of(probe, site.url + "/") == "timeout"
    await probe.aclose()


async def test_who_waits_for_a_turn_is_not_yet_waiting_for_the_service(site: Site) -> None:
    site.answers |= {"/held": None, "/": answer()}
    probe, hasty = Probe(at_once=1), Probe(longest_wait=0.05)
    held = asyncio.create_task(reason_of(probe, site.url + "/held"))
    await site.was_asked.wait()
    page = asyncio.create_task(probe.get(site.url + "/", HERE))
    assert await reason_of(hasty, site.url + "/held") == "timeout"  # meanwhile time passes
    its_turn = asyncio.get_running_loop().time()
    site.let_go.set()
    elapsed = (await page).elapsed
    assert elapsed <= timedelta(seconds=asyncio.get_running_loop().time() - its_turn)
    assert await held == "reset"
    await asyncio.gather(probe.aclose(), hasty.aclose())


async def test_a_closed_port_is_no_connection(probe: Probe) -> None:
    async with serving() as gone:
        url = gone.url
    assert await reason_of(probe, url + "/") == "connect"


async def test_something_that_does_not_speak_http_is_malformed(site: Site, probe: Probe) -> None:
    site.answers["/"] = b"SSH-2.0-OpenSSH_9.6\r\n\r\n"
    assert await reason_of(probe, site.url + "/") == "malformed"


async def test_closing_gives_up_what_still_waits(site: Site) -> None:
    site.answers["/"] = None
    probe = Probe()
    waiting = asyncio.create_task(probe.get(site.url + "/", HERE))
    await site.was_asked.wait()
    await probe.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_sandbox_that_is_gone_is_told_as_such() -> None:
    async with serving() as gone:
        url = gone.url
    probe = Probe(proxy=url)
    assert await reason_of(probe, "https://localhost/") == "proxy"
    await probe.aclose()


# Services that are not public.


class Tokens:
    """Gives a token for any audience, or refuses."""

    def __init__(self, refusal: GcpError | None = None) -> None:
        self.audiences: list[str] = []
        self.refusal = refusal

    async def __call__(self, audience: str) -> str:
        self.audiences.append(audience)
        if self.refusal:
            raise self.refusal
        return "token-123"


@pytest.fixture
async def private(authority: trustme.CA) -> AsyncIterator[Site]:
    async with serving(showing(authority)) as site:
        site.answers["/"] = answer("403 Forbidden", b"Your client does not have permission to get URL")
        yield site


async def test_a_public_service_is_asked_without_a_token(authority: trustme.CA, trust: ssl.SSLContext) -> None:
    tokens = Tokens()
    async with serving(showing(authority)) as site:
        site.answers["/"] = answer()
        probe = Probe(token_for=tokens, trust=trust)
        await probe.get(site.url + "/", HERE, audience="https://web.run.app")
        await probe.aclose()
        assert "authorization" not in site.requests[0].lower()
    assert tokens.audiences == []


async def test_a_private_service_is_asked_again_with_a_token_for_its_audience(
    private: Site, trust: ssl.SSLContext
) -> None:
    tokens = Tokens()
    probe = Probe(token_for=tokens, trust=trust)
    await probe.get(private.url + "/", HERE, audience="https://web.run.app")
    await probe.aclose()
    assert tokens.audiences == ["https://web.run.app"]
    assert ["authorization: bearer token-123" in request.lower() for request in private.requests] == [False, True]


async def test_a_token_never_goes_over_plain_http(site: Site) -> None:
    site.answers["/"] = answer("401 Unauthorized")
    tokens = Tokens()
    probe = Probe(token_for=tokens)
    assert (await probe.get(site.url + "/", HERE, audience="https://web.run.app")).status == 401
    await probe.aclose()
    assert tokens.audiences == []


async def test_a_refused_token_is_the_refusal_of_the_request(private: Site, trust: ssl.SSLContext) -> None:
    refusal = GcpError(GcpErrorKind.UNAUTHENTICATED, "no ID token", api="iam", method="m", remedy="sign in")
    probe = Probe(token_for=Tokens(refusal), trust=trust)
    with pytest.raises(GcpError, match="no ID token"):
        await probe.get(private.url + "/", HERE, audience="https://web.run.app")
    await probe.aclose()
    assert len(private.requests) == 1


# TLS.


async def certificate(context: ssl.SSLContext, trust: ssl.SSLContext) -> Certificate:
    async with serving(context) as site:
        probe = Probe(trust=trust)
        try:
            return await probe.certificate(site.url, HERE)
        finally:
            await probe.aclose()


async def test_a_good_certificate_has_its_dates_and_no_problem(authority: trustme.CA, trust: ssl.SSLContext) -> None:
    shown = await certificate(showing(authority, left=timedelta(days=40)), trust)
    assert shown.problem is None
    assert timedelta(days=39) < shown.not_after - datetime.now(UTC) <= timedelta(days=40)
    assert shown.not_after - shown.not_before == timedelta(days=90)
    assert "trustme" in shown.issuer


async def test_a_handshake_sends_no_request(authority: trustme.CA, trust: ssl.SSLContext) -> None:
    async with serving(showing(authority)) as site:
        probe = Probe(trust=trust)
        await probe.certificate(site.url, HERE)
        await probe.aclose()
        assert (site.connections, site.requests) == (1, [])


async def test_an_expired_certificate_is_told_with_the_day_it_expired(
    authority: trustme.CA, trust: ssl.SSLContext
) -> None:
    shown = await certificate(showing(authority, left=timedelta(days=-3)), trust)
    assert shown.problem == "tls_expired"
    assert timedelta(days=-3, minutes=-1) < shown.not_after - datetime.now(UTC) <= timedelta(days=-3)


@pytest.mark.parametrize(
    ("host", "left", "problem"),
    [
        ("other.example", timedelta(days=60), "tls_wrong_host"),
        ("localhost", timedelta(days=-1), "tls_expired"),
        ("localhost", timedelta(days=200), "tls_not_yet_valid"),
    ],
)
async def test_bad_certificates_are_told_apart(
    authority: trustme.CA, trust: ssl.SSLContext, host: str, left: timedelta, problem: str
) -> None:
    assert (await certificate(showing(authority, host, left), trust)).problem == problem


async def test_an_authority_that_nobody_knows_is_not_trusted(authority: trustme.CA) -> None:
    shown = await certificate(showing(authority), ssl.create_default_context())
    assert shown.problem == "tls_untrusted"
    assert "trustme" in shown.issuer


async def test_a_host_without_tls_shows_no_certificate() -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        probe = Probe(longest_wait=5)
        with pytest.raises(ProbeError) as failed:
            await probe.certificate(f"https://localhost:{port}/", HERE)
        await probe.aclose()
    assert failed.value.reason == "tls"


async def test_a_handshake_that_never_ends_is_a_timeout() -> None:
    async with serving() as silent:
        probe = Probe(longest_wait=0.1)
        with pytest.raises(ProbeError) as failed:
            await probe.certificate(silent.url.replace("http://", "https://"), HERE)
        await probe.aclose()
    assert failed.value.reason == "timeout"


async def test_a_page_behind_a_bad_certificate_is_not_asked(authority: trustme.CA, trust: ssl.SSLContext) -> None:
    async with serving(showing(authority, left=timedelta(days=-1))) as site:
        site.answers["/"] = answer(body=b"secret")
        probe = Probe(trust=trust)
        with pytest.raises(ProbeError, match="has expired") as failed:
            await probe.get(site.url + "/", HERE)
        await probe.aclose()
    assert failed.value.reason == "tls_expired"
    assert site.requests == []


async def test_a_foreign_hosts_certificate_is_not_asked_for() -> None:
    with pytest.raises(ProbeError) as refused:
        await Probe().certificate("https://elsewhere.example/", HERE)
    assert refused.value.reason == "foreign_host"
