"""One precondition as `doctor` found it, and how examinations are put together."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from sagebase_ops.domain.results import Note, Sentence, Value, Verdict
from sagebase_ops.language import doctor_words as words

LONGEST_SECONDS = 30.0
"""For one examination; all go at once."""


@dataclass(frozen=True, slots=True)
class Examined:
    """`name` is for programs (`slack.scopes`), `title` for people.

    `remedy` is what mends it: a command to paste, or what to do in words; None where nothing has to be.
    """

    name: str
    title: Note
    state: Verdict
    said: Note
    remedy: Note | str | None = None


def note(sentence: Sentence, **values: Value) -> Note:
    return Note(sentence, values)


async def in_time(
    name: str, title: Note, examining: Awaitable[Sequence[Examined]], seconds: float = LONGEST_SECONDS
) -> Sequence[Examined]:
    """What it found; an examination that does not end is one that could not look."""
    try:
        async with asyncio.timeout(seconds):
            return await examining
    except TimeoutError:
        return [Examined(name, title, Verdict.UNKNOWN, note(words.NO_ANSWER, seconds=seconds), note(words.TRY_AGAIN))]
