"""How is it told? What the file says of every message, whatever it is about."""

from dataclasses import dataclass

from sagebase_ops.domain.runs import Run
from sagebase_ops.language.voice import Voice
from sagebase_ops.language.words import SANDBOX, zone_of


@dataclass(frozen=True, slots=True)
class Telling:
    """`language` is `ja` or `en`, `timezone` the guide's zone by its name."""

    language: str
    timezone: str
    sandbox: bool = False
    allow_channel_mention: bool = False

    @classmethod
    def of(cls, run: Run) -> "Telling":
        return cls(run.language, run.timezone, run.sandbox)

    @property
    def voice(self) -> Voice:
        return Voice(self.language, zone_of(self.timezone))

    @property
    def pretend(self) -> str:
        """What heads everything that is told of the pretend cloud; nothing of the real one."""
        return f"{SANDBOX} " if self.sandbox else ""
