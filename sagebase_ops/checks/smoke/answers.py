"""What does an answer that is no page mean: is the service down, or were only we turned away?"""

import re
from typing import Any

from sagebase_ops.checks.smoke.sites import Site, service_page
from sagebase_ops.domain.results import Finding, Sentence, Target, failing, unknown
from sagebase_ops.errors import ProbeError
from sagebase_ops.probe.http import HttpAnswer, host_of

SERVER_ERROR = Sentence(ja="HTTP {status} を返しました", en="answered HTTP {status}")
TOO_MANY = Sentence(
    ja="HTTP 429 を返しました。最大インスタンス数に達している可能性があります",
    en="answered HTTP 429: perhaps no instance is left below the maximum",
)
TURNED_AWAY = Sentence(
    ja="確認できません：HTTP {status} で拒否されました。{account} に roles/run.invoker が必要です（IAP の有無も確認）",
    en="could not look: turned away with HTTP {status}; {account} needs roles/run.invoker (is there an IAP in front?)",
)
NOT_LET_IN = Sentence(
    ja="確認できません：Google のフロントエンドが HTTP 404 を返しました。Ingress 設定か URL の有効化を確認してください",
    en="could not look: Google's front end answered HTTP 404; look at the ingress, and whether the URL is switched on",
)
BEHIND_IAP = Sentence(
    ja="確認できません：Google のログイン画面へ転送されました（IAP）。転送先には接続していません",
    en="could not look: sent to Google's sign-in (IAP), which was not followed",
)
SILENT = {
    "dns": Sentence(ja="応答なし：ホスト名を解決できません", en="no answer: the host name does not resolve"),
    "connect": Sentence(ja="応答なし：接続できません", en="no answer: nothing accepts the connection"),
    "timeout": Sentence(ja="時間内に応答がありません", en="no answer in time"),
    "reset": Sentence(ja="応答の前に接続が切れました", en="the connection was closed before an answer"),
    "malformed": Sentence(ja="HTTP として読めない応答です", en="what answered does not speak HTTP"),
    "tls": Sentence(ja="TLS 接続を確立できません", en="the TLS handshake failed"),
    "tls_expired": Sentence(
        ja="TLS 証明書の期限切れのため接続できません", en="refused: the TLS certificate has expired"
    ),
    "tls_not_yet_valid": Sentence(
        ja="TLS 証明書がまだ有効でないため接続できません", en="refused: the TLS certificate is not valid yet"
    ),
    "tls_wrong_host": Sentence(
        ja="TLS 証明書のホスト名が一致しないため接続できません", en="refused: the TLS certificate is for another host"
    ),
    "tls_untrusted": Sentence(
        ja="TLS 証明書の発行元を信頼できないため接続できません",
        en="refused: the TLS certificate's issuer is not trusted",
    ),
}
"""No answer is down, whatever the reason, as long as the request got out of this machine."""
NOT_CONFIGURED = Sentence(
    ja="対象外：schedules.yaml に対象が1つもありません", en="not looked at: schedules.yaml names none"
)
NO_TIME_LEFT = Sentence(
    ja="確認できません：時間内に終わりませんでした。次の回に再確認します",
    en="could not look: there was no time left for it; it is looked at again next time",
)
NOT_SENT = {
    "proxy": Sentence(
        ja="確認できません：経路上のプロキシに拒否されたか、プロキシから応答がありません",
        en="could not look: the proxy on the way there refused, or does not answer",
    ),
    "foreign_host": Sentence(
        ja="確認できません：設定したサービスのホストではないため、接続しません",
        en="could not look: not a host of the configured services, so it is not asked",
    ),
}
"""What kept the request on this machine."""

_SERVER_ERRORS = 500
_TOO_MANY = 429
_REFUSALS = {401, 403}
_NOT_FOUND = 404
_SIGN_IN = "accounts.google.com"
_FRONT_END = re.compile(
    r"The requested URL .{0,400}was not found on this server|<title>404 Page not found</title>.{0,400}Error: Page not found",
    re.DOTALL,
)


def no_page(target: Target, answer: HttpAnswer, site: Site, expected: int) -> Finding | None:
    """The finding for an answer that says nothing of the page, or None when there is a page to judge.

    5xx and 429 are the service's failure; 401, 403, IAP's sign-in and the front end's 404 are refusals of us.
    Source: Cloud Run's troubleshooting of HTTP errors; the front end's words are believed, not documented.
    """
    given = {**asked(site, answer.url), "reason": f"http_{answer.status}", "remedy": site.logs_command}
    if answer.status == expected:
        return None
    if answer.status == _TOO_MANY:
        return failing(target, TOO_MANY, **given)
    if answer.status >= _SERVER_ERRORS:
        return failing(target, SERVER_ERROR, status=answer.status, **given)
    return _turned_away(target, answer, site, given)


def _turned_away(target: Target, answer: HttpAnswer, site: Site, given: dict[str, Any]) -> Finding | None:
    if answer.status in _REFUSALS:
        told = {**given, "remedy": site.invoker_command, "link": service_page(site, "security")}
        return unknown(target, TURNED_AWAY, status=answer.status, account=site.account, **told)
    if answer.status == _NOT_FOUND and _FRONT_END.search(answer.text):
        told = {**given, "remedy": site.describe_command, "link": service_page(site, "networking")}
        return unknown(target, NOT_LET_IN, **told)
    if answer.redirect and host_of(answer.redirect) == _SIGN_IN:
        told = {"reason": "iap", "remedy": site.describe_command, "link": service_page(site, "security")}
        return unknown(target, BEHIND_IAP, **{**given, **told})
    return None


def no_answer(target: Target, error: ProbeError, site: Site) -> Finding:
    """The finding for a request without an answer: `fail` unless it never left this machine."""
    given = {**asked(site, site.origin), "reason": error.reason}
    if error.reason in SILENT:
        return failing(target, SILENT[error.reason], remedy=site.logs_command, **given)
    return unknown(target, NOT_SENT[error.reason], **given)


def asked(site: Site, url: str) -> dict[str, Any]:
    """Fields of Finding by name that every part of the web gives: what was asked, and where to look next."""
    return {"asked": {"method": "GET", "url": url}, "link": service_page(site, "logs")}
