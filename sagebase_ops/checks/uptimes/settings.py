"""Is an uptime check set so that it fails when the service does, and soon enough for the guide's alert?"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sagebase_ops.checks.settings_judged import Mistake, failed, warned
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Sentence
from sagebase_ops.gcp.alerting import UptimeCheck

DISABLED = Sentence(
    ja="Uptime Check「{check}」は無効です。結果が出ないため、アラートは発報しません",
    en="uptime check '{check}' is switched off: there are no results, and no alert fires",
)
CANNOT_FAIL = Sentence(
    ja="Uptime Check「{check}」は {found} の応答も正常と見なします。サービスが壊れていても失敗になりません",
    en="uptime check '{check}' takes {found} for a good answer: a broken service does not fail it",
)
TAKES_REFUSALS = Sentence(
    ja="Uptime Check「{check}」は {found} の応答も正常と見なします。ページがなくなっても、閉じられても失敗になりません",
    en="uptime check '{check}' takes {found} for a good answer: a page that is gone or locked does not fail it",
)
OTHER_PORT = Sentence(
    ja="Uptime Check「{check}」のポートは {found} です（サービスは {wanted}）",
    en="uptime check '{check}' asks at port {found} (the service: {wanted})",
)
TOO_RARE = Sentence(
    ja="Uptime Check「{check}」の間隔が {found}で、手順書の「5分間失敗」を判定できません（上限 {wanted}）",
    en="uptime check '{check}' looks every {found}, too rarely for the guide's five minutes (at most {wanted})",
)
NO_TLS = Sentence(
    ja="Uptime Check「{check}」が HTTPS を使っていません。Cloud Run は HTTP をリダイレクトするだけです",
    en="uptime check '{check}' does not ask over HTTPS; Cloud Run answers HTTP with a redirect only",
)
NO_VALIDATION = Sentence(
    ja="Uptime Check「{check}」は証明書を検証していません。期限切れに気づけません",
    en="uptime check '{check}' does not look at the certificate: nobody would hear that it ran out",
)
NOT_HTTP = Sentence(
    ja="Uptime Check「{check}」は接続できるかどうかだけで、ページの応答は見ていません",
    en="uptime check '{check}' only connects, and asks for no page",
)
OTHER_PATH = Sentence(
    ja="Uptime Check「{check}」のパスは {found} です（想定：{wanted}）",
    en="uptime check '{check}' asks for {found} (expected: {wanted})",
)
FEW_PLACES = Sentence(
    ja="Uptime Check「{check}」の地点が少なく（{found}）、「2地点以上で失敗」を判定しにくい状態です",
    en="uptime check '{check}' looks from few places ({found}): two of them failing is hardly to be seen",
)
PRIVATE = Sentence(
    ja="Uptime Check「{check}」は VPC の内側から見ています。利用者からの見え方ではありません",
    en="uptime check '{check}' looks from inside the VPC, not as users do",
)

_PLACES = {"USA": 3}
"""Checkers in a region of Google's; the others have one. Source: google.monitoring.v3.UptimeCheckRegion."""

_FEWEST = 3
_HTTP = 80
_REFUSED, _BROKEN = 400, 500


def settings_mistakes(one: UptimeCheck, max_period: timedelta, paths: Sequence[str], port: int) -> Iterator[Mistake]:
    """What is wrong with it, for a service that answers https at `port`."""
    name = one.display_name or one.id
    if one.disabled:
        yield failed("disabled", DISABLED, check=name)
    if one.period > max_period:
        yield failed("too_rare", TOO_RARE, check=name, found=Quantity.of(one.period), wanted=Quantity.of(max_period))
    if one.private:
        yield warned("private", PRIVATE, check=name)
    if one.regions and sum(_PLACES.get(region, 1) for region in one.regions) < _FEWEST:
        yield warned("few_places", FEW_PLACES, check=name, found=", ".join(one.regions))
    right = _HTTP if one.http and not one.tls else port
    if one.port not in {None, right}:
        yield failed("other_port", OTHER_PORT, check=name, found=f"{one.port}", wanted=f"{right}")
    if one.http:
        yield from _page_mistakes(one, name, paths)
    else:
        yield warned("not_http", NOT_HTTP, check=name)


def _page_mistakes(one: UptimeCheck, name: str, paths: Sequence[str]) -> Iterator[Mistake]:
    found = ", ".join(one.accepts)
    if any(_first(status) >= _BROKEN for status in one.accepts):
        yield failed("cannot_fail", CANNOT_FAIL, check=name, found=found)
    elif any(_first(status) >= _REFUSED for status in one.accepts):
        yield warned("takes_refusals", TAKES_REFUSALS, check=name, found=found)
    if not one.tls:
        yield warned("no_tls", NO_TLS, check=name)
    elif not one.validates:
        yield warned("certificate_not_validated", NO_VALIDATION, check=name)
    if one.path not in paths:
        yield warned("other_path", OTHER_PATH, check=name, found=one.path, wanted=", ".join(paths))


def _first(status: str) -> int:
    """`4xx` is 400, `503` itself; what is neither (`ANY`) may be any answer."""
    digits = status.replace("x", "0")
    return int(digits) if digits.isdigit() else _BROKEN
