"""What looks beyond Slack: whether it is there, who hears when it is not, and who notices when we are not."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sagebase_ops.app.supervise import Step
from sagebase_ops.casebook import Casebook
from sagebase_ops.config.model import Fallback
from sagebase_ops.errors import ConfigError, PagerError
from sagebase_ops.jobs.line import Line
from sagebase_ops.jobs.page_outside import PageOutside
from sagebase_ops.jobs.witness import Witness
from sagebase_ops.pager.base import Page, Pager
from sagebase_ops.pager.webhook import Webhook
from sagebase_ops.settings import PREFIX, Settings
from sagebase_ops.slack.client import SlackClient


@dataclass(frozen=True, slots=True)
class Lookouts:
    """Loops of the daemon; what the file and the environment do not name is left out."""

    line: Line | None = None
    outside: PageOutside | None = None
    witness: Witness | None = None

    @property
    def problem(self) -> str | None:
        """Why people cannot be reached, over Slack or over the second route."""
        return (self.line.error if self.line else None) or (self.outside.problem if self.outside else None)

    def loops(self) -> Iterator[tuple[str, Step]]:
        named = {"line": self.line, "fallback": self.outside, "witness": self.witness}
        return ((name, part.look) for name, part in named.items() if part is not None)


class Pagers:
    """Every way of the file, one after the other; one that works is enough. Raises PagerError of the last."""

    def __init__(self, pagers: Sequence[Pager]) -> None:
        self._pagers = pagers

    async def send(self, page: Page) -> None:
        failures = []
        for pager in self._pagers:
            try:
                await pager.send(page)
            except PagerError as error:
                failures.append(error)
        if len(failures) == len(self._pagers):
            raise failures[-1]


def lookouts_of(
    settings: Settings, book: Casebook, slack: SlackClient, problems: Callable[[], Awaitable[Sequence[str]]]
) -> Lookouts:
    """Raises ConfigError where the file wants a second route that the environment does not hold."""
    line, fallback = Line(slack, book.clock), book.schedules.fallback
    outside = PageOutside(book, line, Pagers(pagers_of(settings, fallback))) if fallback else None
    return Lookouts(
        line, outside, Witness(settings.ping_url.get_secret_value(), problems) if settings.ping_url else None
    )


def pagers_of(settings: Settings, fallback: Fallback) -> list[Pager]:
    """The ways of the second route, with their secrets. Raises ConfigError."""
    found: list[Pager] = []
    if fallback.email:
        password = settings.fallback_password
        if fallback.email.user and password is None:
            raise ConfigError(f"environment: {PREFIX}FALLBACK_PASSWORD is not set; fallback.email.user logs in with it")
        found.append(replace(fallback.email, password=password.get_secret_value() if password else None))
    if fallback.webhook:
        if settings.fallback_webhook is None:
            raise ConfigError(f"environment: {PREFIX}FALLBACK_WEBHOOK is not set; fallback.webhook posts there")
        found.append(Webhook(settings.fallback_webhook.get_secret_value()))
    return found
