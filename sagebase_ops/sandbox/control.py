"""The control port: look at the pretend world, and make things happen in it. JSON in and out."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sagebase_ops.sandbox.faults import KINDS, Fault
from sagebase_ops.sandbox.scenario import ScenarioError, shipped_names
from sagebase_ops.sandbox.scenario_parts import span
from sagebase_ops.sandbox.slack import by_hand
from sagebase_ops.sandbox.slack.presses import buttons
from sagebase_ops.sandbox.slack.views import as_control_shows
from sagebase_ops.sandbox.world import World

Json: TypeAlias = dict[str, Any]
"""A JSON object."""

_HOW = {
    "times": "how often Slack sends it (1)",
    "forge": "true: signed with another secret, by HTTP",
    "age": "how old its time stamp is, such as 10m, by HTTP",
    "wait": "how long Slack waits for the acknowledgement (3s)",
    "team": "the id of another workspace that it comes from",
}
_ALLOWED: dict[str, Json] = {
    "/scenario": {"name": "a shipped scenario, or the path of one"},
    "/faults": {
        "method": "such as Services/ListServices, sqladmin.instances.list, website.get, chat.postMessage or *",
        "kind": list(KINDS),
        "times": "a number",
    },
    "/clock": {"advance": "such as 30m"},
    "/press": {
        "action_id": "of a button",
        "user": "who presses, such as U0SATO0001",
        "ts": "of the message it is in",
        "value": "which of several buttons, or which choice of a menu (may be left out)",
        "state": "what stands in the message's other menus, by block id and action id (may be left out)",
        **_HOW,
    },
    "/submit": {
        "values": "a text, or the value of a choice, by the modal's block ids",
        "view": "id of the modal; left out: the newest",
        **_HOW,
    },
    "/interactivity": {"url": "such as http://127.0.0.1:8080/slack/interactions", "signing_secret": "the app's"},
    "/disconnect": {"warning": "true: with Slack's word that it wants a fresh connection; false: without"},
}
_LISTED = {path: ["allowed"] for path in _ALLOWED} | {
    "/scenario": ["allowed", "scenarios"],
    "/press": ["allowed", "buttons"],
    "/submit": ["allowed", "modals"],
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
            _post(world, "/scenario", lambda body: world.play(by_hand.text(body, "name"))),
            _post(world, "/faults", lambda body: world.faults.add(_fault(body))),
            _post(world, "/clock", lambda body: world.advance(span(body.get("advance")))),
            _post(world, "/press", lambda body: by_hand.press(world.presses, body)),
            _post(world, "/submit", lambda body: by_hand.submit(world.presses, body)),
            _post(world, "/interactivity", lambda body: by_hand.set_interactivity(world.presses, body)),
            _post(
                world, "/disconnect", lambda body: world.presses.sockets.close(warning=by_hand.flag(body, "warning"))
            ),
        ]
    )


def _post(world: World, path: str, act: Callable[[Json], Awaitable[Json | None] | None]) -> Route:
    """A 400 says what is wrong and lists what is allowed."""

    async def endpoint(request: Request) -> Response:
        try:
            acted = act(by_hand.read_object(await request.body()))
            told = await acted if acted is not None else None
        except (ScenarioError, ValueError, KeyError) as error:
            allowed = {
                "allowed": _ALLOWED[path],
                "scenarios": shipped_names(),
                "buttons": buttons(world.slack),
                "modals": _modals(world),
            }
            return JSONResponse({"error": str(error), **{key: allowed[key] for key in _LISTED[path]}}, 400)
        return JSONResponse({"ok": True, **(told or {})})

    return Route(path, endpoint, methods=["POST"])


def _modals(world: World) -> list[Json]:
    return [
        {"id": one.id, "user": one.user, "view": one.given, "mistakes": dict(one.mistakes)}
        for one in world.presses.modals.open
    ]


def _fault(body: Json) -> Fault:
    options = {key: value for key, value in body.items() if key not in {"method", "kind", "times"}}
    times = body.get("times", 1)
    if times is not None and not isinstance(times, int):
        raise ValueError("times must be a number, or null for every time")
    return Fault(by_hand.text(body, "method"), by_hand.text(body, "kind"), times, options)


def _state(world: World) -> Json:
    return {
        "scenario": world.scenario_name,
        "title": world.scenario.title,
        "projects": list(world.projects),
        "now": world.now().isoformat(),
        "faults": [{"method": one.method, "kind": one.kind, "times": one.times} for one in world.faults.waiting()],
        "calls": len(world.calls),
        "presses": world.slack.presses,
        "modals": _modals(world),
        "sockets": world.presses.sockets.count,
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
