"""What is said of an alert policy."""

from sagebase_ops.domain.results import Sentence

RIGHT = Sentence(
    ja="手順書どおりです（ポリシー「{policy}」、通知先 {channels} 件）",
    en="as the guide says (policy '{policy}', {channels} channels)",
)
JUDGED = Sentence(ja="判定したポリシー：{policy}", en="judged by the policy '{policy}'")
BY_MEAN = Sentence(
    ja="平均を見ています（手順書はどの統計値かを決めていません）。1台だけが上限に達していても発報しません",
    en="it takes the mean, as the guide does not say which statistic: one instance at its limit alone does not fire it",
)
OTHERS = Sentence(ja="同じ指標を見るほかのポリシー：{names}", en="others on the same metric: {names}")
MISSING = Sentence(
    ja="アラートポリシー「{target}」がありません（{metric} を見るポリシーがない）",
    en="there is no alert policy '{target}' (none asks for {metric})",
)
DISABLED = Sentence(ja="無効になっています", en="is switched off")
NO_STATE = Sentence(
    ja="確認できません：有効かどうかを Google が返しませんでした",
    en="could not look: Google did not say whether it is on",
)
INVALID = Sentence(
    ja="Google が無効な設定と判定し、発報しません：{error}",
    en="Google calls it invalid, so that it never fires: {error}",
)
TOLD_WHEN_CLOSED = Sentence(
    ja="発報しても通知せず、解消したときだけ通知する設定です（notificationPrompts）",
    en="tells nothing when it fires, only when it is over (notificationPrompts)",
)
SNOOZED = Sentence(
    ja="スヌーズ「{snooze}」により、{until} まで発報も通知もしません",
    en="is snoozed by '{snooze}' until {until}: it neither fires nor tells",
)
SNOOZED_IN_PART = Sentence(
    ja="スヌーズ「{snooze}」により、{found} に当たるものは {until} まで発報も通知もしません",
    en="is snoozed in part by '{snooze}' until {until}: what matches {found} neither fires nor tells",
)
SNOOZES_WHAT = Sentence(
    ja="確認できません：{until} まで {found} に当たるものを止めていますが、どのポリシーかを Google が返しませんでした",
    en="could not look: it silences what matches {found} until {until}, and Google did not say of which policies",
)
SNOOZES_UNSAID = Sentence(
    ja="確認できません：{until} まで有効ですが、どのポリシーを止めているかを Google が返しませんでした",
    en="could not look: it is in force until {until}, and Google did not say which policies it silences",
)
NO_CHANNEL = Sentence(
    ja="通知チャンネルが付いていません。発報しても誰にも届きません", en="has no channel: it fires, and nobody hears"
)
GONE_CHANNEL = Sentence(ja="通知チャンネル {channel} は存在しません", en="its channel {channel} does not exist")
ALL_MUST_HOLD = Sentence(
    ja="すべての条件が同時に成り立つときだけ発報します（combiner が AND）",
    en="fires only when all of its conditions hold at once (combiner AND)",
)
NOT_JUDGED = Sentence(
    ja="PromQL・MQL などの条件のため、閾値と継続時間は確認していません",
    en="its condition is a query (PromQL, MQL or such): threshold and duration were not judged",
)
OTHER_METRIC = Sentence(ja="測っているのは {found} です（{wanted} ではない）", en="measures {found}, not {wanted}")
MYSQLS = Sentence(
    ja="測っているのは {found} です。PostgreSQL ではデータがなく、発報しません（正しくは {wanted}）",
    en="measures {found}, which has no data on PostgreSQL: it never fires (right: {wanted})",
)
OTHER_RESOURCE = Sentence(
    ja="リソースが {found} です（{metric} は {wanted} に記録されるため、発報しません）",
    en="asks for the resource {found}; {metric} is written for {wanted}: it never fires",
)
OF_OTHERS = Sentence(ja="対象が {found} だけで、{wanted} を見ていません", en="covers {found} only, not {wanted}")
NARROWED = Sentence(
    ja="対象が {found} に限られ、それ以外は発報しません", en="is limited to {found}: it fires for nothing else"
)
ONE_REVISION = Sentence(
    ja="1つのリビジョンだけを見ています（{found}）。次のデプロイ以降は発報しません",
    en="looks at one revision only ({found}): after the next deploy it never fires",
)
NOT_READ = Sentence(
    ja="設定の一部（{found}）は読み取れないため、正しいかどうか確認していません",
    en="part of it ({found}) cannot be read here: whether it is right was not judged",
)
MIXED = Sentence(
    ja="{found} ごとに分けず、すべてを混ぜて見ています（groupByFields に指定がない）",
    en="mixes all of them: it is not grouped by {found}",
)
APART = Sentence(
    ja="{found} ごとに分けて見ています。全体の値ではありません", en="looks at each {found} by itself, not at the whole"
)
MANY_AT_ONCE = Sentence(
    ja="{found} 系列が同時に超えたときだけ発報します（trigger）。1つの異常では発報しません",
    en="fires only when {found} series are bad at once (trigger): not for one alone",
)
SHARE_AT_ONCE = Sentence(
    ja="系列の {found} % が同時に超えたときだけ発報します（trigger）",
    en="fires only when {found} % of its series are bad at once (trigger)",
)
TOO_LATE = Sentence(
    ja=(
        "発報まで最大 {found}かかります（継続時間 {duration}、集計期間 {period}）。"
        "手順書では 30 分で技術責任者へエスカレーションします"
    ),
    en=(
        "takes up to {found} to fire (duration {duration}, alignment period {period}); "
        "by the guide the technical lead has it after 30 minutes"
    ),
)
NOTHING_WATCHED = Sentence(
    ja="監視対象のサービスを見る Uptime Check がないため、停止しても発報しません",
    en="no uptime check looks at a watched service: it cannot fire for one",
)
NEVER_SO_MANY = Sentence(
    ja="{found} 地点を超える失敗を待っています。Uptime Check の地点は {places} か所なので、発報しません",
    en="waits for more than {found} failing places; an uptime check looks from {places}: it never fires",
)
NEVER_BELOW_NOTHING = Sentence(
    ja="成功の割合が {found} を下回ることはないため、発報しません",
    en="the share that gets through is never below {found}: it never fires",
)
GONE_CHECK = Sentence(
    ja="check_id「{found}」の Uptime Check は存在しないため、発報しません",
    en="its uptime check {found} does not exist: it never fires",
)
NO_CHECK = Sentence(
    ja="check_id の指定がなく、すべての Uptime Check を混ぜて見ています",
    en="names no check_id: it mixes all uptime checks",
)
NO_PROJECT = Sentence(
    ja="database_id が {found} です。プロジェクト付きの {wanted} でないと一致せず、発報しません",
    en="its database_id is {found}; only {wanted} ever matches: it never fires",
)
INAPPLICABLE = Sentence(
    ja="{aligner} は {metric} に使えません（{value_type}）。Google はデータを返さず、発報しません",
    en="{aligner} cannot be applied to {metric} ({value_type}): there is no data, and it never fires",
)
PER_SERIES = Sentence(
    ja="リビジョンごとの値を見ています（{aligner} だけ）。サービス全体の値ではありません",
    en="looks at each revision by itself ({aligner} alone), not at the service",
)
OTHER_STATISTIC = Sentence(
    ja="測っているのは {found} です（手順書：{wanted}）", en="measures {found} (the guide: {wanted})"
)
MIXED_PERCENTILES = Sentence(
    ja="{aligner} と {reducer} で、リビジョンごとのパーセンタイルを混ぜています。全体のパーセンタイルではありません",
    en="{aligner} with {reducer} mixes the revisions' percentiles, which is not the service's percentile",
)
NOT_5XX = Sentence(
    ja="5xx の全体を数えていません。測っているのは {found} です",
    en="does not count the 5xx and nothing else: it measures {found}",
)
RATE_NOT_SHARE = Sentence(
    ja="エラー率ではありません。5xx が毎秒 {found} 件（1分に {per_minute} 件）を超えると発報します。割合にするには全リクエスト数で割ります（denominatorFilter）",
    en="is no error rate: it fires above {found} errors per second ({per_minute} a minute); a share needs all requests as denominator",
)
COUNT_NOT_SHARE = Sentence(
    ja="エラー率ではありません。5xx が {period} 秒に {found} 件を超えると発報します。割合にするには全リクエスト数で割ります（denominatorFilter）",
    en="is no error rate: it fires above {found} errors in {period} s; a share needs all requests as denominator",
)
UNLIKE_DENOMINATOR = Sentence(
    ja="分子と分母の集計方法が違うため、割合になっていません",
    en="numerator and denominator are aggregated differently: what comes out is no share",
)
DENOMINATOR_5XX = Sentence(
    ja="分母が全リクエストではありません（{found}）", en="its denominator is not all requests ({found})"
)
NEVER = Sentence(
    ja="閾値が {found} です。この値は 0〜1 の割合なので、発報しません（正しくは {wanted}）",
    en="its threshold is {found} of a value between 0 and 1: it never fires (right: {wanted})",
)
ALWAYS = Sentence(
    ja="閾値が {found} ミリ秒です。この指標の単位はミリ秒なので、常に発報します（正しくは {wanted}）",
    en="its threshold is {found} ms, the metric's unit: it fires all the time (right: {wanted})",
)
NEVER_BELOW = Sentence(
    ja="接続数が {found} を下回ることはないため、発報しません（正しくは 1 未満）",
    en="connections are never below {found}: it never fires (right: below 1)",
)
OTHER_LIMIT = Sentence(
    ja="閾値が {found} です（手順書：{wanted}）", en="its threshold is {found} (the guide: {wanted})"
)
WRONG_WAY = Sentence(ja="比較の向きが逆です（{found}）", en="compares the wrong way ({found})")
NO_DURATION = Sentence(
    ja="継続時間の指定がなく、1回でも超えると発報します", en="has no duration: the first bad point fires it"
)
HELD_FOR = Sentence(
    ja="継続時間が {found} 秒です（手順書：{wanted} 秒）", en="must hold for {found} s (the guide: {wanted} s)"
)
ONE_PLACE = Sentence(
    ja="1地点の失敗だけで発報します（{aligner}、閾値 {found}）。2地点以上で数えます（REDUCE_COUNT_FALSE が 1 超）",
    en="one place that fails fires it ({aligner}, threshold {found}); count two (REDUCE_COUNT_FALSE above 1)",
)
SILENT_WHEN_STOPPED = Sentence(
    ja="データが途絶えたときは発報しません。停止したデータベースは値を書きません（evaluationMissingData か conditionAbsent が必要）",
    en="does not fire when data stops, and a stopped database writes none (evaluationMissingData or conditionAbsent)",
)
