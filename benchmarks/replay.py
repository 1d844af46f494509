"""A cloud that answers at once what it was asked before: a process between us and the sandbox, which keeps its answers.

The sandbox makes up an answer in more time than its client takes to read it, so it would measure itself. Here the first run
is handed on and remembered, and a second one with the same questions gets the same bytes after exactly the latency wanted.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sagebase_ops.gcp.clients import CHANNEL_OPTIONS

_EACH_TIME_ANEW = re.compile(rb'"requestId": ?"[^"]*"')
"""BigQuery's, by which it knows a question that is repeated."""


@dataclass
class Answers:
    """What was answered to what; `latency` in seconds, for answers that are known."""

    latency: float
    _known: dict[Hashable, Any] = field(default_factory=dict)  # by question: whatever `ask` gave

    async def of(self, question: Hashable, ask: Callable[[], Awaitable[Any]]) -> Any:  # as above
        if question in self._known:
            await asyncio.sleep(self.latency)
        else:
            self._known[question] = await ask()
        return self._known[question]


class OverGrpc(grpc.GenericRpcHandler):  # type: ignore[misc] # grpc publishes no types
    """Every unary call, as bytes: what is refused is no answer, and ends the measurement."""

    def __init__(self, answers: Answers, behind: Any) -> None:  # grpc.aio.Channel
        self._answers, self._behind = answers, behind

    def service(self, details: Any) -> Any:  # grpc.HandlerCallDetails -> grpc.RpcMethodHandler
        method = details.method
        routing = [pair for pair in details.invocation_metadata if pair[0] == "x-goog-request-params"]

        async def answer(asked: bytes, _: Any) -> Any:  # grpc.aio.ServicerContext
            call = self._behind.unary_unary(method)
            return await self._answers.of((method, asked), lambda: call(asked, metadata=routing))

        return grpc.unary_unary_rpc_method_handler(answer)


def over_rest(answers: Answers, behind: httpx.AsyncClient) -> Starlette:
    """Every request, whatever its path."""

    async def answer(request: Request) -> Response:
        asked = await request.body()
        question = (request.method, str(request.url.replace(scheme="", netloc="")), _EACH_TIME_ANEW.sub(b"", asked))

        async def ask() -> httpx.Response:
            kind = {"content-type": request.headers["content-type"]} if "content-type" in request.headers else {}
            return await behind.request(question[0], question[1], content=asked, headers=kind)

        seen = await answers.of(question, ask)
        return Response(seen.content, seen.status_code, media_type=seen.headers.get("content-type"))

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])


@dataclass(frozen=True, slots=True)
class Replay:
    """Where it listens, as a sandbox's exports name it."""

    grpc: str
    rest: str


@contextmanager
def replaying(grpc_behind: str, rest_behind: str, latency: float) -> Iterator[Replay]:
    """A process of its own in front of that sandbox; known questions are answered after `latency` seconds."""
    command = [sys.executable, "-m", "benchmarks.replay", grpc_behind, rest_behind, str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Replay(*next(iter(process.stdout or ())).split())
        finally:
            process.terminate()


async def _serve(grpc_behind: str, rest_behind: str, latency: float) -> None:
    answers = Answers(latency)
    async with (
        grpc.aio.insecure_channel(grpc_behind, options=CHANNEL_OPTIONS) as channel,
        httpx.AsyncClient(base_url=rest_behind, timeout=60) as client,
    ):
        server = grpc.aio.server(options=CHANNEL_OPTIONS)
        server.add_generic_rpc_handlers((OverGrpc(answers, channel),))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        web = uvicorn.Server(uvicorn.Config(over_rest(answers, client), port=0, log_level="error", lifespan="off"))
        listening = web.config.bind_socket()
        print(f"127.0.0.1:{port} http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
        await web.serve([listening])
        await server.stop(0)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], sys.argv[2], float(sys.argv[3])))
