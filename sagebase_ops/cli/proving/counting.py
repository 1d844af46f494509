"""What Slack holds against what was decided: pure, so that it can be shown to find what is wrong."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

Post: TypeAlias = Mapping[str, Any]
"""JSON. Decided: `key`, `text` as its newest edit has it, `due` of a step. Held: a message as the control port lists it."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """How many presses there were, and how many took effect."""

    wanted: int = 0
    worked: int = 0


PUNCTUAL = timedelta(minutes=2, seconds=5)
"""A step that is told later than this must say so."""

_LATE_WORDS = ("遅れ", "late")


_NOBODY = Pressed()


def counted(
    decided: Sequence[Post], held: Sequence[Post], pressed: Pressed = _NOBODY, *, clock_is_right: bool
) -> dict[str, Any]:
    """`decided`, `told`, `lost`, `doubled`, `late` and `unlabelled` as numbers, and `detail` in words.

    A press that took no effect is lost, one that took effect twice is doubled. Whether a step is late is seen by Slack's clock, which is right; where ours is not, nobody can say.
    """
    told = Counter(_key(one) for one in held if not one["deleted"])
    by_key = {_key(one): one for one in held if not one["deleted"]}
    lost = [post["key"] for post in decided if not _stands(post, by_key)]
    known = {post["key"] for post in decided}
    doubled = [key for key, times in told.items() if times > 1 or key not in known]
    steps = [by_key[post["key"]] for post in decided if clock_is_right and _is_late(post, by_key)]
    silent = [one for one in steps if not _says_so(one)]
    foul = [f"lost {key}" for key in lost] + [f"doubled {key}" for key in doubled]
    unworked, again = max(pressed.wanted - pressed.worked, 0), max(pressed.worked - pressed.wanted, 0)
    foul += ["a press took no effect"] * unworked + ["a press took effect again"] * again
    foul += [f"late without a word {_key(one)}" for one in silent]
    return {
        "decided": len(decided),
        "told": len(told),
        "lost": len(lost) + unworked,
        "doubled": len(doubled) + again,
        "late": len(steps) - len(silent),
        "unlabelled": len(silent),
        "detail": "; ".join(foul),
    }


def _key(message: Post) -> str:
    metadata = message["metadata"] or {}
    return str(metadata.get("event_payload", {}).get("notice_key", ""))


def _stands(post: Post, held: Mapping[str, Post]) -> bool:
    """It stands there, and says what its newest edit says, with a mark behind it or without."""
    return post["key"] in held and post["text"] in held[post["key"]]["text"]


def _is_late(post: Post, held: Mapping[str, Post]) -> bool:
    if not post["due"] or post["key"] not in held:
        return False
    told = datetime.fromtimestamp(float(held[post["key"]]["ts"]), UTC)
    return told - datetime.fromisoformat(post["due"]) > PUNCTUAL


def _says_so(message: Post) -> bool:
    said = json.dumps([message["text"], message["blocks"]], ensure_ascii=False)
    return any(word in said for word in _LATE_WORDS)
