"""What every part of a scenario is made of: strict mappings, time spans and percentages as people write them."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def span(given: object) -> timedelta:
    if isinstance(given, timedelta):
        return given
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", given) if isinstance(given, str) else None
    if found is None:
        raise ValueError("write a number and s, m, h or d, such as 90m")
    return timedelta(seconds=float(found[1]) * _UNITS[found[2]])


def _share(given: object) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)%", given) if isinstance(given, str) else None
    if found is None:
        raise ValueError("write a percentage, such as 41%")
    return float(found[1]) / 100


Span = Annotated[timedelta, BeforeValidator(span)]
Share = Annotated[float, BeforeValidator(_share)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
