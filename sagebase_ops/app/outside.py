"""The parts that touch the outside, built as the settings say, and closed again."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sagebase_ops.clock import Clock, SystemClock
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.tokens import IdTokens
from sagebase_ops.jobs.run_checklist import Outside
from sagebase_ops.probe.http import Probe
from sagebase_ops.settings import Settings
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.store.base import Store


@asynccontextmanager
async def outside_of(settings: Settings) -> AsyncIterator[Outside]:
    """Google Cloud, the watched websites and the database; the pretend ones where the settings give endpoints."""
    connections = Connections(settings.gcp_grpc_endpoint, settings.gcp_rest_endpoint)
    tokens = None if settings.sandboxed else IdTokens(connections).for_audience
    probe = Probe(settings.gcp_rest_endpoint, tokens)
    try:
        yield Outside(connections, probe, settings.sandboxed, settings.database_url)
    finally:
        await probe.aclose()
        await connections.aclose()


def slack_of(settings: Settings) -> SlackClient | None:
    """None without a bot token."""
    token = settings.slack_bot_token
    return SlackClient(token.get_secret_value(), settings.slack_base_url) if token else None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Time, memory and Slack, as a daemon has them; whoever proves something about it puts something around each."""

    clock: Clock = field(default_factory=SystemClock)
    around_store: Callable[[Store], Store] = lambda store: store
    slack: Callable[[Settings], SlackClient | None] = slack_of
