"""`incidents`: what is open, for how long, who has it, who hears next; or all that is known of one."""

import html
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from sagebase_ops.app.desk import Desk
from sagebase_ops.cli.desk import at_desk, page_of, print_json
from sagebase_ops.cli.incident_report import incidents_as_json, whole_group_as_json
from sagebase_ops.cli.options import config_option, format_option
from sagebase_ops.cli.output import read_as_far_as_wanted
from sagebase_ops.cli.page import Page
from sagebase_ops.cli.terminal import print_body
from sagebase_ops.domain.digests import Item
from sagebase_ops.domain.incident_groups import Group, Standing
from sagebase_ops.domain.incidents import notice_of
from sagebase_ops.domain.notifications import Action, Notification
from sagebase_ops.domain.results import Sentence
from sagebase_ops.domain.runs import Run
from sagebase_ops.language import desk_words as words
from sagebase_ops.language import incident_words
from sagebase_ops.language import incidents as said
from sagebase_ops.language.plain import clean, shorten
from sagebase_ops.language.voice import Voice
from sagebase_ops.language.words import AND_MORE, EVIDENCE, WINDOW

STYLES = {
    Standing.FAILING: "bold red",
    Standing.UNKNOWN: "bold magenta",
    Standing.IN_PROGRESS: "yellow",
    Standing.SILENCED: "dim",
    Standing.RESOLVED: "green",
    Standing.ENDED: "dim",
}
MOST_TARGETS = 10
_OWNER = 3  # of the facts the first ones: since, age, owner
_POST_ROOM = 100
_MENTION = re.compile(r"<(?:@|!subteam\^)(\w+)[^>]*>")


