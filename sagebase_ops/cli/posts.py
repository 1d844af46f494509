"""A run as Slack would get it, for whoever wants to see it first."""

from sagebase_ops.cli.report import Json
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.runs import Run
from sagebase_ops.jobs.send_digest import Known, notice_name, told_messages
from sagebase_ops.slack.messages.arguments import posts_of


def run_as_posts(run: Run, schedules: Schedules, known: Known) -> list[Json]:
    """The arguments of each chat.postMessage in sending order, without the token; none where nothing would be told."""
    messages = told_messages(run, schedules.named(run.job).digest, known)
    return posts_of(schedules.slack.channel, messages, notice_name(run, "by-hand"))
