"""A service account for tests: its key file, and the token endpoint that the file names, on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import crypt, jwt

EMAIL = "sagebase-ops@prod.iam.gserviceaccount.com"
ACCESS_TOKEN = "ya29.from-the-endpoint"  # noqa: S105 (a made-up one)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)


@dataclass
class TokenEndpoint:
    """Answers each signed request with a token, or with `refusal`, once `holds` is set where there is one.

    `asked` are the claims that came.
    """

    url: str = ""
    refusal: str = ""
    holds: asyncio.Event | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)  # JSON

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in head.lower().splitlines() if line.startswith("content-length")
        )
        (assertion,) = parse_qs((await reader.readexactly(length)).decode())["assertion"]
        claims = jwt.decode(assertion, verify=False)
        self.asked.append(claims)
        if self.holds is not None:
            await self.holds.wait()
        status, said = ("400 Bad Request", {"error": self.refusal}) if self.refusal else ("200 OK", token_for(claims))
        body = json.dumps(said).encode()
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close"
        )
        writer.write(head.encode() + b"\r\n\r\n" + body)
        await writer.drain()
        writer.close()


def token_for(claims: dict[str, Any]) -> dict[str, Any]:  # JSON
    """An ID token where an audience is wanted, else an access token."""
    if "target_audience" not in claims:
        return {"access_token": ACCESS_TOKEN, "expires_in": 3600, "token_type": "Bearer"}
    return {"id_token": id_token(claims["target_audience"])}


def id_token(audience: str, lasts: int = 3600) -> str:
    signer = crypt.RSASigner.from_string(KEY)
    claims = {"aud": audience, "email": EMAIL, "exp": int(time()) + lasts}
    encoded: bytes = jwt.encode(signer, claims)
    return encoded.decode()


@asynccontextmanager
async def signing_in(folder: Path) -> AsyncIterator[tuple[TokenEndpoint, Path]]:
    """The endpoint, and the key file that points at it."""
    endpoint = TokenEndpoint()
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0)
    endpoint.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/token"
    key_file = folder / "key.json"
    account = {"type": "service_account", "client_email": EMAIL, "private_key": KEY.decode(), "private_key_id": "1"}
    key_file.write_text(json.dumps({**account, "project_id": "prod", "token_uri": endpoint.url}))
    yield endpoint, key_file
    server.close()
