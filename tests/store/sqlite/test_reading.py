"""A store may be read where it lies, whoever writes to it, and stays as it is."""

import gzip
from pathlib import Path

import pytest

from sagebase_ops.errors import StoreError
from sagebase_ops.store.base import Outcome
from sagebase_ops.store.sqlite.opening import open_store, open_to_read
from tests.contract.examples import at, run

VERSION_1 = Path(__file__).parent / "version-1.db.gz"


def inside(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_what_is_written_meanwhile_is_read_and_neither_world_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    async with await open_store(path, sandbox=True) as writer, await open_to_read(path) as reader:
        await writer.record(Outcome(run()), at(11))
        assert await reader.runs() == [run()]
        assert reader.installation == writer.installation


async def test_what_is_opened_to_read_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    async with await open_store(path, sandbox=False), await open_to_read(path) as reader:
        with pytest.raises(StoreError):
            await reader.record(Outcome(run()), at(11))


async def test_no_store_is_no_empty_history(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store here"):
        await open_to_read(tmp_path / "state.db")
    assert inside(tmp_path) == []


async def test_an_older_store_is_left_to_the_daemon_to_bring_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(gzip.decompress(VERSION_1.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(StoreError, match="written by an older sagebase-ops"):
        await open_to_read(path)
    assert path.read_bytes() == before
