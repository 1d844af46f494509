"""A port for a program that must be told one before it starts."""

import socket
from contextlib import closing, suppress
from pathlib import Path
from random import SystemRandom

_FIRST = 10_000
_USUAL_RANGE = "32768 60999"
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """A port of loopback that nobody has, below those that the system gives to whoever asks for any.

    One of the system's own could be given to a test in another process before the program takes it, and to somebody else
    once the program has ended, while a test proves that nobody listens there any more.
    """
    given = (_RANGE.read_text() if _RANGE.exists() else _USUAL_RANGE).split()
    below = range(_FIRST, max(int(given[0]), _FIRST + 1000))
    while True:
        port = SystemRandom().choice(below)
        with suppress(OSError), closing(socket.create_server(("127.0.0.1", port))):
            return port
