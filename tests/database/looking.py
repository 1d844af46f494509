"""A check's look into a real PostgreSQL, and the tables of an application there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

from pydantic import SecretStr

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.catalogue import catalogue
from sagebase_ops.database.session import Database, Patience
from sagebase_ops.domain.projects import Environment, Project
from sagebase_ops.domain.results import Finding

PROJECT = Project("sagebase-prod", Environment.PRODUCTION, "asia-northeast1", (), ("sagebase-db",))
NOW = datetime(2026, 11, 24, tzinfo=UTC)

DOCUMENTS = (
    "CREATE TABLE documents (id serial PRIMARY KEY, owner int, title text, body text)",
    "INSERT INTO documents (owner, title, body) SELECT n % 10, 'title ' || n, repeat('x', 200) FROM generate_series(1, 5000) n",
    "ANALYZE",
)


@asynccontextmanager
async def looking_into(url: SecretStr | None, patience: Patience | None = None) -> AsyncIterator[CheckContext]:
    async with looking_at(Database(url, patience)) as context:
        yield context


@asynccontextmanager
async def looking_at(database: Database) -> AsyncIterator[CheckContext]:
    nothing = cast("Any", None)  # no cloud and no website is asked
    yield CheckContext(PROJECT, nothing, nothing, NOW, database)
    await database.aclose()


async def seen(check: str, url: SecretStr | None, **params: Any) -> dict[str, Finding]:
    """The findings of one look, by the kind of their target."""
    definition = catalogue()[check]
    async with looking_into(url) as context:
        found = await definition.run(definition.params.model_validate(params), context)
    return {finding.target.kind: finding for finding in found}


def filled(finding: Finding) -> list[str]:
    """The English of its sentence and its notes, values as they are."""
    pairs = [(finding.sentence, finding.with_values()), *((note.sentence, note.values) for note in finding.notes)]
    return [sentence.en.format_map({key: str(value) for key, value in values.items()}) for sentence, values in pairs]
