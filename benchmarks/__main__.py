"""`make bench`: the numbers of the README, one module for each, measured side by side in one run and printed once.

`python -m benchmarks NAME …` takes only those. Ends with 1 where a promise was not kept.
"""

import gc
import sys
from collections.abc import Callable, Mapping, Sequence

from benchmarks import (
    calls,
    cold_start,
    daemon,
    delivery,
    escalation,
    findings,
    firestore,
    memory,
    projects,
    rehearse,
    slots,
    warm_run,
    watch,
    year,
)
from benchmarks.rows import Row, printed
from sagebase_ops.cli.main import OBJECTS_BETWEEN_COLLECTIONS

MEASUREMENTS: Mapping[str, Callable[[], Sequence[Row]]] = {
    "cold_start": cold_start.rows,
    "warm_run": warm_run.rows,
    "calls": calls.rows,
    "watch": watch.rows,
    "slots": slots.rows,
    "daemon": daemon.rows,
    "delivery": delivery.rows,
    "escalation": escalation.rows,
    "findings": findings.rows,
    "memory": memory.rows,
    "projects": projects.rows,
    "rehearse": rehearse.rows,
    "year": year.rows,
    "firestore": firestore.rows,
}


def main() -> None:
    chosen = sys.argv[1:] or list(MEASUREMENTS)
    if unknown := [name for name in chosen if name not in MEASUREMENTS]:
        sys.exit(f"no measurement is called {', '.join(unknown)}; allowed: {', '.join(MEASUREMENTS)}")
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)  # as in every process of ours
    rows: list[Row] = []
    try:
        for name in chosen:
            print(f"measuring {name} …", file=sys.stderr)
            rows += MEASUREMENTS[name]()
    finally:
        print(printed(rows))
    sys.exit(any(row.kept is False for row in rows))


if __name__ == "__main__":
    main()
