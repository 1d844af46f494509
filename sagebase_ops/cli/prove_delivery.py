"""`prove-delivery`: daemons are killed at every step of telling, and Slack must hold each notice once."""

import json
import os
import random
import time
from typing import Any

import click

from sagebase_ops.cli import exits
from sagebase_ops.cli.options import format_option

DEFAULT_ROUNDS = 1000
_LARGEST_SEED = 10**6


@click.command("prove-delivery")
@click.option("--rounds", default=DEFAULT_ROUNDS, show_default=True, type=click.IntRange(1), help="How many.")
@click.option("--seed", type=int, help="To draw the same rounds again; default: by chance, and printed.")
@click.option("--round", "only", type=click.IntRange(0), help="Play only the round of this number, with --seed.")
@click.option("--store", type=click.Choice(["sqlite", "firestore"]), default="sqlite", show_default=True)
@click.option("--workers", type=click.IntRange(1), default=os.cpu_count() or 1, show_default=True, help="Side by side.")
@format_option
@click.pass_context
def prove_delivery_command(context: click.Context, /, **flags: Any) -> None:  # Any: click's values, as typed above
    """Kill daemons with SIGKILL while they tell a pretend Slack that fails in every way, and count what it holds.

    Nothing may be lost, nothing doubled, and an escalation that is late must say so. Ends 0 if so, else 1.
    """
    context.exit(_prove(**flags))


def _prove(rounds: int, seed: int | None, only: int | None, store: str, workers: int, form: str) -> int:
    from sagebase_ops.cli.proving.plan import planned
    from sagebase_ops.cli.proving.workers import played

    if only is not None and seed is None:
        raise click.UsageError("--round goes with --seed: the two name one round")
    drawn = random.randrange(_LARGEST_SEED) if seed is None else seed  # noqa: S311 (not to be secret)
    chosen = [planned(drawn, number) for number in (range(rounds) if only is None else [only])]
    began, found = time.monotonic(), []
    for one in played(chosen, workers, store, drawn):
        found.append(one)
        if not one.kept:
            click.echo(_broken(one, drawn, store), err=True)
        elif len(found) % 100 == 0:
            click.echo(f"{len(found)} of {len(chosen)} rounds", err=True)
    if len(found) < len(chosen):
        raise click.ClickException(f"a worker ended early: {len(found)} of {len(chosen)} rounds were played")
    _print(found, drawn, store, form, time.monotonic() - began)
    return exits.FINE if all(one.kept for one in found) else exits.FAILED


def _broken(one: Any, seed: int, store: str) -> str:  # Any: Played, imported late
    again = f"sagebase-ops prove-delivery --seed {seed} --round {one.number} --store {store}"
    return f"BROKEN: round {one.number} ({one.work}, killed at {one.step}, Slack: {one.fault}): {one.detail}\n  {again}"


def _print(found: list[Any], seed: int, store: str, form: str, seconds: float) -> None:  # Any: Played, imported late
    from sagebase_ops.cli.page import output_console
    from sagebase_ops.cli.proving.table import WHAT_A_ROUND_IS, as_json, as_table

    if form == "json":
        click.echo(json.dumps(as_json(found, seed, store), ensure_ascii=False, indent=2))
        return
    console = output_console()
    console.print(as_table(found))
    console.print()
    console.print(WHAT_A_ROUND_IS, highlight=False)
    broken = sum(not one.kept for one in found)
    said = "nothing lost, nothing doubled" if not broken else f"{broken} rounds broke the promise"
    console.print(f"\n{len(found)} rounds, seed {seed}, {store}, {seconds:.0f} s: {said}.", highlight=False)
