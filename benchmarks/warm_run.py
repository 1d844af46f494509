"""A warm run with 100 ms added to every call: how near is it to the calls that must wait for each other?

The longest chain of calls that need each other has two links: a service's page can be asked only once ListServices has
given its URL (as log entries only once their count says whose there are, and a secret's versions once it is listed). So
the critical path is two latencies and what that chain alone, with channels open, takes without any.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.daily import Daily
from benchmarks.processes import Box, sandbox
from benchmarks.rows import Row, at_most

LATENCY = 0.1
LINKS = 2
CHAIN = Path(__file__).parent / "chain.yaml"
ROUNDS = 6  # our own pace for Cloud Logging lets ten reads through at once: the eleventh run would wait for it
LIMIT = 1.15


class Measured(NamedTuple):
    """Medians in seconds, and the most calls that followed one another in the last run."""

    chain_alone: float
    whole_run: float
    chain_with_latency: float
    whole_with_latency: float
    longest_chain: int


def rows() -> list[Row]:
    with sandbox() as box:
        seen = asyncio.run(_measured(box))
    path = LINKS * LATENCY + seen.chain_alone
    return [
        at_most("warm run with 100 ms added to every call : critical path", seen.whole_with_latency / path, LIMIT),
        Row("  the run", f"{seen.whole_with_latency:.3f} s"),
        Row("  critical path: 2 x 100 ms + the chain alone", f"{path:.3f} s"),
        Row("  the chain alone with the latency, for comparison", f"{seen.chain_with_latency:.3f} s"),
        Row("  the run without latency", f"{seen.whole_run:.3f} s"),
        Row("  calls that followed one another", str(seen.longest_chain), str(LINKS), seen.longest_chain == LINKS),
    ]


async def _measured(box: Box) -> Measured:
    async with Daily.connected(box.grpc, box.rest) as daily, Daily.connected(box.grpc, box.rest, CHAIN) as chain:
        await daily.run()
        await chain.run()
        alone, whole = [await chain.run() for _ in range(ROUNDS)], [await daily.run() for _ in range(2)]
        box.add_latency(LATENCY)
        late_alone = [await chain.run() for _ in range(ROUNDS)]
        late = []
        for _ in range(ROUNDS):
            box.take_calls()
            late.append(await daily.run())
        return Measured(*map(median, (alone, whole, late_alone, late)), longest_chain(box.take_calls()))


def longest_chain(calls: Iterable[dict[str, str]]) -> int:
    """The most calls of which each arrived after the one before was answered."""
    spans = sorted((datetime.fromisoformat(call["ended"]), datetime.fromisoformat(call["time"])) for call in calls)
    length, free = 0, datetime.min.replace(tzinfo=UTC)
    for ended, arrived in spans:
        if arrived >= free:
            length, free = length + 1, ended
    return length
