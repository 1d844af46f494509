"""The roads on which a press in Slack reaches this process: Socket Mode, HTTP, or none."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from starlette.routing import Route

from sagebase_ops.casebook import Casebook
from sagebase_ops.jobs.answer_presses import Presses
from sagebase_ops.responses import Responses
from sagebase_ops.settings import Settings
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.pressing import Desk
from sagebase_ops.slack.signing import Signing
from sagebase_ops.slack.socket import PressSocket
from sagebase_ops.web.slack_http import interactions_route

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Doors:
    """`socket` is a loop of the daemon, `routes` belong to its HTTP server."""

    socket: PressSocket | None = None
    routes: tuple[Route, ...] = ()

    async def close(self) -> None:
        """Take no press any more."""
        if self.socket:
            await self.socket.stop()


def doors_of(settings: Settings, book: Casebook, slack: SlackClient, recheck: Callable[[], None]) -> Doors:
    """An app token opens Socket Mode (no public door), a signing secret the HTTP one; both may stand open."""
    presses = Presses(book.schedules, Responses(book), slack, book.route.telling, book.clock, recheck)
    desk = Desk(presses.handle, slack)
    app_token, signing_secret = settings.slack_app_token, settings.slack_signing_secret
    if app_token is None and signing_secret is None:
        log.warning(
            "presses.no_door",
            hint="buttons in Slack do nothing: set SAGEBASE_OPS_SLACK_APP_TOKEN (Socket Mode) or _SLACK_SIGNING_SECRET (HTTP)",
        )
    socket = PressSocket(app_token.get_secret_value(), desk, settings.slack_base_url) if app_token else None
    signing = Signing(signing_secret.get_secret_value(), book.clock) if signing_secret else None
    return Doors(socket, (interactions_route(desk, signing),) if signing else ())
