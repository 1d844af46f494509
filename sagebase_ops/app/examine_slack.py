"""Will Slack take our posts and show them to the people of the file? Asked without telling anybody."""

import asyncio
from collections.abc import Mapping

from sagebase_ops.app.examined import Examined, note
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.escalation import Person
from sagebase_ops.domain.results import Note, Verdict
from sagebase_ops.errors import SlackError
from sagebase_ops.language import doctor_words as words
from sagebase_ops.settings import Settings
from sagebase_ops.slack import workspace
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.refusals import RefusalKind, kind_of
from sagebase_ops.slack.workspace import Channel, Somebody, Token

_GROUP_MARK = "S"
_USER_SCOPE, _GROUP_SCOPE, _LIST_SCOPE = "users:read", "usergroups:read", "channels:read"
_FILE_SCOPE = "files:write"
_MISSING = "missing_scope"

Seen = tuple[Examined, Channel | None]


async def examine_slack(schedules: Schedules, settings: Settings, slack: SlackClient | None) -> list[Examined]:
    """The token first: without one nothing else can be asked."""
    buttons = examine_buttons(settings)
    if slack is None:
        missing = Examined("slack.token", note(words.TOKEN), Verdict.FAIL, note(words.NO_TOKEN), note(words.SET_TOKEN))
        return [missing, await buttons]
    try:
        token = await workspace.token_of(slack)
    except SlackError as error:
        return [refused("slack.token", note(words.TOKEN), error), await buttons]
    taken = note(words.TOKEN_OF, team=token.team, user=token.user)
    doctor = _Workspace(schedules, slack, token)
    return [Examined("slack.token", note(words.TOKEN), Verdict.PASS, taken), *await doctor.examine(), await buttons]


async def examine_buttons(settings: Settings) -> Examined:
    """Over which door presses come; Slack is asked whether it takes the app's token."""
    name, title, app_token = "slack.buttons", note(words.BUTTONS), settings.slack_app_token
    if app_token is None:
        if settings.slack_signing_secret:
            return Examined(name, title, Verdict.PASS, note(words.BUTTONS_HTTP))
        return Examined(name, title, Verdict.WARN, note(words.BUTTONS_DEAD), note(words.SET_APP_TOKEN))
    try:
        await workspace.try_app_token(app_token.get_secret_value(), settings.slack_base_url)
    except SlackError as error:
        remedy = note(words.SLACK_STATUS if error.retryable else words.SET_APP_TOKEN)
        return refused(name, title, error, remedy)
    return Examined(name, title, Verdict.PASS, note(words.BUTTONS_SOCKET))


def refused(name: str, title: Note, error: SlackError, remedy: Note | None = None) -> Examined:
    """What may pass by itself proves nothing; the rest is wrong."""
    if error.retryable:
        said = note(words.SLACK_SILENT, code=error.code)
        return Examined(name, title, Verdict.UNKNOWN, said, remedy or note(words.SLACK_STATUS))
    by_kind = words.SET_TOKEN if kind_of(error) is RefusalKind.TOKEN else words.SLACK_WORD
    said = note(words.SLACK_REFUSED, code=error.code)
    return Examined(name, title, Verdict.FAIL, said, remedy or note(by_kind, code=error.code))