@click.command("incidents")
@click.argument("id_", metavar="[ID]", required=False)
@click.option("--all", "also_over", is_flag=True, help="The resolved ones too.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="With --all: how many.")
@format_option
@config_option
def incidents_command(id_: str | None, form: str, config: str | None, *, also_over: bool, limit: int) -> None:
    """List the open incidents, or show the one whose ID begins so: its story, its evidence, who was told when.

    Ends 0, whether something is open or not; 2 where no incident has that id.
    """

    async def listed(desk: Desk, voice: Voice) -> None:
        groups = await desk.groups(limit) if also_over else await desk.open_groups()
        last = next(iter(await desk.store.runs(limit=1)), None)
        now = desk.clock.now()
        if form == "json":
            print_json(desk, incidents_as_json(groups, last, now, voice))
        else:
            _print_list(desk, groups, last, now, voice)

    async def shown(desk: Desk, voice: Voice) -> None:
        group = await desk.group(id_ or "")
        posts = await desk.store.notice(notice_of(desk.store.installation, group.lead.group))
        if form == "json":
            print_json(desk, whole_group_as_json(group, posts, desk.clock.now(), voice))
        else:
            _print_one(desk, group, posts, voice)

    with read_as_far_as_wanted():
        at_desk(config, shown if id_ else listed)


def _print_list(desk: Desk, groups: Sequence[Group], last: Run | None, now: datetime, voice: Voice) -> None:
    page = page_of(desk)
    count = sum(len(group.open) for group in groups)
    heading = incident_words.OPEN_INCIDENTS if count else words.NONE_OPEN
    page.say((voice.say(heading, count=count), "bold"))
    for group in groups:
        page.gap()
        _print_line(group, now, voice, page)
    page.gap()
    time = voice.clock(last.finished_at, now) if last else ""
    looked = voice.say(words.LAST_LOOK, time=time, job=last.job) if last else voice.say(words.NEVER_LOOKED)
    page.say((looked, "dim" if last else "bold magenta"))


def _print_line(group: Group, now: datetime, voice: Voice, page: Page) -> None:
    """`✕ 不合格  エラー率 web`; the id to be typed; what is wrong; since when, who has it, who hears next."""
    style = STYLES[group.standing]
    page.say((said.standing(group, voice), style), "  ", (said.subject(group, voice), "bold"))
    page.say((group.lead.group, "cyan"), f"  {said.scope(group, voice)}", indent=2)
    page.say(said.wrong(group.lead, voice), indent=2)
    if group.is_over and (last := said.story_lines(group, voice)[-1:]):
        page.say(*last, indent=2)
    page.say((voice.apart(_facts(group, now, voice)), "dim"), indent=2)


def _facts(group: Group, now: datetime, voice: Voice) -> list[str]:
    since = f"{voice.say(incident_words.SINCE)} {voice.clock(group.since, now)}"
    if group.is_over:
        ended = voice.clock(group.resolved_at, now) if group.resolved_at else ""
        lasted = f"{voice.say(incident_words.LASTED)} {said.lasted(group, voice)}"
        return [since, f"{voice.say(incident_words.STANDINGS[group.standing])} {ended}", lasted]
    step = said.coming(group, now, voice)
    if group.standing is Standing.SILENCED:
        step = f"{voice.say(incident_words.SILENCED)} {said.silenced(group, now, voice)}"
    return [since, said.age(group, now, voice), said.has_it(group, voice), step]


def _print_one(desk: Desk, group: Group, posts: Sequence[Notification], voice: Voice) -> None:
    page, now = page_of(desk), desk.clock.now()
    style = STYLES[group.standing]
    page.say((said.standing(group, voice), style), "  ", (said.subject(group, voice), "bold"))
    for label, content in _all_facts(group, now, voice):
        page.say((f"{voice.say(label)}  ", "bold"), content, indent=2)
    page.gap()
    print_body(Item(group.lead.finding.verdict, tuple(map(said.row, group.concerned[:MOST_TARGETS]))), voice, page)
    _section(words.POSTS, [_post(post, group, voice) for post in posts if post.action is Action.POST], voice, page)
    _section(incident_words.STORY, said.story_lines(group, voice), voice, page)
    _section(EVIDENCE, list(dict.fromkeys(_asked(group, voice))), voice, page)


def _all_facts(group: Group, now: datetime, voice: Voice) -> Iterator[tuple[Sentence, str]]:
    yield words.NUMBER, group.lead.group
    yield words.WHERE, said.scope(group, voice)
    yield incident_words.SINCE, voice.apart([voice.moment(group.since), *_facts(group, now, voice)[1:_OWNER]])
    if len(group.concerned) > MOST_TARGETS:
        yield words.WRONG, voice.say(AND_MORE, count=len(group.concerned) - MOST_TARGETS)
    if group.told:
        yield incident_words.TOLD, said.told(group, voice)
    if not group.is_over and group.standing is not Standing.SILENCED:
        yield incident_words.NEXT, said.next_step(group, now, voice)
    if group.flapping:
        yield incident_words.FLAPS, voice.say(incident_words.FLAPS_SAID)


def _section(heading: Sentence, lines: Sequence[str], voice: Voice, page: Page) -> None:
    if lines:
        page.gap()
        page.say((voice.say(heading), "bold"))
        for line in lines:
            page.say(f"- {line}", indent=2)


def _post(post: Notification, group: Group, voice: Voice) -> str:
    """`2026-11-24 09:00 JST 送信済み: …`: when, how far it came, and its first line with names in place of ids."""
    text = _MENTION.sub(lambda found: f"@{said.person(found[1], group)}", post.message.text.split("\n", 1)[0])
    state = voice.say(words.DELIVERIES[post.state]) + (f" ({clean(post.error)})" if post.error else "")
    return f"{voice.moment(post.sent_at or post.created_at)} {state}: {shorten(html.unescape(text), _POST_ROOM)}"


def _asked(group: Group, voice: Voice) -> Iterator[str]:
    """The question as it was put, its window in the file's zone."""
    for one in group.concerned[:MOST_TARGETS]:
        finding = one.finding
        if finding.window:
            yield f"{voice.say(WINDOW)}: {' - '.join(map(voice.moment, finding.window))}"
        for name, value in finding.asked.items():
            if name not in {"start", "end"} and isinstance(value, str | int | float | datetime):
                yield f"{name}: {voice.moment(value) if isinstance(value, datetime) else clean(str(value))}"
