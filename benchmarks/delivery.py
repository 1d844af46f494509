"""From a decision to Slack's acceptance: how long, with a Slack that is well?

The daemon's sender, over a store on the disk and Slack's own client on a socket to the sandbox, which runs in a process of its
own. Each decision goes to a channel that had none for a second, since Slack takes one message a second for each.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.processes import sandbox
from benchmarks.rows import Row, at_most
from sagebase_ops.clock import SystemClock
from sagebase_ops.domain.notifications import Delivery, Message, notifications_of
from sagebase_ops.jobs.deliver_outbox import Sender
from sagebase_ops.log import set_up_logging
from sagebase_ops.sandbox.slack.workspace import BOT_TOKEN
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.store.base import Decision, Store
from sagebase_ops.store.sqlite.opening import open_store

DECISIONS = 100
CHANNELS = 40
LIMIT_SECONDS = 1.0
_SPACING = 1.05  # seconds between two posts of one channel


def rows() -> Sequence[Row]:
    set_up_logging(None, "WARNING")
    with tempfile.TemporaryDirectory() as folder, sandbox(_scenario(Path(folder))) as box:
        seconds = sorted(asyncio.run(_measured(folder, box.exports["SAGEBASE_OPS_SLACK_BASE_URL"])))
    p99, p50 = seconds[round(len(seconds) * 0.99) - 1], statistics.median(seconds)
    return [
        at_most(f"decision to Slack's acceptance, p99 of {DECISIONS}", p99, LIMIT_SECONDS, "{:.3f} s"),
        Row("  p50, longest", f"{p50:.3f} s, {seconds[-1]:.3f} s"),
    ]


def _scenario(folder: Path) -> str:
    """Healthy, with enough channels."""
    file = folder / "channels.yaml"
    listed = "\n".join(f"  - {{name: {_channel(number)}}}" for number in range(CHANNELS))
    file.write_text(f"extends: healthy\nslack_channels:\n{listed}\n")
    return str(file)


def _channel(number: int) -> str:
    return f"channel-{number % CHANNELS:02}"


async def _measured(folder: str, slack_url: str) -> list[float]:
    async with await open_store(Path(folder) / "state.db", sandbox=True) as store:
        sender = Sender(store, SlackClient(BOT_TOKEN, slack_url), SystemClock(), "bench")
        seconds = []
        for number in range(-CHANNELS, DECISIONS):  # the first of each channel also asks for its id
            took = await _told(store, sender, number)
            if number >= 0:
                seconds.append(took)
            await asyncio.sleep(max(0.0, _SPACING / CHANNELS - took))
        return seconds


async def _told(store: Store, sender: Sender, number: int) -> float:
    """Seconds from the decision, before it is written down, to the end of the sender's round."""
    notice, started = f"notice{number}", time.perf_counter()
    now = SystemClock().now()
    posts = notifications_of(notice, (Message("運用通知"),), f"#{_channel(number)}", None, now)
    await store.decide(Decision(notifications=posts), now)
    await sender.deliver_due()
    took = time.perf_counter() - started
    if [row.state for row in await store.notice(notice)] != [Delivery.SENT]:
        raise ValueError(f"{notice} was not accepted")
    return took
