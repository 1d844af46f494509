"""How are requests told? Paths in their shape, addresses by their network: nothing that is somebody's own."""

from collections.abc import Iterator

from sagebase_ops.checks.access.counts import REFUSED, REQUESTS, Requests, Spike
from sagebase_ops.checks.access.samples import Visits
from sagebase_ops.checks.logs.counts import ENTRIES
from sagebase_ops.checks.logs.details import NO_SAMPLE
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Note, Sentence, Value

_SPIKES_SHOWN, _SLOW_SHOWN = 2, 2
_LEAST_SHARE = 0.005

COUNTED = Sentence(
    ja="過去 {window}のリクエストは {value}（その前は {before}）：2xx {ok}、3xx {moved}、4xx {refused}、5xx {failed}",
    en="{value} in the last {window}, {before} in the one before: 2xx {ok}, 3xx {moved}, 4xx {refused}, 5xx {failed}",
)
UNCOUNTED = Sentence(
    ja="確認できません：過去 {window}のリクエストが1件も集計されていません",
    en="could not look: not one request was counted in the last {window}",
)
UNCLASSED = Sentence(
    ja="確認できません：過去 {window}のリクエスト {value}の一部に HTTP ステータスがなく、拒否されたものを数えられません",
    en="could not look: some of {value} in the last {window} are counted without a status, so what was refused is not known",
)
UNPLACED = Sentence(
    ja="確認できません：過去 {window}のリクエスト {value}のうち、401・403・404 の時間ごとの内訳が揃わず、急増がなかったとは言えません",
    en="could not look: of {value} in the last {window} the hours of 401, 403 and 404 are not all known, so that no spike is not proven",
)
UNSEEN = Sentence(
    ja="確認できません：過去 {window}のリクエスト {value}について、発信元とパスをリクエストログから読み取れません",
    en="could not look: {value} were counted in the last {window}, but the request log does not tell who asked for what",
)
IDLE = Sentence(ja="過去 {window}にリクエストはありません", en="no request in the last {window}")
_SPIKE = Sentence(
    ja="{code} が急増：{start} からの1時間に {count}（普段は1時間 {usual}）",
    en="spike of {code}: {count} in the hour from {start}, usually {usual} an hour",
)
_SPIKE_OF_MANY = Sentence(
    ja="{code} が急増：最多は {start} からの1時間に {count}（普段は1時間 {usual}）。急増は計 {hours}",
    en="spike of {code}: {count} at most in the hour from {start}, usually {usual} an hour; {hours} in all",
)
ONE_SOURCE = Sentence(
    ja="401・403・404 の {share} が1か所から：{source}（主なパス {paths}）",
    en="{share} of 401, 403 and 404 came from one place: {source} (mostly {paths})",
)
_OTHERS = Sentence(
    ja="ほかに {share}は、つないだままの接続（1xx、WebSocket）です",
    en="another {share} are connections that stay open (1xx, websockets)",
)
_REFUSED = Sentence(ja="401：{c401}、403：{c403}、404：{c404}", en="401: {c401}, 403: {c403}, 404: {c404}")
_PATHS = Sentence(ja="多いパス：{paths}", en="top paths: {paths}")
_SOURCE = Sentence(
    ja="最も多い発信元：{source}（読み取った {read}中 {count} 件、{share}）",
    en="top source: {source} ({count} of {read} that were read, {share})",
)
_NO_SOURCE = Sentence(
    ja="発信元はリクエストログに記録されていないため、確認していません",
    en="the request log says of no request where it came from, so that is not looked at",
)
_REFUSED_SOURCE = Sentence(
    ja="401・403・404 の最多の発信元：{source}（読み取った {read}中 {count} 件、{share}）",
    en="top source of 401, 403 and 404: {source} ({count} of {read} that were read, {share})",
)
_SLOW = Sentence(
    ja="遅いパス {path}：最長 {longest}（読み取ったうち {count}）",
    en="slow path {path}: {longest} at worst ({count} of those read)",
)
_READ = Sentence(
    ja="パスと発信元は、保存された {stored}のうち {read}を期間全体から均等に抜き出した割合です",
    en="paths and sources are shares of {read} drawn evenly from the {stored} stored",
)
_READ_NEWEST = Sentence(
    ja="パスと発信元は、保存された {stored}のうち最新 {read}での割合です",
    en="paths and sources are shares of the newest {read} of the {stored} stored",
)
QUESTION = Sentence(
    ja="この1週間のアクセスに、拒否の急増や1か所からの大量の要求はないか",
    en="Is there a spike of refused requests, or a flood from one place, in this week's requests?",
)
RUNBOOK = Sentence(
    ja=(
        "1. 急増した時間帯をリンクの Logs Explorer で開き、パスと User-Agent を確認する。\n"
        "2. 存在しないページ（/wp-admin など）への 404 だけなら自動の探索で、応答が 404 なら被害はない。続くなら Cloud Armor "
        "での遮断か、ingress の制限を検討する。\n"
        "3. 401・403 が特定の利用者や連携先に偏るなら、権限の変更や期限切れの鍵を疑う。\n"
        "4. 遅いパスは performance_review とあわせて見る。WebSocket（Streamlit の /_stcore/stream、ステータス 101）は開いていた"
        "時間が応答時間として記録されるため、除いている。\n"
        "個人情報を知らせないよう、アドレスは下位を伏せ、クエリ文字列と ID は省き、パスは一般的な語（login、minutes など）だけをそのまま示して"
        "ほかは <text> とする。このサイト固有の語は schedules.yaml の path_words に書くと表示される。元の値は Logs Explorer にだけある。"
        "手順書のコマンド（--limit=100）は最新の100件だけで、1週間の傾向は分からない。"
    ),
    en=(
        "1. Open the hour of the spike in Logs Explorer by the link; look at paths and user agents.\n"
        "2. 404 for pages that never were (/wp-admin …) is somebody's scanner, and harmless as long as it stays 404. If it "
        "goes on, think of Cloud Armor or a narrower ingress.\n"
        "3. 401 and 403 of one user or partner: look for changed grants and expired keys.\n"
        "4. Hold slow paths against performance_review. Websockets (Streamlit's /_stcore/stream, status 101) are left out: "
        "their latency is how long they were open.\n"
        "Addresses are shortened, query strings and ids left out; of paths only usual words are shown (login, minutes …), all "
        "else is <text>: words of your own site are shown once path_words in schedules.yaml lists them. The originals are in Logs "
        "Explorer alone. The guide's "
        "command (--limit=100) shows the newest hundred, which is no week."
    ),
)


