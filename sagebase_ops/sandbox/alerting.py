"""Cloud Monitoring's own alerting as JSON: policies, alerts and uptime checks, in the shapes of the recorded answers.

Alerts were never recorded; their shape is that of the reference (REST resource projects.alerts).
"""

from datetime import timedelta
from typing import Any

from sagebase_ops.sandbox.query import MISSING, Field, FilterSyntaxError, Question
from sagebase_ops.sandbox.refusals import invalid
from sagebase_ops.sandbox.rest_answers import Json, stamp
from sagebase_ops.sandbox.scenario import AlertPolicy, UptimeCheck
from sagebase_ops.sandbox.series import uptime_id
from sagebase_ops.sandbox.world import World


def policies(world: World, project: str) -> Json:
    found = [_policy(world, project, one, number) for number, one in enumerate(world.scenario.alert_policies)]
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


def _policy(world: World, project: str, policy: AlertPolicy, number: int) -> Json:
    name = _policy_name(project, number)
    made = {"mutateTime": stamp(world.anchor - timedelta(days=90)), "mutatedBy": "user@example.com"}
    condition = {
        "name": f"{name}/conditions/1",
        "displayName": policy.title,
        "conditionThreshold": {
            "filter": policy.filter,
            "comparison": "COMPARISON_GT",
            "thresholdValue": policy.threshold,
            "duration": "300s",
        },
    }
    said = {} if policy.enabled is None else {"enabled": policy.enabled}
    about = {"name": name, "displayName": policy.title, "combiner": "OR", "conditions": [condition]}
    return {**about, **said, "creationRecord": made, "mutationRecord": made}


def _alert(world: World, project: str, policy: AlertPolicy, number: int, since: timedelta) -> Json:
    return {
        "name": f"projects/{project}/alerts/0.{number:03x}{int(since.total_seconds()):06x}",
        "state": "OPEN",
        "openTime": stamp(world.anchor - since),
        "resource": {"type": "cloud_run_revision", "labels": {"project_id": project}},
        "policy": {"name": _policy_name(project, number), "displayName": policy.title},
    }


def _policy_name(project: str, number: int) -> str:
    return f"projects/{project}/alertPolicies/{9000000000000000000 + number}"


def _uptime(world: World, project: str, check: UptimeCheck, number: int) -> Json:
    own = next((service.host for service in world.services() if service.name == check.service), "")
    return {
        "name": f"projects/{project}/uptimeCheckConfigs/{uptime_id(number)}",
        "displayName": check.title,
        "monitoredResource": {"type": "uptime_url", "labels": {"host": check.host or own, "project_id": project}},
        "httpCheck": {"path": "/", "port": 443, "useSsl": True, "requestMethod": "GET"},
        "period": f"{int(check.period.total_seconds())}s",
        "timeout": "10s",
        "checkerType": "STATIC_IP_CHECKERS",
    }


def _lookup(alert: Json) -> Any:  # Any: a Lookup over the alert's JSON
    def value(field: Field) -> Any:  # Any: text or MISSING
        found: Any = alert
        for key in field:
            found = found.get(key, MISSING) if isinstance(found, dict) else MISSING
        return found

    return value
