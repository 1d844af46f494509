"""Pages by a webhook: one POST of JSON with `id`, `subject` and `text`, which most receivers can read."""

from dataclasses import asdict, dataclass

from sagebase_ops.errors import PagerError
from sagebase_ops.pager.base import Page

_PATIENCE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Webhook:
    """The address is a secret: it is never printed."""

    url: str

    async def send(self, page: Page) -> None:
        """Any answer below 300 is "taken". Raises PagerError."""
        import httpx

        try:
            async with httpx.AsyncClient(timeout=_PATIENCE_SECONDS) as client:
                answer = await client.post(self.url, json=asdict(page))
        except httpx.HTTPError as error:
            raise PagerError(f"the fallback webhook cannot be reached: {type(error).__name__}") from error
        if not answer.is_success:
            raise PagerError(f"the fallback webhook refused the page (HTTP {answer.status_code})")
