"""The watched PostgreSQL would not or could not answer: what a person reads about it, and the finding that says so."""

from typing import Any

from sagebase_ops.domain.results import Finding, Note, Sentence, Target, unknown
from sagebase_ops.errors import DatabaseError, DatabaseErrorKind

WORDS = {
    DatabaseErrorKind.NO_ADDRESS: Sentence(
        ja="確認できません：接続先がありません。環境変数 SAGEBASE_OPS_DATABASE_URL を設定してください（docs/database.md）",
        en="could not look: no address; set SAGEBASE_OPS_DATABASE_URL (docs/database.md)",
    ),
    DatabaseErrorKind.BAD_ADDRESS: Sentence(
        ja="確認できません：SAGEBASE_OPS_DATABASE_URL の書式が正しくありません。postgresql://… の形で書いてください（docs/database.md）",
        en="could not look: SAGEBASE_OPS_DATABASE_URL cannot be read; write it as postgresql://… (docs/database.md)",
    ),
    DatabaseErrorKind.UNREACHABLE: Sentence(
        ja="確認できません：データベースに接続できません。Cloud SQL の状態と、接続先・経路を確認してください",
        en="could not look: the database cannot be reached; look at Cloud SQL's state, the address and the way there",
    ),
    DatabaseErrorKind.LOGIN: Sentence(
        ja="確認できません：データベースへのログインを拒否されました。ユーザー名、パスワード、pg_hba の設定を確認してください",
        en="could not look: the database refused the login; check user, password and pg_hba",
    ),
    DatabaseErrorKind.NO_SUCH_DATABASE: Sentence(
        ja="確認できません：その名前のデータベースがありません。SAGEBASE_OPS_DATABASE_URL を直してください",
        en="could not look: there is no database of that name; mend SAGEBASE_OPS_DATABASE_URL",
    ),
    DatabaseErrorKind.FULL: Sentence(
        ja="確認できません：接続数が上限に達していて、点検用の接続もできません",
        en="could not look: all connections are taken, so there was none left to look through",
    ),
    DatabaseErrorKind.DEADLINE: Sentence(
        ja="確認できません：データベースが時間内に応答しませんでした。次の回に再確認します",
        en="could not look: the database did not answer in time; it is looked at again next time",
    ),
    DatabaseErrorKind.LOCKED: Sentence(
        ja="確認できません：ほかの処理がテーブルをロックしていて、待ち時間の上限を超えました。次の回に再確認します",
        en="could not look: somebody holds a table locked for longer than we wait; it is looked at again next time",
    ),
    DatabaseErrorKind.PERMISSION_DENIED: Sentence(
        ja="確認できません：接続ロールの権限が足りません。pg_monitor を付与してください",
        en="could not look: our role may not see it; grant it pg_monitor",
    ),
    DatabaseErrorKind.NOT_COUNTED: Sentence(
        ja="確認できません：サーバーの設定で統計の記録が止められています（track_counts、track_activities）",
        en="could not look: the server is set not to count (track_counts, track_activities)",
    ),
    DatabaseErrorKind.REFUSED: Sentence(
        ja="確認できません：データベースに拒否されました", en="could not look: the database refused"
    ),
}
VERBATIM = Sentence(ja="原文：{said}", en="verbatim: {said}")


def unanswered(target: Target, error: DatabaseError, **given: Any) -> Finding:
    """The `unknown` finding for a DatabaseError. `given` is what else is known of it, as `unknown` takes it."""
    notes = (Note(VERBATIM, {"said": error.said}),) if error.said else ()
    told = {"reason": error.kind.value, "remedy": error.remedy, "notes": notes}
    return unknown(target, WORDS[error.kind], **{"asked": {"api": "postgresql"}, **given, **told})
