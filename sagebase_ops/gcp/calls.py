"""How is Google asked over gRPC? With retries of its own kind, within a deadline, failing only as GcpError."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sagebase_ops.gcp.errors import Question, from_google, google_errors


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one question may take, in seconds: one try, the time in which tries are repeated, and all its pages.

    All are explicit because the clients' own `timeout=` bounds one try only, and several list calls have neither a
    time-out nor a retry of their own. `whole` stays under a check's 30 s, so that the finding can name the API.
    """

    one_try: float = 8
    tries: float = 15
    whole: float = 25
    pause: float = 0.2


@asynccontextmanager
async def asking(question: Question, patience: Patience) -> AsyncIterator[dict[str, Any]]:  # keywords of gapic calls
    """Ask inside this block; hand what it gives to the client's method: `await client.list_x(…, **tries)`.

    Raises GcpError for whatever Google's libraries raise, and when the block outlasts `patience.whole`.
    """
    try:
        async with asyncio.timeout(patience.whole):
            yield {"retry": _retry(patience), "timeout": patience.one_try}
    except google_errors() as error:
        raise from_google(error, question) from error


def _retry(patience: Patience) -> Any:  # an AsyncRetry; its library publishes no types
    """Reads may be repeated. A quota is not waited for: it would outlast the check, and the next round asks again."""
    from google.api_core import exceptions
    from google.api_core.retry import AsyncRetry, if_exception_type

    passing = if_exception_type(
        exceptions.ServiceUnavailable,
        exceptions.InternalServerError,
        exceptions.DeadlineExceeded,
        exceptions.Aborted,
    )
    return AsyncRetry(predicate=passing, initial=patience.pause, maximum=3, multiplier=2, timeout=patience.tries)


async def pages_of(pager: Any) -> AsyncIterator[Any]:  # gapic pagers have no base class; what comes is raw protobuf
    """Each page of a gapic pager as its raw protobuf message; the next is fetched when the loop comes back for it.

    An answer that is no valid protobuf reaches us as None, not as an error (grpc.aio). Raises DecodeError for it, and
    for a page token that comes again, which would go round until the deadline.
    """
    from google.protobuf.message import DecodeError

    tokens: set[str] = set()
    async for page in pager.pages:
        if page is None:
            raise DecodeError("the answer is not the promised protobuf message")
        if page.next_page_token in tokens:
            raise DecodeError("the same page token came twice")
        tokens.update(filter(None, [page.next_page_token]))
        yield type(page).pb(page)
