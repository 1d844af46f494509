"""What every test gets: no way out of this machine."""

import socket

import pytest

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class OutsideWorldError(OSError):
    """A test tried to leave the machine."""


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    real_connect = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        _refuse_outside(self, address)
        return real_connect(self, address)  # type: ignore[arg-type] # whatever the caller passed on

    monkeypatch.setattr(socket.socket, "connect", connect)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def _refuse_outside(sock: socket.socket, address: object) -> None:
    if sock.family == socket.AF_UNIX or not isinstance(address, tuple):
        return
    if address[0] not in LOOPBACK:
        raise OutsideWorldError(f"tests stay on this machine; something asked for {address}")
