"""Every recorded bucket is read; a bucket that Google could not look at is no missing one."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.asked import Asked, Listing
from sagebase_ops.gcp.bucket_settings import BucketSettings
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.storage import Bucket, StorageReader, read_bucket

RECORDED = json.loads((Path(__file__).parents[1] / "recordings" / "bucket.json").read_text())
SEEN = Bucket(
    "test-abc123",
    "US",
    "STANDARD",
    "123456789012",
    BucketSettings(soft_delete=timedelta(days=7), created_at=datetime(2024, 4, 1, 12, 34, 56, 123456, UTC)),
)
Answering = Callable[..., Connections]


@pytest.mark.parametrize("recorded", [exchange["response"] for exchange in RECORDED[:2]])
def test_a_recorded_bucket_is_read(recorded: Any) -> None:
    assert read_bucket(recorded) == SEEN


async def test_a_recorded_list_is_read(answering: Answering) -> None:
    found = await StorageReader(answering(RECORDED[2]["response"]), Asked()).buckets("example-project")
    assert found == Listing((SEEN,))


async def test_an_answer_without_items_is_an_empty_complete_list(answering: Answering) -> None:
    assert await StorageReader(answering({"kind": "storage#buckets"}), Asked()).buckets("p") == Listing(())


async def test_buckets_that_google_could_not_look_at_are_unreachable(answering: Answering) -> None:
    page = {"items": [{"name": "a"}], "unreachable": ["projects/_/buckets/b"]}
    found = await StorageReader(answering(page), Asked()).buckets("p")
    assert found.unreachable == ("b",)


async def test_a_name_is_escaped_in_the_path(answering: Answering) -> None:
    connections = answering({"name": "a/b"})
    assert (await StorageReader(connections, Asked()).bucket("p", "a/b")).name == "a/b"
    assert connections.rest.asked[0]["url"].endswith("/storage/v1/b/a%2Fb")  # type: ignore[attr-defined] # the scripted one


async def test_a_list_of_something_else_is_malformed(answering: Answering) -> None:
    with pytest.raises(GcpError, match="no list of objects"):
        await StorageReader(answering({"items": [1]}), Asked()).buckets("p")
