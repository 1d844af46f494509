"""The pretend user's service: what stands behind the URL of a pretend Cloud Run service."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from sagebase_ops.sandbox.scenario import RunService
from sagebase_ops.sandbox.world import World

Scope: TypeAlias = dict[str, Any]
Asgi: TypeAlias = Callable[[Scope, Any, Any], Awaitable[None]]
"""An ASGI application."""

_FORBIDDEN = (
    "<html><head><title>403 Forbidden</title></head><body><h1>Error: Forbidden</h1>"
    "<h2>Your client does not have permission to get URL <code>/</code> from this server.</h2></body></html>"
)
_FOR_EVER = 3600
WEBSITE = "website"
"""What a visit is called among the calls, where an API has its host name."""

_UNKNOWN = (
    "<html><head><title>404 Page not found</title></head><body><h1>Error: Page not found</h1>"
    "<h2>The requested URL was not found on this server.</h2></body></html>"
)


def service_at(world: World, host: str) -> RunService | None:
    name = host.partition(":")[0]
    return next((one for one in world.services() if name in {*one.hosts, *one.domains}), None)


def website_app(world: World, *, secure: bool) -> Asgi:
    """Answers by the Host header. Not `secure` is port 80, where a service sends browsers on to https."""

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope)
        host = request.headers.get("host", "")
        service = service_at(world, host)
        with world.visit():
            world.asking = f"{'https' if secure else 'http'}://{host}{request.url.path}"
            world.note(WEBSITE, f"{request.method} {world.asking}")
            await _wait(world)
            answer = await _answer(request, service, secure=secure)
        await answer(scope, receive, send)

    return app


async def _wait(world: World) -> None:
    """A website knows two faults, by the method `website.get`: latency and silence."""
    fault = world.faults.take("website.get", of=("latency", "timeout_before"))
    if fault:
        await asyncio.sleep(float(fault.options.get("seconds", 1)) if fault.kind == "latency" else _FOR_EVER)


async def _answer(request: Request, service: RunService | None, *, secure: bool) -> Response:
    host = request.headers.get("host", "").partition(":")[0]
    if service is None or service.ingress != "ALL" or (host in service.hosts and not service.default_uri):
        return HTMLResponse(_UNKNOWN, 404)
    site = service.website
    if not secure and site.redirects_to_https:
        return RedirectResponse(f"https://{host}{request.url.path}", 302)
    if not service.public and not request.headers.get("authorization", "").startswith("Bearer "):
        return HTMLResponse(_FORBIDDEN, 403)
    await asyncio.sleep(site.delay.total_seconds())
    if site.redirect_to:
        return RedirectResponse(site.redirect_to, 302)
    if request.url.path == "/_stcore/health":
        return PlainTextResponse(site.health_body, site.health_status)
    return HTMLResponse(site.body, site.status)


def with_websites(rest: Asgi, http_site: Asgi, world: World) -> Asgi:
    """A proxy's requests come in absolute form: those to a pretend service go to its port 80, the rest to `rest`."""

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith("http://"):
            await rest(scope, receive, send)
            return
        target = urlsplit(path)
        plain = {**scope, "path": target.path or "/", "raw_path": (target.path or "/").encode()}
        await (http_site if service_at(world, target.netloc) else rest)(plain, receive, send)

    return app
