"""What every round of one worker is played on: a sandbox of its own, and all code loaded before the first fork."""

import asyncio
import gc
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sagebase_ops.app.daemon import run_daemon
from sagebase_ops.cli.embedded import CONTROL, embedded_sandbox
from sagebase_ops.cli.proving.control import Control
from sagebase_ops.cli.proving.life import owe_one_slot
from sagebase_ops.cli.proving.plan import Work
from sagebase_ops.cli.proving.played import Stage
from sagebase_ops.config.load import load
from sagebase_ops.config.model import Schedules
from sagebase_ops.errors import ConfigError
from sagebase_ops.log import set_up_logging
from sagebase_ops.settings import Settings, load_settings

PROJECT = "sagebase-sandbox"
_FILE = """
projects: [{id: sagebase-sandbox}]
slack: {channel: "#sagebase-ops", fallback: "#sagebase-ops-fallback"}
contacts:
  operator: {name: 運用担当者, slack: U0SATO0001}
  tech_lead: {name: 技術責任者, slack: U0TECHLEAD}
escalation:
  default:
    - {after: 0m, tell: [operator]}
    - {after: 30m, tell: [tech_lead]}
    - {after: 60m, tell: [everyone]}
checklists:
  proof:
    every: {every}
"""
_DIGEST = """    digest: always
    checks: [{check: dashboard, escalation: none}]
"""
_INCIDENT = """    digest: never
    checks: [{check: dashboard, dashboard: Nowhere}]
"""
_REPEATED = "20m"
_MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of our own is made in it)
_WARM_SECONDS = 2.0  # real ones: a digest and its thread, which follows after one


@contextmanager
def staged(store: str, seed: int) -> Iterator[Stage]:
    """Ready for the first round. `store` is `sqlite` or `firestore`. Raises ConfigError."""
    where = _MEMORY if _MEMORY.is_dir() else None
    with (
        TemporaryDirectory(prefix="sagebase-ops-proof-", dir=where) as made,
        embedded_sandbox("healthy", [PROJECT]) as exports,
    ):
        folder = Path(made)
        schedules = {work: _schedules(folder, work) for work in Work}
        stage = Stage(Control(exports[CONTROL]), _settings(exports), schedules, folder, _states(store, folder, seed))
        _warm_up(stage, folder)
        if store == "firestore":
            import sagebase_ops.store.firestore.opening  # noqa: F401 (for those who are forked; it opens nothing)
        yield stage


def _settings(exports: Mapping[str, str]) -> Settings:
    """Without an app token: nobody presses anything in a proof."""
    names = ("slack_bot_token", "slack_base_url", "gcp_grpc_endpoint", "gcp_rest_endpoint")
    given = {name: exports[f"SAGEBASE_OPS_{name.upper()}"] for name in names}
    return load_settings(_env_file=None, slack_app_token=None, port=None, **given)


def _schedules(folder: Path, work: Work) -> Schedules:
    file = folder / "schedules.yaml"
    every = _REPEATED if work is Work.REOPEN else "1d"
    checklist = _DIGEST if work is Work.DIGEST else _INCIDENT
    file.write_text(_FILE.replace("{every}", every) + checklist, encoding="utf-8")
    return load(file)


def _states(store: str, folder: Path, seed: int) -> Callable[[int], str]:
    """Each round has a store of its own."""
    if store == "sqlite":
        return lambda number: f"sqlite:///{folder / f'round-{number}.db'}"
    if not os.environ.get("FIRESTORE_EMULATOR_HOST"):
        raise ConfigError(
            "--store firestore: FIRESTORE_EMULATOR_HOST is not set; start Google's emulator (gcloud emulators firestore "
            "start) and set it: a proof never writes into a real database"
        )
    started = f"{time.time_ns():x}"[-10:]
    return lambda number: f"firestore://proof-{seed}-{started}/round-{number}"


def _warm_up(stage: Stage, folder: Path) -> None:
    """One daemon in this very process, ended in good order: what it loads need not be loaded by each of a thousand.

    Afterwards no thread is left, since only a process of one thread may be forked.
    """
    set_up_logging("json", "CRITICAL")
    for number, work in enumerate((Work.DIGEST, Work.OPENING), start=1):
        settings = stage.settings.model_copy(update={"state": f"sqlite:///{folder / f'warm-{number}.db'}"})
        asyncio.run(_lives_a_moment(settings, stage.schedules[work]))
    ends = time.monotonic() + 10
    while threading.active_count() > 1 and time.monotonic() < ends:
        time.sleep(0.01)
    set_up_logging("json", "INFO")
    gc.collect()
    gc.freeze()  # else the first collection in each child writes to all pages that it shares with us, and so copies them


async def _lives_a_moment(settings: Settings, schedules: Schedules) -> None:
    await owe_one_slot(settings, schedules, datetime.now(UTC))
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(_WARM_SECONDS, stop.set)
    await run_daemon(settings, schedules, stop)
