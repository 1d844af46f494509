"""slack_sdk's calls block. How does one run without holding up the loop?"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Answer = TypeVar("Answer")


async def beside(work: Callable[[], Answer]) -> Answer:
    """The result of `work`, done in a thread of its own that holds up neither the loop nor the end of the program."""
    result: Future[Answer] = Future()

    def run() -> None:
        if result.set_running_or_notify_cancel():
            try:
                result.set_result(work())
            except Exception as error:  # noqa: BLE001 (handed to whoever waits)
                result.set_exception(error)

    Thread(target=run, name="slack-call", daemon=True).start()
    return await asyncio.wrap_future(result)
