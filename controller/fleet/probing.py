"""A host that one can log in to -> what became of connections that it asked for.

The one idea: every SSH server can be asked to open a TCP connection for its client (RFC 4254 7.2, direct-tcpip), so a probe host
needs no program of ours; the connection is closed as soon as it stands, and not a byte is sent over it. Why one does not stand
the server says in words of its system; in words that nobody knows it says nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import paramiko  # type: ignore[import-untyped]  # it has no types

from controller.fleet.credentials import Credentials
from controller.fleet.lines import Line
from controller.fleet.pinned_client import PinnedClient
from controller.fleet.readings import DeviceReach, ProbeEnd, ReadingError

Target = tuple[str, int]
"""Address and TCP port."""
_CONNECT_FAILED = 2
_REFUSED = ("connection refused",)
_LOST = ("timed out", "no route to host", "is unreachable", "host is down")


def probe_from(
    reach: DeviceReach, credentials: Credentials, targets: Iterable[Target], seconds: float
) -> list[ProbeEnd]:
    """Return what became of a connection to each target, tried one after the other, each for so many seconds at most."""
    asked = tuple(targets)
    try:
        with _logged_in(reach, credentials, seconds) as transport:
            heard = _Heard(transport)
            return [_try(transport, heard, target, seconds) for target in asked]
    except (ReadingError, paramiko.SSHException, EOFError, OSError):  # a key of no known kind, a host that goes
        return [ProbeEnd.UNTRIED] * len(asked)


@contextmanager
def _logged_in(reach: DeviceReach, credentials: Credentials, seconds: float) -> Iterator[paramiko.Transport]:  # type: ignore[no-any-unimported]  # as above
    assert reach.host_key is not None
    line = Line(reach, seconds)
    client = PinnedClient(reach.host_key, line)
    client.connect(
        hostname=reach.address,
        port=reach.port,
        username=credentials.user,
        password=credentials.password.reveal(),
        sock=line.open(),
        timeout=seconds,
        banner_timeout=seconds,
        auth_timeout=seconds,
        look_for_keys=False,
        allow_agent=False,
    )
    try:
        yield client.get_transport()
    finally:
        line.hang_up()
        client.close()


class _Heard(logging.Handler):
    """What the server said of the last connection that it did not make: paramiko has it in its log alone."""

    def __init__(self, transport: paramiko.Transport) -> None:  # type: ignore[no-any-unimported]  # as above
        super().__init__()
        self.said = ""
        logger = logging.Logger(__name__)  # noqa: LOG001 (one for this connection alone, known to nobody else)
        logger.addHandler(self)
        transport.logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Remember what is said of a failure."""
        if record.levelno >= logging.ERROR:
            self.said = record.getMessage().lower()


def _try(transport: paramiko.Transport, heard: _Heard, target: Target, seconds: float) -> ProbeEnd:  # type: ignore[no-any-unimported]  # as above
    heard.said = ""
    try:
        channel = transport.open_channel("direct-tcpip", target, ("0.0.0.0", 0), timeout=seconds)  # noqa: S104 (who asks for it, says the RFC; it binds nothing)
    except paramiko.ChannelException as error:
        return _end_of(heard.said) if error.code == _CONNECT_FAILED else ProbeEnd.UNTRIED
    except paramiko.SSHException:
        return ProbeEnd.LOST if transport.is_active() else ProbeEnd.UNTRIED
    channel.close()
    return ProbeEnd.CONNECTED


def _end_of(said: str) -> ProbeEnd:
    if any(word in said for word in _REFUSED):
        return ProbeEnd.REFUSED
    return ProbeEnd.LOST if any(word in said for word in _LOST) else ProbeEnd.UNTRIED
