"""Which APIs are enabled in a project? Source: Service Usage API v1 over REST."""

from sagebase_ops.gcp.asked import Asked
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.fields import short_name
from sagebase_ops.gcp.rest import Json
from sagebase_ops.gcp.rest_lists import objects, pages, text

API = "serviceusage.googleapis.com"
PAGE_SIZE = 200  # Google's maximum


class ApiReader:
    """What is switched on."""

    def __init__(self, connections: Connections, asked: Asked) -> None:
        self._connections = connections
        self._asked = asked

    async def enabled(self, project: str) -> frozenset[str]:
        """The hosts of all enabled APIs (`aiplatform.googleapis.com`). Raises GcpError.

        Source: serviceusage.services.list with `state:ENABLED`.
        """
        return await self._asked.once(("apis.enabled", project), lambda: self._enabled(project))

    async def _enabled(self, project: str) -> frozenset[str]:
        question = self._connections.question(API, "serviceusage.services.list", "serviceusage.services.list", project)
        found: set[str] = set()
        params: dict[str, str | int] = {"filter": "state:ENABLED", "pageSize": PAGE_SIZE}
        async for page in pages(self._connections, question, f"/v1/projects/{project}/services", params):
            found |= {read_api(item) for item in objects(page, "services", question)}
        return frozenset(found)


def read_api(item: Json) -> str:
    """The API's host: from its configuration, else the last part of its name, which holds the project's number."""
    return text(item, "config", "name") or short_name(text(item, "name"))
