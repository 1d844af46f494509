"""The sandbox's control port, as a proof uses it: Slack's clock, its faults, and what it holds."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen


@dataclass(frozen=True, slots=True)
class Control:
    """`url` is where the control port answers. Whatever fails here is the proof's own failure, and raises OSError."""

    url: str

    def ahead(self) -> timedelta:
        """How far Slack's clock is ahead of ours."""
        return datetime.fromisoformat(self._asked("GET", "/state")["now"]) - datetime.now(UTC)

    def advance(self, seconds: float) -> None:
        """Let so much time pass."""
        self._asked("POST", "/clock", {"advance": f"{max(seconds, 0.0):.3f}s"})

    def break_calls(self, method: str, times: int, fault: dict[str, Any]) -> None:
        self._asked("POST", "/faults", {"method": method, "times": times, **fault})

    def clean(self) -> None:
        """No faults and no messages."""
        self._asked("DELETE", "/faults")
        self._asked("DELETE", "/messages")
        self._asked("DELETE", "/calls")

    def messages(self) -> list[dict[str, Any]]:
        """What Slack holds, oldest first."""
        held: list[dict[str, Any]] = self._asked("GET", "/messages")
        return held

    def _asked(self, how: str, path: str, body: dict[str, Any] | None = None) -> Any:  # Any: JSON
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(f"{self.url}{path}", data, method=how)) as answer:  # noqa: S310 (our own sandbox)
            return json.load(answer)
