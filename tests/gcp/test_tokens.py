"""An ID token for a service that is not public: from a key file, from the metadata server, and from nobody."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from google.auth import jwt

from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.tokens import LONGEST_WAIT, IdTokens
from tests.gcp.google_account import EMAIL, id_token, signing_in

AUDIENCE = "https://web-7x2kq3vq5a-an.a.run.app"
ASK_FOR_ONE = """
import asyncio
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.tokens import IdTokens
print(asyncio.run(IdTokens(Connections()).for_audience("https://web-7x2kq3vq5a-an.a.run.app")))
"""


def claims(token: str) -> dict[str, Any]:  # JSON
    return dict(jwt.decode(token, verify=False))


def acting_by(key_file: Path, monkeypatch: pytest.MonkeyPatch, longest_wait: float = LONGEST_WAIT) -> IdTokens:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key_file))
    return IdTokens(Connections(), longest_wait)


async def refusal_of(tokens: IdTokens) -> GcpError:
    with pytest.raises(GcpError) as refused:
        await tokens.for_audience(AUDIENCE)
    return refused.value


async def test_a_service_account_signs_in_for_the_audience_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with signing_in(tmp_path) as (endpoint, key_file):
        tokens = acting_by(key_file, monkeypatch)
        given = await asyncio.gather(*(tokens.for_audience(AUDIENCE) for _ in range(5)))
    assert {claims(token)["aud"] for token in given} == {AUDIENCE}
    assert [(asked["iss"], asked["target_audience"]) for asked in endpoint.asked] == [(EMAIL, AUDIENCE)]


async def test_each_audience_has_its_own_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with signing_in(tmp_path) as (_, key_file):
        tokens = acting_by(key_file, monkeypatch)
        given = [claims(await tokens.for_audience(url))["aud"] for url in (AUDIENCE, "https://other.example")]
    assert given == [AUDIENCE, "https://other.example"]


async def test_an_account_that_is_refused_is_unauthenticated_with_a_way_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with signing_in(tmp_path) as (endpoint, key_file):
        endpoint.refusal = "invalid_grant"
        error = await refusal_of(acting_by(key_file, monkeypatch))
    assert error.kind is GcpErrorKind.UNAUTHENTICATED
    assert "invalid_grant" in str(error)
    assert "--impersonate-service-account" in str(error.remedy)


async def test_a_persons_own_credentials_make_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}
    (tmp_path / "person.json").write_text(json.dumps(person))
    error = await refusal_of(acting_by(tmp_path / "person.json", monkeypatch))
    assert error.kind is GcpErrorKind.UNAUTHENTICATED
    assert "a person's own credentials make none" in str(error)


@pytest.mark.parametrize("written", ["", "{", '{"type": "service_account"}', None])
async def test_a_key_file_that_cannot_be_read_is_unauthenticated(
    written: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if written is not None:
        (tmp_path / "key.json").write_text(written)
    assert (await refusal_of(acting_by(tmp_path / "key.json", monkeypatch))).kind is GcpErrorKind.UNAUTHENTICATED


async def test_a_key_whose_endpoint_is_silent_is_given_up_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with signing_in(tmp_path) as (endpoint, key_file):
        endpoint.holds = asyncio.Event()
        error = await refusal_of(acting_by(key_file, monkeypatch, longest_wait=0.2))
        endpoint.holds.set()
    assert (error.kind, error.retryable) == (GcpErrorKind.DEADLINE, True)


@asynccontextmanager
async def metadata_server() -> AsyncIterator[tuple[str, list[str]]]:
    """What Cloud Run has at 169.254.169.254: where it is, and the paths that were asked."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).decode().split()[1]
        asked.append(path)
        said = id_token(AUDIENCE) if "/identity" in path else answers.get(path.partition("?")[0], "ok")
        kind = "application/json" if said.startswith("{") else "text/plain"
        head = f"HTTP/1.1 200 OK\r\nMetadata-Flavor: Google\r\nContent-Type: {kind}\r\nContent-Length: {len(said)}"
        writer.write(f"{head}\r\nConnection: close\r\n\r\n{said}".encode())
        await writer.drain()
        writer.close()

    account = "/computeMetadata/v1/instance/service-accounts/default/"
    answers = {
        account: json.dumps({"email": EMAIL, "scopes": [], "aliases": ["default"]}),
        "/computeMetadata/v1/project/project-id": "prod",
    }
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    server.close()


async def test_on_cloud_run_the_metadata_server_gives_it(tmp_path: Path) -> None:
    """In a process of its own, since google-auth reads where that server is when it is imported."""
    async with metadata_server() as (place, asked):
        home = {"HOME": str(tmp_path), "CLOUDSDK_CONFIG": str(tmp_path), "PATH": os.environ["PATH"]}
        there = {"GCE_METADATA_HOST": place, "GCE_METADATA_IP": place}
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", ASK_FOR_ONE, env={**home, **there}, stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await asyncio.wait_for(child.communicate(), 60)
    assert claims(printed.decode().strip())["aud"] == AUDIENCE
    assert any("/identity" in path for path in asked)
