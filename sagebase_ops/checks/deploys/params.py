"""What may be said of deploys in schedules.yaml."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from sagebase_ops.checks.base import CheckParams
from sagebase_ops.domain.quantities import Percentage, PositiveDuration


class Params(CheckParams):
    """How far back, and how much worse is bad."""

    window: PositiveDuration = timedelta(hours=24)
    """Revisions made in it are told; where the last planned run that could look is longer ago, those made since then."""
    max_error_rate: Percentage = 0.01
    """A new revision with more 5xx than this, and more than the one before, fails."""
    warn_slower: Percentage = 0.5
    """A 95th percentile so much longer than before is a warning."""
    min_requests: Annotated[int, Field(ge=1)] = 50
    """With fewer, before or after, nothing is compared."""
