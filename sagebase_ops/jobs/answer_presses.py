"""A press in Slack, from who pressed to what that person is shown. What it does to incidents is the responses' business."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import structlog

from sagebase_ops.clock import Clock
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.incident_groups import Group
from sagebase_ops.domain.presses import SHOWN_NOTHING, Press, PressAnswer
from sagebase_ops.domain.results import Sentence, Value
from sagebase_ops.jobs.recheck import next_look
from sagebase_ops.language import incident_words as words
from sagebase_ops.language.incidents import person
from sagebase_ops.responses import Actor, Done, Responses
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.messages import actions
from sagebase_ops.slack.messages.dialogs import REASON_LENGTH, SILENCES, resolve_dialog, silence_dialog
from sagebase_ops.slack.messages.telling import Telling

log = structlog.get_logger()

Handler = Callable[[Press], Awaitable[PressAnswer]]

_LONGEST_ID = 100
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
        self._schedules = schedules
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
        if not await self._is_ours(press):
            log.warning("press.from_elsewhere", user=press.user, team=press.team, bot=press.bot)
            await self._responses.note_refused(_group_of(press), _actor(press), f"team={press.team} bot={press.bot}")
            return SHOWN_NOTHING  # taken, or Slack would send it again; our token shows nobody anything there
        if not await self._may(press.user):
            return self._private(words.MAY_NOT_PRESS)
        return await handler(press)

    async def _is_ours(self, press: Press) -> bool:
        """From the workspace of our token, and from a message or modal of ours.

        That it is Slack's, and this app's, the signature or the app's own line says; but one app may be in many workspaces.
        Raises SlackError: what cannot be told is not worked.
        """
        us = await self._slack.whoami()
        return press.team == us.team_id and press.bot in {"", us.bot_id or press.bot}

    async def _may(self, user: str) -> bool:
        """By name, or by a user group that the file names. A group that cannot be read lets nobody in."""
        if any(person.slack == user for person in self._may_press):
            return True
        groups = [person.slack for person in self._may_press if person.slack.startswith(_GROUP_MARK)]
        return any([user in await self._slack.usergroup_members(group) for group in groups])

    async def _take(self, press: Press) -> PressAnswer:
        """Who was a moment too late hears who has it; to take it over wants a choice of time."""
        done = await self._responses.take(press.value, _actor(press))
        members = await self._responses.open_members(press.value)
        owner = next((one.acknowledged_by for one in members if one.acknowledged_by), None)
        if done is Done.TAKEN and owner:
            return self._private(words.TAKEN_ALREADY, name=person(owner, Group.of(members)))
        return self._said(done)

    async def _take_until(self, press: Press) -> PressAnswer:
        if press.value not in (*map(str, actions.ETA_MINUTES), actions.NO_ETA):
            return SHOWN_NOTHING  # a choice of another version
        eta = None if press.value == actions.NO_ETA else timedelta(minutes=int(press.value))
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
        reason, lasting = _reason(fields), self._until(fields.get(actions.UNTIL_INPUT, ""))
        mistakes = {} if reason else {actions.REASON_INPUT: self._say(words.REASON_WANTED)}
        if lasting is None:
            mistakes[actions.UNTIL_INPUT] = self._say(words.TIME_IS_PAST)
        if mistakes or lasting is None:
            return PressAnswer(mistakes=mistakes)
        return self._said(await self._responses.silence_group(press.value, _actor(press), lasting, reason))

    async def _resolve(self, press: Press) -> PressAnswer:
        reason = _reason(press.fields or {})
        if not reason:
            return PressAnswer(mistakes={actions.REASON_INPUT: self._say(words.REASON_WANTED)})
        return self._said(await self._responses.resolve(press.value, _actor(press), reason))

    async def _look_again(self, press: Press) -> PressAnswer:
        members = await self._responses.open_members(press.value)
        if not members:
            return self._private(words.NOT_OPEN)
        if await self._responses.note_recheck(press.value, _actor(press)):
            self._recheck()
        soon = next_look(self._schedules, members, self._clock.now())
        if soon is not None:
            return self._private(words.LOOKS_AT, time=self._telling.voice.clock(soon, self._clock.now()))
        return self._private(words.LOOKING_AGAIN)

    async def _show_details(self, press: Press) -> PressAnswer:
        return self._said(await self._responses.show_details(press.value, _actor(press)))

    def _until(self, chosen: str) -> timedelta | None:
        try:
            lasting = datetime.fromisoformat(chosen) - self._clock.now()
        except (ValueError, TypeError):
            return None
        return lasting if timedelta(0) < lasting <= max(SILENCES) else None

    def _said(self, done: Done) -> PressAnswer:
        """The message shows what was done; only what was not is told."""
        return self._private(words.NOT_OPEN) if done is Done.TOO_LATE else SHOWN_NOTHING

    def _private(self, sentence: Sentence, **values: Value) -> PressAnswer:
        return PressAnswer(private=self._say(sentence, **values))

    def _say(self, sentence: Sentence, **values: Value) -> str:
        return self._telling.voice.say(sentence, **values)


def _reason(fields: Mapping[str, str]) -> str:
    return fields.get(actions.REASON_INPUT, "").strip()[:REASON_LENGTH]


def _group_of(press: Press) -> str:
    return press.value[:_LONGEST_ID]


def _actor(press: Press) -> Actor:
    return Actor(press.user, "slack", press.once)
