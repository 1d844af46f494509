"""The words around a plan of corrected alert policies."""

from sagebase_ops.domain.results import Sentence

FINE = Sentence(
    ja="6つのアラートポリシーは手順書どおりです。直すところはありません。",
    en="the guide's six alert policies are as they should be",
)
NOT_IN_STATE = Sentence(
    ja="Terraform の state にまだない場合は、次の import も使います。", en="where it is not yet in Terraform's state:"
)
NOBODY_HEARS = Sentence(
    ja=(
        "通知先が空です。届く通知チャンネルがないため、このまま適用すると、発報しても誰にも届きません。"
        "先にチャンネルを作って --fix-plan を実行し直すか、ポリシーの通知先にその name を入れてください。"
        "一覧: gcloud beta monitoring channels list --project={project}"
    ),
    en=(
        "it tells nobody: no channel reaches anybody, so that applied as it is it fires and nobody hears. "
        "Make a channel and plan again, or put its name among the policy's channels; "
        "there are: gcloud beta monitoring channels list --project={project}"
    ),
)
NO_CHECK = Sentence(
    ja=(
        "監視対象のサービスを見る Uptime Check がないため、check_id を指定できません。"
        "先に Uptime Check を作って --fix-plan を実行し直してください。"
    ),
    en="no uptime check looks at a watched service, so that it names no check_id: make one, then plan again",
)
WARNING = Sentence(ja="注意: {project}: {said}", en="warning: {project}: {said}")
