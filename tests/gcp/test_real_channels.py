"""Without the sandbox's endpoints every call goes over TLS that is verified, as the account that we run as."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme
from google.cloud import run_v2
from google.cloud.run_v2.services.services import ServicesAsyncClient

from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp import run
from sagebase_ops.gcp.calls import Patience
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.snapshot import Cloud
from tests.gcp.google_account import ACCESS_TOKEN, EMAIL, TokenEndpoint, signing_in

BEARER = f"Bearer {ACCESS_TOKEN}"
PATIENT = Patience(one_try=20, tries=2, whole=60, pause=0.02)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(autouse=True)
def _trusted(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a machine's own authorities are to gRPC and to httpx."""
    roots = tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(str(roots))
    monkeypatch.setenv("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", str(roots))
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))


@asynccontextmanager
async def cloud_run(authority: trustme.CA) -> AsyncIterator[tuple[str, list[str]]]:
    """Cloud Run over TLS on loopback: where it is, and whom its callers said to be."""
    callers: list[str] = []

    async def list_services(_request: Any, context: Any) -> Any:  # raw messages, grpc's context
        callers.append(dict(context.invocation_metadata()).get("authorization", "nobody"))
        answer = run_v2.ListServicesResponse.pb()()
        answer.services.add(name="projects/prod/locations/asia-northeast1/services/web")
        return answer

    handler = grpc.unary_unary_rpc_method_handler(
        list_services,
        request_deserializer=run_v2.ListServicesRequest.pb().FromString,
        response_serializer=run_v2.ListServicesResponse.pb().SerializeToString,
    )
    server = grpc.aio.server()
    services = grpc.method_handlers_generic_handler("google.cloud.run.v2.Services", {"ListServices": handler})
    server.add_generic_rpc_handlers((services,))
    shown = authority.issue_cert("localhost")
    pair = (shown.private_key_pem.bytes(), b"".join(part.bytes() for part in shown.cert_chain_pems))
    port = server.add_secure_port("localhost:0", grpc.ssl_server_credentials([pair]))
    await server.start()
    yield f"localhost:{port}", callers
    await server.stop(None)


@asynccontextmanager
async def signed_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Connections, TokenEndpoint]]:
    """Connections without any endpoint, as a service account that its key file names."""
    async with signing_in(folder) as (endpoint, key_file):
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key_file))
        connections = Connections(patience=PATIENT)
        yield connections, endpoint
        await connections.aclose()


def at(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Google's own client, whose usual host is here."""

    class Here(ServicesAsyncClient):
        DEFAULT_ENDPOINT = place

    monkeypatch.setattr(run, "_services_client", lambda: Here)


async def test_a_grpc_call_is_made_over_tls_as_the_account(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with cloud_run(authority) as (place, callers), signed_in(tmp_path, monkeypatch) as (connections, endpoint):
        at(place, monkeypatch)
        listing = await Cloud(connections).run.services("prod", "asia-northeast1")
        assert [service.name for service in listing.items] == ["web"]
        assert callers == [BEARER]
        assert {claims["iss"] for claims in endpoint.asked} == {EMAIL}
        assert connections.account("prod") == EMAIL


async def test_a_server_that_no_authority_vouches_for_is_never_told_who_we_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with cloud_run(trustme.CA()) as (place, callers), signed_in(tmp_path, monkeypatch) as (connections, _):
        at(place, monkeypatch)
        with pytest.raises(GcpError) as refused:
            await Cloud(connections).run.services("prod", "asia-northeast1")
    assert (refused.value.kind, callers) == (GcpErrorKind.UNAVAILABLE, [])


async def test_a_token_that_is_refused_is_unauthenticated_with_the_login(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with cloud_run(authority) as (place, callers), signed_in(tmp_path, monkeypatch) as (connections, endpoint):
        at(place, monkeypatch)
        endpoint.refusal = "invalid_grant"
        with pytest.raises(GcpError) as refused:
            await Cloud(connections).run.services("prod", "asia-northeast1")
    assert (refused.value.kind, callers) == (GcpErrorKind.UNAUTHENTICATED, [])
    assert refused.value.remedy == "gcloud auth application-default login"


async def test_a_rest_call_is_made_over_tls_as_the_account(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    callers: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        callers.extend(line.partition(": ")[2] for line in head.splitlines() if line.lower().startswith("authoriz"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: close\r\n\r\n" + b'{"items":1}')
        await writer.drain()
        writer.close()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    server = await asyncio.start_server(answer, "localhost", 0, ssl=context)
    place = f"localhost:{server.sockets[0].getsockname()[1]}"
    async with signed_in(tmp_path, monkeypatch) as (connections, _):
        found = await connections.rest.get(place, "/v1", project="prod", permission="p", method="m")
    server.close()
    assert (found, callers) == ({"items": 1}, [BEARER])
