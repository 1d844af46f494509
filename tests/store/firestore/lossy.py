"""A door to the emulator that can lose the answer to a write, after its effect."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any

import grpc

_WRITE = "/google.firestore.v1.Firestore/Commit"
_HEADERS = ("authorization", "google-cloud-resource-prefix", "x-goog-request-params")


class Loss(StrEnum):
    """How an answer is lost."""

    RESET = "reset"
    SILENCE = "silence"


class LossyDoor(grpc.GenericRpcHandler):  # type: ignore[misc] # grpc publishes no types
    """Hands every call on as it is. The next `losing` writes are done, and nobody hears of it."""

    def __init__(self, emulator: grpc.aio.Channel) -> None:
        self._emulator = emulator
        self.losing: list[Loss] = []
        self.address = ""

    def service(self, call: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        handed_on = self._emulator.stream_stream(call.method)
        headers = [(name, value) for name, value in call.invocation_metadata if name in _HEADERS]

        async def handle(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
            try:
                async for answer in handed_on(requests, metadata=headers):
                    await self._lose(call.method, context)
                    yield answer
            except grpc.aio.AioRpcError as refusal:
                await self._lose(call.method, context)
                await context.abort(refusal.code(), refusal.details())

        return grpc.stream_stream_rpc_method_handler(handle)

    async def _lose(self, method: str, context: Any) -> None:
        if method != _WRITE or not self.losing:
            return
        if self.losing.pop() is Loss.SILENCE:
            await asyncio.Event().wait()  # until the client gives up
        await context.abort(grpc.StatusCode.UNAVAILABLE, "the connection was reset")


@asynccontextmanager
async def lossy_door(emulator: str) -> AsyncIterator[LossyDoor]:
    async with grpc.aio.insecure_channel(emulator) as channel:
        door, server = LossyDoor(channel), grpc.aio.server()
        server.add_generic_rpc_handlers((door,))
        door.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        await server.start()
        try:
            yield door
        finally:
            await server.stop(None)
