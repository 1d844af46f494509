"""A trial run works on a copy: the file stays as it is."""

from pathlib import Path

import pytest

from sagebase_ops.errors import StoreError
from sagebase_ops.store.sqlite.opening import open_copy, open_store
from tests.contract.examples import at, claim, job


async def test_what_a_trial_run_writes_is_gone_with_it(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    async with await open_store(path, sandbox=False) as store:
        await store.adopt(job())
        async with await open_copy(path, sandbox=False) as copy:
            assert copy.installation == store.installation
            assert await copy.jobs() == {"daily": job()}
            assert await copy.claim_slot(claim(10), at(10))

        assert await store.claims() == []


async def test_no_file_is_an_empty_store_and_stays_no_file(tmp_path: Path) -> None:
    async with await open_copy(tmp_path / "var" / "state.db", sandbox=False) as copy:
        assert await copy.jobs() == {}
        async with await open_store(tmp_path / "var" / "state.db", sandbox=False):
            assert await copy.claim_slot(claim(10), at(10))  # that there is a file by now is no matter to the copy


async def test_a_trial_run_refuses_the_ledger_of_the_other_world_too(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    await (await open_store(path, sandbox=False)).aclose()

    with pytest.raises(StoreError, match="remembers the real world"):
        await open_copy(path, sandbox=True)
