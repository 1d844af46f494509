"""What was done to a Cloud SQL instance, by whom, and did it succeed? Source: Cloud SQL Admin API v1, operations."""

from dataclasses import dataclass
from datetime import datetime

from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.errors import Question
from sagebase_ops.gcp.rest import Json
from sagebase_ops.gcp.rest_lists import objects, pages, sure_moment, text

PAGE_SIZE = 100
_GOING_ON = {"PENDING", "RUNNING"}


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
    def last_at(self) -> datetime | None:
        """The last that is known of it."""
        return self.finished_at or self.at

    @property
    def done(self) -> bool:
        return self.status == "DONE"

    @property
    def going_on(self) -> bool:
        """It is not over; a status that nobody knows is neither this nor `done`."""
        return self.status in _GOING_ON


async def read_operations(
    connections: Connections, question: Question, instance: str, since: datetime
) -> tuple[Operation, ...]:
    """Those of `instance` that ended at or after `since`, and all that did not end, newest first. Raises GcpError.

    The list is in reverse order of the start and is read to its end: where one stands that was never started is not
    documented, and one that began weeks ago may still go on.
    """
    path = f"/v1/projects/{question.project}/operations"
    params: dict[str, str | int] = {"instance": instance, "maxResults": PAGE_SIZE}
    read = [
        read_operation(item, question)
        async for page in pages(connections, question, path, params)
        for item in objects(page, "items", question)
    ]
    return tuple(one for one in read if not one.done or one.last_at is None or one.last_at >= since)


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
