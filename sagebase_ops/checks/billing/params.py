"""What may be said of costs in schedules.yaml."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from sagebase_ops.checks.base import CheckParams
from sagebase_ops.domain.quantities import Percentage, Size


class Params(CheckParams):
    """Where the billing export lies, and from where on a cost is too much."""

    dataset: Annotated[str, Field(pattern=r"^[A-Za-z0-9:._{}-]+$")] | None = None
    """The BigQuery dataset of the billing export: DATASET or PROJECT.DATASET."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "JPY"
    """What `budget` and `floor` are in (ISO 4217); a bill in another currency is not held against them."""
    budget: Annotated[float, Field(gt=0)] | None = None
    """What a month may cost, in `currency`; more than this fails, a forecast of more warns."""
    warn_growth: Percentage = 0.3
    """A week dearer than the one before by more than this share warns, where it is more than `floor` as well."""
    floor: Annotated[float, Field(ge=0)] = 1000
    """A rise of no more than this, in `currency`, never warns."""
    services: Mapping[str, tuple[str, ...]] = {
        "Cloud Run": ("Cloud Run", "Cloud Run Functions"),
        "Cloud SQL": ("Cloud SQL",),
        "Cloud Storage": ("Cloud Storage",),
        "Gemini": ("Vertex AI", "Gemini API", "Generative Language API"),
    }
    """Groups by the names on the bill. Gemini has three: an API key's use is not billed as Vertex AI. The rest is told too."""
    max_scan: Size = 1_000_000_000
    """BigQuery may read so much; it refuses to read more, and nothing is paid then."""
