"""Alert policies and channels that somebody makes or changes, such as `gcloud`, refused where Google refuses them."""

from typing import Any

from google.cloud.monitoring_v3.types import AlertPolicy as PolicyMessage
from google.protobuf import json_format

from sagebase_ops.sandbox.alerting import channel, channel_name, policy, policy_name
from sagebase_ops.sandbox.alerting_scenario import AlertPolicy, NotificationChannel
from sagebase_ops.sandbox.alignment import refuse_misfit
from sagebase_ops.sandbox.monitoring import queried
from sagebase_ops.sandbox.refusals import invalid, not_found
from sagebase_ops.sandbox.rest_answers import Json
from sagebase_ops.sandbox.world import World

_LABELS = {  # of each type: the labels it must have, and those it may have
    "slack": ({"channel_name", "auth_token"}, {"team"}),
    "email": ({"email_address"}, set()),
    "webhook_tokenauth": ({"url"}, set()),
    "webhook_basicauth": ({"url"}, {"username", "password"}),
    "pagerduty": ({"service_key"}, set()),
    "pubsub": ({"topic"}, set()),
}


def create_policy(world: World, project: str, body: Json) -> Json:
    """`alertPolicies.create`. Raises RefusalError."""
    made = _validated(world, project, body)
    _keep(world, [*world.scenario.alert_policies, made])
    return policy(world, project, made, len(world.scenario.alert_policies) - 1)


def get_policy(world: World, project: str, wanted: str) -> Json:
    number = _place(world, project, wanted)
    return policy(world, project, world.scenario.alert_policies[number], number)


def change_policy(world: World, project: str, wanted: str, body: Json, mask: str) -> Json:
    """`alertPolicies.patch`: the fields of `mask` from `body`, or the whole of it. Raises RefusalError."""
    number = _place(world, project, wanted)
    old = policy(world, project, world.scenario.alert_policies[number], number)
    fields = [_camel(part.split(".")[0]) for part in mask.split(",") if part]
    merged = {**old, **{field: body.get(field) for field in fields}} if fields else body
    changed = _validated(world, project, {key: value for key, value in merged.items() if value is not None})
    every = list(world.scenario.alert_policies)
    every[number] = changed.model_copy(update={"open_since": every[number].open_since})
    _keep(world, every)
    return policy(world, project, changed, number)


def create_channel(world: World, project: str, body: Json) -> Json:
    """`notificationChannels.create`. Raises RefusalError for a label that the type's descriptor does not know."""
    kind, labels = str(body.get("type", "")), dict(body.get("labels") or {})
    if kind not in _LABELS:
        raise invalid(f'Field notification_channel.type had an invalid value of "{kind}".')
    needed, allowed = _LABELS[kind]
    for wrong in sorted(labels.keys() - needed - allowed):
        raise invalid(f'Field notification_channel.labels had an invalid value: "{wrong}" is not a label of {kind}.')
    for absent in sorted(needed - labels.keys()):
        raise invalid(f'Field notification_channel.labels is missing the required label "{absent}" of {kind}.')
    title, number = str(body.get("displayName", "")), len(world.scenario.notification_channels)
    made = NotificationChannel(id=f"{7000000000000000000 + number}", title=title, type=kind, labels=labels)
    every = [*world.scenario.notification_channels, made]
    world.scenario = world.scenario.model_copy(update={"notification_channels": every})
    return channel(project, made)


def _keep(world: World, every: list[AlertPolicy]) -> None:
    world.scenario = world.scenario.model_copy(update={"alert_policies": every})


def _place(world: World, project: str, wanted: str) -> int:
    for number in range(len(world.scenario.alert_policies)):
        if policy_name(project, number).endswith(f"/{wanted}"):
            return number
    raise not_found("Requested entity was not found.")


def _validated(world: World, project: str, body: Json) -> AlertPolicy:
    message = PolicyMessage.pb()()
    try:
        json_format.ParseDict(body, message)
    except json_format.ParseError as error:
        raise invalid(f"Invalid JSON payload received. {error}") from error
    if not message.display_name or not message.conditions:
        raise invalid("Field alert_policy had an invalid value: a display name and a condition are needed.")
    for one in message.conditions:
        _refuse(one)
    known = {channel_name(project, one.id): one.id for one in world.scenario.notification_channels}
    for name in message.notification_channels:
        if name not in known:
            raise not_found(f"Cannot find notification channel {name}.")
    conditions = [{key: value for key, value in one.items() if key != "name"} for one in body["conditions"]]
    return AlertPolicy(
        title=message.display_name,
        conditions=conditions,
        combiner=str(body.get("combiner") or "OR"),
        channels=[known[name] for name in message.notification_channels],
        enabled=message.enabled.value if message.HasField("enabled") else True,
    )


def _refuse(condition: Any) -> None:  # raw AlertPolicy.Condition
    """What no policy may ask, whoever makes it."""
    kind = condition.WhichOneof("condition")
    if kind not in {"condition_threshold", "condition_absent"}:
        return
    inner = getattr(condition, kind)
    if inner.duration.seconds % 60:
        raise invalid(f"Field {kind}.duration had an invalid value: it must be a multiple of 60 seconds.")
    asked = [(inner.filter, inner.aggregations)]
    if kind == "condition_threshold":
        if inner.comparison not in {1, 3}:
            raise invalid("Field condition_threshold.comparison had an invalid value: only GT and LT are supported.")
        asked += [(inner.denominator_filter, inner.denominator_aggregations)] if inner.denominator_filter else []
    for filter_, aggregations in asked:
        metric = queried(filter_)
        for one in aggregations:
            aligner, reducer = (
                type(one).Aligner.Name(one.per_series_aligner),
                type(one).Reducer.Name(one.cross_series_reducer),
            )
            refuse_misfit(metric, aligner, reducer)


def _camel(snake: str) -> str:
    first, *rest = snake.split("_")
    return first + "".join(part.title() for part in rest)
