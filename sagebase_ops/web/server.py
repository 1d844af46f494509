"""HTTP in: one server on one port, as long as a block lasts."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog

from sagebase_ops.errors import ConfigError

log = structlog.get_logger()


class Front:
    """An ASGI application that may be put in another's place while the port stays open."""

    def __init__(self, app: Any) -> None:  # Any: an ASGI application
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # Any: ASGI's own, untyped
        await self.app(scope, receive, send)


@asynccontextmanager
async def serving(app: Any, port: int | None) -> AsyncIterator[int | None]:  # Any: an ASGI application
    """Answer on `port` of every address (0: any free one); yields the port. Without a port nothing listens.

    Raises ConfigError where the port is taken.
    """
    if port is None:
        yield None
        return
    import uvicorn

    try:
        listener = socket.create_server(("", port))
    except OSError as error:
        raise ConfigError(f"environment: PORT = {port}: cannot listen there ({error}); give another one") from error
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    task = asyncio.create_task(server._serve([listener]))  # noqa: SLF001 (serve() would take the process's signals)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await task
