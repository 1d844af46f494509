"""Where is each watched service on the web, and may it be asked from here?"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sagebase_ops.checks.smoke.params import Params
from sagebase_ops.domain.console import run_service_page
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.results import Finding, Sentence, Target, failing, unknown
from sagebase_ops.gcp.run import RunService
from sagebase_ops.probe.http import host_of

HIDDEN = Sentence(
    ja=(
        "確認できません：{target} の Ingress 設定（{ingress}）では外部から接続できません。"
        "公開 URL があれば urls に、なければ skip にこの項目を記入してください"
    ),
    en=(
        "could not look: the ingress of {target} ({ingress}) lets nobody in from outside; "
        "name its public URL under urls, or this part under skip"
    ),
)
URL_SWITCHED_OFF = Sentence(
    ja="確認できません：{target} は run.app の URL が無効です。公開 URL を urls に記入してください",
    en="could not look: the run.app URL of {target} is switched off; name its public URL under urls",
)
NO_URL = Sentence(
    ja="{target} に URL がありません。一度も起動に成功していません",
    en="{target} has no URL: it never became ready",
)
NO_URL_GIVEN = Sentence(
    ja="確認できません：Google が {target} の URL を返しませんでした",
    en="could not look: Google gave no URL for {target}",
)
HTTPS = 443
_OPEN = {"all", ""}


@dataclass(frozen=True, slots=True)
class Site:
    """One service on the web: `origin` is `https://host`, `hosts` all that may be asked, `service` as Google knows it.

    `audience` is for whom an ID token would be made, None where Google asks nobody for one; `account` who we are.
    """

    project: Project
    service: RunService
    origin: str
    hosts: frozenset[str]
    audience: str | None
    account: str

    def page(self, path: str) -> str:
        return self.origin + path

    @property
    def plain_origin(self) -> str:
        """The same host over http, on its usual port."""
        return f"http://{host_of(self.origin)}"

    @property
    def port(self) -> int:
        """Where it answers https."""
        return urlsplit(self.origin).port or HTTPS

    @property
    def describe_command(self) -> str:
        return f"gcloud run services describe {self._where}"

    @property
    def logs_command(self) -> str:
        return f"gcloud run services logs read {self._where} --limit=50"

    @property
    def invoker_command(self) -> str:
        member = f"--member=serviceAccount:{self.account} --role=roles/run.invoker"
        return f"gcloud run services add-iam-policy-binding {self._where} {member}"

    @property
    def _where(self) -> str:
        region = self.service.region or self.project.region
        return f"{self.service.name} --region={region} --project={self.project.id}"


def site_of(service: RunService, project: Project, params: Params, account: str) -> Site:
    """The service at its configured URL, else at the one that Cloud Run gave it (then `origin` may be empty)."""
    origin = params.urls.get(service.name, service.uri).rstrip("/")
    known = {host_of(url) for url in (origin, service.uri, *service.urls)}
    asks_for_tokens = not service.invoker_iam_disabled and not service.iap_enabled
    audience = next(filter(None, [service.uri, *service.custom_audiences]), None)
    return Site(project, service, origin, frozenset(known - {""}), audience if asks_for_tokens else None, account)


def closed(target: Target, site: Site, params: Params) -> Finding | None:
    """Why `site` cannot be asked at all, or None. A configured URL is asked whatever the service itself lets in."""
    service = site.service
    given: dict[str, Any] = {
        "remedy": site.describe_command,
        "link": service_page(site, "networking"),
    }  # fields of Finding
    if service.name in params.urls:
        return None
    if service.ingress not in _OPEN:
        return unknown(target, HIDDEN, reason="ingress", ingress=service.ingress, **given)
    if service.default_uri_disabled:
        return unknown(target, URL_SWITCHED_OFF, reason="default_uri_disabled", **given)
    if not service.uri and service.ready is not None and service.ready.state == "failed":
        return failing(target, NO_URL, reason="no_url", **given)
    return unknown(target, NO_URL_GIVEN, reason="no_url", **given) if not service.uri else None


def service_page(site: Site, tab: str) -> str:
    return run_service_page(site.project.id, site.service.region or site.project.region, site.service.name, tab)
