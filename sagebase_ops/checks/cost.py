"""What did the project cost this week and this month, and is that as planned?"""

from sagebase_ops.checks.base import CheckContext, check
from sagebase_ops.checks.billing.beginning import beginning_of
from sagebase_ops.checks.billing.export import no_export, refused_export
from sagebase_ops.checks.billing.missing import LATE, unreadable
from sagebase_ops.checks.billing.month import month_so_far
from sagebase_ops.checks.billing.params import Params
from sagebase_ops.checks.billing.statement import Statement
from sagebase_ops.checks.billing.weeks import parts_of_week, whole_week
from sagebase_ops.domain.console import billing_page
from sagebase_ops.domain.costs import spans_at
from sagebase_ops.domain.results import Finding, Sentence, Target, failing
from sagebase_ops.errors import GcpError

NOT_BILLED = Sentence(
    ja="課金が無効です。サービスは停止します", en="billing is switched off: Google stops the services of this project"
)


@check(
    Params,
    question=Sentence(
        ja="今週と今月の費用は、前の週・前の月や予算と比べてどうか",
        en="What did the week and the month cost, against those before and against the budget?",
    ),
    runbook=Sentence(
        ja=(
            "1. リンクの請求レポートで、増えたサービスを SKU 別・日別に見る。\n"
            "2. デプロイや設定の変更（最小インスタンス数、Cloud SQL のサイズ、ログの量）と日付を突き合わせる。\n"
            "3. 心当たりのない増え方なら、利用状況とアクセスログを確認し、技術責任者に知らせる。\n"
            "注意：API キーで使う Gemini は「Vertex AI」ではなく「Gemini API」として請求される（手順書の表記と違う）。"
            "請求の1日は米国太平洋時間で、最新の2日分はまだ確定していないため含めない。"
        ),
        en=(
            "1. In the billing report of the link, look at the service that rose by SKU and by day.\n"
            "2. Hold the day against deploys and changed settings (minimum instances, size of Cloud SQL, volume of logs).\n"
            "3. Where nothing explains it, look at usage and the access log, and tell the technical lead.\n"
            "Gemini called with an API key is billed as Gemini API, not as Vertex AI as the guide has it. A day of the bill is US "
            "Pacific, and the newest two days are left out, since their rows are still coming in."
        ),
    ),
    permissions=[
        "resourcemanager.projects.get",
        "bigquery.jobs.create",
        "bigquery.tables.get",
        "bigquery.tables.getData",
    ],
    command="https://console.cloud.google.com/billing/linkedaccount?project={project}",
    example="{check: cost, dataset: billing_export, budget: 100000}",
)
async def cost(params: Params, context: CheckContext) -> list[Finding]:
    """The week of the whole project, its month, then the week of each group of services and of everything else.

    Source: Cloud Billing API v1, projects.getBillingInfo; the usage cost export in BigQuery, one query (two where there are
    two exports and one has stopped).
    """
    project = context.project.id
    whole = Target("billing", project)
    account = await context.gcp.billing.account(project)
    link = billing_page(project, account.id)
    if not account.enabled:
        asked = {"method": "cloudbilling.projects.getBillingInfo"}
        return [failing(whole, NOT_BILLED, reason="billing_disabled", asked=asked, link=link)]
    if params.dataset is None:
        return [no_export(whole, account.id)]
    spans = spans_at(context.now)
    dataset = params.dataset if "." in params.dataset else f"{project}.{params.dataset}"
    try:
        costs = await context.gcp.billing.costs(
            project, dataset, account.id, spans.start, params.max_scan, context.now - LATE
        )
    except GcpError as error:
        return [refused_export(whole, error, dataset, account.id, params.max_scan)]
    useless = unreadable(whole, costs, params.currency, context.now, account.id)
    if useless:
        return [useless]
    beginning = await beginning_of(costs, spans, context)
    statement = Statement(project, costs, spans, params, context.zone, link, beginning)
    return [whole_week(statement), month_so_far(statement), *parts_of_week(statement)]
