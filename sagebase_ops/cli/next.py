"""`next`: when each job comes up, in the file's zone and in UTC."""

from datetime import datetime

import click

from sagebase_ops.cli.files import chosen_schedules
from sagebase_ops.cli.options import config_option
from sagebase_ops.clock import SystemClock
from sagebase_ops.config.load import load
from sagebase_ops.config.model import Checklist, Schedules


@click.command("next")
@click.option("--count", default=5, show_default=True, type=click.IntRange(1, 1000), help="How many slots of each job.")
@click.option("--job", help="Only this job.")
@click.option("--from", "start", type=click.DateTime(), help="Count from this time of the file's zone, not from now.")
@config_option
def next_command(count: int, job: str | None, start: datetime | None, config: str | None) -> None:
    """Print the next slots of each job, oldest first."""
    from rich.console import Console
    from rich.table import Table

    schedules = load(chosen_schedules(config, pretend=True))
    after = start.replace(tzinfo=schedules.timezone) if start else SystemClock().now()
    table = Table("job", schedules.timezone.key, "UTC", box=None, pad_edge=False, header_style="bold")
    for moment, name in sorted(_slots(schedules, job, after, count)):
        local = moment.astimezone(schedules.timezone)
        table.add_row(name, f"{local:%Y-%m-%d %a %H:%M:%S %Z}", f"{moment:%Y-%m-%d %H:%M:%SZ}")
    Console(width=None).print(table)


def _slots(schedules: Schedules, job: str | None, after: datetime, count: int) -> list[tuple[datetime, str]]:
    found = []
    for checklist in _chosen(schedules, job):
        calendar, moment = checklist.calendar(schedules.timezone), after
        for _ in range(count):
            moment = calendar.next_after(moment)
            found.append((moment, checklist.name))
    return found


def _chosen(schedules: Schedules, job: str | None) -> list[Checklist]:
    return list(schedules.checklists.values()) if job is None else [schedules.named(job)]
