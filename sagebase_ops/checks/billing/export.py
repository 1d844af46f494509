"""Where the billing export is not there, or not to be read: what is missing, and how to switch it on."""

import re
from dataclasses import replace

from sagebase_ops.domain.console import billing_page
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import refused, verbatim
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
TOO_MUCH = Sentence(
    ja="確認できません：費用を知るには請求エクスポートを {needed} 読む必要があり、上限 {limit} を超えます（読んでいないため料金はかかりません）。よければ schedules.yaml の max_scan を増やしてください",
    en="could not look: the costs want {needed} of the billing export read, over the limit of {limit} (nothing was read, and nothing is paid); raise max_scan in schedules.yaml if that is fine",
)
SWITCH_ON = Sentence(
    ja="リンクの「BigQuery エクスポート」で「標準の使用料金」を有効にし（データは数時間後から）、schedules.yaml の dataset に書く",
    en="at the link switch on the export of the standard usage cost (rows come within hours), then name it as dataset in schedules.yaml",
)


_OVER = re.compile(r"exceeded limit for bytes billed: \d+\. (\d+) or higher required")
"""BigQuery's words for a question that would read too much; believed: no answer with them was recorded."""


def no_export(whole: Target, account: str) -> Finding:
    """No dataset is named: never "it cost nothing"."""
    return unknown(
        whole, NO_EXPORT, reason="no_export", link=export_page(whole.name, account), notes=(Note(SWITCH_ON),)
    )


def refused_export(whole: Target, error: GcpError, dataset: str, account: str, most: int) -> Finding:
    """Google's refusal; a table that is not there says how to switch the export on, one that is too large what to raise."""
    link = export_page(whole.name, account)
    if over := _OVER.search(error.said):
        sizes = {"needed": Quantity(int(over[1]), "By"), "limit": Quantity(most, "By")}
        return unknown(whole, TOO_MUCH, reason="over_max_scan", link=link, notes=verbatim(error), **sizes)
    if error.kind is not GcpErrorKind.NOT_FOUND:
        return replace(refused(whole, error), link=link)
    standard, detailed = exports_of(account)
    values = {"dataset": dataset, "standard": standard, "detailed": detailed}
    remedy = f"bq ls {dataset.replace('.', ':', 1)}"
    return unknown(whole, NO_TABLE, reason="no_export", remedy=remedy, link=link, notes=(Note(SWITCH_ON),), **values)


def export_page(project: str, account: str) -> str:
    return billing_page(project, account, "export")
