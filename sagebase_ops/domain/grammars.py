"""Does a text follow a grammar, and how is it built?"""

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lark import Lark


@lru_cache(maxsize=256)  # the same filters come again in every round, and some many times in one
def parsed(grammar: str, text: str) -> Any:  # lark's trees
    """Its tree, with positions, not to be changed; None where it does not follow the grammar, whose first rule is `all`."""
    from lark import UnexpectedInput  # noqa: PLC0415 (50 ms, for those alone who read a filter)

    try:
        return _parser(grammar).parse(text)
    except UnexpectedInput:
        return None


@cache
def _parser(grammar: str) -> "Lark":
    from lark import Lark  # noqa: PLC0415 (as above)

    return Lark(grammar, start="all", parser="lalr", propagate_positions=True)
