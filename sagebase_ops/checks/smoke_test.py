"""Does the whole service work, from its URL down to its secrets? What `scripts/smoke_test.sh` asks, from here."""

import asyncio

from sagebase_ops.checks.base import CheckContext, check
from sagebase_ops.checks.smoke.cloud import cloud_findings
from sagebase_ops.checks.smoke.params import Params
from sagebase_ops.checks.smoke.web import web_findings
from sagebase_ops.domain.results import Finding, Sentence

LONGEST = 28.0
"""Seconds, under the 30 of a whole check: a site that hangs must not hide that the database is stopped."""

QUESTION = Sentence(
    ja="サービスの画面と、それを支えるDB・シークレット・バケット・APIは使える状態か（スモークテスト）",
    en="Does the page answer as it should, and is the database, secret, bucket and API behind it there?",
)
RUNBOOK = Sentence(
    ja=(
        "1. 応答なし・HTTP 5xx：ログを確認し、直前のデプロイが原因なら戻す（手順書「緊急ロールバック」）："
        "gcloud run services logs read SERVICE --region=REGION --project=PROJECT --limit=50\n"
        "2. HTTP 429：最大インスタンス数に達していないか確認する（手順書「スケーリング」）。\n"
        "3. 証明書：run.app は Google が更新する。独自ドメインはドメインマッピングか LB の証明書を確認する。\n"
        "4. Cloud SQL 停止：gcloud sql instances patch INSTANCE --activation-policy=ALWAYS --project=PROJECT\n"
        "5. シークレット：バージョンの状態を確認する（値は表示しない）："
        "gcloud secrets versions list SECRET --project=PROJECT\n"
        "6. API 無効：gcloud services enable API --project=PROJECT\n"
        "注意：HTTP 401・403・404 は、権限や Ingress により外から確認できないことを示し、停止とは限らない。"
        "非公開サービスでは、点検用サービスアカウントに roles/run.invoker（run.routes.invoke）を付与する。"
    ),
    en=(
        "1. No answer, HTTP 5xx: read the logs; if the last deploy is the cause, go back (the guide's emergency rollback): "
        "gcloud run services logs read SERVICE --region=REGION --project=PROJECT --limit=50\n"
        "2. HTTP 429: is the maximum of instances reached? (the guide's scaling section)\n"
        "3. Certificate: Google renews those of run.app; for a domain of your own look at its mapping or load balancer.\n"
        "4. Cloud SQL stopped: gcloud sql instances patch INSTANCE --activation-policy=ALWAYS --project=PROJECT\n"
        "5. Secret: look at the states of its versions, not at its value: "
        "gcloud secrets versions list SECRET --project=PROJECT\n"
        "6. API not enabled: gcloud services enable API --project=PROJECT\n"
        "HTTP 401, 403 and 404 mean that we may not look from outside, not that the service is down. "
        "A private service needs roles/run.invoker (run.routes.invoke) for the account of the checks."
    ),
)


@check(
    Params,
    question=QUESTION,
    runbook=RUNBOOK,
    permissions=[
        "run.services.list",
        "cloudsql.instances.list",
        "secretmanager.secrets.list",
        "secretmanager.versions.list",
        "storage.buckets.list",
        "storage.buckets.get",
        "serviceusage.services.list",
    ],
    command=(
        "export SERVICE_URL=$(gcloud run services describe {target} --region={region} --project={project}"
        ' --format="value(status.url)") && ./scripts/smoke_test.sh'
    ),
    example="{check: smoke_test, secrets: [database-password], answer_time: {fail_above: 8s}, skip: [page_text]}",
)
async def smoke_test(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per part and thing: seven about each service's web page, four about the cloud below it.

    Each stands alone: a part that could not be looked at is `unknown` and leaves the others as they are.
    """
    return await look(params, context)


async def look(params: Params, context: CheckContext, longest: float = LONGEST) -> list[Finding]:
    """All parts at once; one that is not done within `longest` seconds says so for itself."""
    ends = asyncio.get_running_loop().time() + longest
    web, cloud = await asyncio.gather(web_findings(params, context, ends), cloud_findings(params, context, ends))
    return [*web, *cloud]
