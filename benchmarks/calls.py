"""Do more services cost more calls? The whole daily run against 1, 10 and 100 of them, each in a new process's state."""

import asyncio
import tempfile
from pathlib import Path

from benchmarks.daily import SHIPPED, Daily
from benchmarks.processes import Box, sandbox
from benchmarks.rows import Row

SERVICES = (1, 10, 100)
_WEBSITE = "website"


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        counted = [_counted(many, Path(folder)) for many in SERVICES]
    calls, visits = ([seen[part] for seen in counted] for part in (0, 1))
    return [
        Row(
            "API calls of the daily run with 1, 10, 100 services",
            ", ".join(map(str, calls)),
            "the same number",
            len(set(calls)) == 1,
        ),
        Row("  visits to the services themselves, beside them", ", ".join(map(str, visits))),
    ]


def _counted(many: int, folder: Path) -> tuple[int, int]:
    """Calls of Google's APIs, and visits to the services' own pages."""
    scenario, schedules = folder / f"{many}.yaml", folder / "schedules.yaml"
    names = [f"service-{number:03}" for number in range(many)]
    scenario.write_text(_scenario(names), encoding="utf-8")
    schedules.write_text(of_every_service(), encoding="utf-8")
    with sandbox(str(scenario)) as box:
        asyncio.run(_run_once(box, schedules))
        apis = [call["api"] for call in box.take_calls()]
    return len(apis) - apis.count(_WEBSITE), apis.count(_WEBSITE)


async def _run_once(box: Box, schedules: Path) -> None:
    async with Daily.connected(box.grpc, box.rest, schedules) as daily:
        await daily.run(may_be_blind={"smoke_test"})  # three hundred pages may take longer than a check has


def _scenario(names: list[str]) -> str:
    """Healthy, with these services; each has logged an error: of one without any, the sink's filter is asked for too."""
    services = "\n".join(f"  - {{name: {name}}}" for name in names)
    logs = "\n".join(f"  - {{text: a bug, service: {name}}}" for name in names)
    return f"extends: healthy\nservices:\n{services}\nlog_entries:\n{logs}\n"


def of_every_service() -> str:
    """The shipped schedules, for every service of the region. Raises ValueError when its words have changed."""
    shipped, named = SHIPPED.read_text(encoding="utf-8"), "services: [sagebase-streamlit]"
    if named not in shipped:
        raise ValueError(f"{SHIPPED} no longer says {named!r}")
    return shipped.replace(named, 'services: "*"')
