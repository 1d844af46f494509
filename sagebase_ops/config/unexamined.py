"""A file whose entries are taken as they stand: for whoever only looks back, and need not wait for every check to be loaded."""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import ConfigDict

from sagebase_ops.checks.base import CheckContext, CheckDefinition, CheckParams
from sagebase_ops.domain.results import Finding, Sentence

_UNSAID = Sentence("", "")


class _Anything(CheckParams):
    """Whatever the entry says."""

    model_config = ConfigDict(extra="allow")


class Unexamined(Mapping[str, CheckDefinition]):
    """In place of the catalogue: every word is a check, with whatever parameters. None of them can be run."""

    def __getitem__(self, word: str) -> CheckDefinition:
        return CheckDefinition(word, _refuse, _Anything, _UNSAID, _UNSAID, (), "", "")

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


async def _refuse(_params: CheckParams, _context: CheckContext) -> Sequence[Finding]:
    raise TypeError("this file was read without its checks: read it with the catalogue to run them")
