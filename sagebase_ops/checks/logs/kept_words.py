"""How is it told that another sink keeps, or may keep, what _Default does not take?"""

from collections.abc import Mapping

from sagebase_ops.checks.logs.kept import Keeper
from sagebase_ops.domain.log_exclusions import Read
from sagebase_ops.domain.results import Note, Sentence
from sagebase_ops.gcp.log_config import DEFAULT_BUCKET

_NAMES = {
    Read.ERRORS: ("ERROR 以上のログ", "what is ERROR and above"),
    Read.REQUESTS: ("リクエストログ", "the request log"),
    Read.DATABASE: ("Cloud SQL のログ", "the log of Cloud SQL"),
}
KEPT_ELSEWHERE = Sentence(
    ja="_Default に入らないログも、点検で読む分は別のシンクが保存しています",
    en="what checks read and _Default does not take is kept by another sink",
)
MAY_BE_KEPT = {
    read: Sentence(
        ja=f"{ja}は _Default に入りません。シンク {{sink}} が全部または一部を保存している可能性がありますが、その設定からは断定できません",
        en=f"{en} does not get into _Default; the sink {{sink}} may keep all or some of it, which its settings do not prove",
    )
    for read, (ja, en) in _NAMES.items()
}
_KEPT_BY = {
    read: Sentence(
        ja=f"{ja}：シンク {{sink}} がログバケット {{bucket}} に保存しています",
        en=f"{en}: the sink {{sink}} keeps it in the log bucket {{bucket}}",
    )
    for read, (ja, en) in _NAMES.items()
}
_VIEW = Sentence(
    ja="ログバケット {bucket} の本文を点検で読むには roles/logging.viewAccessor も必要です（roles/logging.viewer で読めるのは _Default と _Required だけです）",
    en="checks that read entries of the log bucket {bucket} need roles/logging.viewAccessor too: roles/logging.viewer reads _Default and _Required only",
)


def kept_by(keepers: Mapping[Read, Keeper]) -> tuple[Note, ...]:
    """Who keeps it where, and what it takes to read it there."""
    who = [Note(_KEPT_BY[read], {"sink": one.sink, "bucket": one.bucket}) for read, one in keepers.items()]
    buckets = dict.fromkeys(one.bucket for one in keepers.values() if one.bucket != DEFAULT_BUCKET)
    return (*who, *(Note(_VIEW, {"bucket": bucket}) for bucket in buckets))
