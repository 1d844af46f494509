"""How much of the tables' room holds nothing that anybody reads?"""

import asyncio
from collections.abc import Sequence

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.databases.given import Given, first_of, total
from sagebase_ops.database.tables import Room, Table, measured_room, tuple_reader
from sagebase_ops.domain.database_refusals import unanswered
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, Verdict, passing, skipped, warning
from sagebase_ops.errors import DatabaseError, DatabaseErrorKind

MEASURED = 10
LARGEST = 2**30
"""A larger table is not read through for this."""

TIDY = Sentence(
    ja="大きい {count}の空きと不要な行は {value}（上限 {limit}、合計 {room}）",
    en="{value} of the {count} that are largest is free or dead (limit {limit}, {room})",
)
BLOATED = Sentence(
    ja="大きい {count}の {value} が空きと不要な行です（上限 {limit}、合計 {room}）",
    en="{value} of the {count} that are largest is free or dead, over the limit of {limit} ({room})",
)
DEAD_ALONE = Sentence(
    ja="不要な行だけで、テーブルの約 {value} を占めています（上限 {limit}、約 {room}）",
    en="dead rows alone take about {value} of the tables, over the limit of {limit} (about {room})",
)
NOT_MEASURED = Sentence(
    ja="対象外：拡張 pgstattuple がないため空き領域を測れません（不要な行は約 {value}、{room}）",
    en="does not apply: without the extension pgstattuple free space is not measured (dead rows: about {value}, {room})",
)
NOTHING_LARGE = Sentence(ja="測る大きさのテーブルがありません", en="no table is large enough to measure")
TOO_LARGE = Sentence(
    ja="対象外：{count}は大きすぎるため空き領域を測っていません",
    en="does not apply: {count} too large to be read through for free space",
)
ONE = Sentence(ja="{table}：{lost} / {size}", en="{table}: {lost} of {size}")
ESTIMATED = Sentence(
    ja="推定値です。行の数の割合から求めていて、空き領域は含みません",
    en="an estimate from the share of rows, free space left out",
)
ASK_FOR_IT = 'psql -c "CREATE EXTENSION pgstattuple"'
_TABLES = "{tables}"


async def bloat(
    target: Target, tables: Sequence[Table], least: int, limit: float, context: CheckContext, given: Given
) -> Finding:
    """Measured by pgstattuple where the database has it; else estimated, and then never a pass.

    The largest tables of at least `least` bytes are measured. Raises DatabaseError.
    """
    schema = await tuple_reader(context.database)
    if schema is None:
        return _estimated(target, tables, limit, given)
    wanted = [table for table in tables if least <= table.size <= LARGEST]
    largest = sorted(wanted, key=lambda table: -table.size)[:MEASURED]
    unread = [table for table in tables if table.size > LARGEST]
    if not largest:
        return _unread(target, unread, given) if unread else passing(target, NOTHING_LARGE, **given)
    try:
        rooms = await asyncio.gather(*(measured_room(context.database, schema, table) for table in largest))
    except DatabaseError as error:
        if error.kind not in {DatabaseErrorKind.DEADLINE, DatabaseErrorKind.LOCKED}:
            raise
        return unanswered(target, error, **given)  # the other questions were answered all the same
    found = _measured(target, rooms, limit, given)
    return _unread(target, unread, given) if unread and found.verdict is Verdict.PASS else found


def _unread(target: Target, tables: Sequence[Table], given: Given) -> Finding:
    """Of the largest of all nobody knows: that is no pass."""
    notes = first_of([_note(table.name, _dead(table), table.size) for table in tables], 5)
    count = Quantity(len(tables), _TABLES)
    return skipped(target, TOO_LARGE, reason="too_large", count=count, notes=(Note(ESTIMATED), *notes), **given)


def _measured(target: Target, rooms: Sequence[Room], limit: float, given: Given) -> Finding:
    lost, size = total(room.lost for room in rooms), total(room.size for room in rooms)
    share = lost.amount / size.amount if size.amount else 0.0
    worst = sorted(rooms, key=lambda room: -room.lost)
    notes = first_of([_note(room.table, room.lost, room.size) for room in worst if room.lost], 5)
    told = {"value": Quantity(share, "1"), "limit": Quantity(limit, "1"), "room": lost, "notes": notes}
    counted = Quantity(len(rooms), _TABLES)
    if share > limit:
        return warning(target, BLOATED, reason="bloated", count=counted, **told, **given)
    return passing(target, TIDY, count=counted, **told, **given)


def _estimated(target: Target, tables: Sequence[Table], limit: float, given: Given) -> Finding:
    """What is dead takes room for sure; what was cleared away and never given back, nobody counts."""
    lost, size = total(_dead(table) for table in tables), total(table.size for table in tables)
    share = lost.amount / size.amount if size.amount else 0.0
    worst = sorted(tables, key=lambda table: -_dead(table))
    named = [_note(table.name, _dead(table), table.size) for table in worst if table.dead]
    notes = (Note(ESTIMATED), *first_of(named, 3))
    told = {"value": Quantity(share, "1"), "limit": Quantity(limit, "1"), "room": lost, "notes": notes}
    if share > limit:
        return warning(target, DEAD_ALONE, reason="bloated", **told, **given)
    return skipped(target, NOT_MEASURED, reason="no_pgstattuple", remedy=ASK_FOR_IT, **told, **given)


def _dead(table: Table) -> float:
    return table.dead_share * table.size


def _note(table: str, lost: float, size: float) -> Note:
    return Note(ONE, {"table": table, "lost": Quantity(lost, "By"), "size": Quantity(size, "By")})
