"""What is said of costs. Dates are days of the bill, written as everywhere else: 2026-11-24."""

from sagebase_ops.domain.results import Sentence

WEEK = Sentence(ja="{value}（その前の7日間 {before}）", en="{value}, {before} in the 7 days before")
GREW = Sentence(
    ja="{value}。その前の7日間の {before} から {change} 増えました",
    en="{value}, up by {change} from {before} in the 7 days before",
)
MONTH = Sentence(ja="{first}〜{last} で {value}", en="{value} from {first} to {last}")
OVER = Sentence(
    ja="{first}〜{last} で {value}。予算 {limit} を超えました",
    en="{value} from {first} to {last}, over the budget of {limit}",
)
WILL_BE_OVER = Sentence(
    ja="月末までに {value} の見込みで、予算 {limit} を超えます",
    en="{value} expected by the end of the month, over the budget of {limit}",
)

STOPPED = Sentence(
    ja="確認できません：請求エクスポート（{table}）に {exported} から行が届いていません",
    en="could not look: the billing export ({table}) has stopped; its newest row came {exported}",
)
NO_ROWS = Sentence(
    ja="確認できません：請求エクスポートにこのプロジェクトの行がありません（0 円とは言えません）",
    en="could not look: the billing export has no row of this project, which does not mean that it cost nothing",
)
MIXED = Sentence(
    ja="確認できません：複数の通貨（{currencies}）の行があり、合計できません",
    en="could not look: the rows are in several currencies ({currencies}) and cannot be summed",
)
OTHER = Sentence(
    ja="確認できません：請求は {found} ですが、budget と floor は {wanted} の金額です。schedules.yaml に currency: {found} と、その通貨での金額を書いてください",
    en="could not look: the bill is in {found}, and budget and floor are in {wanted}; write currency: {found} in schedules.yaml, and both amounts in it",
)
LATE_DAYS = Sentence(
    ja="確認できません：費用のデータは {newest} 分までしか届いていません（{wanted} 分まで必要）",
    en="could not look: the costs have come up to {newest} only; they are wanted up to {wanted}",
)
NO_WEEK_BEFORE = Sentence(
    ja="確認できません：費用のデータは {oldest} 分からで、比べる7日間（{wanted} から）が揃っていません",
    en="could not look: the costs begin with {oldest}; the 7 days to compare with begin on {wanted}",
)
NO_WHOLE_MONTH = Sentence(
    ja="確認できません：費用のデータは {oldest} 分からで、月初（{wanted}）からの合計が分かりません",
    en="could not look: the costs begin with {oldest}, so the sum from {wanted} on is not known",
)
HOLES = Sentence(
    ja="確認できません：{days} 分の費用の行が1件も届いておらず、合計がその分少なくなります",
    en="could not look: not one row of {days} has come, and every sum lacks them",
)
NO_ROWS_OF = Sentence(
    ja="この2週間、請求に {names} の行がありません",
    en="the bill of these two weeks has no row of {names}",
)
ROWS_END = Sentence(
    ja="{value}（その前の7日間 {before}）。毎日あった行が {newest} 分で途切れています。使うのをやめたのでなければ、まだ届いていない分だけ少なく見えています",
    en="{value}, {before} in the 7 days before; rows came each day and end with {newest}: unless it is used no more, the rest is late and lacking here",
)
NOT_COMPARED = Sentence(ja="比べるデータが揃っていません", en="there are no two whole weeks of data to compare")

NOT_YET = Sentence(
    ja="{first}〜{last} で {value}。新しいプロジェクトのため、比べる7日間がまだ揃っていません",
    en="{value} from {first} to {last}; the project is new, and there are no 7 days before to compare with yet",
)
NEW_PROJECT = Sentence(
    ja="プロジェクトは {made} に作成され、費用は {oldest} 分からあります（それより前の費用はありません）",
    en="the project was made on {made} and costs begin with {oldest}: there are none before",
)
NEW_EXPORT = Sentence(
    ja="請求エクスポートは {made} に始まったため、それより前の費用は分かりません",
    en="the billing export began on {made}: what was spent before is not known",
)
NO_ROWS_BEFORE = Sentence(
    ja=(
        "請求エクスポートは {made} からありますが、このプロジェクトの行は {oldest} 分からです。それまで課金がなかったのか、"
        "別の請求先アカウントだったのか、エクスポートが止まっていたのかは、データからは分かりません"
    ),
    en=(
        "the billing export exists since {made}, rows of this project only since {oldest}: whether nothing was billed before, "
        "another account was, or the export had stopped, the data does not say"
    ),
)
EITHER_IS_NEW = Sentence(
    ja="{oldest} に始まったのがプロジェクトなのか請求エクスポートなのかは、データからは分かりません",
    en="whether the project or the billing export began on {oldest}, the data does not say",
)

OF_THE_MONTH = Sentence(
    ja="月の費用：{first}〜{last} で {amount}", en="cost of the month: {amount} from {first} to {last}"
)
MONTH_BEFORE = Sentence(
    ja="前の月の費用：{first}〜{last} で {amount}", en="cost of the month before: {amount} from {first} to {last}"
)
FORECAST = Sentence(
    ja="月末の見込み {amount}（残り {days}、直近 {mean_of}の1日平均で）",
    en="{amount} expected by the end of the month: {days} more at the daily mean of the last {mean_of}",
)
BY_NAME = Sentence(ja="{service}：{amount}", en="{service}: {amount}")
ROSE = Sentence(ja="最も増えた SKU：{sku}（+{change}）", en="the SKU that rose most: {sku} (+{change})")
FELL = Sentence(ja="最も減った SKU：{sku}（-{change}）", en="the SKU that fell most: {sku} (-{change})")
FRESH = Sentence(
    ja="7日間＝{first}〜{last}（米国太平洋時間）。データは {newest} 分まで（{exported} 到着）。最新2日分は未確定のため含めません",
    en="the 7 days are {first} to {last} (US Pacific); data up to {newest}, come {exported}; the newest two days are not settled and left out",
)
SCANNED = Sentence(ja="読んだ表：{table}（BigQuery が読んだ量 {size}）", en="read from {table} (BigQuery read {size})")
OTHER_STOPPED = Sentence(
    ja="もう一方の請求エクスポート（{table}）には行が届いていないため、使っていません",
    en="no row comes into the other billing export ({table}), which was not used",
)

BY_DAY = Sentence(ja="1日ごとの費用", en="cost by day")
THIS_WEEK = Sentence(ja="直近7日間", en="last 7 days")
WEEK_BEFORE = Sentence(ja="その前の7日間", en="7 days before")
