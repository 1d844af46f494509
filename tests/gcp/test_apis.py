"""Which APIs are on, over all pages, whichever way Google names them."""

from collections.abc import Callable

from sagebase_ops.gcp.apis import ApiReader
from sagebase_ops.gcp.asked import Asked
from sagebase_ops.gcp.clients import Connections

Answering = Callable[..., Connections]


async def test_all_pages_are_read_by_configuration_or_by_name(answering: Answering) -> None:
    first = {"services": [{"config": {"name": "run.googleapis.com"}}], "nextPageToken": "2"}
    second = {"services": [{"name": "projects/123/services/aiplatform.googleapis.com"}]}
    connections = answering(first, second)
    assert await ApiReader(connections, Asked()).enabled("p") == {"run.googleapis.com", "aiplatform.googleapis.com"}
    assert {question["filter"] for question in connections.rest.asked} == {"state:ENABLED"}  # type: ignore[attr-defined] # the scripted one


async def test_an_answer_without_services_is_an_empty_set(answering: Answering) -> None:
    assert await ApiReader(answering({}), Asked()).enabled("p") == frozenset()
