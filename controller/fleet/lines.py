"""Connections to devices, each with one deadline for all that is done over it.

The one idea: the libraries wait in a dozen places, some of them without an end; so whoever reads devices opens every connection
itself and cuts what is overdue, and whatever waits for it then ends at once.
"""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Protocol

from controller.fleet.credentials import Credentials
from controller.fleet.readings import DeviceReach, HostKey, ReadingError, ReadingTrouble
from intents.reason import because

CONNECTING = 10.0
"""Most seconds until a device takes a connection; a longer deadline is for its answers."""


class ShownKey(Protocol):
    """A host key as the SSH library has it."""

    def get_name(self) -> str:
        """Return its type."""
        ...

    def get_base64(self) -> str:
        """Return all of it."""
        ...


class Line:
    """One connection to a device, and the moment by which all must be done."""

    def __init__(self, reach: DeviceReach, seconds: float) -> None:
        self.reach = reach
        self.begun = time.monotonic()
        self.deadline = self.begun + seconds
        self.is_cut = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    @property
    def seconds(self) -> float:
        """Return how long it is in use."""
        return time.monotonic() - self.begun

    @property
    def left(self) -> float:
        """Return how many seconds are left, never less than a moment."""
        return max(self.deadline - time.monotonic(), 0.001)

    @property
    def is_overdue(self) -> bool:
        """Return whether the deadline has passed."""
        return time.monotonic() >= self.deadline

    @contextmanager
    def step(self, seconds: float) -> Iterator[None]:
        """Give what is done in the block so many seconds; after it the connection may rest as long as it likes."""
        self.deadline = time.monotonic() + seconds
        yield
        self.deadline = math.inf

    def open(self) -> socket.socket:
        """Return a connection to the device; ReadingError."""
        try:
            found = socket.create_connection((self.reach.address, self.reach.port), min(self.left, CONNECTING))
        except TimeoutError as error:
            raise ReadingError(ReadingTrouble.TIMEOUT, because("reading_no_connection")) from error
        except OSError as error:
            said = error.strerror or type(error).__name__
            raise ReadingError(ReadingTrouble.UNREACHABLE, because("os_said", said=said)) from error
        # SSH says hello in many short messages; without this each waits for the other side to acknowledge the one before it.
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._socket = found
            if self.is_cut:
                found.close()
                raise ReadingError(ReadingTrouble.NOT_ASKED)
        return found

    def cut(self) -> None:
        """End the connection, whoever waits for it; from any thread."""
        self.is_cut = True
        self.hang_up()

    def hang_up(self) -> None:
        """Say nothing further: the libraries' threads end at once, which look for their end ten times a second otherwise.

        They close the socket; closed under their hands, its number could be another connection's.
        """
        with self._lock:
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)


def gone(line: Line, otherwise: ReadingTrouble = ReadingTrouble.DROPPED) -> ReadingError:
    """Return why a connection ended: whoever reads may have cut it."""
    if line.is_overdue:
        return ReadingError(ReadingTrouble.TIMEOUT)
    return ReadingError(ReadingTrouble.NOT_ASKED if line.is_cut else otherwise)


def key_differs(shown: ShownKey, line: Line) -> ReadingError:
    """Return the error that names the key which a device shows in place of the pinned one."""
    found = HostKey(type=shown.get_name(), base64=shown.get_base64()).fingerprint
    pinned = line.reach.host_key
    detail = because("reading_shows_key", shown=found, pinned="" if pinned is None else pinned.fingerprint)
    return ReadingError(ReadingTrouble.KEY_DIFFERS, detail)


def way_of(extras: Mapping[str, object] | None) -> tuple[Line, HostKey, Credentials]:
    """Return what our connections need, out of what Nornir hands on; Nornir's own fields for them are logged and stay empty."""
    given = extras or {}
    line, credentials = given.get("line"), given.get("credentials")
    assert isinstance(line, Line)
    assert isinstance(credentials, Credentials)
    if line.reach.host_key is None:
        raise ReadingError(ReadingTrouble.KEY_UNKNOWN)
    return line, line.reach.host_key, credentials
