"""Is everything there that the daemon needs? All preconditions at once; nothing is changed and nobody is told."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from sagebase_ops.app.examine_cloud import examine_cloud
from sagebase_ops.app.examine_database import NAME as DATABASE
from sagebase_ops.app.examine_database import examine_database
from sagebase_ops.app.examine_house import (
    examine_clock,
    examine_file,
    examine_second_route,
    examine_secrets,
    examine_store,
    examine_witness,
)
from sagebase_ops.app.examine_slack import examine_slack
from sagebase_ops.app.examined import Examined, in_time, note
from sagebase_ops.app.outside import slack_of
from sagebase_ops.app.secret_settings import addresses_in, with_what_answers
from sagebase_ops.clock import Clock
from sagebase_ops.config.model import Schedules
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.language import doctor_words as words
from sagebase_ops.settings import Settings


async def examine(settings: Settings, schedules: Schedules, clock: Clock) -> tuple[Settings, list[Examined]]:
    """Every line, by area, and the settings with what Secret Manager gave. Bounded in time, whatever does not answer."""
    fetched = list(addresses_in(settings))
    settings, refused = await with_what_answers(settings)
    house = [*examine_file(schedules, pretend=settings.sandboxed), *examine_secrets(fetched, refused)]
    connections = Connections(settings.gcp_grpc_endpoint, settings.gcp_rest_endpoint)
    try:
        found = await asyncio.gather(*_asked(settings, schedules, clock, connections))
    finally:
        await connections.aclose()
    local = [examine_second_route(settings, schedules), *examine_witness(settings)]
    return settings, [*house, *(line for lines in found for line in lines), *local]


def _asked(
    settings: Settings, schedules: Schedules, clock: Clock, connections: Connections
) -> list[Coroutine[Any, Any, Sequence[Examined]]]:
    cloud = examine_cloud(schedules, connections, clock.now())
    slack = examine_slack(schedules, settings, slack_of(settings))
    return [
        in_time("google", note(words.AREAS["google"]), cloud),
        in_time("slack", note(words.AREAS["slack"]), slack),
        in_time("here.clock", note(words.CLOCK), examine_clock(connections, clock)),
        in_time("here.store", note(words.STORE), examine_store(settings)),
        in_time(DATABASE, note(words.DATABASE), examine_database(settings)),
    ]
