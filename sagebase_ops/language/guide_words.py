"""What `coverage` and `conflicts` say of the operations guide."""

from sagebase_ops.domain.results import Sentence

STATES = {
    "check": Sentence(ja="点検", en="check"),
    "setting": Sentence(ja="設定", en="setting"),
    "action": Sentence(ja="人の作業", en="person"),
    "reading": Sentence(ja="説明", en="reading"),
    "lost": Sentence(ja="点検が足りない", en="lost its check"),
    "changed": Sentence(ja="文面が変更", en="changed"),
    "new": Sentence(ja="新しい行", en="new"),
}
PAGE = Sentence(
    ja="運用手順書の各行に、どの点検が答えるか", en="Which check answers which line of the operations guide"
)
SAYS = Sentence(ja="手順書", en="the guide")
ANSWER = Sentence(ja="答え", en="answered by")
MISSING = Sentence(ja="schedules.yaml に {names} がありません", en="schedules.yaml has no {names}")
NO_ANSWER = Sentence(ja="答える点検がありません", en="nothing answers it")
WAS = Sentence(ja="以前の文面：{before}", en="it read: {before}")
STILL = Sentence(ja="以前の答え：{names}", en="was answered by {names}")
MOVED = Sentence(ja="（以前は「{section}」の行）", en="(stood below {section})")
GONE = Sentence(ja="手順書からなくなった行", en="no longer in the guide")
TOTAL = Sentence(
    ja="手順書の {lines} 行：{parts}。答えのない行 {unanswered}",
    en="{lines} lines of the guide: {parts}; unanswered: {unanswered}",
)
GUIDE_SAYS = Sentence(ja="手順書", en="guide")
CLOUD_SAYS = Sentence(ja="実際　", en="cloud")
WE_DO = Sentence(ja="扱い　", en="here ")
BESIDE = Sentence(ja="手順書との違い", en="Where the guide differs")
