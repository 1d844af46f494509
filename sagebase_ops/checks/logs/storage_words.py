"""How are the volume, the keeping and the leaving out of logs told?"""

from dataclasses import dataclass

from sagebase_ops.checks.logs.volume import FREE, KEEPING, PRICE, LogVolume
from sagebase_ops.domain.log_filters import share_of
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.quoting import one_line
from sagebase_ops.domain.results import Note, Sentence, Value
from sagebase_ops.gcp.log_config import DEFAULT_SINK, Exclusion, LogSink

_LONGEST_FILTER = 160

VOLUME = Sentence(
    ja="ログ量は月 {value}の見込み（上限 {limit}、保存料金の見積もり {cost}）",
    en="{value} of logs a month at this rate (limit {limit}; storing them is estimated at {cost})",
)
OVER = Sentence(
    ja="ログ量は月 {value}の見込みで、上限 {limit}を超えます（保存料金の見積もり {cost}）",
    en="{value} of logs a month at this rate, over the limit of {limit}; storing them is estimated at {cost}",
)
NOTHING = Sentence(
    ja="確認できません：過去 {window}のログ量が1件も集計されていません",
    en="could not look: no bytes of any log were counted in the last {window}",
)
PRICE_LIST = Sentence(
    ja=f"見積もりは公表価格によります（月 {FREE // 2**30} GiB まで無料、超過分 1 GiB あたり {PRICE:.2f} ドル）。実際の請求額は cost で確認してください",
    en=f"by Google's price list: {FREE // 2**30} GiB a month are free, each further GiB is {PRICE:.2f} USD; the check cost has the bill",
)
_LOG = Sentence(ja="{log}：{size}（その前は {before}）", en="{log}: {size} ({before} before)")
KEPT = Sentence(ja="{value}保存されます（基準 {limit}以上）", en="kept for {value} ({limit} wanted)")
KEPT_LONGER = Sentence(
    ja=f"{{value}}保存されます（基準 {{limit}}以上）。30日を超える分は 1 GiB あたり月 {KEEPING:.2f} ドルで、多くて月 {{cost}}の見込み",
    en=f"kept for {{value}} ({{limit}} wanted); beyond 30 days each GiB is {KEEPING:.2f} USD a month, at most {{cost}}",
)
LOCKED = Sentence(
    ja="{value}保存されます（基準 {limit}以上、変更はロックされています）",
    en="kept for {value} ({limit} wanted), locked",
)
SHORT = Sentence(
    ja="保存期間が {value}しかありません（基準 {limit}以上）。これより前のログは調べられません",
    en="kept for {value} only ({limit} wanted); what is older cannot be looked into",
)
NO_BUCKETS = Sentence(
    ja="確認できません：ログバケットが1つも返されませんでした（_Default と _Required はどのプロジェクトにもあります）",
    en="could not look: not one log bucket was listed, though every project has _Default and _Required",
)
LEAVING = Sentence(ja="削除が予約されています", en="its deletion has been asked for")
DISABLED = Sentence(
    ja="停止しています。このシンクが受け取るはずのログは、保存も転送もされません",
    en="is disabled: it neither stores nor passes on what it should take",
)
NO_DEFAULT = Sentence(
    ja="_Default シンクがありません。アプリケーションのログが保存されていない可能性があります",
    en="there is no sink _Default: the application's logs may be stored nowhere",
)
NOTHING_KEPT = Sentence(
    ja="停止しています。アプリケーションのログは、エラーも含めて一切保存されていません",
    en="is disabled: nothing that the application logs is kept, errors included",
)
ELSEWHERE = Sentence(
    ja="アプリケーションのログは、このプロジェクトのログバケットではなく {destination} に送られています。ログ本文を読む点検は、ここでは何も見つけません",
    en="the application's logs go to {destination} and to no log bucket of this project: checks that read entries find none here",
)
HARMLESS = Sentence(
    ja="有効な除外設定 {count} 件は、点検で読むログを失わせません（または承認済み）",
    en="none of the {count} exclusions in force takes away what checks read, or it was accepted",
)
WHOLE = Sentence(ja="有効な除外設定はありません", en="no exclusion is in force")


@dataclass(frozen=True, slots=True)
class Lost:
    """Something is lost: by an exclusion, by the sink's own filter, or since the sink is disabled."""

    by_exclusion: Sentence
    by_filter: Sentence
    by_switch: Sentence


def _lost(ja: str, en: str) -> Lost:
    return Lost(
        Sentence(ja=f"除外設定 {{by}} により、{ja}", en=f"the exclusion {{by}} {en}"),
        Sentence(ja=f"このシンクのフィルタにより、{ja}", en=f"the filter of this sink {en}"),
        Sentence(ja=f"このシンクが停止しているため、{ja}", en=f"this sink is disabled, which {en}"),
    )


