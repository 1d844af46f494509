"""A check that asks several questions: what was refused is told by itself, and hides nothing of what was answered."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TypeAlias, TypeVar

from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Target
from sagebase_ops.errors import GcpError

T = TypeVar("T")
Part: TypeAlias = tuple[Target, Awaitable[Sequence[Finding]]]
"""A part's findings, and the target under which its refusal is told: one that no other part has, since a finding is known by it."""


async def each_part(*parts: Part) -> list[Finding]:
    """All parts at once, their findings in order; a refused part is one `unknown` finding."""
    answers = await _answers(parts)
    return [finding for target, answer in answers for finding in _told(target, answer)]


async def each_alike(*parts: Part) -> list[Finding]:
    """As `each_part`, for many things of one kind. Raises GcpError where all were refused for one reason: it is one refusal."""
    answers = await _answers(parts)
    errors = [answer for _, answer in answers if isinstance(answer, GcpError)]
    if errors and len(errors) == len(parts) and len({(one.kind, one.permission) for one in errors}) == 1:
        raise errors[0]
    return [finding for target, answer in answers for finding in _told(target, answer)]


async def or_refusal(asked: Awaitable[T]) -> T | GcpError:
    """What was asked, or why Google did not answer; for what a finding can stand without, as long as it says so."""
    try:
        return await asked
    except GcpError as error:
        return error


async def _answers(parts: Sequence[Part]) -> list[tuple[Target, Sequence[Finding] | GcpError]]:
    answers = await asyncio.gather(*(or_refusal(part) for _, part in parts))
    return [(target, answer) for (target, _), answer in zip(parts, answers, strict=True)]


def _told(target: Target, answer: Sequence[Finding] | GcpError) -> Sequence[Finding]:
    return (refused(target, answer),) if isinstance(answer, GcpError) else answer
