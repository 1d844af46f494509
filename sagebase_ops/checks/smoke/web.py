"""Does the service's page answer, in time, over good TLS, with what should stand in it? The smoke test's web parts."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias
from urllib.parse import urlsplit

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.run.targets import watched
from sagebase_ops.checks.smoke.answers import NO_TIME_LEFT, NOT_CONFIGURED, asked, no_answer, no_page
from sagebase_ops.checks.smoke.params import Params, WebPart
from sagebase_ops.checks.smoke.sites import Site, closed, service_page, site_of
from sagebase_ops.domain.projects import EVERY, Project
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, failing, passing, skipped, unknown, warning
from sagebase_ops.errors import GcpError, ProbeError
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.run import RunService
from sagebase_ops.probe.http import HttpAnswer, host_of
from sagebase_ops.probe.tls import Certificate

ANSWERS = Sentence(ja="応答あり（HTTP {status}）", en="answers (HTTP {status})")
STATUS = Sentence(ja="HTTP {status}（期待値 {expected}）", en="HTTP {status}, expected {expected}")
STATUS_ELSEWHERE = Sentence(
    ja="HTTP {status} で別のホスト {host} へ転送されました（接続していません）",
    en="HTTP {status}, redirected to another host, {host}, which was not followed",
)
TIME_LEFT = Sentence(
    ja="証明書の残り期間 {value}（下限 {limit}、発行者 {issuer}）",
    en="certificate valid for another {value}, at least {limit} wanted, issued by {issuer}",
)
BAD_CERTIFICATE: Mapping[str, Sentence] = {
    "tls_expired": Sentence(ja="証明書は {until} に失効しました", en="the certificate expired at {until}"),
    "tls_not_yet_valid": Sentence(
        ja="証明書は {since} まで有効になりません", en="the certificate is not valid before {since}"
    ),
    "tls_wrong_host": Sentence(
        ja="証明書が別のホスト用です（{subject}、期限 {until}）",
        en="the certificate is for another host ({subject}, valid until {until})",
    ),
    "tls_untrusted": Sentence(
        ja="証明書の発行元を信頼できません（{issuer}、期限 {until}）",
        en="the certificate's issuer is not trusted ({issuer}, valid until {until})",
    ),
}
HEALTHY = Sentence(ja="{path} は ok", en="{path} says ok")
UNHEALTHY = Sentence(
    ja="{path} が HTTP {status}「{said}」を返しました（正常は 200「ok」）",
    en="{path} answered HTTP {status} “{said}”; healthy is 200 “ok”",
)
ANSWER_TIME = Sentence(ja="応答時間 {value}（上限 {limit}）", en="answered in {value}, limit {limit}")
TEXT_FOUND = Sentence(ja="ページに「{text}」あり", en="“{text}” stands in the page")
TEXT_MISSING = Sentence(
    ja="ページ（HTTP {status}）に「{text}」がありません", en="“{text}” does not stand in the page (HTTP {status})"
)
ONLY_ITS_BEGINNING = Sentence(
    ja="ページが 1 MB を超えるため、先頭 1 MB のみを確認しました", en="only the first 1 MB of a larger page was read"
)
TO_HTTPS = Sentence(
    ja="http は https へ転送されます（HTTP {status}）", en="http is redirected to https (HTTP {status})"
)
TO_ELSEWHERE = Sentence(
    ja="http が別のホスト {host} へ転送されます（接続していません）",
    en="http is redirected to another host, {host}, which was not followed",
)
NOT_TO_HTTPS = Sentence(
    ja="http が https へ転送されません（HTTP {status}）", en="http is not redirected to https (HTTP {status})"
)

_OK = 200
_LONGEST_QUOTE = 60
Judge: TypeAlias = Callable[[Target, Site, Params, CheckContext], Awaitable[Finding]]


async def web_findings(params: Params, context: CheckContext, ends: float) -> list[Finding]:
    """One finding per chosen part and watched service. A refusal to list the services makes each of them unknown.

    `ends` is when the event loop's clock leaves no time for more.
    """
    project, parts = context.project, params.web_parts
    if not parts:
        return []
    if not project.services:
        return [skipped(Target(part, project.id), NOT_CONFIGURED, reason="not_configured") for part in parts]
    targets = [Target(part, name) for name in _names(project) for part in parts]
    try:
        async with asyncio.timeout_at(ends):
            listing = await _services(context)
    except TimeoutError:
        return [unknown(target, NO_TIME_LEFT, reason="deadline") for target in targets]
    except GcpError as error:
        return [refused(target, error) for target in targets]
    seen = watched(project, listing)
    account = context.gcp.connections.account(project.id)
    sites = [site_of(service, project, params, account) for service in seen.services]
    judged = [judge(part, site, params, context, ends) for site in sites for part in parts]
    lost = [replace(absent, target=Target(part, absent.target.name)) for absent in seen.lost for part in parts]
    return [*await asyncio.gather(*judged), *lost]


async def _services(context: CheckContext) -> Listing[RunService]:
    """The project's services; the probe gets ready meanwhile. Raises GcpError."""
    listing, _ = await asyncio.gather(
        context.gcp.run.services(context.project.id, context.project.region),
        context.probe.open(),
        return_exceptions=True,  # what keeps the probe closed fails again, and is told, where a page is asked
    )
    if isinstance(listing, BaseException):
        raise listing
    return listing


