"""A device's command line: netmiko's connection with a pinned key, and commands whose answers are read as bytes.

The one idea: the key is compared before anything is authenticated, and what goes wrong is told apart where paramiko says it, for
netmiko calls a wrong key a time-out. Answers are read here, not by netmiko, which drops bytes that are no UTF-8 and looks for the
prompt in everything that came so far each time a little more comes.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import paramiko  # type: ignore[import-untyped]  # it has no types
from netmiko import BaseConnection
from netmiko.exceptions import NetmikoBaseException

from controller.fleet.credentials import Credentials
from controller.fleet.lines import Line, gone, way_of
from controller.fleet.pinned_client import PinnedClient
from controller.fleet.readings import HostKey, ReadingError, ReadingTrouble
from intents.reason import because
from routing.vendors.showing import Gap, Showing

CONNECTION = "truc_terminal"
"""What Nornir knows these connections by."""
_WAITS = re.compile(rb"(?:^|[\r\n])([^\s#>%][^\r\n#>%]{0,99}[#>%]) ?$")
"""A last line that a device may wait behind."""
_LONGEST = 200
"""Bytes at the end of an answer among which the prompt stands."""
_SEARCHED = 4096
"""Bytes at the start of an answer among which the command's echo stands, a login's banner before it."""
_PAUSE = 0.5
"""Seconds of silence behind what looks like the prompt, without a whole answer before it, that make it the prompt."""
_CHUNK = 1 << 16


class _PinnedTerminal(BaseConnection):
    """netmiko's connection, strict, with the one key; nothing is sent when it opens."""

    def __init__(self, line: Line, pinned: HostKey, credentials: Credentials) -> None:
        self._line = line
        self._pinned = pinned
        super().__init__(
            host=line.reach.address,
            port=line.reach.port,
            username=credentials.user,
            password=credentials.password.reveal(),
            ssh_strict=True,
            conn_timeout=line.left,
            banner_timeout=line.left,
            auth_timeout=line.left,
            sock=line.open(),
        )

    def _get_ssh_client_instance(self) -> PinnedClient:
        return PinnedClient(self._pinned, self._line)

    def _try_session_preparation(self, force_data: bool = True) -> None:
        """Send nothing and wait for nothing: what a terminal is told depends on its platform, and is said there."""


class Terminal:
    """A command line that waits behind its prompt."""

    def __init__(self, connection: BaseConnection, line: Line) -> None:
        self._channel: Any = connection.remote_conn
        self._line = line
        self.prompt = b""

    def get_ready(self, showing: Showing) -> None:
        """Wait for the device, and let it print all at once. ReadingError, also if it calls itself otherwise on the way."""
        self._read(b"", None)
        for setting in showing.settings:
            found = _WAITS.search(self._send(setting))
            if found is None or self.prompt not in {b"", found[1]}:
                raise ReadingError(ReadingTrouble.ANOTHER_NAME, because("reading_prompt_changed"))
            self.prompt = found[1]

    def name(self, showing: Showing) -> str:
        """Return what the device calls itself in its prompt; ReadingError if it is none, or if the user may not see all."""
        prompt = self.prompt.decode("utf-8", errors="replace")
        found = showing.prompt.fullmatch(prompt)
        if found is None:
            limited = showing.without_rights is not None and showing.without_rights.fullmatch(prompt)
            detail = because("reading_without_rights") if limited else because("reading_no_prompt")
            raise ReadingError(ReadingTrouble.UNEXPECTED, detail)
        return found["name"]

    def ask(self, showing: Showing) -> str:
        """Return the answer to the platform's command, its lines ending with `\\n`. ReadingError."""
        data = self._send(showing.command, showing)
        found = _WAITS.search(data)
        if found is None or found[1] != self.prompt:
            raise ReadingError(ReadingTrouble.ANOTHER_NAME, because("reading_prompt_changed"))
        return _answer(data, showing.command.encode())

    def _send(self, command: str, showing: Showing | None = None) -> bytes:
        """Send a command and return all that comes up to the prompt, its echo included."""
        self.put(command.encode() + b"\n")
        return self._read(command.encode(), showing)

    def put(self, data: bytes) -> None:
        """Send bytes as they are. ReadingError."""
        try:
            self._channel.sendall(data)
        except (EOFError, OSError) as error:
            raise gone(self._line) from error

    def take(self, pause: float | None = None) -> bytes:
        """Return what comes next, at least one byte; none if nothing comes for `pause` seconds. ReadingError, at the latest when
        the line's time is over."""
        self._channel.settimeout(self._line.left if pause is None else min(pause, self._line.left))
        try:
            chunk = bytes(self._channel.recv(_CHUNK))
        except OSError as error:
            if isinstance(error, TimeoutError) and not self._line.is_overdue:
                return b""
            raise gone(self._line) from error
        if not chunk:
            raise gone(self._line)
        return chunk

    def _read(self, echo: bytes, showing: Showing | None) -> bytes:
        """Return what comes until the device waits again."""
        data = bytearray()
        while True:
            found = _WAITS.search(data[-_LONGEST:]) if echo in data[:_SEARCHED] else None
            if found is not None and self._is_whole(found[1], data, echo, showing):
                return bytes(data)
            self._channel.settimeout(min(self._line.left, self._line.left if found is None else _PAUSE))
            try:
                chunk = self._channel.recv(_CHUNK)
            except TimeoutError as error:
                if found is not None and not self._line.is_overdue:
                    return bytes(data)
                raise self._silent(data, echo) from error
            except OSError as error:
                raise gone(self._line) from error
            if not chunk:
                raise self._silent(data, echo)
            data += chunk

    def _is_whole(self, waits: bytes, data: bytearray, echo: bytes, showing: Showing | None) -> bool:
        """Return whether nothing further is to come, without waiting for it."""
        if showing is None:
            return True
        gap = showing.gap(_answer(bytes(data), echo))
        return gap in {None, Gap.REFUSED} and (waits == self.prompt or bool(showing.last_line))

    def _silent(self, data: bytearray, echo: bytes) -> ReadingError:
        """Return why no more comes: what has begun and does not end is no time-out but half an answer."""
        if self._line.is_overdue and echo and echo in data and _answer(bytes(data), echo).strip():
            return ReadingError(ReadingTrouble.INCOMPLETE, because("reading_stopped"))
        return gone(self._line)


def _answer(data: bytes, echo: bytes) -> str:
    """Return what stands between a command's echo and the prompt, as lines."""
    _, _, behind = data.partition(echo)
    found = _WAITS.search(behind)
    body = behind if found is None else behind[: found.start(1)]
    return body.decode("utf-8", errors="surrogateescape").replace("\r\n", "\n").replace("\r", "").removeprefix("\n")


class PinnedTerminals:
    """Nornir's way to a command line; `extras` hold the line, the pinned key and the credentials."""

    connection: Terminal

    def open(self, *_: Any, **given: Any) -> None:
        """Log in. ReadingError."""
        line, pinned, credentials = way_of(given["extras"])
        try:
            self._netmiko = _PinnedTerminal(line, pinned, credentials)
        except (paramiko.SSHException, NetmikoBaseException, EOFError, OSError) as error:
            line.hang_up()
            raise gone(line) from error
        self.connection = Terminal(self._netmiko, line)

    def close(self) -> None:
        """Let the connection go, without a good-bye that a broken device would not answer."""
        with suppress(Exception):
            self._netmiko.disconnect()
