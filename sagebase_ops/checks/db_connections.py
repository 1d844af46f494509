"""Is there room for more connections, and does somebody hold a transaction open?"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.databases.given import Given, elsewhere, first_of, given_of
from sagebase_ops.database.activity import Capacity, Client, capacity, clients, prepared
from sagebase_ops.database.server import Server, server
from sagebase_ops.domain.database_refusals import unanswered
from sagebase_ops.domain.masking import mask
from sagebase_ops.domain.quantities import Duration, Percentage, Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, failing, passing, warning
from sagebase_ops.errors import DatabaseError, DatabaseErrorKind

ROOM = Sentence(ja="{value}（使えるのは {limit}）", en="{value} of {limit}")
NEARLY_FULL = Sentence(
    ja="{value} で、使える {limit}の {share} を超えています", en="{value} is over {share} of {limit}"
)
FULL = Sentence(
    ja="接続がすべて使われていて、点検用の接続も断られました", en="every connection is taken: even ours was refused"
)
KEPT = Sentence(
    ja="max_connections {most} のうち {kept} は管理者用です",
    en="max_connections is {most}, {kept} of which are for administrators",
)
BY_ROLE = Sentence(ja="{role}（{database}）：{count}", en="{role} ({database}): {count}")
NONE_IDLE = Sentence(
    ja="{limit} を超えて idle in transaction の接続はありません", en="none is idle in transaction for more than {limit}"
)
IDLE = Sentence(
    ja="{count}が idle in transaction のままです（最長 {value}、上限 {limit}）。ロックを持ったまま、VACUUM を妨げます",
    en="{count} idle in transaction (longest {value}, limit {limit}): locks are held and VACUUM is kept from its work",
)
NONE_LONG = Sentence(
    ja="最も古いトランザクション：{value}（上限 {limit}）", en="oldest transaction: {value} (limit {limit})"
)
NO_TRANSACTION = Sentence(ja="開いているトランザクションはありません", en="no transaction is open")
LONG = Sentence(
    ja="最も古いトランザクションが {value} 続いています（上限 {limit}）。その間、VACUUM は不要な行を片づけられません",
    en="the oldest transaction has been open for {value} (limit {limit}): VACUUM can take away nothing newer",
)
ONE = Sentence(
    ja="pid {pid}：{role}（{database}）、{time}、{state}", en="pid {pid}: {role} ({database}), {time}, {state}"
)
_UNIT = "{connections}"


class Params(CheckParams):
    """Shares are of the connections that ordinary roles may have."""

    ordered = (("warn_above", "fail_above"),)

    warn_above: Percentage = 0.8
    """More of them taken is a warning."""
    fail_above: Percentage = 0.95
    """More of them taken is a failure."""
    idle_in_transaction: Duration = timedelta(minutes=30)
    """A transaction in which nothing happens for longer is a failure."""
    oldest_transaction: Duration = timedelta(hours=1)
    """One that is open for longer is a warning: backups and reports may take long."""


@check(
    Params,
    question=Sentence(
        ja="データベースの接続に空きがあるか、開いたままのトランザクションはないか",
        en="Is there room for more connections, and is a transaction left open?",
    ),
    runbook=Sentence(
        ja=(
            "1. どのロールの接続が多いか、明細で確認する。Cloud Run なら最大インスタンス数 × 接続プールの上限と比べる。\n"
            "2. idle in transaction は、アプリケーションがコミットを忘れている。ログとデプロイの時刻を突き合わせる。\n"
            "3. 急ぐときは管理者が SELECT pg_terminate_backend(pid); で終わらせる（その処理は取り消される）。"
            "PREPARE TRANSACTION のまま残ったものは ROLLBACK PREPARED で終わらせる。\n"
            "4. 再発を防ぐには idle_in_transaction_session_timeout を設定する。足りないときは max_connections のフラグを増やす。"
        ),
        en=(
            "1. Whose connections are many? The lines below say; on Cloud Run compare maximum instances × pool size.\n"
            "2. Idle in transaction: the application forgot to commit. Look at its log, and at the last deploy.\n"
            "3. If it cannot wait, an administrator ends it: SELECT pg_terminate_backend(pid); (its work is undone). "
            "What was left prepared is ended by ROLLBACK PREPARED.\n"
            "4. Set idle_in_transaction_session_timeout; where there is too little room, raise the flag max_connections."
        ),
    ),
    permissions=[],
    command=(
        'psql "$SAGEBASE_OPS_DATABASE_URL" -c "SELECT pid, usename, state, now() - xact_start AS open_for FROM pg_stat_activity '
        'WHERE xact_start IS NOT NULL ORDER BY xact_start"'
    ),
    example="{check: db_connections, warn_above: 80%, idle_in_transaction: 30m}",
)
async def db_connections(params: Params, context: CheckContext) -> list[Finding]:
    """Three findings on the server: connections taken, the longest idle in transaction, the oldest transaction.

    Being refused for want of room is proof, and a failure. Raises DatabaseError for every other refusal.
    Source: pg_stat_activity, max_connections and what is reserved of it.
    """
    if other := elsewhere(context):
        return other
    try:
        there = await server(context.database)
    except DatabaseError as error:
        if error.kind is not DatabaseErrorKind.FULL:
            raise
        whole = Target("project", context.project.id)
        return [failing(Target("connections", whole.name), FULL, reason=error.kind.value), unanswered(whole, error)]
    every, room = await clients(context.database), await capacity(context.database)
    given = given_of(context, there, "pg_stat_activity")
    return [
        _taken(params, there, every, room, given),
        _idle(params, there, every, given),
        _oldest(params, there, [*every, *await prepared(context.database)], given),
    ]


def _taken(params: Params, there: Server, every: Sequence[Client], room: Capacity, given: Given) -> Finding:
    """Our own session is one of them."""
    target, taken = Target("connections", there.database), len(every) + 1
    notes = (Note(KEPT, {"most": room.most, "kept": room.kept}), *first_of(_by_role(every), 3))
    given = {**given, "value": Quantity(taken, _UNIT), "limit": Quantity(room.ordinary, _UNIT), "notes": notes}
    for limit, verdict in ((params.fail_above, failing), (params.warn_above, warning)):
        if taken > limit * room.ordinary:
            return verdict(target, NEARLY_FULL, reason="nearly_full", share=Quantity(limit, "1"), **given)
    return passing(target, ROOM, **given)


def _by_role(every: Sequence[Client]) -> list[Note]:
    """Who has most of them; a role of IAM is called like its owner's e-mail address."""
    counts: dict[tuple[str, str], int] = {}
    for one in every:
        counts[one.role, one.database] = counts.get((one.role, one.database), 0) + 1
    most = sorted(counts.items(), key=lambda item: -item[1])
    return [
        Note(BY_ROLE, {"role": mask(role), "database": database, "count": Quantity(count, _UNIT)})
        for (role, database), count in most
    ]


