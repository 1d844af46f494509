"""What has this run asked already? Each question goes out once, its answer or its failure is shared."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sagebase_ops.errors import GcpError
from sagebase_ops.single_flight import SingleFlight


class Named(Protocol):
    """What Google lists has a name, unique in its list."""

    @property
    def name(self) -> str: ...


T = TypeVar("T")
Item = TypeVar("Item", bound=Named)


@dataclass(frozen=True, slots=True)
class Listing(Generic[Item]):
    """A list that Google may answer in part: `unreachable` names the places (regions) it could not look into.

    `partial` is the GcpError for that, with its remedy; None when the list is complete.
    """

    items: tuple[Item, ...]
    unreachable: tuple[str, ...] = ()
    partial: GcpError | None = None

    @property
    def complete(self) -> bool:
        """Only in a complete list does absence mean "does not exist"."""
        return not self.unreachable

    def named(self, name: str) -> Item | None:
        """The one that is called so, or None: see `complete`."""
        return next((one for one in self.items if one.name == name), None)


class Asked(SingleFlight):
    """The questions of one run to Google, at most `in_flight` of them at once."""

    def __init__(self, in_flight: int = 32) -> None:
        super().__init__(in_flight)

    async def unshared(self, make: Callable[[], Awaitable[T]]) -> T:
        """An answer that nobody else asks for and that is large: not kept for the rest of the run."""
        return await self.in_turn(make)
