"""Firestore refuses a question that no index serves, and its emulator does not: so the file is held against the questions."""

import inspect
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sagebase_ops.store.firestore import queries
from sagebase_ops.store.firestore.queries import Query

ROOT = Path(__file__).parents[3]
SUMMED = {"unsent": ("unsent", "unproven", "refused")}
"""What is summed over a question's answers, by its name: a sum reads an index too."""

EXAMPLES: dict[Any, Any] = {  # a value for a parameter of each type
    datetime: datetime(2026, 11, 24, tzinfo=UTC),
    datetime | None: datetime(2026, 11, 24, tzinfo=UTC),
    int: 1,
    str: "daily",
    list[str]: ["daily"],
}


def asked() -> dict[str, Query]:
    """Every question of queries.py."""
    functions = inspect.getmembers(queries, inspect.isfunction)
    own = {name: function for name, function in functions if function.__module__ == queries.__name__}
    return {
        name: function(*map(_example, inspect.signature(function).parameters.values()))
        for name, function in own.items()
    }


def _example(parameter: inspect.Parameter) -> Any:
    return EXAMPLES[parameter.annotation]


def wanted(query: Query, summed: str | None = None) -> tuple[str, ...] | None:
    """The fields of the composite index, or None where Firestore's own index of each single field is enough."""
    equal = [field for field, operator, _ in query.where if operator in ("==", "in")]
    ranged = [field for field, operator, _ in query.where if operator not in ("==", "in")]
    ordered = {field.removeprefix("-") for field in query.order}
    sorted_by = [*query.order, *(field for field in ranged if field not in ordered), *([summed] if summed else [])]
    fields = (*equal, *sorted_by)
    return fields if sorted_by and len(fields) > 1 else None


def every_wanted() -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, query in asked().items():
        for summed in (None, *SUMMED.get(name, ())):
            if fields := wanted(query, summed):
                yield query.collection, fields


def described() -> Any:
    return json.loads((ROOT / "deploy" / "firestore.indexes.json").read_text())


def test_the_file_holds_the_index_of_each_question_and_no_other() -> None:
    held = [
        (index["collectionGroup"], tuple(_sorted_by(field) for field in index["fields"]))
        for index in described()["indexes"]
    ]
    assert sorted(held) == sorted(set(every_wanted()))


def _sorted_by(field: dict[str, str]) -> str:
    return ("-" if field["order"] == "DESCENDING" else "") + field["fieldPath"]


def test_no_question_is_asked_that_this_test_does_not_see() -> None:
    """All of them are functions of queries.py, and all sums are named above."""
    package = ROOT / "sagebase_ops" / "store" / "firestore"
    texts = {path.name: path.read_text() for path in package.glob("*.py")}
    assert [name for name, text in texts.items() if "Query(" in text] == ["queries.py"]
    sums = [line.strip() for text in texts.values() for line in text.splitlines() if ".total(" in line]
    assert sums == [f'self._database.total(queries.unsent(), "{field}"),' for field in SUMMED["unsent"]]


def test_docs_and_file_name_the_same_time_to_live_policies() -> None:
    told = (ROOT / "docs" / "deploy.md").read_text()
    groups = [one["collectionGroup"] for one in described()["fieldOverrides"] if one.get("ttl")]
    assert groups == ["runs", "parts", "outbox"]
    assert all(f"--collection-group={group} --enable-ttl" in told for group in groups)