def _idle(params: Params, there: Server, every: Sequence[Client], given: Given) -> Finding:
    target, limit = Target("idle_in_transaction", there.database), params.idle_in_transaction
    idle = _longest_first([one for one in every if one.idle_in_transaction], lambda one: one.in_state_since)
    long = [(since, one) for since, one in idle if there.now - since > limit]
    if not long:
        return passing(target, NONE_IDLE, limit=Quantity.of(limit), **given)
    told = {"value": Quantity.of(there.now - long[0][0]), "limit": Quantity.of(limit), "notes": _named(long, there)}
    return failing(target, IDLE, reason="idle_in_transaction", count=Quantity(len(long), _UNIT), **told, **given)


def _oldest(params: Params, there: Server, every: Sequence[Client], given: Given) -> Finding:
    target, limit = Target("oldest_transaction", there.database), params.oldest_transaction
    opened = _longest_first(every, lambda one: one.in_transaction_since)
    if not opened:
        return passing(target, NO_TRANSACTION, **given)
    age = there.now - opened[0][0]
    told = {"value": Quantity.of(age), "limit": Quantity.of(limit)}
    if age <= limit:
        return passing(target, NONE_LONG, **told, **given)
    long = [(since, one) for since, one in opened if there.now - since > limit]
    return warning(target, LONG, reason="long_transaction", notes=_named(long, there), **told, **given)


def _longest_first(some: Sequence[Client], since: Callable[[Client], datetime | None]) -> list[tuple[datetime, Client]]:
    timed = [(moment, one) for one in some if (moment := since(one)) is not None]
    return sorted(timed, key=lambda pair: pair[0])


def _named(some: Sequence[tuple[datetime, Client]], there: Server) -> tuple[Note, ...]:
    notes = [
        Note(
            ONE,
            {
                "pid": str(one.pid or "-"),
                "role": mask(one.role),
                "database": one.database,
                "time": Quantity.of(there.now - since),
                "state": one.state,
            },
        )
        for since, one in some
    ]
    return first_of(notes, 5)
