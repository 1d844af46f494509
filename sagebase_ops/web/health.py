"""What the daemon says of itself over HTTP: `/live` (the process turns) and `/health` (it does its work)."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route


@dataclass(frozen=True, slots=True)
class Health:
    """`problems` in words that say what to do; while there is one, the answer is 503.

    `refused` counts posts that Slack will never take, `last_refusal` is its own words for the last one.
    """

    version: str
    sandbox: bool
    started_at: datetime
    jobs: int
    problems: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    unsent: int = 0
    unproven: int = 0
    refused: int = 0
    last_refusal: str | None = None
    next_slots: dict[str, str] = field(default_factory=dict)


def health_app(look: Callable[[], Awaitable[Health]], *others: Route) -> Starlette:
    """`look` is called once a request to `/health`; `others` answer on the same port."""

    async def live(_request: Request) -> Response:
        return PlainTextResponse("live\n")

    async def health(_request: Request) -> Response:
        found = await look()
        body = asdict(found) | {
            "status": "failing" if found.problems else "ok",
            "started_at": found.started_at.isoformat(),
        }
        return JSONResponse(body, 503 if found.problems else 200)

    return Starlette(routes=[Route("/live", live), Route("/health", health), *others])
