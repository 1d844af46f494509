"""What was done to a Cloud SQL instance, by whom, and did it succeed? Source: Cloud SQL Admin API v1, operations."""

from dataclasses import dataclass
from datetime import datetime

from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.errors import Question
from sagebase_ops.gcp.rest import Json
from sagebase_ops.gcp.rest_lists import objects, pages, sure_moment, text

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation in Google's words (`BACKUP_VOLUME`, `UPDATE`); times are aware UTC and None until they come.

    There is no status FAILED: one that failed is `DONE` and has an `error`. `user` is "" where Google itself acted.
    """

    type: str
    status: str
    user: str = ""
    inserted_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str = ""

    @property
    def at(self) -> datetime | None:
        """When it was begun; until then, when it was asked for."""
        return self.started_at or self.inserted_at

    @property
    def done(self) -> bool:
        return self.status == "DONE"


async def read_operations(
    connections: Connections, question: Question, instance: str, since: datetime
) -> tuple[Operation, ...]:
    """Those of `instance` that were begun at or after `since`, newest first. Raises GcpError.

    The list is in reverse order of the start and goes back for months: it is read until a whole page is older.
    """
    path = f"/v1/projects/{question.project}/operations"
    params: dict[str, str | int] = {"instance": instance, "maxResults": PAGE_SIZE}
    found: list[Operation] = []
    async for page in pages(connections, question, path, params):
        read = [read_operation(item, question) for item in objects(page, "items", question)]
        young = [operation for operation in read if operation.at is None or operation.at >= since]
        found += young
        if read and not young:
            break
    return tuple(found)


def read_operation(item: Json, question: Question) -> Operation:
    """An Operation resource as we see it. Raises GcpError for a time that is none."""
    return Operation(
        type=text(item, "operationType"),
        status=text(item, "status"),
        user=text(item, "user"),
        inserted_at=sure_moment(item, "insertTime", question),
        started_at=sure_moment(item, "startTime", question),
        finished_at=sure_moment(item, "endTime", question),
        error=_errors(item, question),
    )


def _errors(item: Json, question: Question) -> str:
    """Every error with its code; an error without any words is one all the same."""
    given = item.get("error")
    if not isinstance(given, dict):
        return ""
    said = [
        ": ".join(filter(None, (text(one, "code"), text(one, "message")))) for one in objects(given, "errors", question)
    ]
    return "; ".join(filter(None, said)) or "error"
