"""The whole sandbox: every door of it on loopback, opened and closed together."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import trustme
import uvicorn

from sagebase_ops.sandbox.control import control_app
from sagebase_ops.sandbox.front_door import FrontDoor
from sagebase_ops.sandbox.grpc_server import start_grpc
from sagebase_ops.sandbox.postgres.server import start_postgres
from sagebase_ops.sandbox.rest import rest_app
from sagebase_ops.sandbox.slack.app import slack_app
from sagebase_ops.sandbox.slack.workspace import APP_TOKEN, BOT_TOKEN
from sagebase_ops.sandbox.website import website_app, with_websites
from sagebase_ops.sandbox.wire import BreakableHttp, dated
from sagebase_ops.sandbox.world import World

_GCLOUD = ("SQL", "LOGGING", "SECRETMANAGER", "MONITORING", "CLOUDRESOURCEMANAGER", "SERVICEUSAGE")
_MOMENT_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox: its world, and where its doors are."""

    world: World
    grpc: str
    rest: str
    slack: str
    control: str
    database: str

    @classmethod
    @asynccontextmanager
    async def running(
        cls, scenario: str = "healthy", *, base_port: int = 0, projects: Sequence[str] = ("sagebase-sandbox",)
    ) -> AsyncIterator["Sandbox"]:
        """Open every door: gRPC on `base_port`, REST on the next, Slack on the one after, then control and PostgreSQL.

        0: any free ones.

        Raises ScenarioError, and OSError when a port is taken.
        """
        world, ca = World(scenario, projects), trustme.CA()
        servers: list[_Server] = []
        async with AsyncExitStack() as stack:
            grpc_server, grpc_port = await start_grpc(world, base_port)
            stack.push_async_callback(grpc_server.stop, 0)
            rest = with_websites(rest_app(world, ca.cert_pem.bytes()), website_app(world, secure=False), world)
            rest_behind = await stack.enter_async_context(_serving(rest, 0, servers, world.now))
            sites = await stack.enter_async_context(_serving(website_app(world, secure=True), 0, servers, world.now))
            door = FrontDoor(world, ca, rest_behind, sites)
            port = await stack.enter_async_context(door.listening(base_port and base_port + 1))
            slack = await stack.enter_async_context(
                _serving(slack_app(world), base_port and base_port + 2, servers, world.now)
            )
            control = await stack.enter_async_context(
                _serving(control_app(world), base_port and base_port + 3, servers, world.now)
            )
            stack.callback(_end_together, servers)
            inside = await stack.enter_async_context(start_postgres(world, base_port and base_port + 4))
            database = f"postgresql://sagebase-ops@127.0.0.1:{inside}/{world.scenario.database.name}?sslmode=disable"
            web = [f"http://127.0.0.1:{one}" for one in (port, slack, control)]
            yield cls(world, f"127.0.0.1:{grpc_port}", web[0], web[1], web[2], database)

    def exports(self) -> dict[str, str]:
        """What a client sets to come here: ours first, then gcloud's."""
        host, _, port = self.rest.removeprefix("http://").partition(":")
        ours = {
            "SAGEBASE_OPS_GCP_GRPC_ENDPOINT": self.grpc,
            "SAGEBASE_OPS_GCP_REST_ENDPOINT": self.rest,
            "SAGEBASE_OPS_SLACK_BASE_URL": self.slack,
            "SAGEBASE_OPS_SLACK_BOT_TOKEN": BOT_TOKEN,
            "SAGEBASE_OPS_SLACK_APP_TOKEN": APP_TOKEN,
            "SAGEBASE_OPS_DATABASE_URL": self.database,
            "SAGEBASE_OPS_SANDBOX_PROJECT": self.world.projects[0],
        }
        gcloud = {f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{name}": f"{self.rest}/" for name in _GCLOUD}
        return {
            **ours,
            **gcloud,
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE": f"{self.rest}/storage/v1/",
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN": "http://run.sandbox/",
            "CLOUDSDK_PROXY_TYPE": "http",
            "CLOUDSDK_PROXY_ADDRESS": host,
            "CLOUDSDK_PROXY_PORT": port,
            "CLOUDSDK_AUTH_DISABLE_CREDENTIALS": "True",
            "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "True",
        }


@asynccontextmanager
async def _serving(
    app: Any, port: int, servers: "list[_Server]", now: Callable[[], datetime]
) -> AsyncIterator[int]:  # Any: an ASGI application
    """Uvicorn on loopback, added to `servers`; yields the port it got."""
    listener = socket.create_server(("127.0.0.1", port))
    # the Date of an answer is by the world's clock, which is not uvicorn's
    config = uvicorn.Config(
        dated(app, now),
        log_level="critical",
        date_header=False,
        lifespan="off",
        http=BreakableHttp,
        ws="wsproto",
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined] # older uvicorn had it; signals are the caller's
    servers.append(server)
    task = asyncio.create_task(server._serve([listener]))  # noqa: SLF001 (serve() would take the process's signals)
    try:
        yield listener.getsockname()[1]
    finally:
        server.end()
        await task


class _Server(uvicorn.Server):
    """Uvicorn itself looks ten times a second whether it is to end, and then rests a tenth: this one ends when it is told."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    def end(self) -> None:
        self._told.set()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 (closed with their servers)
        """Answers that are under way get as long as the configuration says; what then still waits is cancelled."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        ends = time.monotonic() + (self.config.timeout_graceful_shutdown or 0)
        while (self.server_state.connections or self.server_state.tasks) and time.monotonic() < ends:  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(_MOMENT_SECONDS)
        for task in self.server_state.tasks:
            task.cancel()


def _end_together(servers: list[_Server]) -> None:
    """Each may take a moment to end: side by side they take one."""
    for server in servers:
        server.end()
