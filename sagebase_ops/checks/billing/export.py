"""Where the billing export is not there, or not to be read: what is missing, and how to switch it on."""

from dataclasses import replace

from sagebase_ops.domain.console import billing_page
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, unknown
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.billing import exports_of

NO_EXPORT = Sentence(
    ja="確認できません：BigQuery への請求エクスポートが設定されていません。費用を知る方法はほかにありません",
    en="could not look: no billing export to BigQuery is configured, and nothing else tells what was spent",
)
NO_TABLE = Sentence(
    ja="確認できません：{dataset} に請求エクスポートの表がありません（{standard} も {detailed} もない）",
    en="could not look: no billing export in {dataset}, neither {standard} nor {detailed}",
)
SWITCH_ON = Sentence(
    ja="リンクの「BigQuery エクスポート」で「標準の使用料金」を有効にし（データは数時間後から）、schedules.yaml の dataset に書く",
    en="at the link switch on the export of the standard usage cost (rows come within hours), then name it as dataset in schedules.yaml",
)


def no_export(whole: Target, account: str) -> Finding:
    """No dataset is named: never "it cost nothing"."""
    return unknown(
        whole, NO_EXPORT, reason="no_export", link=export_page(whole.name, account), notes=(Note(SWITCH_ON),)
    )


def refused_export(whole: Target, error: GcpError, dataset: str, account: str) -> Finding:
    """Google's refusal; a table that is not there says how to switch the export on."""
    link = export_page(whole.name, account)
    if error.kind is not GcpErrorKind.NOT_FOUND:
        return replace(refused(whole, error), link=link)
    standard, detailed = exports_of(account)
    values = {"dataset": dataset, "standard": standard, "detailed": detailed}
    remedy = f"bq ls {dataset.replace('.', ':', 1)}"
    return unknown(whole, NO_TABLE, reason="no_export", remedy=remedy, link=link, notes=(Note(SWITCH_ON),), **values)


def export_page(project: str, account: str) -> str:
    return billing_page(project, account, "export")
