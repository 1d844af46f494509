"""What does a refusal of Firestore mean, and what should the operator do?"""

from google.api_core import exceptions
from google.auth.exceptions import TransportError

from sagebase_ops.errors import StoreError

_PERMISSION = (
    "may not be read or written; grant roles/datastore.user to the service account: gcloud projects "
    "add-iam-policy-binding {project} --member=serviceAccount:ACCOUNT --role=roles/datastore.user"
)
_NO_DATABASE = (
    "there is no such database; make it (its place can never be changed): gcloud firestore databases create "
    "--project={project} --database={database} --location=LOCATION --type=firestore-native"
)
_PRECONDITION = (
    "a question was refused ({detail}); where an index is missing: make those of deploy/firestore.indexes.json, as "
    "docs/deploy.md says"
)
_CREDENTIALS = "no credentials for Google Cloud ({detail}); gcloud auth application-default login"

_MEANINGS: tuple[tuple[type[Exception], str, bool], ...] = (
    (exceptions.PermissionDenied, _PERMISSION, False),
    (exceptions.NotFound, _NO_DATABASE, False),
    (exceptions.FailedPrecondition, _PRECONDITION, False),
    (exceptions.ResourceExhausted, "a limit of Firestore is reached ({detail}); it is tried again", True),
    (exceptions.ServiceUnavailable, "Firestore cannot be reached ({detail}); it is tried again", True),
    (exceptions.ServerError, "Firestore is in trouble ({detail}); it is tried again", True),
    (exceptions.RetryError, "Firestore did not answer in time ({detail}); it is tried again", True),
    (exceptions.GoogleAPIError, "Firestore refused: {detail}", False),
    (TransportError, "the credentials could not be fetched ({detail}); it is tried again", True),
    (TimeoutError, "Firestore did not answer in time; it is tried again", True),
    (Exception, _CREDENTIALS, False),
)
"""What it is, in words, and whether the same call may go through later; the first kind that fits."""


def explained(error: Exception, name: str) -> StoreError:
    """The failure in the operator's words; `retryable` where the same call may go through later. `name`: PROJECT/DATABASE."""
    meaning, retryable = next((text, later) for kind, text, later in _MEANINGS if isinstance(error, kind))
    project, _, database = name.partition("/")
    failure = StoreError(f"firestore://{name}: {meaning.format(project=project, database=database, detail=error)}")
    failure.retryable = retryable
    return failure
