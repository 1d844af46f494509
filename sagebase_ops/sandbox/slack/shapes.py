"""How Slack reads JSON: checks that are put together into shapes, each mistake in Slack's words with its JSON pointer."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Check: TypeAlias = Callable[[Any, str, "Found"], None]
"""Looks at any JSON value at a JSON pointer and notes what Slack would not take."""
Fields: TypeAlias = Mapping[str, Check]


@dataclass(slots=True)
class Found:
    """What the checks of one message saw: mistakes, ids that must differ, and sizes that only count together."""

    errors: list[str] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    sizes: Counter[str] = field(default_factory=Counter)

    def say(self, words: str, pointer: str) -> None:
        self.errors.append(f"{words} [json-pointer:{pointer}]")


def anything(_value: Any, _pointer: str, _found: Found) -> None:
    """Whatever it is, Slack takes it."""


def string(most: int = 3000, least: int = 1) -> Check:
    def check(value: Any, pointer: str, found: Found) -> None:
        if not isinstance(value, str):
            found.say("must be a string", pointer)
        elif len(value) > most:
            found.say(f"must be less than {most + 1} characters", pointer)
        elif len(value) < least:
            found.say(f"must be more than {least - 1} characters", pointer)

    return check


def boolean(value: Any, pointer: str, found: Found) -> None:
    if not isinstance(value, bool):
        found.say("must be a boolean", pointer)


def number(low: float = float("-inf"), high: float = float("inf")) -> Check:
    def check(value: Any, pointer: str, found: Found) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            found.say("must be a number", pointer)
        elif not low <= value <= high:
            found.say(f"must be between {low:g} and {high:g}", pointer)

    return check


def one_of(*words: str) -> Check:
    def check(value: Any, pointer: str, found: Found) -> None:
        if value not in words:
            found.say(f"must be one of: {', '.join(words)}", pointer)

    return check


def nullable(inner: Check) -> Check:
    def check(value: Any, pointer: str, found: Found) -> None:
        if value is not None:
            inner(value, pointer, found)

    return check


def array(of: Check, most: int, least: int = 1) -> Check:
    def check(value: Any, pointer: str, found: Found) -> None:
        if not isinstance(value, list):
            found.say("must be an array", pointer)
            return
        if len(value) > most:
            found.say(f"no more than {most} items allowed", pointer)
        elif len(value) < least:
            found.say(f"no fewer than {least} items allowed", pointer)
        else:  # Slack stops at a wrong count, and so nobody waits for a million errors
            for place, one in enumerate(value):
                of(one, f"{pointer}/{place}", found)

    return check


def shape(required: Fields | None = None, optional: Fields | None = None) -> Check:
    """An object with these keys and no others. `type` is whoever chose this shape's business."""
    needed = required or {}
    fields = {**needed, **(optional or {}), "type": anything}

    def check(value: Any, pointer: str, found: Found) -> None:
        if not isinstance(value, dict):
            found.say("must be an object", pointer)
            return
        for name in needed:
            if name not in value:
                found.say(f"missing required field: {name}", pointer)
        for name, one in value.items():
            if name in fields:
                fields[name](one, f"{pointer}/{name}", found)
            else:
                found.say(f"invalid additional property: {name}", pointer)

    return check


def by_type(shapes: Fields) -> Check:
    """The shape that the object's `type` names."""

    def check(value: Any, pointer: str, found: Found) -> None:
        if not isinstance(value, dict):
            found.say("must be an object", pointer)
        elif "type" not in value:
            found.say("missing required field: type", pointer)
        elif not isinstance(value["type"], str) or value["type"] not in shapes:
            found.say(f"unsupported type: {value['type']}", f"{pointer}/type")
        else:
            found.kinds[value["type"]] += 1
            shapes[value["type"]](value, pointer, found)

    return check


def every(*checks: Check) -> Check:
    def check(value: Any, pointer: str, found: Found) -> None:
        for one in checks:
            one(value, pointer, found)

    return check


def exactly_one(*names: str) -> Check:
    def check(value: Any, pointer: str, found: Found) -> None:
        if isinstance(value, dict) and sum(name in value for name in names) != 1:
            found.say(f"must provide exactly one of: {', '.join(names)}", pointer)

    return check


def at_least_one(*names: str) -> Check:
    def check(value: Any, pointer: str, found: Found) -> None:
        if isinstance(value, dict) and not any(value.get(name) for name in names):
            found.say(f"must provide at least one of: {', '.join(names)}", pointer)

    return check
