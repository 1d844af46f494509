"""Is what the service stands on there: its database, secrets, buckets and APIs? The smoke test's cloud parts."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeAlias

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.smoke.answers import NO_TIME_LEFT, NOT_CONFIGURED
from sagebase_ops.checks.smoke.params import CloudPart, Params
from sagebase_ops.domain.console import api_page, bucket_page, secret_page, sql_instance_page
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, failing, passing, skipped, unknown, warning
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.secrets import SecretVersion
from sagebase_ops.gcp.sql import SqlInstance

SQL_RUNS = Sentence(ja="Cloud SQL は稼働中（{state}）", en="Cloud SQL runs ({state})")
SQL_STOPPED = Sentence(
    ja="Cloud SQL は停止しています（activationPolicy: NEVER。state は {state} のままです）",
    en="Cloud SQL is stopped (activationPolicy: NEVER; its state still says {state})",
)
SQL_SUSPENDED = Sentence(ja="Cloud SQL は一時停止されています（{reasons}）", en="Cloud SQL is suspended ({reasons})")
SQL_DOWN = Sentence(ja="Cloud SQL は稼働していません（{state}）", en="Cloud SQL does not run ({state})")
SQL_UNSAID = Sentence(
    ja="確認できません：Google が Cloud SQL の状態を返しませんでした",
    en="could not look: Google gave no state of the Cloud SQL instance",
)
PERHAPS_ABSENT = Sentence(
    ja="確認できません：一覧に {target} がありませんが、{unreachable} の応答がなく一覧が不完全です",
    en="could not look: {target} is not listed, but the list is not complete ({unreachable} did not answer)",
)
ABSENT = Sentence(ja="{target} が {project} に存在しません", en="{target} does not exist in {project}")
NEAREST = Sentence(ja="近い名前：{names}", en="names like it: {names}")
SECRET_READY = Sentence(ja="有効なバージョンあり（{number}）", en="has an enabled version ({number})")
SECRET_LATEST_OFF = Sentence(
    ja="有効なバージョンは {number} ですが、latest が指す {latest} は{state}です。latest を参照すると読み取れません",
    en="version {number} is enabled, but latest is {latest}, which is {state}: whoever reads latest cannot",
)
SECRET_OFF = Sentence(ja="有効なバージョンがありません", en="has no enabled version")
BUCKET_THERE = Sentence(ja="バケットあり（{location}）", en="the bucket exists ({location})")
API_ON = Sentence(ja="API は有効", en="the API is enabled")
API_OFF = Sentence(ja="API が無効です", en="the API is not enabled")


_UNSAID = "SQL_INSTANCE_STATE_UNSPECIFIED"
Judge: TypeAlias = Callable[[Target, CheckContext], Awaitable[Finding]]
Given: TypeAlias = dict[str, Any]  # fields of Finding and placeholders by name


async def cloud_findings(params: Params, context: CheckContext, ends: float) -> list[Finding]:
    """One finding per chosen part and named thing; a part for which nothing is named is skipped.

    `ends` is when the event loop's clock leaves no time for more.
    """
    named = {part: _named(part, params, context) for part in params.cloud_parts}
    nothing = [_not_configured(part, context) for part, names in named.items() if not names]
    judged = [judge(part, name, context, ends) for part, names in named.items() for name in names]
    return [*await asyncio.gather(*judged), *nothing]


async def judge(part: CloudPart, name: str, context: CheckContext, ends: float) -> Finding:
    """One part's finding for one thing; an API that refuses or never answers spoils no other part."""
    target = Target(part, name)
    try:
        async with asyncio.timeout_at(ends):
            return await PARTS[part](target, context)
    except TimeoutError:
        return unknown(target, NO_TIME_LEFT, reason="deadline")
    except GcpError as error:
        return refused(target, error)


async def judge_sql(target: Target, context: CheckContext) -> Finding:
    """Source: sqladmin v1, instances.list. A stopped instance keeps the state RUNNABLE; its policy tells."""
    project = context.project.id
    listing = await context.gcp.sql.instances(project)
    given: Given = {
        "asked": {"method": "sqladmin.instances.list", "project": project},
        "link": sql_instance_page(project, target.name),
    }
    instance = listing.named(target.name)
    look = f"gcloud sql instances describe {target.name} --project={project}"
    if instance is not None:
        return _sql_state(target, instance, project, {**given, "remedy": look})
    if listing.complete:
        names = [item.name for item in listing.items]
        return _absent(target, project, names, {**given, "remedy": f"gcloud sql instances list --project={project}"})
    return _perhaps_absent(target, listing.unreachable, {**given, "remedy": look})


def _sql_state(target: Target, instance: SqlInstance, project: str, given: Given) -> Finding:
    state = instance.state or "-"
    if instance.running:
        return passing(target, SQL_RUNS, state=state, **{**given, "remedy": None})
    if instance.stopped:
        start = f"gcloud sql instances patch {target.name} --activation-policy=ALWAYS --project={project}"
        return failing(target, SQL_STOPPED, state=state, reason="stopped", **{**given, "remedy": start})
    if instance.suspension_reasons:
        return failing(
            target, SQL_SUSPENDED, reasons=", ".join(instance.suspension_reasons), reason="suspended", **given
        )
    if instance.state in {"", _UNSAID}:
        return unknown(target, SQL_UNSAID, reason="no_state", **given)
    return failing(target, SQL_DOWN, state=state, reason=instance.state.lower(), **given)


