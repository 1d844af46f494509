"""Which buckets exist? Source: Cloud Storage JSON API v1."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from sagebase_ops.gcp.asked import Asked, Listing
from sagebase_ops.gcp.bucket_settings import BucketSettings, read_bucket_settings
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.errors import in_part
from sagebase_ops.gcp.fields import short_name
from sagebase_ops.gcp.rest import Json
from sagebase_ops.gcp.rest_lists import labels, objects, pages, text, texts, whole

API = "storage.googleapis.com"
PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket. `location` is Google's (`ASIA-NORTHEAST1`), `project_number` whose it is: names are global."""

    name: str
    location: str = ""
    storage_class: str = ""
    project_number: str = ""
    settings: BucketSettings = field(default_factory=BucketSettings)
    labels: Mapping[str, str] = field(default_factory=dict)


class StorageReader:
    """The buckets of a project, and single ones by name."""

    def __init__(self, connections: Connections, asked: Asked) -> None:
        self._connections = connections
        self._asked = asked

    async def buckets(self, project: str) -> Listing[Bucket]:
        """Every bucket of the project; `unreachable` are names that Google could not look at. Raises GcpError.

        Source: storage.buckets.list with returnPartialSuccess.
        """
        return await self._asked.once(("storage.buckets", project), lambda: self._buckets(project))

    async def bucket(self, project: str, name: str) -> Bucket:
        """One bucket that the project's list lacks, since its name may be another project's.

        Raises GcpError: not_found when nobody has it, permission_denied when somebody else may.
        Source: storage.buckets.get.
        """
        return await self._asked.once(("storage.bucket", name), lambda: self._bucket(project, name))

    async def readers(self, project: str, name: str) -> frozenset[str]:
        """Everybody whom the bucket's own policy gives something: `allUsers`, `serviceAccount:…`. Raises GcpError.

        Source: storage.buckets.getIamPolicy; Google has no list over all buckets.
        """
        return await self._asked.once(("storage.readers", name), lambda: self._readers(project, name))

    async def is_empty(self, project: str, name: str) -> bool:
        """Whether the bucket holds no live object: a page may be empty, and not the last. Raises GcpError. Source: storage.objects.list, its first one."""
        return await self._asked.once(("storage.is_empty", name), lambda: self._is_empty(project, name))

    async def _readers(self, project: str, name: str) -> frozenset[str]:
        answer = await self._one(project, name, "/iam", "storage.buckets.getIamPolicy", optionsRequestedPolicyVersion=3)
        question = self._connections.question(
            API, "storage.buckets.getIamPolicy", "storage.buckets.getIamPolicy", project
        )
        bindings = objects(whole(answer, question), "bindings", question)
        return frozenset(member for binding in bindings for member in texts(binding, "members"))

    async def _is_empty(self, project: str, name: str) -> bool:
        answer = await self._one(project, name, "/o", "storage.objects.list", maxResults=1)
        return not (answer.get("items") or answer.get("nextPageToken"))

    async def _one(self, project: str, name: str, part: str, permission: str, **params: str | int) -> Json:
        path = f"/storage/v1/b/{quote(name, safe='')}{part}"
        return await self._connections.rest.get(
            API, path, project=project, permission=permission, method=permission, params=params
        )

    async def _buckets(self, project: str) -> Listing[Bucket]:
        question = self._connections.question(API, "storage.buckets.list", "storage.buckets.list", project)
        found: list[Bucket] = []
        unreachable: list[str] = []
        params: dict[str, str | int] = {
            "project": project,
            "projection": "noAcl",
            "returnPartialSuccess": "true",
            "maxResults": PAGE_SIZE,
        }
        async for page in pages(self._connections, question, "/storage/v1/b", params):
            found += map(read_bucket, objects(page, "items", question))
            unreachable += [short_name(name) for name in texts(page, "unreachable")]
        return Listing(tuple(found), tuple(unreachable), in_part(unreachable, question))

    async def _bucket(self, project: str, name: str) -> Bucket:
        answer = await self._one(project, name, "", "storage.buckets.get", projection="noAcl")
        return read_bucket(answer)


def read_bucket(item: Json) -> Bucket:
    """A Bucket resource as we see it; fields that are absent become empty."""
    return Bucket(
        text(item, "name"),
        text(item, "location"),
        text(item, "storageClass"),
        str(item.get("projectNumber", "")),
        read_bucket_settings(item),
        labels(item, "labels"),
    )
