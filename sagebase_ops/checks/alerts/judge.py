"""Is one of the guide's six alerts there, does it measure what the guide says, and would anybody hear?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sagebase_ops.checks.alerts import words
from sagebase_ops.checks.alerts.channels import is_dead, mistakes_in
from sagebase_ops.checks.alerts.conditions import condition_mistakes, is_about
from sagebase_ops.checks.alerts.seen import Alerting
from sagebase_ops.checks.alerts.wanted import Wanted
from sagebase_ops.checks.settings_judged import Mistake, not_read, severity
from sagebase_ops.domain.results import Verdict
from sagebase_ops.gcp.alert_policies import AlertPolicy

_NAMED = 5
"""Of many services that a policy leaves out, as many are named."""


@dataclass(frozen=True, slots=True)
class Judged:
    """`policy` is the best of those that are about it, None where there is none; `others` the rest by name."""

    wanted: Wanted
    policy: AlertPolicy | None
    mistakes: tuple[Mistake, ...]
    others: tuple[str, ...] = ()


def judge(wanted: Wanted, seen: Alerting) -> Judged:
    """By what it measures; by its name only where nothing measures it."""
    about = [one for one in seen.policies if any(is_about(part, wanted) for part in one.conditions)]
    about = about or [one for one in seen.policies if one.display_name.casefold() == wanted.name.casefold()]
    if not about:
        missing = Mistake(Verdict.FAIL, "does_not_exist", words.MISSING, {"metric": wanted.metric})
        return Judged(wanted, None, (missing,))
    chosen: dict[str, tuple[AlertPolicy, list[Mistake]]] = {}
    for subject in seen.subjects(wanted.label) or ("",):
        judged = [(one, _mistakes(one, wanted, subject, seen)) for one in about]
        chosen[subject] = min(judged, key=lambda pair: severity(pair[1]))
    worst, _ = max(chosen.values(), key=lambda pair: severity(pair[1]))
    every = _together([one for _, found in chosen.values() for one in found])
    used = {id(policy) for policy, _ in chosen.values()}
    return Judged(wanted, worst, every, tuple(one.display_name for one in about if id(one) not in used))


def living_channels(names: Sequence[str], seen: Alerting) -> tuple[str, ...]:
    """Those of `names` by which somebody would hear."""
    return tuple(name for name in names if name in seen.channels and not is_dead(seen.channels[name]))


def _together(mistakes: Sequence[Mistake]) -> tuple[Mistake, ...]:
    """Each once; what is wrong in the same way for several services is said once, with their names."""
    alike: dict[object, list[Mistake]] = {}
    for one in mistakes:
        same = tuple((name, str(value)) for name, value in one.values.items() if name != "wanted")
        alike.setdefault((one.reason, same), []).append(one)
    return tuple(_named(found) for found in alike.values())


def _named(alike: Sequence[Mistake]) -> Mistake:
    first, names = alike[0], dict.fromkeys(one.values.get("wanted") for one in alike)
    if len(names) == 1:
        return first
    shown = ", ".join(str(name) for name in list(names)[:_NAMED])
    more = f" … (+{len(names) - _NAMED})" if len(names) > _NAMED else ""
    return replace(first, values={**first.values, "wanted": shown + more})


def _mistakes(policy: AlertPolicy, wanted: Wanted, subject: str, seen: Alerting) -> list[Mistake]:
    return [
        *_switched(policy),
        *_condition(policy, wanted, subject, seen),
        *_told(policy, seen),
        *map(not_read, seen.unread(wanted.kind)),
    ]


def _switched(policy: AlertPolicy) -> Iterator[Mistake]:
    if policy.enabled is None:
        yield Mistake(Verdict.UNKNOWN, "no_state", words.NO_STATE)
    elif not policy.enabled:
        yield Mistake(Verdict.FAIL, "disabled", words.DISABLED)
    if policy.invalid:
        yield Mistake(Verdict.FAIL, "invalid", words.INVALID, {"error": policy.invalid})
    if policy.all_must_hold and len(policy.conditions) > 1:
        yield Mistake(Verdict.WARN, "all_must_hold", words.ALL_MUST_HOLD)


def _condition(policy: AlertPolicy, wanted: Wanted, subject: str, seen: Alerting) -> Iterator[Mistake]:
    parts = [one for one in policy.conditions if is_about(one, wanted) and one.kind != "absent"] or policy.conditions
    judged = [list(condition_mistakes(one, wanted, subject, seen)) for one in parts]
    yield from min(judged, key=severity, default=[])
    hears_silence = any(one.kind == "absent" or one.fires_without_data for one in policy.conditions)
    if wanted.kind == "connections" and not hears_silence:
        yield Mistake(Verdict.WARN, "silent_when_stopped", words.SILENT_WHEN_STOPPED)


def _told(policy: AlertPolicy, seen: Alerting) -> Iterator[Mistake]:
    """A dead channel beside a living one is a warning: somebody hears."""
    if policy.prompts and "OPENED" not in policy.prompts:
        yield Mistake(Verdict.FAIL, "told_when_closed", words.TOLD_WHEN_CLOSED)
    if not policy.channels:
        yield Mistake(Verdict.FAIL, "no_channel", words.NO_CHANNEL)
    elif "channels" in seen.refused:
        yield not_read(seen.refused["channels"])
        return
    reached = bool(living_channels(policy.channels, seen))
    for name in policy.channels:
        for one in _channel(name, seen):
            verdict = Verdict.WARN if reached and one.verdict is Verdict.FAIL else one.verdict
            yield Mistake(verdict, one.reason, one.sentence, one.values)


def _channel(name: str, seen: Alerting) -> Iterator[Mistake]:
    if name in seen.channels:
        yield from mistakes_in(seen.channels[name])
    else:
        yield Mistake(Verdict.FAIL, "channel_gone", words.GONE_CHANNEL, {"channel": name.rpartition("/")[2]})
