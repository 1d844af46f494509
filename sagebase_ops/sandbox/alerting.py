"""Cloud Monitoring's own alerting as JSON: policies, alerts, channels and uptime checks, in the shapes of the recorded answers.

Alerts were never recorded; their shape is that of the reference (REST resource projects.alerts).
"""

import json
from datetime import timedelta
from typing import Any

from sagebase_ops.sandbox.alerting_scenario import AlertPolicy, NotificationChannel, Snooze, UptimeCheck
from sagebase_ops.sandbox.query import MISSING, Field, FilterSyntaxError, Question
from sagebase_ops.sandbox.refusals import invalid
from sagebase_ops.sandbox.rest_answers import Json, stamp
from sagebase_ops.sandbox.series import uptime_id
from sagebase_ops.sandbox.world import World

_MASKED = "******"
_SENSITIVE = {"auth_token", "password", "service_key"}


def policies(world: World, project: str) -> Json:
    found = [policy(world, project, one, number) for number, one in enumerate(world.scenario.alert_policies)]
    return {"alertPolicies": found, "totalSize": len(found)} if found else {}


def alerts(world: World, project: str, wanted: str) -> Json:
    """Those that match the filter, such as `state="OPEN"`. Raises RefusalError for one that does not parse."""
    try:
        question = Question(wanted) if wanted else None
    except FilterSyntaxError as error:
        raise invalid(f"Field filter had an invalid value: {error}.") from error
    every = [
        _alert(world, project, policy, number, since)
        for number, policy in enumerate(world.scenario.alert_policies)
        for since in policy.open_since
    ]
    found = [one for one in every if question is None or question.holds(_lookup(one))]
    found.sort(key=lambda one: str(one["openTime"]), reverse=True)
    return {"alerts": found, "totalSize": len(found)} if found else {}


def uptime_checks(world: World, project: str) -> Json:
    found = [_uptime(world, project, one, number) for number, one in enumerate(world.scenario.uptime_checks)]
    return {"uptimeCheckConfigs": found, "totalSize": len(found)} if found else {}


def channels(world: World, project: str) -> Json:
    found = [channel(project, one) for one in world.scenario.notification_channels]
    return {"notificationChannels": found, "totalSize": len(found)} if found else {}


def snoozes(world: World, project: str) -> Json:
    found = [_snooze(world, project, one, number) for number, one in enumerate(world.scenario.snoozes)]
    return {"snoozes": found} if found else {}


def policy(world: World, project: str, policy: AlertPolicy, number: int) -> Json:
    """The resource at this place of the list."""
    name = policy_name(project, number)
    made = {"mutateTime": stamp(world.anchor - timedelta(days=90)), "mutatedBy": "user@example.com"}
    conditions = [
        {**one, "name": f"{name}/conditions/{place}"} for place, one in enumerate(_conditions(policy, project), start=1)
    ]
    said: Json = {} if policy.enabled is None else {"enabled": policy.enabled}
    if policy.channels:
        said["notificationChannels"] = [channel_name(project, one) for one in policy.channels]
    if policy.prompts:
        said["alertStrategy"] = {"notificationPrompts": policy.prompts}
    if policy.invalid:
        said["validity"] = {"code": 3, "message": policy.invalid}
    about = {"name": name, "displayName": policy.title, "combiner": policy.combiner, "conditions": conditions}
    return {**about, **said, "creationRecord": made, "mutationRecord": made}


def _snooze(world: World, project: str, one: Snooze, number: int) -> Json:
    titles = [policy.title for policy in world.scenario.alert_policies]
    muted = [policy_name(project, titles.index(title)) for title in one.policies]
    begin = world.anchor - one.since
    ends = {} if one.until is None else {"endTime": stamp(world.anchor + one.until)}
    criteria = {key: said for key, said in (("policies", muted), ("filter", one.filter)) if said}
    return {
        "name": f"projects/{project}/snoozes/{number + 1}",
        "criteria": criteria,
        "interval": {"startTime": stamp(begin), **ends},
        "displayName": one.title,
    }


def _conditions(policy: AlertPolicy, project: str) -> list[Json]:
    plain = {
        "displayName": policy.title,
        "conditionThreshold": {
            "filter": policy.filter,
            "comparison": "COMPARISON_GT",
            "thresholdValue": policy.threshold,
            "duration": "300s",
        },
    }
    own = json.loads(json.dumps(policy.conditions).replace("{project}", project))
    return [{"displayName": policy.title, **one} for one in own] or [plain]


def channel(project: str, channel: NotificationChannel) -> Json:
    """The resource, with what is sensitive masked."""
    labels = {key: _MASKED if key in _SENSITIVE else value for key, value in channel.labels.items()}
    said: Json = {} if channel.enabled is None else {"enabled": channel.enabled}
    if channel.verification:
        said["verificationStatus"] = channel.verification
    name = channel_name(project, channel.id)
    return {"name": name, "type": channel.type, "displayName": channel.title, "labels": labels, **said}


def channel_name(project: str, channel: str) -> str:
    """A full name stays as it is: Google takes the project's number as well as its id."""
    if "/" in channel:
        return channel
    return f"projects/{project}/notificationChannels/{channel}"


def _alert(world: World, project: str, policy: AlertPolicy, number: int, since: timedelta) -> Json:
    return {
        "name": f"projects/{project}/alerts/0.{number:03x}{int(since.total_seconds()):06x}",
        "state": "OPEN",
        "openTime": stamp(world.anchor - since),
        "resource": {"type": "cloud_run_revision", "labels": {"project_id": project}},
        "policy": {"name": policy_name(project, number), "displayName": policy.title},
    }


def policy_name(project: str, number: int) -> str:
    return f"projects/{project}/alertPolicies/{9000000000000000000 + number}"


def _uptime(world: World, project: str, check: UptimeCheck, number: int) -> Json:
    own = next((service.host for service in world.services() if service.name == check.service), "")
    asked: Json = {"path": check.path, "port": check.port or (443 if check.tls else 80), "requestMethod": "GET"}
    if check.accepts:
        named = [{"statusClass" if isinstance(one, str) else "statusValue": one} for one in check.accepts]
        asked["acceptedResponseStatusCodes"] = named
    looked_at = {"host": check.host or own, "project_id": project}
    if check.bound_in:
        empty = {"configuration_name": "", "revision_name": ""}
        looked_at = {"location": check.bound_in, "project_id": project, "service_name": check.service, **empty}
    said = {key: True for key, is_set in (("useSsl", check.tls), ("validateSsl", check.validates)) if is_set}
    return {
        "name": f"projects/{project}/uptimeCheckConfigs/{uptime_id(number)}",
        "displayName": check.title,
        "monitoredResource": {"type": "cloud_run_revision" if check.bound_in else "uptime_url", "labels": looked_at},
        "httpCheck": {**asked, **said},
        "period": f"{int(check.period.total_seconds())}s",
        "timeout": "10s",
        "checkerType": "STATIC_IP_CHECKERS",
        **({"selectedRegions": check.regions} if check.regions else {}),
        **({"disabled": True} if check.disabled else {}),
    }


def _lookup(alert: Json) -> Any:  # Any: a Lookup over the alert's JSON
    def value(field: Field) -> Any:  # Any: text or MISSING
        found: Any = alert
        for key in field:
            found = found.get(key, MISSING) if isinstance(found, dict) else MISSING
        return found

    return value
