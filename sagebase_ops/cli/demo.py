"""`demo`: the daily checklist in the sandbox, and its digest as Slack shows it."""

import sys
from pathlib import Path
from urllib.request import urlopen

import click

from sagebase_ops.cli.run import Request, pretend_world, run_once
from sagebase_ops.log import set_up_logging

_STYLE_LINK = '<link rel="stylesheet" href="/slack.css">'
_SCRIPT = '<script src="/slack.js" defer></script>'


@click.command("demo")
@click.argument("job", default="daily")
@click.option(
    "--scenario", default="high-error-rate", show_default=True, help="A shipped scenario, or the path of your own."
)
@click.option("--config", type=click.Path(), metavar="FILE", help="Default: schedules.yaml here, else the shipped one.")
@click.option("--page", type=click.Path(path_type=Path), default=Path("var/demo-slack.html"), show_default=True)
def demo_command(job: str, scenario: str, config: str | None, page: Path) -> None:
    """Run JOB against the built-in pretend cloud and keep what its pretend Slack shows as a page.

    In a terminal the pretend Slack stays open until Enter. Ends 0 whatever the checks found.
    """
    set_up_logging(None, "WARNING")
    with pretend_world(scenario, config) as (settings, path, project):
        code = run_once(Request(job=job), settings, path, project)
        click.echo(f"exit code of the run: {code} (0 fine, 1 a check failed, 3 could not look)")
        keep_page(settings.slack_base_url, page)
        if sys.stdin.isatty():
            wait_for_enter(settings.slack_base_url)


def keep_page(address: str, page: Path) -> None:
    """What the pretend Slack shows, as one file."""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(_whole_page(address), encoding="utf-8")
    click.echo(f"as Slack shows it: {page}")


def wait_for_enter(address: str) -> None:
    click.prompt(f"and live at {address}; Enter ends it", default="", show_default=False, prompt_suffix=" ")


def _whole_page(address: str) -> str:
    page, style = (_fetched(f"{address}/{name}") for name in ("", "slack.css"))
    return page.replace(_STYLE_LINK, f"<style>{style}</style>").replace(_SCRIPT, "")


def _fetched(address: str) -> str:
    with urlopen(address) as answer:  # noqa: S310 (our own sandbox, on loopback)
        return str(answer.read().decode())
