"""Keys that somebody holds -> findings, one for each account that has any."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.parts import each_alike
from sagebase_ops.checks.settings_judged import Mistake, judged
from sagebase_ops.domain.console import service_accounts_page
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Sentence, Target, Value, Verdict, passing, unknown
from sagebase_ops.gcp.iam import Key, ServiceAccount

NO_KEYS = Sentence(
    ja="サービスアカウント {value}に、持ち出せる鍵はありません", en="none of {value} has a key that somebody holds"
)
NO_ACCOUNTS = Sentence(
    ja="確認できません：サービスアカウントが1つも返されませんでした。Cloud Run は必ずどれかで動いています",
    en="could not look: not one service account was listed, though Cloud Run always runs as one",
)
ALL_OFF = Sentence(
    ja="使える鍵はありません（鍵かアカウントが無効です）",
    en="none of its keys opens anything: they or the account are disabled",
)
OLD = Sentence(
    ja="鍵 {key} は作成から {age}で、上限 {most} を超えています", en="key {key} is {age} old, more than {most}"
)
YOUNG = Sentence(ja="持ち出せる鍵 {key} があります（作成から {age}）", en="key {key}, {age} old, is held by somebody")
LEAKED = Sentence(
    ja="鍵 {key} は漏えいしたと Google が判断しました（{why}）", en="Google found key {key} leaked ({why})"
)
_LEAKS = ("EXPOSED", "COMPROMISE")
_SHOWN = 8


async def judge_keys(max_age: timedelta, context: CheckContext) -> list[Finding]:
    """One question for each account: Google has no list of keys over all of them. One refused is told for its account.

    Raises GcpError where the accounts may not be listed, or the keys of none.
    """
    project = context.project.id
    accounts = await context.gcp.iam.accounts(project)
    if not accounts:
        remedy = f"gcloud iam service-accounts list --project={project}"
        nobody = Target("service_accounts", project)
        return [unknown(nobody, NO_ACCOUNTS, reason="nothing_matched", remedy=remedy, **_given(context))]
    told = await each_alike(*((_target(one), _of_account(one, max_age, context)) for one in accounts))
    value = Quantity(len(accounts), "{accounts}")
    return told or [passing(Target("service_accounts", project), NO_KEYS, value=value, **_given(context))]


async def _of_account(account: ServiceAccount, max_age: timedelta, context: CheckContext) -> list[Finding]:
    """Nothing for one without keys. Keys of an account that is switched off open nothing."""
    keys = await context.gcp.iam.keys(context.project.id, account.email)
    mistakes = [] if account.disabled else list(_mistakes(keys, max_age, context.now))
    return [judged(_target(account), ALL_OFF, mistakes, **_given(context))] if keys else []


def _target(account: ServiceAccount) -> Target:
    return Target("service_account", account.email)


def _given(context: CheckContext) -> dict[str, Any]:  # fields of Finding by name
    return {"link": service_accounts_page(context.project.id), "asked": {"method": "iam.serviceAccountKeys.list"}}


def _mistakes(keys: Sequence[Key], max_age: timedelta, now: datetime) -> Iterator[Mistake]:
    for key in keys:
        age = now - key.created
        values: dict[str, Value] = {
            "key": key.id[:_SHOWN],
            "age": Quantity.of(age),
            "most": Quantity.of(max_age),
            "why": key.disabled_for,
        }
        if any(word in key.disabled_for for word in _LEAKS):
            yield Mistake(Verdict.FAIL, "key_leaked", LEAKED, values)
        elif not key.disabled:
            old = age > max_age
            yield Mistake(
                Verdict.FAIL if old else Verdict.WARN, "key_old" if old else "key_held", OLD if old else YOUNG, values
            )