class _Workspace:
    """What the file names, looked for with a token that works."""

    def __init__(self, schedules: Schedules, slack: SlackClient, token: Token) -> None:
        self._schedules = schedules
        self._file = str(schedules.path)
        self._slack = slack
        self._token = token
        self._people = {key: one for key, one in schedules.contacts.items() if key not in schedules.placeholders}

    async def examine(self) -> list[Examined]:
        route = self._schedules.slack
        channels, contacts = await asyncio.gather(self._channels(), self._contacts())
        without = [] if route.fallback else [self._no_fallback()]
        return [self._scopes(channels), *(line for line, _ in channels), *without, *contacts]

    def _no_fallback(self) -> Examined:
        said = note(words.NO_FALLBACK_CHANNEL, channel=self._schedules.slack.channel)
        title = note(words.FALLBACK_CHANNEL, channel="")
        return Examined(
            "slack.fallback", title, Verdict.WARN, said, note(words.WRITE_FALLBACK_CHANNEL, file=self._file)
        )

    async def _channels(self) -> list[Seen]:
        """One after the other: the second is mostly in the answer of the first, and Slack counts these questions."""
        route = self._schedules.slack
        found = [await self._channel("slack.channel", note(words.CHANNEL, channel=route.channel), route.channel)]
        if route.fallback:
            title = note(words.FALLBACK_CHANNEL, channel=route.fallback)
            found.append(await self._channel("slack.fallback", title, route.fallback))
        return found

    async def _channel(self, name: str, title: Note, channel: str) -> Seen:
        try:
            seen = await workspace.channel_of(self._slack, channel)
        except SlackError as error:
            return self._unlisted(name, title, error), None
        return self._judged(name, title, seen), seen

    def _unlisted(self, name: str, title: Note, error: SlackError) -> Examined:
        """No public channel is it, and private ones may not be listed; or not even the public ones may."""
        if error.code != _MISSING:
            return refused(name, title, error)
        if self._token.scopes is None or _LIST_SCOPE in self._token.scopes:
            return self._judged(name, title, None)
        said, remedy = note(words.CONTACT_UNSEEN, scopes=_LIST_SCOPE), note(words.ADD_SCOPES, scopes=_LIST_SCOPE)
        return Examined(name, title, Verdict.UNKNOWN, said, remedy)

    def _judged(self, name: str, title: Note, channel: Channel | None) -> Examined:
        file, bot = self._file, self._token.user
        if channel is None:
            remedy = note(words.CHANNEL_NAME, file=file, bot=bot)
            return Examined(name, title, Verdict.FAIL, note(words.CHANNEL_UNSEEN), remedy)
        if channel.archived:
            remedy = note(words.CHANNEL_REVIVE, file=file)
            return Examined(name, title, Verdict.FAIL, note(words.CHANNEL_ARCHIVED), remedy)
        if not channel.member:
            remedy = note(words.CHANNEL_INVITE, bot=bot)
            return Examined(name, title, Verdict.FAIL, note(words.CHANNEL_OUTSIDE), remedy)
        return Examined(name, title, Verdict.PASS, note(words.CHANNEL_RIGHT))

    def _scopes(self, channels: list[Seen]) -> Examined:
        name, title, granted = "slack.scopes", note(words.SCOPES), self._token.scopes
        needed = self._needed([channel for _, channel in channels])
        if granted is None:
            return Examined(name, title, Verdict.UNKNOWN, note(words.SCOPES_UNSAID), _adding(needed))
        missing = [scope for scope in needed if scope not in granted]
        if missing:
            said = note(words.SCOPES_MISSING, scopes=", ".join(missing))
            return Examined(name, title, Verdict.FAIL, said, _adding(missing))
        if _FILE_SCOPE not in granted:
            return Examined(
                name, title, Verdict.WARN, note(words.NO_PICTURES, scope=_FILE_SCOPE), _adding([_FILE_SCOPE])
            )
        needed.append(_FILE_SCOPE)
        return Examined(name, title, Verdict.PASS, note(words.SCOPES_RIGHT, scopes=", ".join(needed)))

    def _needed(self, channels: list[Channel | None]) -> list[str]:
        """What the daemon itself needs; `users:read` serves nobody but us."""
        kinds = {"groups" if channel and channel.private else "channels" for channel in channels}
        reads = [f"{kind}:{right}" for kind in sorted(kinds) for right in ("history", "read")]
        listing = [] if "channels" in kinds else [_LIST_SCOPE]  # a name is looked for among the public ones first
        return ["chat:write", *reads, *listing, *([_GROUP_SCOPE] if any(map(_is_group, self._people.values())) else [])]

    async def _contacts(self) -> list[Examined]:
        groups = await self._groups()
        people = [self._contact(key, person, groups) for key, person in self._people.items()]
        return list(await asyncio.gather(*people))

    async def _groups(self) -> Mapping[str, Somebody] | SlackError:
        if not any(map(_is_group, self._people.values())):
            return {}
        try:
            return await workspace.usergroups_of(self._slack)
        except SlackError as error:
            return error

    async def _contact(self, key: str, person: Person, groups: Mapping[str, Somebody] | SlackError) -> Examined:
        name, title = f"slack.contact.{key}", note(words.CONTACT, name=person.name)
        try:
            found = _in(groups, person) if _is_group(person) else await workspace.user_of(self._slack, person.slack)
        except SlackError as error:
            if error.code != _MISSING:
                return refused(name, title, error)
            scope = _GROUP_SCOPE if _is_group(person) else _USER_SCOPE
            said = note(words.CONTACT_UNSEEN, scopes=scope)
            return Examined(name, title, Verdict.UNKNOWN, said, note(words.ADD_SCOPES, scopes=scope))
        return self._met(name, title, person, found)

    def _met(self, name: str, title: Note, person: Person, found: Somebody | None) -> Examined:
        mend = note(words.MEND_CONTACT, file=self._file)
        if found is None:
            return Examined(name, title, Verdict.FAIL, note(words.CONTACT_UNKNOWN, id=person.slack), mend)
        if found.gone:
            return Examined(name, title, Verdict.FAIL, note(words.CONTACT_GONE, who=found.name), mend)
        if found.members == 0:
            filling = note(words.FILL_GROUP, who=found.name)
            return Examined(name, title, Verdict.FAIL, note(words.GROUP_EMPTY, who=found.name), filling)
        if found.members is None:
            return Examined(name, title, Verdict.PASS, note(words.CONTACT_THERE, who=found.name))
        there = note(words.GROUP_THERE, who=found.name, members=found.members)
        return Examined(name, title, Verdict.PASS, there)


def _is_group(person: Person) -> bool:
    return person.slack.startswith(_GROUP_MARK)


def _in(groups: Mapping[str, Somebody] | SlackError, person: Person) -> Somebody | None:
    if isinstance(groups, SlackError):
        raise groups
    return groups.get(person.slack)


def _adding(scopes: list[str]) -> Note:
    return note(words.ADD_SCOPES, scopes=", ".join(scopes))
