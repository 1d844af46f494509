"""What the monthly review says of a measure, piece by piece, in both languages."""

from sagebase_ops.domain.results import Sentence

RESPONSE_TIME = Sentence(ja="応答時間", en="response time")
ERROR_RATE = Sentence(ja="エラー率", en="error rate")
CPU = Sentence(ja="CPU使用率", en="CPU")
MEMORY = Sentence(ja="メモリ使用率", en="memory")
INSTANCES = Sentence(ja="インスタンス数", en="instances")
CONNECTIONS = Sentence(ja="DB接続数", en="database connections")
MEAN, P95, P99 = Sentence(ja="平均", en="mean"), Sentence(ja="p95", en="p95"), Sentence(ja="p99", en="p99")
PEAK = Sentence(ja="最大", en="peak")
FAILED = Sentence(ja="5xx", en="5xx")

WITHIN = Sentence(
    ja="直近30日の性能に問題はありません。{measure} {value}（上限 {limit}）",
    en="nothing wrong in the last 30 days; {measure} {value}, limit {limit}",
)
NO_LIMIT = Sentence(
    ja="直近30日の性能に問題はありません。{measure} {value}", en="nothing wrong in the last 30 days; {measure} {value}"
)
OVER = Sentence(
    ja="直近30日の {measure} {value} が上限 {limit} を超えています",
    en="{measure} of the last 30 days, {value}, is over the limit of {limit}",
)
REACHED = Sentence(
    ja="直近30日の {measure} が上限 {limit} に達しました（{value}）",
    en="{measure} of the last 30 days, {value}, has reached the limit of {limit}",
)
OVER_ON_A_DAY = Sentence(
    ja="{measure} が上限 {limit} を超えた日が {count} 日あります（最も高かった日は {day} の {worst}）",
    en="{measure} was over the limit of {limit} on {count} days (worst: {worst} on {day})",
)
NEARLY = Sentence(
    ja="{measure} {value} が上限 {limit} の 80% を超えています",
    en="{measure} {value} is over 80% of the limit of {limit}",
)
FORECAST = Sentence(
    ja="{measure} が増え続けており、このままなら {when} ごろ上限 {limit} に達します（直近30日 {value}）",
    en="{measure} keeps rising and would reach its limit of {limit} about {when} ({value} in the last 30 days)",
)
GROWN = Sentence(
    ja="{measure} {value} は、前の30日（{before}）より {change} 増えています",
    en="{measure} {value} is {change} more than in the 30 days before ({before})",
)
ALSO = Sentence(ja="ほか {others} 指標も要確認です", en="{others} further measures want a look")

# The pieces of a measure's line below the finding
FIGURE = Sentence(ja="{measure} {value}", en="{measure} {value}")
FIGURE_WITH_LIMIT = Sentence(ja="{measure} {value}（上限 {limit}）", en="{measure} {value} (limit {limit})")
AGAINST_BEFORE = Sentence(ja="、前の30日 {before}（{change}）", en="; 30 days before {before} ({change})")
WORST_DAY = Sentence(ja="。最も高かった日は {day}（{worst}）", en="; worst day {day} ({worst})")
WORST_HOUR = Sentence(ja="、時間帯は {hour}（{worst_of_hours}）", en=", worst hour {hour} ({worst_of_hours})")
REACHES = Sentence(ja="。このままなら {when} ごろ上限に達する見込み", en="; would reach its limit about {when}")
SOME_DAY = Sentence(ja="。上限には当面達しません", en="; its limit is not in sight")
SWINGS = Sentence(ja="。はっきりした増減の傾向はありません", en="; no clear trend")
TOO_YOUNG = Sentence(ja="。傾向を言うには日数が足りません", en="; too few days for a trend")

FEW = Sentence(
    ja="リクエストが少ないため前の30日と比べていません（直近30日 {requests}、前の30日 {requests_before}、比較には各 {least}）",
    en=(
        "too few requests to compare with the 30 days before ({requests} now, {requests_before} then, {least} wanted in each)"
    ),
)
YOUNG = Sentence(
    ja="データは {since} からの {days} 日分だけです。30日分の判断ではなく、前の30日とは比べていません",
    en="there are only {days} days of data, from {since} on: not a whole month, and nothing to compare it with",
)
SHORT_BEFORE = Sentence(
    ja="前の30日のデータは {days} 日分だけなので、比べていません（Cloud Monitoring の保存期間か、作成が {since} のため）",
    en="of the 30 days before there are only {days} days of data, so nothing is compared (kept no longer, or made on {since})",
)
NO_REQUESTS = Sentence(ja="直近30日のリクエストはありません", en="no requests in the last 30 days")
NO_DATA = Sentence(
    ja="確認できません：{measure} のデータが直近30日に一つもありません",
    en="could not look: there is no data of {measure} in the last 30 days",
)
NO_CAPACITY = Sentence(
    ja="確認できません：{measure} の上限（max_connections）が、フラグからもマシンタイプからも分かりません",
    en="could not look: neither a flag nor the machine type tells max_connections, so {measure} is held against nothing",
)
NOT_AS_BELIEVED = Sentence(
    ja="確認できません：{measure} の種類か単位が想定と違います（Google: {google}）",
    en="could not look: {measure} is not of the kind and unit that we take it for (Google: {google})",
)
STOPPED = Sentence(
    ja="Cloud SQL は停止しており、直近30日のデータがありません", en="Cloud SQL is stopped: no data in 30 days"
)