async def judge(part: WebPart, site: Site, params: Params, context: CheckContext, ends: float) -> Finding:
    """One part's finding; a request that failed, was refused or has no end spoils no other part."""
    target = Target(part, site.service.name)
    try:
        async with asyncio.timeout_at(ends):
            return closed(target, site, params) or await PARTS[part](target, site, params, context)
    except TimeoutError:
        return unknown(target, NO_TIME_LEFT, reason="deadline", **asked(site, site.origin))
    except GcpError as error:
        return refused(target, error)
    except ProbeError as error:
        return no_answer(target, error, site)


async def judge_answer(target: Target, site: Site, params: Params, context: CheckContext) -> Finding:
    answer = await _page(site, params, context)
    lacking = no_page(target, answer, site, params.http_status.expected)
    return lacking or passing(target, ANSWERS, status=answer.status, **asked(site, answer.url))


async def judge_status(target: Target, site: Site, params: Params, context: CheckContext) -> Finding:
    answer, expected = await _page(site, params, context), params.http_status.expected
    given = {**asked(site, answer.url), "status": answer.status}
    if answer.status == expected:
        return passing(target, STATUS, expected=expected, **given)
    lacking = no_page(target, answer, site, expected)
    given |= {"reason": f"http_{answer.status}", "remedy": site.logs_command}
    return lacking or _other_status(target, answer, site, expected, given)


def _other_status(target: Target, answer: HttpAnswer, site: Site, expected: int, given: dict[str, object]) -> Finding:
    elsewhere = _elsewhere(answer, site)
    if elsewhere is not None:
        return failing(target, STATUS_ELSEWHERE, host=elsewhere, **given)
    return failing(target, STATUS, expected=expected, **given)


async def judge_certificate(target: Target, site: Site, params: Params, context: CheckContext) -> Finding:
    """By a handshake of its own, so that it is known even when the page behind it hangs."""
    shown = await context.probe.certificate(site.origin, site.hosts)
    left, limits = shown.not_after - context.now, params.tls_certificate
    given = {**_about(shown), "asked": {"method": "TLS", "url": site.origin}, "link": service_page(site, "networking")}
    if shown.problem is not None:
        command = f"openssl s_client -connect {urlsplit(site.origin).netloc}:443 -showcerts"
        return failing(target, BAD_CERTIFICATE[shown.problem], reason=shown.problem.value, remedy=command, **given)
    given |= {"value": Quantity.of(left), "limit": Quantity.of(limits.warn_below)}
    if left < limits.fail_below:
        return failing(target, TIME_LEFT, **{**given, "limit": Quantity.of(limits.fail_below)})
    return (warning if left < limits.warn_below else passing)(target, TIME_LEFT, **given)


