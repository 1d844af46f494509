"""Are the project's secrets young, alone in their versions, renewed when they should be, and in use as they were renewed?"""

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.parts import each_alike, or_refusal
from sagebase_ops.checks.secret_versions.judge import FINE, Wanted, mistakes_of
from sagebase_ops.checks.secret_versions.uses import Uses, read_uses
from sagebase_ops.checks.settings_judged import judged, not_read
from sagebase_ops.domain.console import secret_page
from sagebase_ops.domain.quantities import PositiveDuration, Quantity
from sagebase_ops.domain.results import Finding, Sentence, Target, failing
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.secrets import Secret

NOT_THERE = Sentence(
    ja="存在しないシークレットです。使っているサービス（{services}）は次に起動するときに失敗します",
    en="there is no such secret, though {services} takes it: the next start fails",
)


class Params(CheckParams):
    """How old a value may be, and how many may be readable."""

    max_age: PositiveDuration = timedelta(days=365)
    """A newest enabled version older than this is a warning."""
    most_enabled: Annotated[int, Field(ge=1)] = 1
    """More enabled versions than this are a warning: the old values can still be read."""
    expires_within: PositiveDuration = timedelta(days=14)
    """A secret that Google deletes within this time fails."""
    ignore: tuple[str, ...] = ()
    """Secrets by name that are not looked at."""


@check(
    Params,
    question=Sentence(
        ja="シークレットは古すぎず、不要な版が残らず、更新した値が使われているか",
        en="Are secrets young enough, without old versions left enabled, and is the newest value in use?",
    ),
    runbook=Sentence(
        ja=(
            "1. 古い・更新期限切れのものは、新しい値を作って版を追加し、サービスに反映してから古い版を無効にする。\n"
            "2. 反映（再起動）：gcloud run services update SERVICE --region=REGION --update-labels=restarted-at=$(date +%s)\n"
            "3. 使われなくなった版：gcloud secrets versions disable VERSION --secret=SECRET\n"
            "注意：手順書の「変更なしの gcloud run services update」は失敗する。値を端末に表示するコマンド（versions access）は使わない。"
            "環境変数の値はインスタンスの起動時に読まれるため、更新後は新しいリビジョンが必要。"
        ),
        en=(
            "1. What is old or overdue: make a new value, add it as a version, let the service take it, then disable the old one.\n"
            "2. To take it: gcloud run services update SERVICE --region=REGION --update-labels=restarted-at=$(date +%s)\n"
            "3. A version that nothing uses: gcloud secrets versions disable VERSION --secret=SECRET\n"
            "The guide's gcloud run services update without a change fails, and nobody should print a value (versions access). "
            "An environment variable is read when an instance starts, so a new value wants a new revision."
        ),
    ),
    permissions=[
        "secretmanager.secrets.list",
        "secretmanager.versions.list",
        "run.services.list",
        "run.revisions.list",
    ],
    command="gcloud secrets versions list {target} --project={project}",
    example="{check: secrets, max_age: 365d, most_enabled: 1}",
)
async def secrets(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per secret, none without any secret, which is not green; no payload is ever read.

    One that a service takes and nobody has is a failure.

    Source: SecretManagerService.ListSecrets, .ListSecretVersions (Google has no list over all secrets);
    Services.ListServices and Revisions.ListRevisions for who uses which version.
    """
    project = context.project.id
    listed = await context.gcp.secrets.secrets(project)
    uses = await or_refusal(read_uses(context))
    wanted = Wanted(params.max_age, params.most_enabled, params.expires_within, context.now)
    known = [one for one in listed if one.name not in params.ignore]
    judged = await each_alike(*((Target("secret", one.name), _judge(one, uses, wanted, context)) for one in known))
    return [*judged, *_absent({*params.ignore, *(one.name for one in listed)}, uses, context)]


async def _judge(secret: Secret, uses: Uses | GcpError, wanted: Wanted, context: CheckContext) -> list[Finding]:
    """Who uses it is one question for all: where it was refused, each secret says so beside what is known of it."""
    versions = await context.gcp.secrets.versions(context.project.id, secret.name)
    own, unread = ((), [not_read(uses)]) if isinstance(uses, GcpError) else (uses.get(secret.name, ()), [])
    told = mistakes_of(secret, versions, own, wanted)
    given = _given(secret.name, told.age, context)
    return [judged(Target("secret", secret.name), FINE, [*told.mistakes, *unread], told.notes, **given)]


def _absent(known: Collection[str], uses: Uses | GcpError, context: CheckContext) -> Iterator[Finding]:
    """Its list is whole, so that what it lacks was deleted, or is named wrongly."""
    if isinstance(uses, GcpError):
        return
    for name in sorted(uses.keys() - known):
        services = ", ".join(sorted({use.service for use in uses[name]}))
        remedy = f"gcloud secrets list --project={context.project.id}"
        given = {"services": services, "remedy": remedy, **_given(name, None, context)}
        yield failing(Target("secret", name), NOT_THERE, reason="does_not_exist", **given)


def _given(secret: str, age: timedelta | None, context: CheckContext) -> dict[str, Any]:  # fields of Finding by name
    given: dict[str, Any] = {
        "asked": {"method": "SecretManagerService.ListSecretVersions", "secret": secret},
        "link": secret_page(context.project.id, secret),
    }
    return {**given, "value": Quantity.of(age)} if age is not None else given
