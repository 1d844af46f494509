"""Somebody outside who notices when we fall silent: an HTTP monitor is told each minute that all is well here.

Healthchecks' manners: the address itself is "well", `/start` is "begins", `/fail` is "not well"; any monitor that wants a
regular GET does as well. Source: healthchecks.io, pinging API.
"""

from collections.abc import Awaitable, Callable, Sequence

import structlog

log = structlog.get_logger()

PING_SECONDS = 60.0
_PATIENCE_SECONDS = 10.0


class Witness:
    """Pings while there is no problem; with one it says so once, then falls silent, which every monitor understands."""

    def __init__(self, url: str, problems: Callable[[], Awaitable[Sequence[str]]]) -> None:
        self._url = url.rstrip("/")
        self._problems = problems
        self._well = True
        self._begun = False

    async def look(self) -> float:
        """One ping, or none, at first that it begins; the seconds until the next look."""
        if not self._begun:
            self._begun = True
            await self._ping("/start")
        well = not await self._problems()
        if well or self._well:
            await self._ping("" if well else "/fail")
        self._well = well
        return PING_SECONDS

    async def _ping(self, path: str) -> None:
        """A monitor that does not answer changes nothing here; that it was not reached stands in the log."""
        import httpx

        try:
            async with httpx.AsyncClient(timeout=_PATIENCE_SECONDS) as client:
                answer = await client.get(self._url + path)
        except httpx.HTTPError as error:
            log.error("witness.unreachable", error=type(error).__name__)  # noqa: TRY400 (a missed ping needs no trace)
            return
        if not answer.is_success:
            log.error("witness.refused", status=answer.status_code)
