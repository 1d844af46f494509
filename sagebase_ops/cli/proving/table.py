"""What a proof found, for people and for programs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.table import Table

from sagebase_ops.cli.proving.plan import FAULTS, Step, Work
from sagebase_ops.cli.proving.played import Played

HEADS = {
    "rounds": "rounds",
    "processes": "starts",
    "killed": "killed",
    "decided": "decided",
    "told": "told",
    "lost": "lost",
    "doubled": "doubled",
    "late": "late",
    "unlabelled": "unsaid",
}
"""What is counted, and its heading. `late`: a step of an escalation that came late and said so; `unlabelled`: that did not."""

_COUNTS = tuple(HEADS)[1:]

WHAT_A_ROUND_IS = (
    "A round: one thing is decided and told (a digest with its thread; an incident's opening; its escalation after 30 "
    "minutes; that a press took it, silenced it over the time of that escalation, or resolved it; its return after that) "
    "by real daemon processes, over a real store and over sockets to the pretend Google Cloud and Slack of "
    "`sagebase-ops sandbox`. A process is killed with SIGKILL at one step of the way, if it comes there; the next one "
    "starts 1 to 150 seconds later, and nearly one in three of those is killed too; the last one lives until nothing is "
    "left to tell. Then all that Slack holds is held against all that was recorded, edits included, and a press, which each "
    "process is given anew, must have taken effect once. In a fifth of the rounds the wall clock leaps by an hour, either "
    "way. late: an escalation that came more than 2 minutes after its time and said so; unsaid: that did not.\n"
    "What is not real: processes are forked from one that has loaded the program already (each has its own loop, threads, "
    "connections and store); time that nobody works in is skipped, in our clock and in Slack's at once, to whoever is "
    "next, or 5 s where nothing was told in three such turns; a call to Slack is given up after 0.4 s in place of 15; a "
    "press comes from inside the process and not down Slack's line; a SQLite file lies in memory where the machine has "
    "/dev/shm: a SIGKILL loses nothing that the kernel has, and a power cut is not tried here. The same seed draws the "
    "same rounds; how their processes meet in time is the machine's."
)


def totals(rounds: Iterable[Played]) -> Mapping[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for one in rounds:
        found["rounds"] += 1
        for name in _COUNTS:
            found[name] += getattr(one, name)
    return {name: found[name] for name in HEADS}


def by(rounds: Sequence[Played], name: str, order: Iterable[str]) -> Iterable[tuple[str, Mapping[str, int]]]:
    """The totals of the rounds with each value of `name`, in this order."""
    for value in order:
        those = [one for one in rounds if getattr(one, name) == value]
        if those:
            yield value, totals(those)


def as_table(rounds: Sequence[Played]) -> Table:
    """By the step that was died at, by what Slack did, by what was told, and all together."""
    table = Table(box=None, pad_edge=False, padding=(0, 0, 0, 1))
    table.add_column("", no_wrap=True)
    for head in HEADS.values():
        table.add_column(head, justify="right", no_wrap=True)
    for head, name, order in _GROUPS:
        table.add_row(f"[bold]{head}[/bold]")
        for value, counted in by(rounds, name, order):
            table.add_row(f"  {value}", *(str(counted[column]) for column in HEADS))
    table.add_row("[bold]all[/bold]", *(f"[bold]{count}[/bold]" for count in totals(rounds).values()))
    return table


_GROUPS = (
    ("killed at", "step", [step.value for step in Step]),
    ("Slack did", "fault", list(FAULTS)),
    ("told was", "work", [work.value for work in Work]),
)


def as_json(rounds: Sequence[Played], seed: int, store: str) -> dict[str, Any]:
    """One object: the totals, each cell of step and fault, and every round that broke the promise."""
    cells = [
        {"step": step.value, "fault": fault, **totals(those)}
        for step in Step
        for fault in FAULTS
        if (those := [one for one in rounds if (one.step, one.fault) == (step.value, fault)])
    ]
    broken = [one.as_dict() for one in rounds if not one.kept]
    return {"seed": seed, "store": store, "total": totals(rounds), "cells": cells, "broken": broken}
