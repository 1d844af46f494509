"""What a person does to the pretend Slack, read from JSON: presses a button, sends a modal off, gives it up.

Everything here raises ValueError in words for whoever asked.
"""

import json

from sagebase_ops.sandbox.scenario_parts import span
from sagebase_ops.sandbox.slack.delivery import How, Interactivity
from sagebase_ops.sandbox.slack.presses import Presses
from sagebase_ops.sandbox.slack.workspace import TEAM, Json

MOST_TIMES = 100


async def press(presses: Presses, body: Json) -> Json:
    """How the app took it; see `Presses.press`."""
    action_id, user, ts = (text(body, key) for key in ("action_id", "user", "ts"))
    value, state = body.get("value"), body.get("state") or {}
    if not isinstance(state, dict) or not isinstance(value, str | None):
        raise ValueError("value must be a text, state an object")  # noqa: TRY004 (a mistake of the caller)
    return await presses.press(action_id, user, ts, value=value, state=state, how=_how(body))


async def submit(presses: Presses, body: Json) -> Json:
    """How the app took it, and whether the modal is still there; see `Presses.submit`."""
    values = body.get("values")
    if not isinstance(values, dict) or not all(isinstance(one, str) for one in values.values()):
        raise ValueError("values must be an object of texts")
    return await presses.submit(values, _view(body), _how(body))


def give_up(presses: Presses, body: Json) -> None:
    presses.close(_view(body))


def set_interactivity(presses: Presses, body: Json) -> None:
    presses.doors.interactivity = Interactivity(text(body, "url"), text(body, "signing_secret"))


def read_object(body: bytes) -> Json:
    found = json.loads(body or b"{}")
    if not isinstance(found, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 (a mistake of the caller, answered as 400)
    return found


def text(body: Json, key: str) -> str:
    if not isinstance(body.get(key), str):
        raise ValueError(f"{key} is missing or no text")  # noqa: TRY004 (a mistake of the caller)
    return str(body[key])


def flag(body: Json, key: str) -> bool:
    given = body.get(key, False)
    if not isinstance(given, bool):
        raise ValueError(f"{key} must be true or false")  # noqa: TRY004 (a mistake of the caller)
    return given


def _view(body: Json) -> str | None:
    return None if body.get("view") is None else text(body, "view")


def _how(body: Json) -> How:
    times = body.get("times", 1)
    if not isinstance(times, int) or not 0 < times <= MOST_TIMES:
        raise ValueError(f"times must be a number from 1 to {MOST_TIMES}")
    team = text(body, "team") if "team" in body else TEAM
    return How(times, flag(body, "forge"), span(body.get("age", "0s")), span(body.get("wait", "3s")), team)
