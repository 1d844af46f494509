"""What `sql_backups` says: its question, its runbook, and a sentence for each state of a week of backups."""

from sagebase_ops.domain.results import Sentence

QUESTION = Sentence(
    ja="自動バックアップは新しく、過去7日間毎日成功しているか",
    en="Is the newest automated backup young, and did each of the last 7 days have one?",
)
RUNBOOK = Sentence(
    ja=(
        "1. リンクの「バックアップ」で、失敗・スキップした回の原因を確認する。\n"
        "2. 自動バックアップが無効なら有効にする（次に実行するコマンド）。\n"
        "3. 自動バックアップが途切れているときは、すぐに手動バックアップを取得する："
        'gcloud sql backups create --instance=INSTANCE --project=PROJECT --description="REASON"'
        "（手順書「オンデマンドバックアップ」）。\n"
        "4. サイズが急に変わったときは、大量の削除・取り込みがなかったかをアプリケーション側で確認する。\n"
        "注意：手順書の gcloud sql backups list --limit=7 には手動・失敗・スキップの行も並ぶため、"
        "7行あっても7日分とは限らない。"
    ),
    en=(
        "1. Open the backups by the link: why did one fail, or was skipped?\n"
        "2. Where automated backups are off, switch them on (the command to run next).\n"
        "3. Where they have stopped, make one by hand at once: "
        'gcloud sql backups create --instance=INSTANCE --project=PROJECT --description="REASON" '
        "(the guide's on-demand backup).\n"
        "4. Where the size has changed at once, ask whether much was deleted or imported.\n"
        "The guide's gcloud sql backups list --limit=7 lists runs by hand, failed and skipped ones as well, so seven rows "
        "are not seven days."
    ),
)

IN_ORDER = Sentence(
    ja="最新の自動バックアップは {value}前（上限 {limit}）。直近 {nights}分は毎日成功しています",
    en="newest automated backup is {value} old, limit {limit}; each of the last {nights} has one",
)
HOLES = Sentence(
    ja="最新の自動バックアップは {value}前ですが、直近 {nights}のうち {holes}分は成功したバックアップがありません",
    en="newest automated backup is {value} old, but {holes} of the last {nights} have none that succeeded",
)
JUMPED = Sentence(
    ja="最新の自動バックアップは {value}前ですが、サイズがふだんと {change}違います（{size}）",
    en="newest automated backup is {value} old, but its size differs from the usual by {change} ({size})",
)
UNSIZED = Sentence(
    ja="確認できません：Google がサイズを返していないため、急な変化の有無は分かりません（最新の自動バックアップ自体はあります。サイズを見ないなら size_change: null）",
    en="could not look: Google does not say the size, so a sudden change of it is not known; the newest automated backup itself is there (size_change: null does without)",
)
TOO_OLD = Sentence(
    ja="最新の自動バックアップが {value}前です（上限 {limit}）",
    en="newest automated backup is {value} old, limit {limit}",
)
DID_NOT_SUCCEED = Sentence(
    ja="直近の自動バックアップが成功していません（{status}）。最後の成功は {value}前です（上限 {limit}）",
    en="the last automated backup did not succeed ({status}); the newest that did is {value} old, limit {limit}",
)
NONE = Sentence(ja="成功した自動バックアップが1つもありません", en="there is no automated backup that succeeded")
ONLY_BY_HAND = Sentence(
    ja="上限 {limit}より新しい自動バックアップがなく、手動バックアップ（{at}）だけがあります",
    en="no automated backup is younger than {limit}, only one made by hand ({at})",
)
OFF = Sentence(
    ja="自動バックアップが無効です",
    en="automated backups are switched off",
)
STOPPED = Sentence(
    ja="インスタンスが停止中のため、自動バックアップは取得されません",
    en="the instance is stopped, so that no automated backup is made",
)
STRANGE = Sentence(
    ja="確認できません：直近の自動バックアップの状態（{status}）の意味が分かりません",
    en="could not look: the last automated backup is in a state that we do not know ({status})",
)
ELSEWHERE = Sentence(
    ja="確認できません：バックアップは Backup and DR サービスが管理しており、インスタンスの一覧に出ません",
    en="could not look: the Backup and DR service holds the backups, and the instance's list does not show them",
)
TOO_YOUNG = Sentence(
    ja="作成されたばかりで、最初の自動バックアップの時刻がまだ来ていません",
    en="the instance is new: the time of its first automated backup has not come yet",
)

NIGHT = Sentence(ja="{at} 開始分：{status}", en="the one of {at}: {status}")
NIGHT_EMPTY = Sentence(ja="{at} 開始分：実行の記録がありません", en="the one of {at}: no run on record")
UNDER_WAY = Sentence(ja="実行中（{status}）：{at}", en="under way ({status}): {at}")
BY_HAND = Sentence(
    ja="手動バックアップの成功は {count}、最新は {at}（自動の日数には数えません）",
    en="by hand: {count} that succeeded, the newest of {at}; they do not count for the days",
)
BY_HAND_FAILED = Sentence(ja="手動バックアップ（{at}）：{status}", en="by hand ({at}): {status}")
DELETED = Sentence(ja="削除済み・削除中の記録：{count}", en="on record as deleted or being deleted: {count}")
SIZE_BY_NIGHT = Sentence(ja="バックアップのサイズ", en="size of backups")
AUTOMATED = Sentence(ja="自動", en="automated")
SIZE = Sentence(ja="サイズ：{size}", en="size: {size}")
SIZE_TREND = Sentence(ja="サイズ：{size}（1日あたり {per_day}）", en="size: {size} ({per_day} a day)")