def _about(shown: Certificate) -> dict[str, object]:
    return {"subject": shown.subject, "issuer": shown.issuer, "since": shown.not_before, "until": shown.not_after}


async def judge_health(target: Target, site: Site, params: Params, context: CheckContext) -> Finding:
    path = params.streamlit_health.path
    answer = await context.probe.get(site.page(path), site.hosts, audience=site.audience)
    said = answer.text.strip()
    if answer.status == _OK and said == "ok":
        return passing(target, HEALTHY, path=path, **asked(site, answer.url))
    given = {**asked(site, answer.url), "reason": "unhealthy", "remedy": site.logs_command}
    lacking = no_page(target, answer, site, expected=_OK)
    quoted = " ".join(said.split())[:_LONGEST_QUOTE]
    return lacking or failing(target, UNHEALTHY, path=path, status=answer.status, said=quoted, **given)


async def judge_time(target: Target, site: Site, params: Params, context: CheckContext) -> Finding:
    answer, limits = await _page(site, params, context), params.answer_time
    lacking = no_page(target, answer, site, params.http_status.expected)
    if lacking is not None:
        return lacking
    given = {"value": Quantity.of(_to_milliseconds(answer.elapsed)), "limit": Quantity.of(limits.warn_above)}
    given |= asked(site, answer.url)
    if answer.elapsed > limits.fail_above:
        return failing(target, ANSWER_TIME, **{**given, "limit": Quantity.of(limits.fail_above)})
    return (warning if answer.elapsed > limits.warn_above else passing)(target, ANSWER_TIME, **given)


async def judge_text(target: Target, site: Site, params: Params, context: CheckContext) -> Finding:
    answer, text = await _page(site, params, context), params.page_text.text
    given = {**asked(site, answer.url), "text": text}
    lacking = no_page(target, answer, site, params.http_status.expected)
    if lacking is not None:
        return lacking
    if text in answer.text:
        return passing(target, TEXT_FOUND, **given)
    notes = (Note(ONLY_ITS_BEGINNING),) if answer.truncated else ()
    told = {**given, "reason": "text_missing", "remedy": site.logs_command, "notes": notes}
    return failing(target, TEXT_MISSING, status=answer.status, **told)


async def judge_redirect(target: Target, site: Site, params: Params, context: CheckContext) -> Finding:
    answer = await context.probe.get(site.plain_origin + params.path, site.hosts)
    given = {**asked(site, answer.url), "status": answer.status}
    elsewhere = _elsewhere(answer, site)
    if answer.redirect and answer.redirect.startswith("https://") and elsewhere is None:
        return passing(target, TO_HTTPS, **given)
    lacking = no_page(target, answer, site, expected=_OK)
    given |= {"reason": "no_https_redirect", "remedy": f"curl -sSI {answer.url}"}
    if lacking is None and elsewhere is not None:
        return warning(target, TO_ELSEWHERE, host=elsewhere, **{**given, "reason": "redirect_elsewhere"})
    return lacking or failing(target, NOT_TO_HTTPS, **given)


PARTS: Mapping[WebPart, Judge] = {
    "http_answer": judge_answer,
    "http_status": judge_status,
    "tls_certificate": judge_certificate,
    "streamlit_health": judge_health,
    "answer_time": judge_time,
    "page_text": judge_text,
    "https_redirect": judge_redirect,
}


async def _page(site: Site, params: Params, context: CheckContext) -> HttpAnswer:
    """The page itself: one request for all parts that look at it."""
    return await context.probe.get(site.page(params.path), site.hosts, audience=site.audience)


def _elsewhere(answer: HttpAnswer, site: Site) -> str | None:
    """The host that a redirect leaves the service for, or None."""
    host = host_of(answer.redirect) if answer.redirect else ""
    return host if answer.redirect and host not in site.hosts else None


def _names(project: Project) -> tuple[str, ...]:
    return (project.id,) if project.services == EVERY else tuple(project.services)


def _to_milliseconds(elapsed: timedelta) -> timedelta:
    return timedelta(milliseconds=round(elapsed / timedelta(milliseconds=1)))
