"""A quota that people share is not used up."""

import asyncio

from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.pace import Pace


async def waits(pace: Pace, keys: list[str]) -> list[bool]:
    """For each turn, in order: must it wait?"""
    turns = [asyncio.ensure_future(pace.turn(key)) for key in keys]
    for _ in range(3):
        await asyncio.sleep(0)
    waiting = [not turn.done() for turn in turns]
    for turn in turns:
        turn.cancel()
    await asyncio.gather(*turns, return_exceptions=True)
    return waiting


async def test_a_burst_goes_at_once_and_the_rest_waits() -> None:
    assert await waits(Pace(burst=2, per_second=0.01), ["p"] * 4) == [False, False, True, True]


async def test_each_project_has_its_own_quota() -> None:
    assert await waits(Pace(burst=1, per_second=0.01), ["p", "q", "p"]) == [False, False, True]


async def test_the_sandbox_shares_its_quota_with_nobody() -> None:
    reads = Connections("127.0.0.1:1", "http://127.0.0.1:1").log_reads
    async with asyncio.timeout(1):
        for _ in range(100):
            await reads.turn("sagebase-sandbox")
