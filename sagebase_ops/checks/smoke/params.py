"""What may a smoke test's entry say? One group of values for each part that has any."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import Field, field_validator

from sagebase_ops.checks.base import CheckParams
from sagebase_ops.domain.projects import RUN_SERVICES
from sagebase_ops.domain.quantities import PositiveDuration

WebPart: TypeAlias = Literal[
    "http_answer",
    "http_status",
    "tls_certificate",
    "streamlit_health",
    "answer_time",
    "page_text",
    "https_redirect",
]
CloudPart: TypeAlias = Literal["sql_instance", "secret", "bucket", "api"]
WEB_PARTS: tuple[WebPart, ...] = get_args(WebPart)
CLOUD_PARTS: tuple[CloudPart, ...] = get_args(CloudPart)

HttpsUrl = Annotated[str, Field(pattern=r"^https://[^/\s?#@]+/?$", examples=["https://sagebase.example.com"])]
UrlPath = Annotated[str, Field(pattern=r"^/\S*$", examples=["/"])]
ApiHost = Annotated[str, Field(pattern=r"^[a-z0-9-]+\.googleapis\.com$", examples=["aiplatform.googleapis.com"])]
Name = Annotated[str, Field(min_length=1)]


class HttpStatus(CheckParams):
    """What the page should answer with."""

    expected: Annotated[int, Field(ge=100, le=599)] = 200
    """The HTTP status of a healthy page."""


class TlsCertificate(CheckParams):
    """How long the certificate should still be valid."""

    ordered = (("fail_below", "warn_below"),)

    warn_below: PositiveDuration = timedelta(days=30)
    """Warn when less time is left."""
    fail_below: PositiveDuration = timedelta(days=7)
    """Fail when less time is left."""


class StreamlitHealth(CheckParams):
    """Streamlit's own health page."""

    path: UrlPath = "/_stcore/health"
    """Its path; it must answer 200 with `ok`."""


class AnswerTime(CheckParams):
    """How long the page may take, connection and cold start included."""

    ordered = (("warn_above", "fail_above"),)

    warn_above: PositiveDuration = timedelta(seconds=5)
    """Warn past this."""
    fail_above: PositiveDuration = timedelta(seconds=10)
    """Fail past this; after 25 s there is no answer any more."""


class PageText(CheckParams):
    """What a person would see of the page."""

    text: Name = "Streamlit"
    """Must stand in the first 1 MB of the page's HTML. Streamlit draws the rest later, by script."""


class Params(CheckParams):
    """What to look at; parts with values of their own have a group of keys each."""

    skip: tuple[WebPart | CloudPart, ...] = ()
    """Parts to leave out."""
    urls: Mapping[Name, HttpsUrl] = {}
    """A service's public URL where it is not the one that Cloud Run gave it: {sagebase-streamlit: https://…}."""
    path: UrlPath = "/"
    """The path of the page."""
    http_status: HttpStatus = HttpStatus()
    """The page's HTTP status."""
    tls_certificate: TlsCertificate = TlsCertificate()
    """Time left on the certificate."""
    streamlit_health: StreamlitHealth = StreamlitHealth()
    """Streamlit's health page."""
    answer_time: AnswerTime = AnswerTime()
    """The page's answer time."""
    page_text: PageText = PageText()
    """A text in the page."""
    sql_instances: tuple[Name, ...] | None = None
    """Cloud SQL instances that must run; those of the project when absent."""
    secrets: tuple[Name, ...] = ()
    """Secrets that must exist with an enabled version; their values are never read."""
    buckets: tuple[Name, ...] | None = None
    """Buckets that must exist; those of the project when absent."""
    apis: tuple[ApiHost, ...] = ("aiplatform.googleapis.com",)
    """APIs that must be enabled; Gemini with an API key is generativelanguage.googleapis.com."""

    @field_validator("skip")
    @classmethod
    def _something_left(cls, skip: tuple[str, ...]) -> tuple[str, ...]:
        if set(skip) >= {*WEB_PARTS, *CLOUD_PARTS}:
            raise ValueError("every part is skipped; nothing is left to look at")
        return skip

    def is_about(self, kind: str) -> bool:
        """Not where the part is skipped, or the entry names its own."""
        if kind == RUN_SERVICES:
            return bool(self.web_parts)
        own = {"sql_instance": self.sql_instances, "bucket": self.buckets}
        return kind in self.cloud_parts and own.get(kind) is None

    @property
    def web_parts(self) -> tuple[WebPart, ...]:
        return tuple(part for part in WEB_PARTS if part not in self.skip)

    @property
    def cloud_parts(self) -> tuple[CloudPart, ...]:
        return tuple(part for part in CLOUD_PARTS if part not in self.skip)