async def judge_secret(target: Target, context: CheckContext) -> Finding:
    """Source: Secret Manager's ListSecretVersions; what a version holds is never read."""
    project = context.project.id
    given: Given = {
        "asked": {"method": "SecretManagerService.ListSecretVersions", "secret": target.name},
        "link": secret_page(project, target.name),
    }
    try:
        versions = await context.gcp.secrets.versions(project, target.name)
    except GcpError as error:
        if error.kind is not GcpErrorKind.NOT_FOUND:
            raise
        listed = {**given, "remedy": f"gcloud secrets list --project={project}"}
        return _absent(target, project, await _names_of_secrets(context), listed)
    return _secret_state(target, versions, project, given)


async def _names_of_secrets(context: CheckContext) -> list[str]:
    """Those that a missing one may have been meant to be; that it is missing is known without them."""
    try:
        return [secret.name for secret in await context.gcp.secrets.secrets(context.project.id)]
    except GcpError:
        return []


def _secret_state(target: Target, versions: tuple[SecretVersion, ...], project: str, given: Given) -> Finding:
    """`latest` is the highest number whatever its state: disabled, it cannot be read even if an older one can."""
    newest = next((version for version in versions if version.state == "enabled"), None)
    look = {**given, "remedy": f"gcloud secrets versions list {target.name} --project={project}"}
    if newest is None:
        return failing(target, SECRET_OFF, reason="no_enabled_version", **look)
    latest = versions[0]
    if latest is not newest:
        told = {"number": newest.number, "latest": latest.number, "state": latest.state}
        return warning(target, SECRET_LATEST_OFF, reason="latest_not_enabled", **told, **look)
    return passing(target, SECRET_READY, number=newest.number, **given)


async def judge_bucket(target: Target, context: CheckContext) -> Finding:
    """Source: storage.buckets.list; a name that it lacks may be another project's, so it is then asked for itself."""
    project = context.project.id
    listing = await context.gcp.storage.buckets(project)
    given: Given = {
        "asked": {"method": "storage.buckets.list", "project": project},
        "link": bucket_page(project, target.name),
    }
    found = listing.named(target.name)
    if found is not None:
        return passing(target, BUCKET_THERE, location=found.location or "-", **given)
    given |= {"remedy": f"gcloud storage buckets describe gs://{target.name}"}
    if target.name in listing.unreachable:
        return _perhaps_absent(target, (target.name,), given)
    names = [bucket.name for bucket in listing.items]
    return await _bucket_elsewhere(target, names, context, given)


async def _bucket_elsewhere(target: Target, names: Iterable[str], context: CheckContext, given: Given) -> Finding:
    """Bucket names are global. Raises GcpError where it may exist but not be looked at."""
    given = {**given, "asked": {"method": "storage.buckets.get", "bucket": target.name}}
    try:
        found = await context.gcp.storage.bucket(context.project.id, target.name)
    except GcpError as error:
        if error.kind is not GcpErrorKind.NOT_FOUND:
            raise
        return _absent(target, context.project.id, names, given)
    return passing(target, BUCKET_THERE, location=found.location or "-", **{**given, "remedy": None})


async def judge_api(target: Target, context: CheckContext) -> Finding:
    """Source: Service Usage v1, services.list with state:ENABLED."""
    project = context.project.id
    enabled = await context.gcp.apis.enabled(project)
    given: Given = {
        "asked": {"method": "serviceusage.services.list", "filter": "state:ENABLED"},
        "link": api_page(project, target.name),
    }
    if target.name in enabled:
        return passing(target, API_ON, **given)
    command = f"gcloud services enable {target.name} --project={project}"
    return failing(target, API_OFF, reason="not_enabled", remedy=command, **given)


PARTS: Mapping[CloudPart, Judge] = {
    "sql_instance": judge_sql,
    "secret": judge_secret,
    "bucket": judge_bucket,
    "api": judge_api,
}


def _named(part: CloudPart, params: Params, context: CheckContext) -> tuple[str, ...]:
    """What the entry names; else, for instances and buckets, what the project does."""
    project = context.project
    named: Mapping[CloudPart, tuple[str, ...]] = {
        "sql_instance": project.sql_instances if params.sql_instances is None else params.sql_instances,
        "secret": params.secrets,
        "bucket": project.buckets if params.buckets is None else params.buckets,
        "api": params.apis,
    }
    return tuple(dict.fromkeys(named[part]))


def _not_configured(part: CloudPart, context: CheckContext) -> Finding:
    return skipped(Target(part, context.project.id), NOT_CONFIGURED, reason="not_configured")


def _absent(target: Target, project: str, names: Iterable[str], given: Given) -> Finding:
    """`fail`, with the names that it may have been meant to be."""
    alike = get_close_matches(target.name, list(names), n=3)
    notes = (Note(NEAREST, {"names": ", ".join(alike)}),) if alike else ()
    return failing(target, ABSENT, project=project, reason="does_not_exist", notes=notes, **given)


def _perhaps_absent(target: Target, unreachable: tuple[str, ...], given: Given) -> Finding:
    return unknown(target, PERHAPS_ABSENT, reason="partial", unreachable=", ".join(unreachable), **given)
