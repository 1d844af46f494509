"""What code of before wrote has no trace beside its record: then the record says what stays. What is long goes whole."""

from dataclasses import replace

from sagebase_ops.store.base import Outcome, Thinned
from sagebase_ops.store.firestore.database import Write
from tests.contract.examples import at
from tests.contract.test_thinning import left, looked, recorded
from tests.store.firestore.conftest import Opened
from tests.store.firestore.test_sizes import run_of


async def test_a_run_of_code_before_the_rule_is_thinned_by_its_record(opened: Opened) -> None:
    store = await opened()
    await recorded(store, [looked(0), looked(1), looked(2, fails=True), looked(3, fails=True)])
    for minute in (0, 1, 3):
        seen = await store._database.seen(f"runs/watch-{minute}|")
        assert seen.content
        without = {name: value for name, value in seen.content.items() if name not in ("seen", "stays")}
        await store._database.commit([Write(seen, None)])
        await store._database.commit([Write(await store._database.seen(seen.path), without)])

    assert await store.thin(at(30)) == Thinned(at(30), 2)
    assert await left(store) == [looked(0), looked(2, fails=True)]


async def test_a_long_run_goes_with_all_its_parts(opened: Opened) -> None:
    store, longer = await opened(), replace(run_of(5000, length=500), missed=())
    for name in ("first", "second"):
        await store.record(Outcome(replace(longer, id=name)), at(11))
    assert (await store._database.seen("runs/second|/parts/1")).version

    assert await store.thin(at(30)) == Thinned(at(30), 1)
    assert (await store._database.seen("runs/second|/parts/1")).version is None
    assert (await store._database.seen("runs/first|/parts/1")).version
