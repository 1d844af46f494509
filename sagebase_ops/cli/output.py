"""Standard output, when whoever reads it has had enough."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def read_as_far_as_wanted() -> Iterator[None]:
    """Who reads standard output may stop (`| head`): the rest goes nowhere, and the exit code stays the run's."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
