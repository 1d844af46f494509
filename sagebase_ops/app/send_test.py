"""Do our words reach people, and their presses us? One marked test on every route, and a wait for somebody's press."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from sagebase_ops.app.examine_house import ways_of
from sagebase_ops.app.examine_slack import refused
from sagebase_ops.app.examined import Examined, note
from sagebase_ops.app.lookouts import pagers_of
from sagebase_ops.app.outside import slack_of
from sagebase_ops.config.model import Fallback, Schedules
from sagebase_ops.domain.escalation import Person
from sagebase_ops.domain.presses import SHOWN_NOTHING, Press, PressAnswer
from sagebase_ops.domain.results import Note, Verdict
from sagebase_ops.errors import ConfigError, PagerError, SlackError
from sagebase_ops.language import doctor_words as words
from sagebase_ops.pager.base import Page
from sagebase_ops.settings import Settings
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.messages.arguments import post_arguments
from sagebase_ops.slack.messages.telling import Telling
from sagebase_ops.slack.messages.trial import SEEN, trial_message
from sagebase_ops.slack.pressing import Desk
from sagebase_ops.slack.socket import PressSocket

PRESS_SECONDS = 60.0
_CONNECT_SECONDS = 10.0

Say = Callable[[Note], None]
"""Tell whoever sits at the terminal what is being waited for."""


async def send_tests(
    settings: Settings, schedules: Schedules, say: Say, *, press_seconds: float = PRESS_SECONDS
) -> list[Examined]:
    """A line for each route, and one for the press. The routes go at once; of Slack's two the channel has the button."""
    test, slack = f"doctor-{secrets.token_hex(4)}", slack_of(settings)
    routes: list[Awaitable[Sequence[Examined]]] = []
    if slack:
        tests = _Tests(schedules, settings, slack, test)
        routes += [tests.channel(say, press_seconds), *([tests.fallback()] if schedules.slack.fallback else [])]
    if schedules.fallback:
        routes.append(_paged(settings, schedules, schedules.fallback, test))
    return [line for lines in await asyncio.gather(*routes) for line in lines]


class _Tests:
    """The test in Slack's channels."""

    def __init__(self, schedules: Schedules, settings: Settings, slack: SlackClient, test: str) -> None:
        self._people = tuple(schedules.contacts.values())
        self._route = schedules.slack
        self._settings = settings
        self._slack = slack
        self._test = test
        self._telling = Telling(schedules.language, schedules.timezone.key, sandbox=settings.sandboxed)

    async def fallback(self) -> list[Examined]:
        """Calls nobody: they are called in the channel, which is enough for one test."""
        channel = self._route.fallback or ""
        return [await self._posted("test.fallback", note(words.FALLBACK_CHANNEL, channel=channel), channel, ())]

    async def channel(self, say: Say, press_seconds: float) -> list[Examined]:
        """The line is open before the post stands there, so that no press is too early."""
        title = note(words.CHANNEL, channel=self._route.channel)
        async with self._line() as pressed:
            sent = await self._posted(
                "test.channel", title, self._route.channel, self._people, button=pressed is not None
            )
            if sent.state is not Verdict.PASS:
                return [sent]
            if pressed is None:
                said = note(words.TEST_NO_DOOR)
                return [sent, Examined("test.press", note(words.TEST_PRESS), Verdict.SKIPPED, said)]
            say(note(words.TEST_WAITING, channel=self._route.channel, seconds=press_seconds))
            seen = await _awaited(pressed, press_seconds)
            if pressed.done() and not pressed.cancelled():
                await self._thank(pressed.result())
            return [sent, seen]

    async def _thank(self, press: Press) -> None:
        """Before the line is cut. The press has arrived, whether or not this does."""
        with suppress(SlackError):
            await self._slack.ephemeral(press.channel, press.user, self._telling.voice.say(words.TEST_THANKS))

    async def _posted(
        self, name: str, title: Note, channel: str, people: Sequence[Person], *, button: bool = False
    ) -> Examined:
        message = trial_message(self._test, people, self._telling, button=button)
        try:
            await self._slack.post(post_arguments(channel, message, f"{self._test}-{name}"))
        except SlackError as error:
            return refused(name, title, error)
        names = ", ".join(person.name for person in people) or "-"
        return Examined(name, title, Verdict.PASS, note(words.TEST_POSTED, names=names))

    @asynccontextmanager
    async def _line(self) -> "AsyncIterator[asyncio.Future[Press] | None]":
        """Whose press it was, once there is one; None without an app token that Slack takes."""
        token = self._settings.slack_app_token
        if token is None:
            yield None
            return
        pressed: asyncio.Future[Press] = asyncio.get_running_loop().create_future()
        desk = Desk(self._taking(pressed), self._slack)
        socket = PressSocket(token.get_secret_value(), desk, self._settings.slack_base_url)
        with suppress(TimeoutError):
            async with asyncio.timeout(_CONNECT_SECONDS):
                await socket.look()
        try:
            yield None if socket.problem else pressed
        finally:
            await socket.stop()

    def _taking(self, pressed: "asyncio.Future[Press]") -> "Callable[[Press], Awaitable[PressAnswer]]":
        async def take(press: Press) -> PressAnswer:
            if press.action == SEEN and press.value == self._test and not pressed.done():
                pressed.set_result(press)
            return SHOWN_NOTHING

        return take


async def _awaited(pressed: "asyncio.Future[Press]", seconds: float) -> Examined:
    name, title = "test.press", note(words.TEST_PRESS)
    try:
        async with asyncio.timeout(seconds):
            press = await pressed
    except TimeoutError:
        said = note(words.TEST_UNPRESSED, seconds=seconds)
        return Examined(name, title, Verdict.WARN, said, note(words.TEST_AGAIN))
    return Examined(name, title, Verdict.PASS, note(words.TEST_PRESSED, who=f"{press.user_name} ({press.user})"))


async def _paged(settings: Settings, schedules: Schedules, fallback: Fallback, test: str) -> list[Examined]:
    """Every way of the second route, not just the first that works."""
    name, title = "test.second_route", note(words.SECOND_ROUTE)
    voice = Telling(schedules.language, schedules.timezone.key).voice
    page = Page(test, voice.say(words.TEST_SUBJECT), voice.say(words.TEST_ONLY))
    try:
        await asyncio.gather(*(way.send(page) for way in pagers_of(settings, fallback)))
    except (ConfigError, PagerError) as error:
        said = note(words.TEST_NOT_SENT, error=str(error))
        return [Examined(name, title, Verdict.FAIL, said, note(words.CHECK_ROUTE))]
    return [Examined(name, title, Verdict.PASS, note(words.TEST_SENT, ways=ways_of(schedules)))]
