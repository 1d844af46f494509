"""`conflicts`: where the operations guide and the cloud disagree, and what is done about it."""

import click

from sagebase_ops.cli.options import format_option
from sagebase_ops.cli.output import read_as_far_as_wanted
from sagebase_ops.cli.page import Page, output_console
from sagebase_ops.cli.report import Json, as_text
from sagebase_ops.guide.answers import Conflict, conflicts, shipped_answers
from sagebase_ops.language import guide_words as words


@click.command("conflicts")
@click.option("--language", type=click.Choice(["ja", "en"]), default="ja", show_default=True)
@format_option
def conflicts_command(language: str, form: str) -> None:
    """List the known disagreements of the operations guide and Google Cloud, each with its source. Ends 0."""
    known, places = conflicts(), _places()
    with read_as_far_as_wanted():
        if form == "json":
            click.echo(as_text([_as_json(one, places.get(one.name, []), language) for one in known.values()]))
            return
        page = Page(output_console())
        for one in known.values():
            print_conflict(one, language, page)
            page.gap()


def print_conflict(one: Conflict, language: str, page: Page, indent: int = 0) -> None:
    """Its name, what the guide says, what is so, what is done here, and the source."""
    page.say((one.name, "bold"), (f"  {', '.join(one.checks)}", "dim"), indent=indent)
    for head, text in ((words.GUIDE_SAYS, one.guide), (words.CLOUD_SAYS, one.cloud), (words.WE_DO, one.ours)):
        label = getattr(head, language)
        page.say((f"{label}  ", "dim"), getattr(text, language), indent=indent + 2, hang=8)
    page.whole(one.source, "cyan", indent=indent + 2)


def _places() -> dict[str, list[str]]:
    """Where in the guide each stands: headings."""
    found: dict[str, list[str]] = {}
    for section in shipped_answers():
        for name in dict.fromkeys(name for answer in section.lines for name in answer.conflicts):
            found.setdefault(name, []).append(section.section)
    return found


def _as_json(one: Conflict, places: list[str], language: str) -> Json:
    said = {part: getattr(getattr(one, part), language) for part in ("guide", "cloud", "ours")}
    return {"name": one.name, **said, "checks": list(one.checks), "sections": places, "source": one.source}
