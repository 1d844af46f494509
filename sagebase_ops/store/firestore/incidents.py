"""Incidents, silences and the audit, and a decision as a whole.

Every decision also writes one document, the bell, on condition that it stands as it was read. So a process knows by one
read whether the incidents are still those that it remembers, and of two that decide at once one decides anew.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from hashlib import sha256
from uuid import uuid4

from sagebase_ops.domain.incidents import Incident, State
from sagebase_ops.domain.silences import Silence
from sagebase_ops.errors import StaleError
from sagebase_ops.store.base import Audit, Decision
from sagebase_ops.store.firestore import queries
from sagebase_ops.store.firestore.changes import Changes, Proposal
from sagebase_ops.store.firestore.database import Content, Database, Seen, Write
from sagebase_ops.store.firestore.fields import aware, name_of, plain
from sagebase_ops.store.firestore.outbox import Outbox
from sagebase_ops.store.packing import packed, unpacked
from sagebase_ops.store.records import read_incident, read_silence, write_incident, write_silence

_BELL = "board/decisions"
_REMEMBERED = 20
"""Decisions whose names stand on the bell: by its own each finds out that it was written though the answer got lost."""

_AT_ONCE = 100
"""How many are forgotten in one commit."""

NOTHING = Decision()


class Incidents:
    """What is wrong, what is told of it to nobody, and who did what."""

    def __init__(self, database: Database, changes: Changes, outbox: Outbox) -> None:
        self._database = database
        self._changes = changes
        self._outbox = outbox
        self._rung: Seen | None = None
        self._resolved_after: datetime | None = None
        self._found: Mapping[str, Seen] = {}
        """What was live, or resolved after that, when the bell stood as it was when it rang last."""

    async def decide(self, decision: Decision, now: datetime) -> bool:
        name = uuid4().hex

        async def propose(fresh: bool) -> Proposal[bool]:  # noqa: FBT001 (`make` asks so)
            if await self.was_written(name):
                return Proposal(answer=True)
            if fresh and await self.was_decided(decision):
                return Proposal(answer=False)
            writes = await self.writes(decision, name, now, fresh=fresh)
            queued = await self._outbox.queued(decision.notifications, now, fresh=fresh)
            return Proposal(True, [*writes, *queued], await self.remembering())

        return True if decision == NOTHING else await self._changes.make(propose)

    async def was_written(self, name: str) -> bool:
        return name in _names(await self._changes.seen(_BELL))

    async def was_decided(self, decision: Decision) -> bool:
        once = decision.once
        return once is not None and (await self._database.seen(_decided_path(once))).version is not None

    async def writes(self, decision: Decision, name: str, now: datetime, *, fresh: bool) -> list[Write]:
        """All of a decision but its notifications, under a name of its own. Raises StaleError."""
        if decision == NOTHING:
            return []
        once = [] if decision.once is None else [Write(Seen(_decided_path(decision.once)), {"at": aware(now)})]
        return [
            *await self._ringing(name),
            *once,
            *await self._changed(decision, fresh=fresh),
            *[Write(await self._changes.seen(_silence_path(one)), _silence(one)) for one in decision.silences],
            *await self._noted(decision.audit, fresh=fresh),
        ]

    async def remembering(self) -> Callable[[Sequence[Seen]], None]:
        """What to do once a decision upon the present bell is written: what was known is still known."""
        return partial(self._remember, (await self._changes.seen(_BELL)).version)

    def _remember(self, before: datetime | None, written: Sequence[Seen]) -> None:
        bell = next((seen for seen in written if seen.path == _BELL), None)
        if bell is None:
            return
        if (
            self._rung is None or self._rung.version != before
        ):  # it was not known as it stood then: somebody else had decided
            self._rung = None
            return
        self._rung = bell
        changed = {seen.path: seen for seen in written if seen.path.startswith("incidents/")}
        self._found = {path: seen for path, seen in {**self._found, **changed}.items() if seen.content}

    async def live(self, resolved_after: datetime) -> Sequence[Incident]:
        found = await self._known(await self._changes.read(_BELL), resolved_after)
        contents = [seen.content for seen in found.values() if seen.content]
        return [_incident(one) for one in contents if not one["resolved"] or one["resolved_at"] > resolved_after]

    async def incident(self, incident_id: str) -> Incident | None:
        content = (await self._database.seen(_path(incident_id))).content
        return _incident(content) if content else None

    async def newest(self, limit: int) -> Sequence[Incident]:
        found = await self._database.find(queries.newest_incidents(limit))
        return [_incident(seen.content) for seen in found if seen.content]

    async def silences(self, until_after: datetime) -> Sequence[Silence]:
        found = await self._database.find(queries.silences_past(until_after))
        read = [read_silence(unpacked(seen.content["record"])) for seen in found if seen.content]
        return sorted(read, key=lambda one: (one.since, one.id))

    async def audit(self, limit: int) -> Sequence[Audit]:
        found = await self._database.find(queries.newest_audit(limit))
        return [Audit(**{**seen.content, "at": plain(seen.content["at"])}) for seen in found if seen.content]

    async def forget(self, before: datetime) -> None:
        """Those resolved before. One stays while another lives in the message that they share."""
        old = await self._database.find(queries.old_incidents(before))
        groups = {seen.content["group"] for seen in old if seen.content}
        lives = {one for one in groups if await self._database.find(queries.any_live_incident_of(one))}
        gone = [Write(seen, None) for seen in old if seen.content and seen.content["group"] not in lives]
        for start in range(0, len(gone), _AT_ONCE):
            await self._changes.make(partial(self._without, gone[start : start + _AT_ONCE], uuid4().hex))

    async def _without(self, gone: Sequence[Write], name: str, fresh: bool) -> Proposal[None]:  # noqa: FBT001
        """What was changed meanwhile, or forgotten by another process, waits for the next call."""
        return (
            Proposal(None) if fresh else Proposal(None, [*await self._ringing(name), *gone], await self.remembering())
        )

    async def _ringing(self, name: str) -> list[Write]:
        bell = await self._changes.seen(_BELL)
        return [Write(bell, {"names": [*_names(bell), name][-_REMEMBERED:]})]

    # What is changed, and whether it may be

    async def _changed(self, decision: Decision, *, fresh: bool) -> list[Write]:
        if not decision.incidents and not decision.forgotten:
            return []
        found = await self._known(await self._changes.seen(_BELL), self._resolved_after)
        gone = [_forgetting(found.get(_path(one.id)), one) for one in decision.forgotten]
        changed = [await self._saving(found, one, fresh=fresh) for one in decision.incidents]
        live = {**found, **{write.seen.path: Seen(write.seen.path, write.content) for write in [*gone, *changed]}}
        _refuse_second(live.values(), decision.incidents)
        return [*gone, *changed]

    async def _saving(self, found: Mapping[str, Seen], one: Incident, *, fresh: bool) -> Write:
        path = _path(one.id)
        seen = found.get(path)
        if seen is None:  # without `fresh` a new one is taken for new, which costs no read
            seen = Seen(path) if one.version == 0 and not fresh else await self._database.seen(path)
        if (seen.content or {"version": 0})["version"] != one.version:
            raise _stale(one)
        return Write(seen, _fields(one))

    async def _known(self, bell: Seen, resolved_after: datetime | None) -> Mapping[str, Seen]:
        """What is live, or was resolved after that; asked anew only where the bell rang since."""
        enough = resolved_after is None or (self._resolved_after is not None and self._resolved_after <= resolved_after)
        if self._rung is not None and self._rung.version == bell.version and enough:
            return self._found
        asked = [queries.live_incidents()]
        if resolved_after is not None:
            asked.append(queries.incidents_resolved_since(resolved_after))
        bell, found = await self._database.as_of(_BELL, asked)
        self._rung, self._resolved_after = self._changes.keep(bell), resolved_after
        self._found = {seen.path: seen for seen in found}
        return self._found

    async def _noted(self, done: Sequence[Audit], *, fresh: bool) -> list[Write]:
        """Once each: the same words of the same moment are the same thing, told again."""
        paths = {_audit_path(one): one for one in done}
        known = await self._database.seen_all(list(paths)) if fresh else [Seen(path) for path in paths]
        return [Write(seen, _audit(paths[seen.path])) for seen in known if seen.version is None]


def _forgetting(seen: Seen | None, one: Incident) -> Write:
    content = seen.content if seen else None
    if seen is None or content is None or (content["state"], content["version"]) != (State.PENDING, one.version):
        raise _stale(one)
    return Write(seen, None)


def _refuse_second(after: Iterable[Seen], changed: Sequence[Incident]) -> None:
    """Of one fingerprint at most one is not resolved, after all of the decision."""
    live = Counter(seen.content["mark"] for seen in after if seen.content and not seen.content["resolved"])
    for one in changed:
        if one.state is not State.RESOLVED and live[_mark(one)] > 1:
            raise _stale(one)


def _stale(one: Incident) -> StaleError:
    return StaleError(
        f"the incident {one.id} was changed since it was read at version {one.version}; nothing was written"
    )


# How they stand in Firestore


def _path(incident_id: str) -> str:
    return f"incidents/{name_of(incident_id)}"


def _mark(one: Incident) -> str:
    mark = one.fingerprint
    return name_of(mark.project, mark.check, mark.name, mark.target)


def _fields(one: Incident) -> Content:
    over = one.state is State.RESOLVED
    return {
        "state": one.state.value,
        "mark": _mark(one),
        "group": one.group,
        "ever_open": one.opened_at is not None,
        "opened_at": one.opened_at and aware(one.opened_at),
        "resolved": over,
        "resolved_at": aware(one.resolved_at) if over and one.resolved_at else None,
        "version": one.version + 1,
        "record": packed(write_incident(one, one.version + 1)),
    }


def _incident(content: Content) -> Incident:
    return read_incident(unpacked(content["record"]))


def _silence_path(one: Silence) -> str:
    return f"silences/{name_of(one.id)}"


def _silence(one: Silence) -> Content:
    return {"since": aware(one.since), "until": aware(one.ends), "record": packed(write_silence(one))}


def _audit_path(one: Audit) -> str:
    words = sha256(repr(one).encode()).hexdigest()
    return f"audit/{name_of(aware(one.at).isoformat(), words)}"


def _audit(one: Audit) -> Content:
    names = ("by", "what", "subject", "detail", "via")
    # Half a character has no UTF-8.
    return {"at": one.at, **{name: getattr(one, name).encode(errors="backslashreplace").decode() for name in names}}


def _decided_path(once: str) -> str:
    return f"decided/{name_of(once)}"


def _names(bell: Seen) -> list[str]:
    names: list[str] = (bell.content or {"names": []})["names"]
    return names
