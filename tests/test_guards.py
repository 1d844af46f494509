"""The guards that other tests lean on do guard."""

import socket

import pytest


def test_a_socket_to_the_outside_is_refused() -> None:
    with socket.socket() as outside, pytest.raises(OSError, match="tests stay on this machine"):
        outside.connect(("192.0.2.1", 80))


def test_a_socket_on_loopback_is_allowed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
