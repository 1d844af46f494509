"""Which secrets exist, and in which versions? No payload is ever read. Source: Secret Manager v1 over gRPC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sagebase_ops.gcp.asked import Asked
from sagebase_ops.gcp.calls import asking, pages_of
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.fields import short_name, time_of

if TYPE_CHECKING:
    from google.cloud.secretmanager_v1 import SecretManagerServiceAsyncClient

API = "secretmanager.googleapis.com"
PAGE_SIZE = 1000

State: TypeAlias = Literal["enabled", "disabled", "destroyed", "unspecified"]
_STATES: dict[int, State] = {1: "enabled", 2: "disabled", 3: "destroyed"}  # SecretVersion.State


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret by its short name: Google answers with the project's number, whatever was asked.

    `expires_at` is when Google deletes it, `rotate_at` when somebody is told next to renew it (None: never); both aware UTC.
    Google moves that on by `rotate_every` each time it told somebody, whether or not anybody did. `aliases` are words for
    numbers of versions.
    """

    name: str
    create_time: datetime | None = None
    expires_at: datetime | None = None
    rotate_at: datetime | None = None
    rotate_every: timedelta | None = None
    aliases: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SecretVersion:
    """One version. A state newer than our library is `unspecified`; `create_time` is aware UTC."""

    number: int
    state: State
    create_time: datetime | None = None


class SecretReader:
    """The names and states of a project's secrets."""

    def __init__(self, connections: Connections, asked: Asked) -> None:
        self._connections = connections
        self._asked = asked

    async def secrets(self, project: str) -> tuple[Secret, ...]:
        """Every secret of the project, all pages. Raises GcpError. Source: SecretManagerService.ListSecrets."""
        return await self._asked.once(("secrets.list", project), lambda: self._secrets(project))

    async def versions(self, project: str, secret: str) -> tuple[SecretVersion, ...]:
        """The versions of `secret` (short name), highest number first. Raises GcpError, not_found without such a secret.

        Source: SecretManagerService.ListSecretVersions; its order is not documented, so they are sorted here.
        """
        return await self._asked.once(("secrets.versions", project, secret), lambda: self._versions(project, secret))

    async def _secrets(self, project: str) -> tuple[Secret, ...]:
        method = "SecretManagerService.ListSecrets"
        question = self._connections.question(API, method, "secretmanager.secrets.list", project)
        async with asking(question, self._connections.patience) as tries:
            client = await self._connections.client(secrets_client)
            request = {"parent": f"projects/{project}", "page_size": PAGE_SIZE}
            pages = pages_of(await client.list_secrets(request=request, **tries))
            return tuple([read_secret(secret) async for page in pages for secret in page.secrets])

    async def _versions(self, project: str, secret: str) -> tuple[SecretVersion, ...]:
        method = "SecretManagerService.ListSecretVersions"
        question = self._connections.question(API, method, "secretmanager.versions.list", project)
        async with asking(question, self._connections.patience) as tries:
            client = await self._connections.client(secrets_client)
            request = {"parent": f"projects/{project}/secrets/{secret}", "page_size": PAGE_SIZE}
            pages = pages_of(await client.list_secret_versions(request=request, **tries))
            found = [read_version(version) async for page in pages for version in page.versions]
            return tuple(sorted(found, key=lambda version: version.number, reverse=True))


def read_secret(message: Any) -> Secret:  # raw google.cloud.secretmanager.v1.Secret; its class is made at run time
    """A Secret message as we see it."""
    rotation, aliases = message.rotation, dict(message.version_aliases)
    every = rotation.rotation_period.ToTimedelta() if rotation.HasField("rotation_period") else None
    at = time_of(rotation, "next_rotation_time")
    return Secret(
        short_name(message.name), time_of(message, "create_time"), time_of(message, "expire_time"), at, every, aliases
    )


def read_version(message: Any) -> SecretVersion:  # raw SecretVersion, as above
    """A SecretVersion message as we see it; one without a number in its name counts as version 0."""
    number = short_name(message.name)
    return SecretVersion(
        int(number) if number.isdecimal() else 0,
        _STATES.get(message.state, "unspecified"),
        time_of(message, "create_time"),
    )


def secrets_client() -> "type[SecretManagerServiceAsyncClient]":
    from google.cloud.secretmanager_v1 import SecretManagerServiceAsyncClient

    return SecretManagerServiceAsyncClient
