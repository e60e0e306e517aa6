"""Made-up devices in the memory of whoever changes them: the product's sessions and the devices' own, without SSH between them.

The one idea: what is typed goes as bytes into the very sessions that `tests/device_server.py` serves, and their answers come back
as bytes, under the product's own readers; only the secure shell is left out, and with it nearly all that a roll-out costs. Every
message passes a boundary, before it arrives and behind its answer, at which somebody may put a fault in.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ncclient.xml_ import to_ele  # type: ignore[import-untyped]  # it has no types

from controller.fleet.asking import ask_text
from controller.fleet.candidate_sessions import NetconfCandidate
from controller.fleet.line_sessions import TerminalLines
from controller.fleet.lines import Line, gone
from controller.fleet.readings import DeviceReach, DeviceReading, DeviceText, DeviceTransport, NotRead, ReadingError
from controller.fleet.readings import ReadingTrouble as Trouble
from controller.fleet.sessions import NetconfSession, RefusedOperationError
from controller.fleet.tables import tables_beside
from controller.fleet.terminals import Terminal
from controller.fleet.writing import CandidateSession, LineSession
from intents.reason import because
from routing.vendors import VENDORS
from routing.vendors.device_tables import TableKind
from tests.device_ios import IosSession
from tests.device_netconf import Framing
from tests.device_netconf import NetconfSession as ServedNetconf
from tests.device_state import Device
from tests.device_xml_config import BASE
from tests.virtual_time import VirtualTime

_BASE_1_1 = "urn:ietf:params:netconf:base:1.1"
_HELLO = f'<hello xmlns="{BASE}"><capabilities><capability>{_BASE_1_1}</capability></capabilities></hello>'
Pass = Callable[[Device, str, bytes], str]
"""Hears of a boundary of a device: before what is sent arrives ("before") or behind the answer to it ("behind"), or of a new
connection ("open"). It may do anything to the device, and says what becomes of the message: "" nothing, or "reset", "stall"."""


class _Waits:
    """What a device's session yields when it has nothing to read."""

    def __await__(self) -> Generator[_Waits, None, None]:
        yield self


_WAITS = _Waits()


class Wire:
    """One connection, and both ends of it: the device's session runs whenever bytes come."""

    def __init__(self, device: Device, time: VirtualTime, passing: Pass) -> None:
        self.device = device
        self._time = time
        self._pass = passing
        self._in = b""
        self._out = b""
        self.is_closed = False
        self.is_mute = False
        self._timeout = 0.0
        self._runs = False
        self._session: Coroutine[Any, Any, None] | None = None
        # What asyncssh calls a process: the device's sessions know no more of it than these names.
        self.stdin = self.stdout = self.channel = self

    # The device's end.

    def get_connection(self) -> Wire:
        return self

    def abort(self) -> None:
        self.is_closed = True
        self._run()

    def write(self, data: bytes) -> None:
        if self.is_closed:
            raise BrokenPipeError
        if not self.is_mute:
            self._out += data

    async def read(self, _: int) -> bytes:
        while not self._in and not self.is_closed:
            await _WAITS
        found, self._in = self._in, b""
        return b"" if self.is_closed else found

    def serve(self, session: IosSession | ServedNetconf) -> None:
        self._session = session.serve(None)
        self._run()

    def _run(self) -> None:
        """Let the device's session go on until it waits for more."""
        if self._runs or self._session is None:
            return
        self._runs = True
        try:
            while self._session.send(None) is not _WAITS:
                pass
        except StopIteration:
            self._session, self.is_closed = None, True
        finally:
            self._runs = False

    # The other end, as paramiko's channel has it.

    def sendall(self, data: bytes) -> None:
        if self.is_closed:
            raise BrokenPipeError
        self._suffer(self._pass(self.device, "before", data))
        if not self.is_mute:
            self._in += data
            self._run()
        self._suffer(self._pass(self.device, "behind", data))

    def _suffer(self, what: str) -> None:
        if what == "stall":
            self.is_mute, self._out = True, b""
        elif what == "reset":
            self._out = b""
            self.abort()
            raise ConnectionResetError

    def settimeout(self, seconds: float) -> None:
        self._timeout = seconds

    def recv(self, size: int) -> bytes:
        if not self._out and not self.is_closed:
            self._time.sleep(self._timeout)
        found, self._out = self._out[:size], self._out[size:]
        if not found and not self.is_closed:
            raise TimeoutError
        return found

    def hang_up(self) -> None:
        """Go: the device notices at once, or, if nothing goes through any more, only when it asks."""
        if self.is_mute:
            self._time.after(60.0, lambda _: self.abort(), "")
        else:
            self.abort()


