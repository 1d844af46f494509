"""The Slack port: the Web API under `/api/`, Socket Mode, and the page that a person looks at."""

from starlette.applications import Starlette

from sagebase_ops.sandbox.slack.api import api_routes
from sagebase_ops.sandbox.slack.files import upload_route
from sagebase_ops.sandbox.slack.page import page_routes
from sagebase_ops.sandbox.slack.sockets import socket_route
from sagebase_ops.sandbox.world import World


def slack_app(world: World) -> Starlette:
    return Starlette(
        routes=[*api_routes(world), upload_route(world), socket_route(world.presses.sockets), *page_routes(world)]
    )
