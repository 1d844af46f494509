"""Root may write everywhere, so tests of what may not be written step down from it, in a folder that others may enter."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def folder_open_to_all() -> Iterator[Path]:
    """Where everybody may read and write; pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        open_to_all = Path(name)
        open_to_all.chmod(0o777)
        yield open_to_all


@contextmanager
def without_root() -> Iterator[None]:
    """As nobody for the while. What is imported late must be imported before: only root may read the checkout, perhaps."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
