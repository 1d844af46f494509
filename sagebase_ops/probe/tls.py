"""Which certificate does a host show, and what is wrong with it?"""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

_EXPIRED, _NOT_YET_VALID = 10, 9
_WRONG_HOST = {62, 64}  # host name and IP address mismatch


class CertificateProblem(StrEnum):
    """Why a browser would refuse a certificate."""

    EXPIRED = "tls_expired"
    NOT_YET_VALID = "tls_not_yet_valid"
    WRONG_HOST = "tls_wrong_host"
    UNTRUSTED = "tls_untrusted"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A server's certificate. Times are aware UTC; `problem` is None when it was verified for that host."""

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    problem: CertificateProblem | None = None


def problem_of(error: BaseException) -> CertificateProblem | None:
    """What verification objected to, or None when the failure was none of the certificate.

    Source: OpenSSL's X509_V_ERR_ numbers, `x509_vfy.h`; all but time and name are a matter of trust.
    """
    refused = next((link for link in causes(error) if isinstance(link, ssl.SSLCertVerificationError)), None)
    if refused is None:
        return None
    if refused.verify_code in _WRONG_HOST:
        return CertificateProblem.WRONG_HOST
    by_time = {_EXPIRED: CertificateProblem.EXPIRED, _NOT_YET_VALID: CertificateProblem.NOT_YET_VALID}
    return by_time.get(refused.verify_code, CertificateProblem.UNTRUSTED)


def causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and what led to it, newest first; httpx wraps what httpcore wrapped."""
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__


def read_verified(handshake: ssl.SSLObject) -> Certificate:
    """The peer's certificate after a verified handshake."""
    shown = handshake.getpeercert() or {}
    return Certificate(
        subject=_name(shown.get("subject")),
        issuer=_name(shown.get("issuer")),
        not_before=_time(str(shown.get("notBefore"))),
        not_after=_time(str(shown.get("notAfter"))),
    )


def read_refused(handshake: ssl.SSLObject, problem: CertificateProblem) -> Certificate:
    """The peer's certificate after a handshake that verified nothing, made only to read its dates."""
    from cryptography import x509  # noqa: PLC0415 (40 ms that only a bad certificate costs)

    shown = x509.load_der_x509_certificate(handshake.getpeercert(binary_form=True) or b"")
    return Certificate(
        subject=shown.subject.rfc4514_string(),
        issuer=shown.issuer.rfc4514_string(),
        not_before=shown.not_valid_before_utc,
        not_after=shown.not_valid_after_utc,
        problem=problem,
    )


def unverified() -> ssl.SSLContext:
    """For a handshake that only reads the certificate and sends nothing; never for a request."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _name(parts: object) -> str:
    """CN, else O, of ssl's tuple of tuples of pairs."""
    pairs = dict(pair for part in parts for pair in part) if isinstance(parts, tuple) else {}
    return str(pairs.get("commonName") or pairs.get("organizationName") or "")


def _time(written: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(written), UTC)