class _Connection:
    """What a terminal is opened with."""

    def __init__(self, wire: Wire) -> None:
        self.remote_conn = wire


class MemoryNetconf(NetconfSession):
    """A session that has said hello, in the framing that both ends have."""

    def __init__(self, wire: Wire, line: Line) -> None:
        self._wire = wire
        self._line = line
        self._framing = Framing()
        self._number = 0
        self._hello = self._next()
        wire.sendall(self._framing.frame(_HELLO))
        self._framing.chunked = _BASE_1_1 in self._hello

    def offers(self, capability: str) -> bool:
        return f"<capability>{capability}</capability>" in self._hello

    def do(self, operation: str) -> str:
        self._number += 1
        try:
            self._wire.sendall(
                self._framing.frame(f'<rpc xmlns="{BASE}" message-id="{self._number}">{operation}</rpc>')
            )
            reply = self._next()
        except OSError as error:
            raise gone(self._line) from error
        found = to_ele(reply).find(f"{{{BASE}}}rpc-error")
        if found is not None:
            raise RefusedOperationError(str(found.findtext(f"{{{BASE}}}error-tag") or ""))
        return reply

    def _next(self) -> str:
        while (message := self._framing.next()) is None:
            self._wire.settimeout(self._line.left)
            received = self._wire.recv(65536)
            if not received:
                raise ConnectionResetError
            self._framing.feed(received)
        return message


class MemoryAccess:
    """Ways to devices that are in memory; `seconds` as for `FleetAccess`."""

    def __init__(self, devices: Mapping[str, Device], time: VirtualTime, passing: Pass, seconds: float) -> None:
        self._devices = devices
        self._time = time
        self._pass = passing
        self._seconds = seconds
        self.away: dict[str, float] = {}

    def read(self, reach: DeviceReach, kinds: frozenset[TableKind] = frozenset()) -> DeviceReading:
        line = Line(reach, self._seconds)
        try:
            with self._connection(line) as connection:
                text = ask_text(connection, line, VENDORS[reach.platform])
                read = DeviceText(reach=reach, text=text, seconds=line.seconds)
                if kinds:
                    read = replace(read, tables=tables_beside(read, connection, kinds))
        except ReadingError as error:
            return NotRead(reach=reach, trouble=error.trouble, detail=error.detail)
        return read

    @contextmanager
    def lines(self, reach: DeviceReach) -> Iterator[LineSession]:
        line = Line(reach, self._seconds)
        with self._connection(line) as connection:
            assert isinstance(connection, Terminal)
            yield TerminalLines(connection, line, VENDORS[reach.platform], self._seconds)

    @contextmanager
    def candidate(self, reach: DeviceReach) -> Iterator[CandidateSession]:
        line = Line(reach, self._seconds)
        with self._connection(line) as connection:
            assert isinstance(connection, NetconfSession)
            yield NetconfCandidate(connection, line, VENDORS[reach.platform], self._seconds)

    def cut(self) -> None:
        """Nothing: whoever is in the middle of something is the one who asks."""

    @contextmanager
    def _connection(self, line: Line) -> Iterator[Terminal | NetconfSession]:
        device = self._devices[line.reach.device]
        what = self._pass(device, "open", b"")
        if what == "reset" or self.away.get(device.name, 0.0) > self._time.seconds:
            raise ReadingError(Trouble.UNREACHABLE, because("os_said", said="Connection refused"))
        if what == "stall":
            self._time.sleep(line.left)
            raise ReadingError(Trouble.TIMEOUT, because("reading_no_connection"))
        wire = Wire(device, self._time, self._pass)
        try:
            if line.reach.transport is DeviceTransport.NETCONF:
                wire.serve(ServedNetconf(device, wire))  # type: ignore[arg-type]  # a process, as far as it is asked
                yield MemoryNetconf(wire, line)
            else:
                wire.serve(IosSession(device, wire))  # type: ignore[arg-type]  # as above
                yield Terminal(_Connection(wire), line)  # type: ignore[arg-type]  # a connection, as far as it is asked
        except OSError as error:
            raise gone(line) from error
        finally:
            wire.hang_up()
