"""Prints the gcloud commands that make what firestore.indexes.json describes.

    python3 deploy/firestore_indexes.py PROJECT DATABASE | sh

Building an index takes minutes; gcloud returns at once, and `gcloud firestore indexes composite list` says when each is
ready. What exists already is refused with ALREADY_EXISTS, which does no harm.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Described = Mapping[str, Any]  # Any: JSON of Firebase's own form


def commands(described: Described, project: str, database: str) -> Iterator[str]:
    where = f"--project={project} --database={database} --async"
    for index in described["indexes"]:
        yield f"gcloud firestore indexes composite create {where} {_group(index)} {_fields(index)}"
    for one in described["fieldOverrides"]:
        field, group = one["fieldPath"], _group(one)
        if not one["indexes"]:
            yield f"gcloud firestore indexes fields update {field} {where} {group} --disable-indexes"
        if one.get("ttl"):
            yield f"gcloud firestore fields ttls update {field} {where} {group} --enable-ttl"


def _group(one: Described) -> str:
    return f"--collection-group={one['collectionGroup']}"


def _fields(index: Described) -> str:
    named = ((field["fieldPath"], field["order"].lower()) for field in index["fields"])
    return " ".join(f"--field-config=field-path={path},order={order}" for path, order in named)


def main() -> None:
    if len(sys.argv) != 3:  # noqa: PLR2004 (this program, project, database)
        sys.exit("usage: python3 deploy/firestore_indexes.py PROJECT DATABASE | sh")
    described = json.loads(Path(__file__).with_name("firestore.indexes.json").read_text(encoding="utf-8"))
    print("\n".join(commands(described, *sys.argv[1:])))


if __name__ == "__main__":
    main()
