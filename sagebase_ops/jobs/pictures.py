"""A chart of the outbox, drawn and brought to Slack before its post is begun. A picture that fails leaves its words."""

import structlog

from sagebase_ops.domain.charts import Chart
from sagebase_ops.domain.notifications import Notification
from sagebase_ops.errors import SlackError
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.drawing import drawn
from sagebase_ops.slack.files import Picture, upload
from sagebase_ops.slack.threads import beside

log = structlog.get_logger()

MOST_TRIES = 5
"""A picture that Slack puts off so often is told in Slack's own chart blocks instead."""

NOT_DRAWN = "chart_not_drawn"


async def uploaded(slack: SlackClient, row: Notification, chart: Chart) -> tuple[str, Picture]:
    """The id of the file that holds the chart, shown nowhere yet. Raises SlackError, never `ambiguous`."""
    try:
        content = await beside(lambda: drawn(chart))
    except Exception as error:  # matplotlib's own, and its fonts': what cannot be drawn is told without it
        log.exception("chart.not_drawn", key=row.key)
        raise SlackError(NOT_DRAWN, f"the chart could not be drawn: {error}") from error
    picture = Picture(row.key, chart.title, chart.alt_text, row.message.text, content)
    return await upload(slack, picture), picture


def is_hopeless(row: Notification, error: SlackError) -> bool:
    """Whether the picture is given up: Slack will not take it (the scope files:write is missing), or not for long."""
    return not error.ambiguous and (not error.retryable or row.tries + 1 >= MOST_TRIES)
