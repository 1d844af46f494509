"""What is said of the operations of Cloud SQL."""

from sagebase_ops.domain.results import Sentence

CALM = Sentence(
    ja="過去 {window}に終わった操作 {value}は、すべて成功しています",
    en="all of {value} that ended in the last {window} succeeded",
)
NONE = Sentence(ja="過去 {window}に終わった操作はありません", en="nothing was done to it in the last {window}")
FAILED = Sentence(ja="{type} が失敗しました（{at} {who}）：{error}", en="{type} failed ({at} {who}): {error}")
BY_ITSELF = Sentence(ja="{type} が起きました（{at}）", en="{type} happened ({at})")
ENDLESS = Sentence(ja="{type} が {age}たっても終わっていません（{who}）", en="{type} has not ended after {age} ({who})")
WAITING = Sentence(
    ja="{type} が {age}たっても始まっていません（PENDING、{who}）", en="{type} has been PENDING for {age} ({who})"
)
UNCLEAR = Sentence(
    ja="確認できません：{type} の成否が分かりません（状態 {status}、{at}、{who}）",
    en="could not look: it is not clear what became of {type} (status {status}, {at}, {who})",
)
GOING_ON = Sentence(ja="{type} は {at} から実行中です（{who}）", en="{type} is still going on, since {at} ({who})")
BY_HAND = Sentence(ja="{at} {type}（{who}）", en="{at} {type} by {who}")
GOOGLE = "Google"
UNSAID = "-"