ALL_ERRORS = _lost(
    "ERROR 以上のログがすべて失われています。エラーログの点検は 0 件としか読めません",
    "takes away every entry of ERROR and above: the checks of error logs can only read zero",
)
SOME_ERRORS = _lost(
    "ERROR 以上のログの一部が失われる可能性があります。その分はエラーログの点検に現れません",
    "may take away some entries of ERROR and above: the checks of error logs do not see those",
)
ONE_KIND = _lost(
    "ERROR 以上のログのうち、ある重大度またはログ（stderr など）がすべて失われています。その分は 0 件としか読めません",
    "takes away every entry of some severity of ERROR and above, or of one log such as stderr: of those only zero can be read",
)
NO_REQUESTS = _lost(
    "リクエストログがすべて失われています。access_logs は発信元とパスを確認できません",
    "takes away the whole request log: access_logs cannot see who asked for what",
)
NO_DATABASE = _lost(
    "Cloud SQL のログがすべて失われています。sql_error_logs は確認できません",
    "takes away the whole log of Cloud SQL: sql_error_logs cannot look",
)
_FILTER = Sentence(ja="このシンクが受け取るもの：{filter}", en="what this sink takes: {filter}")
_EXCLUSION = Sentence(ja="除外 {name}：{filter}", en="exclusion {name}: {filter}")
_EXCLUSION_PART = Sentence(
    ja="除外 {name}（該当するログの {share}を捨てる）：{filter}",
    en="exclusion {name} ({share} of what matches): {filter}",
)
_EXCLUSION_OFF = Sentence(ja="除外 {name}（停止中）：{filter}", en="exclusion {name} (disabled): {filter}")
_ABOVE = Sentence(
    ja="組織・フォルダのシンクと除外設定は、プロジェクトからは見えないため確認していません",
    en="sinks and exclusions of the organisation or a folder cannot be seen from the project: they are not looked at",
)
QUESTION = Sentence(
    ja="ログの量と保存料金、保存期間、除外設定は想定どおりか",
    en="How much is logged and what does it cost, how long is it kept, and what is left out?",
)
RUNBOOK = Sentence(
    ja=(
        "1. ログ量：増えた順に見て、要らない出力はアプリ側で止めるか重大度を下げる。Cloud Logging のログは保存期間を"
        "過ぎると自動で消えるため、手作業での削除は要らない（個別の行は削除できず、保存済みの分の料金も戻らない）。\n"
        "2. 保存期間：_Default の標準は30日。月次の確認と障害調査に30日は要る。30日を超えて保存すると、超えた分は別料金。\n"
        '3. 除外設定：費用を減らすなら、severity<ERROR を条件に加えてから除外する（例：log_id("run.googleapis.com/requests") '
        "severity<ERROR sample(insertId, 0.9)）。除外したログは戻らず、Cloud Monitoring の件数にも入らない。\n"
        "4. 意図して除外しているものは、schedules.yaml の accepted_exclusions に名前を書く。\n"
        "手順書の「ログの確認とクリーンアップ」には、集計の他に確認の手順がない。組織やフォルダのシンクはここには出ない。"
    ),
    en=(
        "1. Volume: begin with what grew; stop what nobody reads in the application, or lower its severity. Logs go by "
        "themselves when their retention ends: there is nothing to delete by hand (single entries cannot be deleted, and "
        "what was stored stays paid for).\n"
        "2. Retention: _Default keeps 30 days as it comes; the monthly review and incidents want those. More costs extra.\n"
        '3. Exclusions: to save money add severity<ERROR first (log_id("run.googleapis.com/requests") severity<ERROR '
        "sample(insertId, 0.9)). What is excluded is gone, and Cloud Monitoring does not count it either.\n"
        "4. Write what you exclude on purpose into accepted_exclusions of schedules.yaml.\n"
        "The guide's heading promises a clean-up but has no step for it. Sinks of the organisation or a folder are not seen."
    ),
)


def largest(volume: LogVolume, most: int) -> tuple[Note, ...]:
    """The logs with the most bytes in the window, each with the window before."""
    logs = sorted(volume.now, key=lambda log: (-volume.now[log], log))[:most]
    return tuple(_line(log, volume) for log in logs)


def _line(log: str, volume: LogVolume) -> Note:
    sizes = {"size": Quantity(volume.now[log], "By"), "before": Quantity(volume.before.get(log, 0), "By")}
    return Note(_LOG, {"log": log, **sizes})


def routed(sink: LogSink, *, filtered: bool) -> tuple[Note, ...]:
    """What each exclusion leaves out, in the words of its filter, and where wanted (`filtered`) what the sink takes at all.

    Of _Default, which takes the application's logs, also what cannot be seen.
    """
    taken = (Note(_FILTER, {"filter": one_line(sink.filter, _LONGEST_FILTER)}),) if filtered else ()
    told = (*taken, *(_exclusion(one) for one in sink.exclusions))
    return (*told, Note(_ABOVE)) if told or sink.name == DEFAULT_SINK else ()


def _exclusion(one: Exclusion) -> Note:
    values: dict[str, Value] = {"name": one.name, "filter": one_line(one.filter, _LONGEST_FILTER)}
    if not one.enabled:
        return Note(_EXCLUSION_OFF, values)
    share = share_of(one.filter)
    if share >= 1:
        return Note(_EXCLUSION, values)
    return Note(_EXCLUSION_PART, {**values, "share": Quantity(share, "1")})