def shares(requests: Requests) -> dict[str, Value]:
    """The sentence's values."""
    classes = {"ok": "2", "moved": "3", "refused": "4", "failed": "5"}
    of_class: dict[str, Value] = {word: Quantity(requests.share(first), "1") for word, first in classes.items()}
    return {**of_class, "before": Quantity(sum(requests.before.values()), REQUESTS)}


def spiked(spikes: tuple[Spike, ...]) -> Iterator[Note]:
    """Of each status the largest, and in how many hours there was one."""
    for code in list(dict.fromkeys(spike.code for spike in spikes))[:_SPIKES_SHOWN]:
        largest, *others = [spike for spike in spikes if spike.code == code]
        counts: dict[str, Value] = {
            "count": Quantity(largest.count, REQUESTS),
            "usual": Quantity(largest.usual, REQUESTS),
        }
        hours = Quantity(3600 * (len(others) + 1), "s")
        yield Note(
            _SPIKE_OF_MANY if others else _SPIKE, {"code": code, "start": largest.start, "hours": hours, **counts}
        )


def one_source(source: str, share: float, visits: Visits) -> Note:
    """Where most of the refused requests came from."""
    values: dict[str, Value] = {
        "share": Quantity(share, "1"),
        "source": source,
        "paths": _listed(visits.refused_paths, 3),
    }
    return Note(ONE_SOURCE, values)


def described(requests: Requests, visits: Visits, most: int, *, told: bool) -> Iterator[Note]:
    """Where most came from, refused ones by status, paths, and how much was read. `told`: the source of those is said already."""
    if (held_open := requests.share("1")) > _LEAST_SHARE:
        yield Note(_OTHERS, {"share": Quantity(held_open, "1")})
    yield from _source(_SOURCE, visits.sources, visits.read)
    if not told:
        yield from _source(_REFUSED_SOURCE, visits.refused_sources, visits.refused_read)
    if requests.refused:
        counts: dict[str, Value] = {f"c{code}": Quantity(requests.now.get(code, 0), REQUESTS) for code in REFUSED}
        yield Note(_REFUSED, counts)
    if not visits.read:
        yield Note(NO_SAMPLE)
        return
    if not visits.sources:
        yield Note(_NO_SOURCE)
    yield Note(_PATHS, {"paths": _listed(visits.paths, most)})
    for slow in visits.slow[:_SLOW_SHOWN]:
        amounts = {"count": Quantity(slow.count, REQUESTS), "longest": Quantity.of(slow.longest)}
        yield Note(_SLOW, {"path": slow.path, **amounts})
    amounts = {"read": Quantity(visits.read, ENTRIES), "stored": Quantity(visits.stored, ENTRIES)}
    yield Note(_READ if visits.even else _READ_NEWEST, amounts)


def _source(sentence: Sentence, found: tuple[tuple[str, float], ...], read: int) -> Iterator[Note]:
    """By its network; nothing where no entry says one."""
    for source, share in found[:1]:
        counts: dict[str, Value] = {"count": round(share * read), "read": Quantity(read, ENTRIES)}
        yield Note(sentence, {"source": source, "share": Quantity(share, "1"), **counts})


def _listed(found: tuple[tuple[str, float], ...], most: int) -> str:
    """A share that would read as none is told as less than one percent."""
    return ", ".join(f"{word} {_percent(share)}" for word, share in found[:most])


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %" if share >= _LEAST_SHARE else "<1 %"
