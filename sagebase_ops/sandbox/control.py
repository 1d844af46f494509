"""The control port: look at the pretend world, and make things happen in it. JSON in and out."""

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sagebase_ops.sandbox.faults import KINDS, Fault
from sagebase_ops.sandbox.scenario import ScenarioError, shipped_names, span
from sagebase_ops.sandbox.slack.presses import buttons, press
from sagebase_ops.sandbox.slack.views import as_control_shows
from sagebase_ops.sandbox.world import World

Json: TypeAlias = dict[str, Any]
"""A JSON object."""

_ALLOWED: dict[str, Json] = {
    "/scenario": {"name": "a shipped scenario, or the path of one"},
    "/faults": {
        "method": "such as Services/ListServices, sqladmin.instances.list, website.get, chat.postMessage or *",
        "kind": list(KINDS),
        "times": "a number",
    },
    "/clock": {"advance": "such as 30m"},
    "/press": {"action_id": "of a button", "user": "who presses, such as U0SATO0001", "ts": "of the message it is in"},
}
_LISTED = {path: ["allowed"] for path in _ALLOWED} | {
    "/scenario": ["allowed", "scenarios"],
    "/press": ["allowed", "buttons"],
}
"""What a 400 lists, by path."""


def control_app(world: World) -> Starlette:
    async def state(_request: Request) -> Response:
        return JSONResponse(_state(world))

    async def calls(_request: Request) -> Response:
        return JSONResponse([_call(world, number) for number in range(len(world.calls))])

    async def forget(_request: Request) -> Response:
        world.calls.clear()
        return JSONResponse({"ok": True})

    async def messages(_request: Request) -> Response:
        return JSONResponse([as_control_shows(one) for one in world.slack.messages])

    async def no_messages(_request: Request) -> Response:
        world.slack.forget()
        return JSONResponse({"ok": True})

    async def no_faults(_request: Request) -> Response:
        world.faults.clear()
        return JSONResponse({"ok": True})

    return Starlette(
        routes=[
            Route("/state", state),
            Route("/calls", calls),
            Route("/calls", forget, methods=["DELETE"]),
            Route("/messages", messages),
            Route("/messages", no_messages, methods=["DELETE"]),
            Route("/faults", no_faults, methods=["DELETE"]),
            _post(world, "/scenario", lambda body: world.play(_text(body, "name"))),
            _post(world, "/faults", lambda body: world.faults.add(_fault(body))),
            _post(world, "/clock", lambda body: world.advance(span(body.get("advance")))),
            _post(world, "/press", lambda body: press(world.slack, *(_text(body, key) for key in _ALLOWED["/press"]))),
        ]
    )


def _post(world: World, path: str, act: Callable[[Json], None]) -> Route:
    """A 400 says what is wrong and lists what is allowed."""

    async def endpoint(request: Request) -> Response:
        try:
            act(_object(await request.body()))
        except (ScenarioError, ValueError, KeyError) as error:
            allowed = {"allowed": _ALLOWED[path], "scenarios": shipped_names(), "buttons": buttons(world.slack)}
            return JSONResponse({"error": str(error), **{key: allowed[key] for key in _LISTED[path]}}, 400)
        return JSONResponse({"ok": True})

    return Route(path, endpoint, methods=["POST"])


def _object(body: bytes) -> Json:
    found = json.loads(body or b"{}")
    if not isinstance(found, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 (a mistake of the caller, answered as 400)
    return found


def _text(body: Json, key: str) -> str:
    if not isinstance(body.get(key), str):
        raise ValueError(f"{key} is missing or no text")  # noqa: TRY004 (answered as 400)
    return str(body[key])


def _fault(body: Json) -> Fault:
    options = {key: value for key, value in body.items() if key not in {"method", "kind", "times"}}
    times = body.get("times", 1)
    if times is not None and not isinstance(times, int):
        raise ValueError("times must be a number, or null for every time")
    return Fault(_text(body, "method"), _text(body, "kind"), times, options)


def _state(world: World) -> Json:
    return {
        "scenario": world.scenario_name,
        "title": world.scenario.title,
        "projects": list(world.projects),
        "now": world.now().isoformat(),
        "faults": [{"method": one.method, "kind": one.kind, "times": one.times} for one in world.faults.waiting()],
        "calls": len(world.calls),
        "presses": world.slack.presses,
    }


def _call(world: World, number: int) -> Json:
    call = world.calls[number]
    ended = call.ended.isoformat() if call.ended else None
    return {
        "time": call.time.isoformat(),
        "ended": ended,
        "api": call.api,
        "method": call.method,
        "project": call.project,
        "request": call.request,
    }
