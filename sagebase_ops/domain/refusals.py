"""Google would not or could not answer: what a person reads about it, and the finding that says so."""

from typing import Any

from sagebase_ops.domain.results import Finding, Note, Sentence, Target, unknown
from sagebase_ops.errors import GcpError, GcpErrorKind

WORDS = {
    GcpErrorKind.PERMISSION_DENIED: Sentence(
        ja="確認できません：{api} を読む権限がありません（{permission}）。権限か、プロジェクト名・対象名を確認してください",
        en="could not look: no permission to read {api} ({permission}); check the grant, or the project's and target's names",
    ),
    GcpErrorKind.API_DISABLED: Sentence(
        ja="確認できません：{api} が有効になっていません。有効化後、反映まで数分かかります",
        en="could not look: {api} is not enabled; once enabled it takes a few minutes",
    ),
    GcpErrorKind.NOT_FOUND: Sentence(
        ja="確認できません：{api} に対象が見つかりません。コマンドで実在する名前を調べ、schedules.yaml を直してください",
        en="could not look: {api} found nothing by that name; the command shows what there is, mend schedules.yaml by it",
    ),
    GcpErrorKind.UNAUTHENTICATED: Sentence(
        ja="確認できません：Google Cloud の認証情報がないか、失効しています",
        en="could not look: the Google Cloud credentials are missing or no longer valid",
    ),
    GcpErrorKind.QUOTA: Sentence(
        ja="確認できません：{api} の割り当て（クォータ）を超えました。次の回に再確認します。続く場合はコマンドで増やしてください",
        en="could not look: over the quota of {api}; it is looked at again next time. If it stays, the command is about raising it",
    ),
    GcpErrorKind.DEADLINE: Sentence(
        ja="確認できません：{api} が時間内に応答しませんでした。次の回に再確認します。コマンドで今の応答を確かめられます",
        en="could not look: {api} did not answer in time; it is looked at again next time. The command shows how it answers now",
    ),
    GcpErrorKind.UNAVAILABLE: Sentence(
        ja="確認できません：{api} に接続できないか、一時的に利用できません。次の回に再確認します。コマンドで今の応答を確かめられます",
        en=(
            "could not look: {api} cannot be reached or is temporarily unavailable; it is looked at again next time. "
            "The command shows how it answers now"
        ),
    ),
    GcpErrorKind.MALFORMED: Sentence(
        ja="確認できません：{api} の応答を読み取れません。コマンドで今の応答を確かめられます",
        en="could not look: the answer of {api} could not be read; the command shows how it answers now",
    ),
    GcpErrorKind.PARTIAL: Sentence(
        ja="確認できません：{api} の応答が一部しか得られませんでした。次の回に再確認します。コマンドで今の応答を確かめられます",
        en="could not look: {api} answered only in part; it is looked at again next time. The command shows how it answers now",
    ),
    GcpErrorKind.REFUSED: Sentence(
        ja="確認できません：{api} に拒否されました",
        en="could not look: {api} refused",
    ),
}
"""One sentence a kind. Google's own words follow as a note, since they cannot be translated."""

VERBATIM = Sentence(ja="原文（{method}）：{said}", en="verbatim ({method}): {said}")
_UNNAMED = "-"


def refused(target: Target, error: GcpError, **given: Any) -> Finding:
    """The `unknown` finding for a GcpError: its kind as reason, its remedy, and Google's own words below.

    `given` is what else the caller knows of the finding, as `unknown` takes it: what was asked, a value, a link. Which API
    it was stands in `asked` in any case.
    """
    told = {"reason": error.kind.value, "remedy": error.remedy, "notes": verbatim(error)}
    asked = {"api": error.api, "method": error.method, **(given.get("asked") or {})}
    return unknown(target, WORDS[error.kind], **{**given, **told, **_named(error), "asked": asked})


def details_of(error: GcpError) -> tuple[Note, ...]:
    """The refusal as lines of detail below a finding that stands without what was refused."""
    return Note(WORDS[error.kind], _named(error)), *verbatim(error)


def verbatim(error: GcpError) -> tuple[Note, ...]:
    """What Google, or what stands between us, said of it; nothing where nothing arrived."""
    return (Note(VERBATIM, {"method": error.method, "said": error.said}),) if error.said else ()


def _named(error: GcpError) -> dict[str, str]:
    return {"api": error.api, "permission": error.permission or _UNNAMED}
