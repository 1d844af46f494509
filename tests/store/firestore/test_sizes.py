"""A document holds 1 MiB. What is longer is packed, then cut, and comes back whole."""

from dataclasses import replace
from random import Random

from sagebase_ops.domain.notifications import Message, notifications_of
from sagebase_ops.domain.results import Sentence, Target, failing
from sagebase_ops.domain.runs import CheckResult, Run
from sagebase_ops.store.base import Outcome
from sagebase_ops.store.firestore.database import Database
from tests.contract.examples import ENTRY, at, run
from tests.store.firestore.conftest import Opened

WORDS = Random(20261124)


def told(length: int) -> str:
    """Text that packs badly."""
    return "".join(WORDS.choices("0123456789abcdefghijklmnopqrstuvwxyz失敗した検査", k=length))


def run_of(findings: int, length: int = 60, name: str = "big") -> Run:
    found = [
        failing(
            Target("run_service", f"service-{number:04}"),
            Sentence("エラー率が上限を超えています", "the error rate is above its limit"),
            asked={"filter": f"service-{number:04} {told(length)}", "from": at(0)},
        )
        for number in range(findings)
    ]
    return replace(run(name), results=(CheckResult(ENTRY, tuple(found)),))


async def pieces(database: Database, path: str) -> int:
    content = (await database.seen(path)).content
    assert content
    return 1 + int(content["parts"])


async def test_five_thousand_failing_findings_are_one_document(opened: Opened) -> None:
    store, big = await opened(), run_of(5000)
    await store.record(Outcome(big), at(11))

    assert await store.runs() == [big]
    assert await pieces(store._database, "runs/big|") == 1


async def test_a_longer_run_is_cut_and_forgotten_with_all_its_parts(opened: Opened) -> None:
    store, longer = await opened(), run_of(5000, length=500)
    await store.record(Outcome(longer), at(11))
    assert await pieces(store._database, "runs/big|") > 2

    assert await store.runs() == [longer]
    assert await store.prune(at(20)) == 1
    assert (await store._database.seen("runs/big|/parts/1")).version is None


async def test_a_notice_of_two_hundred_long_posts_fits(opened: Opened) -> None:
    """Each of 12,000 characters, as much as Slack takes in one message of text."""
    store = await opened()
    messages = [Message(told(200) * 60, in_thread=place > 0) for place in range(200)]
    rows = notifications_of("long", messages, "#ops", None, at(10))
    await store.record(Outcome(run(), notifications=rows), at(11))

    assert await store.notice("long") == list(rows)
