"""How is Google reached? One channel per API, opened at first use and kept as long as the process lives."""

import asyncio
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sagebase_ops.errors import GcpErrorKind
from sagebase_ops.gcp.calls import Patience
from sagebase_ops.gcp.errors import UNKNOWN_ACCOUNT, Question, failure
from sagebase_ops.gcp.pace import Pace

if TYPE_CHECKING:
    from sagebase_ops.gcp.monitoring import Descriptor
    from sagebase_ops.gcp.rest import Rest

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
CHANNEL_OPTIONS = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),  # a page of log entries may pass gRPC's own 4 MiB
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 5000),  # gRPC's own 120 s would outlast an outage by two minutes
)
_LOOK_FOR_CREDENTIALS_AGAIN = 60.0  # seconds; a machine without any answers only after several tries

Client = TypeVar("Client")


class Connections:
    """The process's channels and credentials. With an endpoint, every call goes there, in clear, without credentials.

    `grpc_endpoint` is `host:port`, `rest_endpoint` a URL.
    """

    def __init__(
        self, grpc_endpoint: str | None = None, rest_endpoint: str | None = None, patience: Patience | None = None
    ) -> None:
        self.grpc_endpoint = grpc_endpoint
        self.rest_endpoint = rest_endpoint
        self.patience = patience or Patience()
        self._opening = asyncio.Lock()
        self._finding = asyncio.Lock()
        self._channels: dict[str, Any] = {}  # grpc.aio.Channel by host; grpc publishes no types
        self._clients: dict[Callable[[], type], object] = {}
        self._credentials: Any = None  # google.auth.credentials.Credentials, once found
        self._not_found: tuple[float, Exception] | None = None
        self.descriptors: dict[tuple[str, str], Mapping[str, Descriptor]] = {}  # by project and API, once asked
        self.log_reads = Pace(burst=10, per_second=0.6)  # Cloud Logging: 60 reads a minute and project, people included
        if self.is_sandbox:  # shares its quota with nobody, and its time may run faster than ours
            self.log_reads = Pace(burst=1000, per_second=1000.0)

    @cached_property
    def rest(self) -> "Rest":
        from sagebase_ops.gcp.rest import Rest

        return Rest(self)

    @property
    def is_sandbox(self) -> bool:
        return bool(self.grpc_endpoint or self.rest_endpoint)

    def question(self, api: str, method: str, permission: str | None, project: str) -> Question:
        """What is asked of whom, as `asking` and the errors want it."""
        return Question(api, method, permission, project, self.account(project))

    def account(self, project: str) -> str:
        """The e-mail of the account that we are, or a placeholder where it is not known (yet)."""
        if self.is_sandbox:
            return f"sagebase-ops@{project}.iam.gserviceaccount.com"
        email = getattr(self._credentials, "service_account_email", None)
        return email if isinstance(email, str) and "@" in email else UNKNOWN_ACCOUNT

    async def client(self, load: Callable[[], type[Client]]) -> Client:
        """The client of the class that `load` imports, on its API's channel.

        `load` runs in a thread, so that its 100 to 200 ms of imports hold up no other answer; one at a time, since
        packages that import each other must not be imported from two threads at once.
        """
        async with self._opening:
            if load not in self._clients:
                client_class = await asyncio.to_thread(load)
                self._clients[load] = await self._open(client_class)
            return cast("Client", self._clients[load])

    async def credentials(self) -> Any:  # google.auth.credentials.Credentials
        """Application default credentials, found once; None with an endpoint. Raises google.auth's errors."""
        if self.is_sandbox:
            return None
        async with self._finding:
            if self._credentials is None:
                self._credentials = await self._find_credentials()
            return self._credentials

    async def whoami(self) -> str:
        """Whose credentials were found: an account's e-mail, else the kind (a person's own name no e-mail).

        With the project that is billed for quota where they name one. Raises GcpError.
        """
        import google.auth.exceptions

        question = self.question("oauth2.googleapis.com", "google.auth.default", None, "-")
        try:
            found = await self.credentials()
        except (
            google.auth.exceptions.GoogleAuthError,
            OSError,
            ValueError,
        ) as error:  # the last two: a broken key file
            raise failure(GcpErrorKind.UNAUTHENTICATED, str(error), question) from error
        email = str(getattr(found, "service_account_email", "") or "")
        who = email if "@" in email else type(found).__module__.removeprefix("google.")
        quota = getattr(found, "quota_project_id", None)
        return f"{who}, quota project {quota}" if quota else who

    async def aclose(self) -> None:
        """Close what was opened."""
        if "rest" in self.__dict__:
            await self.rest.aclose()
        await asyncio.gather(*(channel.close() for channel in self._channels.values()))
        self._channels.clear()
        self._clients.clear()

    async def _open(self, client_class: Any) -> object:  # the gapic clients share a shape but no base class
        transport_class = client_class.get_transport_class("grpc_asyncio")
        host = client_class.DEFAULT_ENDPOINT
        if host not in self._channels:
            self._channels[host] = await self._channel(transport_class, host)
        opened: object = client_class(transport=transport_class(channel=self._channels[host]))
        return opened

    async def _channel(self, transport_class: Any, host: str) -> Any:  # as above; a grpc.aio.Channel
        import grpc

        if self.grpc_endpoint:
            return grpc.aio.insecure_channel(self.grpc_endpoint, options=CHANNEL_OPTIONS)
        credentials = await self.credentials()
        target = host if ":" in host else f"{host}:443"
        return transport_class.create_channel(target, credentials=credentials, scopes=[SCOPE], options=CHANNEL_OPTIONS)

    async def _find_credentials(self) -> Any:  # google.auth.credentials.Credentials
        """Looked for in a thread (files, the metadata server); a failure is remembered for a minute."""
        import google.auth
        from google.auth.exceptions import GoogleAuthError

        now = asyncio.get_running_loop().time()
        if self._not_found and now - self._not_found[0] < _LOOK_FOR_CREDENTIALS_AGAIN:
            raise self._not_found[1]
        try:
            credentials, _ = await asyncio.to_thread(google.auth.default, scopes=[SCOPE])
        except GoogleAuthError as error:
            self._not_found = (now, error)
            raise
        return credentials
