"""What only a terminal says: of incidents, silences and the past, and of what became of a command."""

from collections.abc import Mapping

from sagebase_ops.domain.notifications import Delivery
from sagebase_ops.domain.results import Sentence

# Incidents
NONE_OPEN = Sentence(ja="未解決のインシデントはありません。", en="No incident is open.")
LISTED = Sentence(ja="インシデント {count} 件", en="Incidents: {count}")
LAST_LOOK = Sentence(ja="最後の実行 {time}（{job}）", en="last run {time} ({job})")
NEVER_LOOKED = Sentence(
    ja="まだ一度も実行されていません。何も確認できていません。", en="Nothing has run yet: nothing has been looked at."
)
NUMBER = Sentence(ja="番号", en="Id")
WHERE = Sentence(ja="場所", en="Where")
WRONG = Sentence(ja="状況", en="What")
POSTS = Sentence(ja="Slack への投稿", en="Posts to Slack")
DELIVERIES: Mapping[Delivery, Sentence] = {
    Delivery.WAITING: Sentence(ja="送信待ち", en="waits"),
    Delivery.SENDING: Sentence(ja="送信中", en="being sent"),
    Delivery.UNPROVEN: Sentence(ja="届いたか確認中", en="unproven"),
    Delivery.SENT: Sentence(ja="送信済み", en="sent"),
    Delivery.REFUSED: Sentence(ja="Slack が拒否", en="refused by Slack"),
}

# What became of a command
TAKEN = Sentence(ja="{id} {subject}: {who}が対応を始めました。", en="{id} {subject}: {who} has it.")
TAKEN_UNTIL = Sentence(
    ja="{id} {subject}: {who}が対応を始めました（見込み {eta}）。",
    en="{id} {subject}: {who} has it, expects it mended by {eta}.",
)
RESOLVED = Sentence(
    ja="{id} {subject}: 解決としました（{reason}）。このあとの失敗は、あらためて知らせます。",
    en="{id} {subject}: resolved ({reason}). A failure after this is told anew.",
)
NOT_OPEN = Sentence(
    ja="{id} {subject}: すでに終わっています。何も変えていません。",
    en="{id} {subject}: not open any more; nothing was changed.",
)
SILENCED = Sentence(
    ja="{id} {what}: {until} まで通知を止めました（{reason}）。", en="{id} {what}: silenced until {until} ({reason})."
)
STILL_LOOKED_AT = Sentence(
    ja="止めている間も点検と記録は続きます。早く再開するには: sagebase-ops silence --end {id}",
    en="Checks and records go on meanwhile. To end it early: sagebase-ops silence --end {id}",
)
MEANS_NOTHING = Sentence(
    ja="注意: schedules.yaml の項目には一つも当たりません（{what}）。",
    en="warning: no entry of schedules.yaml matches {what}.",
)
LIFTED = Sentence(ja="{id} {what}: 通知を再開しました。", en="{id} {what}: ended; it is told again.")
LIFTED_BEFORE = Sentence(ja="{id} {what}: すでに終わっています。", en="{id} {what}: had ended already.")
DAEMON_TELLS = Sentence(ja="Slack へはデーモンが 15 秒以内に送ります。", en="The daemon tells Slack within 15 s.")
NOBODY_TELLS = Sentence(
    ja="注意: Slack へ送るデーモンが動いていません。sagebase-ops tick で今すぐ送れます。",
    en="warning: no daemon is running that would tell Slack; sagebase-ops tick sends it now.",
)

# Silences
NO_SILENCE = Sentence(ja="通知を止めているものはありません。", en="Nothing is silenced.")
WHAT = Sentence(ja="対象", en="What")
UNTIL = Sentence(ja="期限", en="Until")
BY = Sentence(ja="誰が", en="By")
REASON = Sentence(ja="理由", en="Reason")
MAINTENANCE = Sentence(ja="メンテナンス", en="maintenance")
ENDED_AT = Sentence(ja="{time} 終了", en="ended {time}")

# The past
NO_PAST = Sentence(ja="まだ一度も実行されていません。", en="Nothing has run yet.")
NEVER_ASKED = Sentence(ja="この {count} 回の実行には結果がありません。", en="None of these {count} runs asked for it.")
THINNED = Sentence(
    ja="これより前の記録は間引かれています。残るのは、直前と結果が異なる実行、その日の最初の実行（正常でない間は毎時の最初の実行）、"
    "手動の実行などです。",
    en="Thinned before this: left are runs that ended differently from the one before, the first of each day (of each hour "
    "while something was not well), runs by hand.",
)
WHEN = Sentence(ja="時刻", en="When")
TIMES = Sentence(ja="回数", en="Runs")
JOB = Sentence(ja="ジョブ", en="Job")
SEEN = Sentence(ja="内訳", en="Seen")
LATE = Sentence(ja="{time}遅れ", en="{time} late")
SINCE_THEN = Sentence(ja="{time} から", en="since {time}")
