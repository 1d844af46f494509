"""One bounded question to BigQuery, and its rows as text. Source: BigQuery API v2 over REST."""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sagebase_ops.errors import GcpErrorKind
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.errors import Question, failure
from sagebase_ops.gcp.rest import Json
from sagebase_ops.gcp.rest_lists import integer, objects, text

API = "bigquery.googleapis.com"
_JOBS = "bigquery.jobs.create"
_WAIT = 6000  # milliseconds that Google may keep one request open, below the time-out of one of our tries
_PAGE = 5000


@dataclass(frozen=True, slots=True)
class Table:
    """A table's id (`project.dataset.table`), where it lies, the column it is partitioned by (None: by arrival)."""

    id: str
    location: str
    partition_field: str | None
    created: datetime | None = None
    """Aware UTC; None where Google does not say."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Each row by column; what is null is left out. `scanned` are bytes that the question read, and is billed for."""

    rows: tuple[Mapping[str, str], ...]
    scanned: int


async def table(connections: Connections, project: str, dataset: str, name: str) -> Table:
    """`dataset` is `PROJECT.DATASET`. Raises GcpError, not_found among them. Source: bigquery.tables.get."""
    owner, _, short = dataset.partition(".")
    answer = await connections.rest.get(
        API,
        f"/bigquery/v2/projects/{owner}/datasets/{short}/tables/{name}",
        project=project,
        permission="bigquery.tables.get",
        method="bigquery.tables.get",
    )
    created = integer(answer, "creationTime")
    return Table(
        f"{dataset}.{name}",
        text(answer, "location"),
        text(answer, "timePartitioning", "field") or None,
        None if created is None else datetime.fromtimestamp(created / 1000, UTC),
    )


async def query(
    connections: Connections, project: str, sql: str, values: Mapping[str, tuple[str, str]], location: str, most: int
) -> Rows:
    """All rows of `sql` with `values` (`{"start": ("TIMESTAMP", "2026-11-01 …")}`), reading at most `most` bytes.

    Raises GcpError, malformed where fewer rows came than Google counts; over `most` bytes it refuses before it reads.

    Source: bigquery.jobs.query, .getQueryResults.
    """
    question = connections.question(API, "bigquery.jobs.query", _JOBS, project)
    body = {
        "query": sql,
        "useLegacySql": False,
        "parameterMode": "NAMED",
        "queryParameters": [_parameter(name, *value) for name, value in values.items()],
        "location": location,
        "timeoutMs": _WAIT,
        "maxResults": _PAGE,
        "maximumBytesBilled": str(most),
        "requestId": str(uuid.uuid4()),
        "labels": {"app": "sagebase-ops"},
    }
    try:
        async with asyncio.timeout(connections.patience.whole):
            return await _read_whole(connections, question, body)
    except TimeoutError as error:
        raise failure(GcpErrorKind.DEADLINE, "", question) from error


async def _read_whole(connections: Connections, question: Question, body: Json) -> Rows:
    """An unfinished answer has no rows, which is not the same as none: it is asked again until it is done."""
    path = f"/bigquery/v2/projects/{question.project}/queries"
    answer = await connections.rest.post(
        API, path, body, project=question.project, permission=_JOBS, method=question.method
    )
    found: list[Mapping[str, str]] = []
    columns, scanned = _columns(answer), _scanned(answer)
    while True:
        if answer.get("jobComplete") is True:
            columns, scanned = _columns(answer) or columns, _scanned(answer) or scanned
            found += [_row(row, columns, question) for row in objects(answer, "rows", question)]
            if not text(answer, "pageToken"):
                return Rows(_all_of(found, answer, question), scanned)
        else:
            await asyncio.sleep(connections.patience.pause)
        answer = await _more(connections, question, path, answer)


def _all_of(found: list[Mapping[str, str]], answer: Json, question: Question) -> tuple[Mapping[str, str], ...]:
    """A sum over some of the rows looks like any other sum, so they are counted against what Google says there are."""
    total = str(answer.get("totalRows", ""))
    if total != str(len(found)):
        raise failure(GcpErrorKind.MALFORMED, f"{len(found)} rows, totalRows {total or 'not said'}", question)
    return tuple(found)


async def _more(connections: Connections, question: Question, path: str, answer: Json) -> Json:
    """The next page; or the answer to the same question a while later, where it was not done."""
    job = text(answer, "jobReference", "jobId")
    if not job:
        raise failure(GcpErrorKind.MALFORMED, "an unfinished query without a jobReference", question)
    params: dict[str, str | int] = {"maxResults": _PAGE, "timeoutMs": _WAIT}
    for name, value in (
        ("location", text(answer, "jobReference", "location")),
        ("pageToken", text(answer, "pageToken")),
    ):
        params |= {name: value} if value else {}
    return await connections.rest.get(
        API,
        f"{path}/{job}",
        project=question.project,
        permission=_JOBS,
        method="bigquery.jobs.getQueryResults",
        params=params,
    )


def _parameter(name: str, kind: str, value: str) -> Json:
    return {"name": name, "parameterType": {"type": kind}, "parameterValue": {"value": value}}


def _columns(answer: Json) -> list[str]:
    schema = answer.get("schema")
    fields = schema.get("fields") if isinstance(schema, dict) else None
    return [text(field, "name") for field in fields] if isinstance(fields, list) else []


def _scanned(answer: Json) -> int:
    said = str(answer.get("totalBytesProcessed", ""))
    return int(said) if said.isdecimal() else 0


def _row(row: Json, columns: list[str], question: Question) -> Mapping[str, str]:
    cells = objects(row, "f", question)
    if len(cells) != len(columns):
        raise failure(GcpErrorKind.MALFORMED, f"a row of {len(cells)} for {len(columns)} columns", question)
    values = zip(columns, (cell.get("v") for cell in cells), strict=True)
    return {name: value for name, value in values if isinstance(value, str)}
