"""Who are we to a service that is not public? An ID token, made for one audience.

Source: Cloud Run's "Authenticating service-to-service"; google-auth's `google.oauth2.id_token`.
"""

import asyncio
from typing import Any

from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.clients import Connections

API = "iamcredentials.googleapis.com"
METHOD = "IAMCredentials.GenerateIdToken"
LONGEST_WAIT = 5.0  # seconds; the request that needs it is already waiting


class IdTokens:
    """ID tokens by audience, made anew before they expire. For the real cloud only: the sandbox has no credentials."""

    def __init__(self, connections: Connections, longest_wait: float = LONGEST_WAIT) -> None:
        self._connections = connections
        self._longest_wait = longest_wait
        self._made: dict[str, Any] = {}  # google.auth credentials by audience; it publishes no types
        self._making = asyncio.Lock()

    async def for_audience(self, audience: str) -> str:
        """A token that Google's front end takes for `audience`, a service's URL. Raises GcpError, with the remedy.

        A person's own default credentials cannot make one; a service account's can, also when impersonated.
        """
        from google.auth.exceptions import GoogleAuthError

        try:
            async with asyncio.timeout(self._longest_wait), self._making:
                return await self._token(audience)
        except TimeoutError as error:
            raise _refused(GcpErrorKind.DEADLINE, f"no ID token for {audience} in time", retryable=True) from error
        except (GoogleAuthError, OSError, ValueError) as error:  # the last two: a key file that cannot be read
            raise _refused(GcpErrorKind.UNAUTHENTICATED, f"no ID token for {audience}: {error}") from error

    async def _token(self, audience: str) -> str:
        credentials = self._made.get(audience)
        if credentials is None:
            found = await self._connections.credentials()
            credentials = self._made[audience] = await asyncio.to_thread(_for_audience, found, audience)
        if not credentials.valid:
            await asyncio.to_thread(_refresh, credentials)
        return str(credentials.token)


def _for_audience(found: Any, audience: str) -> Any:  # google.auth credentials, untyped
    """Raises GoogleAuthError for a person's own credentials, without the search of ten seconds for a metadata server."""
    from google.auth import impersonated_credentials
    from google.auth.exceptions import DefaultCredentialsError
    from google.oauth2 import credentials as of_a_person
    from google.oauth2 import id_token

    if isinstance(found, impersonated_credentials.Credentials):
        return impersonated_credentials.IDTokenCredentials(  # type: ignore[no-untyped-call]  # google-auth has no types
            found, target_audience=audience, include_email=True
        )
    if isinstance(found, of_a_person.Credentials):
        raise DefaultCredentialsError("a person's own credentials make none")  # type: ignore[no-untyped-call]  # as above
    return id_token.fetch_id_token_credentials(audience)  # type: ignore[no-untyped-call]  # as above


def _refresh(credentials: Any) -> None:  # as above
    from google.auth.transport.requests import Request

    credentials.refresh(Request())


def _refused(kind: GcpErrorKind, message: str, *, retryable: bool = False) -> GcpError:
    return GcpError(
        kind,
        f"{message}; run as a service account, or sign in as one",
        api=API,
        method=METHOD,
        remedy="gcloud auth application-default login --impersonate-service-account=SERVICE_ACCOUNT",
        retryable=retryable,
    )
