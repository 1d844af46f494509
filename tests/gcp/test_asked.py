"""One run asks each question once."""

import asyncio

import pytest

from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.asked import Asked


class Oracle:
    """Answers when it is let, and counts."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked = self.busy = self.most_busy = 0
        self.may_answer = asyncio.Event()
        self._error = error

    async def __call__(self) -> int:
        self.asked += 1
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        await self.may_answer.wait()
        self.busy -= 1
        if self._error:
            raise self._error
        return 42


async def test_the_same_question_is_asked_once_and_its_answer_is_shared() -> None:
    asked, oracle = Asked(), Oracle()
    oracle.may_answer.set()
    assert await asyncio.gather(*(asked.once(("q",), oracle) for _ in range(5))) == [42] * 5
    assert (oracle.asked, asked.count) == (1, 1)


async def test_a_refusal_is_shared_too() -> None:
    asked, oracle = Asked(), Oracle(GcpError(GcpErrorKind.QUOTA, "no", api="a", method="m"))
    oracle.may_answer.set()
    for _ in range(2):
        with pytest.raises(GcpError):
            await asked.once(("q",), oracle)
    assert oracle.asked == 1


async def test_one_who_gives_up_waiting_does_not_end_the_question_for_others() -> None:
    asked, oracle = Asked(), Oracle()
    hasty = asyncio.create_task(asked.once(("q",), oracle))
    patient = asyncio.create_task(asked.once(("q",), oracle))
    await asyncio.sleep(0)
    hasty.cancel()
    oracle.may_answer.set()
    assert await patient == 42
    with pytest.raises(asyncio.CancelledError):
        await hasty


async def test_no_more_than_allowed_are_asked_at_once() -> None:
    asked, oracle = Asked(in_flight=3), Oracle()
    all_answers = asyncio.gather(*(asked.once((number,), oracle) for number in range(10)))
    for _ in range(5):
        await asyncio.sleep(0)
    oracle.may_answer.set()
    await all_answers
    assert (oracle.most_busy, oracle.asked) == (3, 10)


async def test_closing_gives_up_what_nobody_waits_for() -> None:
    asked, oracle = Asked(), Oracle()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await asked.once(("q",), oracle)
    await asked.aclose()
    assert len(asyncio.all_tasks()) == 1
