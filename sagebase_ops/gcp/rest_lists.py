"""How is a list of a REST API read when more than its items matter: warnings, places that did not answer?"""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime

from sagebase_ops.errors import GcpErrorKind
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.errors import Question, failure
from sagebase_ops.gcp.rest import Json


async def pages(
    connections: Connections, question: Question, path: str, params: Mapping[str, str | int] | None = None
) -> AsyncIterator[Json]:
    """Each page as it came, by `pageToken` and `nextPageToken`. Raises GcpError, also for a token that comes again."""
    seen: set[str] = set()
    token = ""
    while True:
        page = await connections.rest.get(
            question.api,
            path,
            project=question.project,
            permission=question.permission or "",
            method=question.method,
            params={**(params or {}), **({"pageToken": token} if token else {})},
        )
        yield page
        token = str(page.get("nextPageToken") or "")
        if not token:
            return
        if token in seen:
            raise failure(GcpErrorKind.MALFORMED, "the same page token came twice", question)
        seen.add(token)


def objects(page: Json, key: str, question: Question) -> list[Json]:
    """The list of objects under `key`; absent is empty. Raises GcpError for anything else."""
    found = page.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise failure(GcpErrorKind.MALFORMED, f"{key} is no list of objects", question)
    return found


def whole(answer: Json, question: Question) -> Json:
    """An answer that Google gives in one piece. Raises GcpError where it says that there is more: none of it proves anything."""
    if answer.get("nextPageToken"):
        raise failure(GcpErrorKind.PARTIAL, "there is a nextPageToken where Google has no pages", question)
    return answer


def text(item: Json, *path: str) -> str:
    """The text at `path` in nested objects, "" where any part of it is absent or of another kind."""
    value = _at(item, path)
    return value if isinstance(value, str) else ""


def integer(item: Json, *path: str) -> int | None:
    """The number at `path`: 64-bit ones come as texts, 32-bit ones as numbers. None where it is absent or neither."""
    value = _at(item, path)
    if isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def moment(item: Json, *path: str) -> datetime | None:
    """The time at `path`, aware UTC; None where it is absent, since it has not come yet, or is no time."""
    try:
        return datetime.fromisoformat(text(item, *path)).astimezone(UTC)
    except ValueError:
        return None


def sure_moment(item: Json, key: str, question: Question) -> datetime | None:
    """As `moment`, but a text that is no time is a broken answer. Raises GcpError."""
    said, found = text(item, key), moment(item, key)
    if said and found is None:
        raise failure(GcpErrorKind.MALFORMED, f"{key} is no time: {said[:40]}", question)
    return found


def texts(item: Json, key: str) -> tuple[str, ...]:
    """The list of texts under `key`, empty where it is absent or of another kind."""
    found = item.get(key)
    return tuple(map(str, found)) if isinstance(found, list) else ()


def labels(item: Json, key: str) -> dict[str, str]:
    """The mapping of texts under `key`, empty where it is absent or of another kind."""
    found = item.get(key)
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _at(item: Json, path: Iterable[str]) -> object:
    """None where any part of the path is absent, or no object."""
    value: object = item
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
