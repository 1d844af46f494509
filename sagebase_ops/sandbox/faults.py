"""What goes wrong on demand: slowness, refusals, silence, rubbish, half an answer, a dropped connection."""

from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import Any

KINDS = ("latency", "refusal", "timeout_before", "timeout_after", "malformed", "half_page", "reset")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault for `method` (`*` is every one), `times` times (None: until it is removed).

    `options`: `seconds` for latency; `status` (a gRPC status word, or an HTTP code for Slack), `reason`, `error` and
    `retry_after` for a refusal; `after: true` for a reset, or a refusal of Slack, that comes behind the effect.
    """

    method: str
    kind: str
    times: int | None = 1
    options: dict[str, Any] = field(default_factory=dict)  # JSON: each kind has its own


class Faults:
    """The faults that wait. `take` hands one out and counts it down."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Raises ValueError for a kind that does not exist."""
        if fault.kind not in KINDS:
            raise ValueError(f"no fault is of kind {fault.kind!r}; allowed: {', '.join(KINDS)}")
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def waiting(self) -> tuple[Fault, ...]:
        return tuple(self._waiting)

    def take(self, method: str, of: Container[str] = KINDS) -> Fault | None:
        """The first fault for `method`, which may be written whole or from its service on (`Services/ListServices`).

        `of` are the kinds that the asker can play.
        """
        for position, fault in enumerate(self._waiting):
            if fault.kind in of and (fault.method == "*" or _same(fault.method, method)):
                self._count_down(position, fault)
                return fault
        return None

    def _count_down(self, position: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times <= 1:
            del self._waiting[position]
        else:
            self._waiting[position] = replace(fault, times=fault.times - 1)


def _same(given: str, method: str) -> bool:
    plain, asked = given.replace("/", "."), method.replace("/", ".")
    return asked == plain or asked.endswith(f".{plain}")
