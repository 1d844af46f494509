"""Who hears while something is not resolved, and when? Found from stored times only, so that a restart loses no step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_ETA = timedelta(minutes=60)
"""An ETA holds the next step back at most so long past its time."""


@dataclass(frozen=True, slots=True)
class Person:
    """One who can be told, as the file named them when the incident opened. `slack` is a user's or a user group's id."""

    name: str
    slack: str


@dataclass(frozen=True, slots=True)
class Step:
    """After this long unresolved these hear."""

    after: timedelta
    tell: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Steps in the order of their waits; the first, after 0m, is the incident's first post."""

    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Eta:
    """When somebody expects it mended. It holds back one step, the one that was next when it was given."""

    at: datetime
    step: int


def due_at(policy: Policy, step: int, opened_at: datetime, eta: Eta | None) -> datetime:
    """When step number `step` is due."""
    due = opened_at + policy.steps[step].after
    if eta is None or eta.step != step:
        return due
    return min(max(due, eta.at), due + LONGEST_ETA)


def due_steps(
    policy: Policy, taken: int, opened_at: datetime, eta: Eta | None, now: datetime
) -> Sequence[tuple[Step, datetime]]:
    """The steps after the first `taken` ones whose time has come, each with that time, in order.

    A later step never goes before an earlier one: where one is held back, those after it wait with it.
    """
    found: list[tuple[Step, datetime]] = []
    for number in range(taken, len(policy.steps)):
        due = due_at(policy, number, opened_at, eta)
        if due > now:
            break
        found.append((policy.steps[number], due))
    return found


def next_due(policy: Policy, taken: int, opened_at: datetime, eta: Eta | None) -> datetime | None:
    """When the next step is due, or None when all were taken."""
    return due_at(policy, taken, opened_at, eta) if taken < len(policy.steps) else None
