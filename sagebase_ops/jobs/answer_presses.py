"""A press in Slack, from who pressed to what that person is shown. What it does to incidents is the responses' business."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from sagebase_ops.clock import Clock
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.presses import SHOWN_NOTHING, Press, PressAnswer
from sagebase_ops.domain.results import Sentence
from sagebase_ops.language import incident_words as words
from sagebase_ops.responses import Actor, Done, Responses
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.messages import actions
from sagebase_ops.slack.messages.dialogs import resolve_dialog, silence_dialog
from sagebase_ops.slack.messages.telling import Telling

Handler = Callable[[Press], Awaitable[PressAnswer]]

_GROUP_MARK = "S"  # a user group's id begins with it, a user's with U or W


class Presses:
    """The buttons of incidents. Only who may press is heard; everybody is answered, in private where nothing is seen."""

    def __init__(
        self,
        schedules: Schedules,
        responses: Responses,
        slack: SlackClient,
        telling: Telling,
        clock: Clock,
        recheck: Callable[[], None],
    ) -> None:
        self._may_press = schedules.slack.may_press
        self._responses = responses
        self._slack = slack
        self._telling = telling
        self._clock = clock
        self._recheck = recheck
        self._handlers: Mapping[str, Handler] = {
            actions.ACK: self._take,
            actions.ACK_ETA: self._take_until,
            actions.SILENCE: self._ask_silence,
            actions.SILENCE_DIALOG: self._silence,
            actions.RESOLVE: self._ask_resolve,
            actions.RESOLVE_DIALOG: self._resolve,
            actions.RECHECK: self._look_again,
            actions.DETAILS: self._show_details,
        }

    async def handle(self, press: Press) -> PressAnswer:
        """Decide, store, and say what the presser sees. Raises StoreError: what was not stored was not pressed."""
        handler = self._handlers.get(press.action)
        if handler is None:
            return SHOWN_NOTHING  # a link, or a button of an older version
        if not await self._may(press.user):
            return self._private(words.MAY_NOT_PRESS)
        return await handler(press)

    async def _may(self, user: str) -> bool:
        """By name, or by a user group that the file names. A group that cannot be read lets nobody in."""
        if any(person.slack == user for person in self._may_press):
            return True
        groups = [person.slack for person in self._may_press if person.slack.startswith(_GROUP_MARK)]
        return any([user in await self._slack.usergroup_members(group) for group in groups])

    async def _take(self, press: Press) -> PressAnswer:
        return self._said(await self._responses.acknowledge(press.value, _actor(press)))

    async def _take_until(self, press: Press) -> PressAnswer:
        eta = timedelta(minutes=int(press.value)) if press.value.isdecimal() else None
        return self._said(await self._responses.acknowledge(actions.group_in(press.block), _actor(press), eta))

    async def _ask_silence(self, press: Press) -> PressAnswer:
        if not await self._responses.open_members(press.value):
            return self._private(words.NOT_OPEN)
        return PressAnswer(modal=silence_dialog(press.value, self._clock.now(), self._telling))

    async def _ask_resolve(self, press: Press) -> PressAnswer:
        if not await self._responses.open_members(press.value):
            return self._private(words.NOT_OPEN)
        return PressAnswer(modal=resolve_dialog(press.value, self._telling))

    async def _silence(self, press: Press) -> PressAnswer:
        fields = press.fields or {}
        reason, lasting = fields.get(actions.REASON_INPUT, "").strip(), self._until(fields.get(actions.UNTIL_INPUT, ""))
        mistakes = {} if reason else {actions.REASON_INPUT: self._say(words.REASON_WANTED)}
        if lasting is None:
            mistakes[actions.UNTIL_INPUT] = self._say(words.TIME_IS_PAST)
        if mistakes or lasting is None:
            return PressAnswer(mistakes=mistakes)
        return self._said(await self._responses.silence_group(press.value, _actor(press), lasting, reason))

    async def _resolve(self, press: Press) -> PressAnswer:
        reason = (press.fields or {}).get(actions.REASON_INPUT, "").strip()
        if not reason:
            return PressAnswer(mistakes={actions.REASON_INPUT: self._say(words.REASON_WANTED)})
        return self._said(await self._responses.resolve(press.value, _actor(press), reason))

    async def _look_again(self, press: Press) -> PressAnswer:
        if not await self._responses.open_members(press.value):
            return self._private(words.NOT_OPEN)
        self._recheck()
        return self._private(words.LOOKING_AGAIN)

    async def _show_details(self, press: Press) -> PressAnswer:
        return self._said(await self._responses.show_details(press.value, _actor(press)))

    def _until(self, chosen: str) -> timedelta | None:
        try:
            lasting = datetime.fromisoformat(chosen) - self._clock.now()
        except (ValueError, TypeError):
            return None
        return lasting if lasting > timedelta(0) else None

    def _said(self, done: Done) -> PressAnswer:
        """The message shows what was done; only what was not is told."""
        return self._private(words.NOT_OPEN) if done is Done.TOO_LATE else SHOWN_NOTHING

    def _private(self, sentence: Sentence) -> PressAnswer:
        return PressAnswer(private=self._say(sentence))

    def _say(self, sentence: Sentence) -> str:
        return self._telling.voice.say(sentence)


def _actor(press: Press) -> Actor:
    return Actor(press.user, "slack", press.once)
