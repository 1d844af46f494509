"""What a person does and reads from a terminal, on the store alone: neither Google Cloud nor Slack is asked."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from sagebase_ops.app.parts import name_of_this_process, route_of, store_of
from sagebase_ops.casebook import Casebook
from sagebase_ops.clock import SystemClock
from sagebase_ops.config.mistakes import allowed_words, nearest
from sagebase_ops.config.model import RECHECK, RECHECK_EVERY, Schedules
from sagebase_ops.domain.incident_groups import Group, groups_of
from sagebase_ops.domain.incidents import Incident
from sagebase_ops.domain.silences import Silence
from sagebase_ops.errors import ConfigError
from sagebase_ops.responses import Responses
from sagebase_ops.settings import Settings

KNOWN = 1000
"""Of so many incidents an id is known."""

_MOMENT = timedelta(seconds=5)
_LOOKS_AGAIN_WITHIN = RECHECK_EVERY + timedelta(minutes=1)
_LONG_AGO = timedelta(days=400)


@asynccontextmanager
async def desk_of(settings: Settings, schedules: Schedules) -> AsyncIterator["Desk"]:
    """Raises ConfigError where there is no store yet: an empty one, made in the wrong folder, would look all green."""
    path = Path(settings.state_path)
    if not settings.firestore and not path.exists():  # noqa: ASYNC240 (before anything runs beside it)
        raise ConfigError(
            f"{path}: no such store; nothing ran here yet. Go to the folder of the daemon, or name its store in SAGEBASE_OPS_STATE"
        )
    async with store_of(settings) as store:
        route = route_of(schedules, store, sandbox=settings.sandboxed)
        yield Desk(Casebook(schedules, store, route, SystemClock()))


class Desk:
    """Every method may raise StoreError."""

    def __init__(self, book: Casebook) -> None:
        self.book, self.store, self.clock = book, book.store, book.clock
        self.responses = Responses(book)

    async def open_groups(self) -> tuple[Group, ...]:
        """What is open, the oldest first, with what of the same message was resolved lately."""
        return tuple(group for group in groups_of(await self.book.live()) if group.open)

    async def groups(self, limit: int) -> tuple[Group, ...]:
        """The open ones, then those of the newest `limit` incidents that are over, the newest first."""
        open_ones = await self.open_groups()
        shown = {group.lead.group for group in open_ones}
        over = [group for group in groups_of(await self.store.incidents(limit)) if group.lead.group not in shown]
        return (*open_ones, *sorted(over, key=lambda group: group.since, reverse=True))

    async def group(self, given: str) -> Group:
        """The one whose id, or that of one of its incidents, begins so. Raises ConfigError."""
        by_id = {incident.id: incident for incident in await self._known()}
        groups = {group.lead.group: group for group in groups_of(by_id.values())}
        ids = {id_: id_ for id_ in groups} | {incident.id: incident.group for incident in by_id.values()}
        return groups[_only("incident", given, ids)]

    async def silence(self, given: str) -> Silence:
        """The one whose id begins so. Raises ConfigError."""
        known = {one.id: one for one in await self.store.silences(self.clock.now() - _LONG_AGO)}
        return known[_only("silence", given, {id_: id_ for id_ in known})]

    async def is_unsent(self) -> bool:
        """Whether anything waits for whoever sends."""
        return (await self.store.backlog()).unsent > 0

    async def has_sender(self) -> bool:
        """Whether a daemon is there: it holds the sender lease, or looked again a moment ago; where none is, nobody is told.

        The lease alone does not say: a daemon that has nothing to send lets it go after a minute.
        """
        us, now = name_of_this_process(), self.clock.now()
        if not await self.store.take_sender_lease(us, now, now + _MOMENT):
            return True
        await self.store.release_sender_lease(us)
        newest = (await self.store.jobs()).get(RECHECK)
        return bool(newest and newest.last_slot and now - newest.last_slot < _LOOKS_AGAIN_WITHIN)

    async def _known(self) -> Iterable[Incident]:
        """Pending ones have no id that a person could know."""
        found = [*await self.store.incidents(KNOWN), *await self.book.live()]
        return [one for one in found if one.opened_at]


def _only(kind: str, given: str, ids: dict[str, str]) -> str:
    """What the ids that begin with `given` stand for, where that is one thing. Raises ConfigError."""
    meant = {thing for id_, thing in ids.items() if id_.startswith(given)} if given else set()
    if given in ids:
        return ids[given]
    if len(meant) == 1:
        return meant.pop()
    if meant:
        raise ConfigError(
            f"{given!r} is the beginning of {len(meant)} {kind}s; write more of it: {', '.join(sorted(meant))}"
        )
    known = list(dict.fromkeys(ids.values()))
    there_are = allowed_words(known) if known else f"there is no {kind}"
    raise ConfigError(f"no {kind} has the id {given!r}; {there_are}{nearest(given, ids)}")
