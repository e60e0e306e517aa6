"""NETCONF on a made-up device: hello, framing of both versions, and the operations of RFC 6241 on what the device remembers.

The one idea: sessions only read and word messages; what a lock or a confirmed commit means is in `tests/device_state.py`, what a
configuration looks like in `tests/device_netconf_payload.py`. Framing is RFC 6242 (section 4).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import asyncssh

from tests import device_netconf_junos
from tests.device_faults import Fault, Place
from tests.device_netconf_payload import apply, error_of, find, local, read, store_of, text_of
from tests.device_state import Config, Device, RefusedError
from tests.device_terminal import GoneError
from tests.device_xml_config import BASE

CAPABILITY = "urn:ietf:params:netconf:capability:"
USUAL = {
    "junos": ("candidate:1.0", "confirmed-commit:1.0", "validate:1.0"),
    "netconf": ("candidate:1.0", "confirmed-commit:1.1", "validate:1.1", "rollback-on-error:1.0"),
    "cisco_ios": ("writable-running:1.0", "startup:1.0"),
}
_END = b"]]>]]>"
_CHUNK = re.compile(rb"\n#(\d+|#)\n")


class Framing:
    """Takes bytes, gives messages, in the framing of 1.0 until both sides said 1.1."""

    def __init__(self) -> None:
        self.chunked = False
        self._left = b""
        self._chunks: list[bytes] = []

    def feed(self, received: bytes) -> None:
        self._left += received

    def next(self) -> str | None:
        return self._next_chunked() if self.chunked else self._next_ended()

    def _next_ended(self) -> str | None:
        message, end, rest = self._left.partition(_END)
        if not end:
            return None
        self._left = rest
        return message.decode()

    def _next_chunked(self) -> str | None:
        while (head := _CHUNK.match(self._left)) is not None:
            if head[1] == b"#":
                self._left = self._left[head.end() :]
                message, self._chunks = b"".join(self._chunks), []
                return message.decode()
            size = int(head[1])
            if len(self._left) < head.end() + size:
                return None
            self._chunks.append(self._left[head.end() : head.end() + size])
            self._left = self._left[head.end() + size :]
        return None

    def frame(self, message: str) -> bytes:
        body = message.encode()
        return b"\n#%d\n%s\n##\n" % (len(body), body) if self.chunked else body + _END


class NetconfSession:
    """One NETCONF session."""

    def __init__(self, device: Device, process: asyncssh.SSHServerProcess[bytes]) -> None:
        self.device = device
        self.process = process
        self.framing = Framing()
        self.number = device.new_session(self.cut)
        self.offered = tuple(device.capabilities) or USUAL[device.platform]

    def cut(self) -> None:
        self.process.channel.get_connection().abort()

    async def serve(self, _: str | None) -> None:
        offered = "".join(f"<capability>{CAPABILITY}{one}</capability>" for one in self.offered)
        bases = "".join(f"<capability>urn:ietf:params:netconf:base:{one}</capability>" for one in ("1.0", "1.1"))
        self._send(
            f'<hello xmlns="{BASE}"><capabilities>{bases}{offered}</capabilities>'
            f"<session-id>{self.number}</session-id></hello>"
        )
        try:
            hello = await self._receive()
            self.framing.chunked = "urn:ietf:params:netconf:base:1.1" in hello
            while await self._answer(await self._receive()):
                pass
        except GoneError:
            pass
        finally:
            self.device.gone(self.number, reverts=self.device.platform != "junos")

    async def _receive(self) -> str:
        while (message := self.framing.next()) is None:
            try:
                received = await self.process.stdin.read(65536)
            except (asyncssh.Error, ConnectionError) as error:
                raise GoneError from error
            if not received:
                raise GoneError
            self.framing.feed(received)
        return message

    def _send(self, message: str) -> None:
        try:
            self.process.stdout.write(self.framing.frame(message))
        except (BrokenPipeError, ConnectionError) as error:
            raise GoneError from error

    async def _answer(self, message: str) -> bool:
        rpc = ET.fromstring(message)  # noqa: S314 (from the test's own client)
        operation = rpc[0]
        name = local(operation)
        self.device.log.append(f"rpc {name}")
        await asyncio.sleep(self.device.delay)
        fault = self.device.bite(_place(operation, pending=self.device.pending is not None), name)
        try:
            if fault is Fault.REFUSE_LINE:
                raise RefusedError("operation-failed", "refused")
            body = "<ok/>" if fault is Fault.DOES_NOTHING else self.do(operation)
        except RefusedError as error:
            body = error_of(error)
        if fault in {Fault.DROP, Fault.REBOOT}:
            self.device.reboot() if fault is Fault.REBOOT else self.cut()
            raise GoneError
        while fault in {Fault.STALL, Fault.HALF_ANSWER}:
            if fault is Fault.HALF_ANSWER:
                half = self.framing.frame(body)
                self.process.stdout.write(half[: len(half) // 2])
                fault = Fault.STALL
            await self._receive()
        identity = "".join(f' {key}="{escape(value)}"' for key, value in rpc.attrib.items())
        self._send(f'<rpc-reply xmlns="{BASE}"{identity}>{body}</rpc-reply>')
        return name != "close-session"

    # -- operations ----------------------------------------------------------------------------------------------------

    def do(self, operation: ET.Element) -> str:
        """Do one operation and return what stands in its reply."""
        name = local(operation)
        if self.device.platform == "junos" and name in device_netconf_junos.OPERATIONS:
            return device_netconf_junos.OPERATIONS[name](self.device, self.number, operation)
        if name in {"get-config", "get"}:
            source = "running" if name == "get" else store_of(operation, "source")
            return f"<data>{read(self._store(source))}</data>"
        if name not in OPERATIONS:
            raise RefusedError("operation-not-supported", f"{name} is not known here")
        OPERATIONS[name](self, operation)
        return "<ok/>"

    def copy(self, operation: ET.Element) -> None:
        if store_of(operation, "target") != "startup":
            raise RefusedError("operation-not-supported", "only startup can be copied to")
        self._need("startup")
        self.device.startup = self._store(store_of(operation, "source")).copy()

    def lock(self, operation: ET.Element) -> None:
        self._store(store_of(operation, "target"))
        self.device.lock(store_of(operation, "target"), self.number)

    def unlock(self, operation: ET.Element) -> None:
        self.device.unlock(store_of(operation, "target"), self.number)

    def cancel(self, operation: ET.Element) -> None:
        self._need("confirmed-commit:1.1")
        self.device.cancel(self.number, text_of(operation, "persist-id"))

    def discard(self, _: ET.Element) -> None:
        self._need("candidate")
        self.device.discard(self.number)

    def validate(self, _: ET.Element) -> None:
        self._need("validate")
        if self.device.platform == "junos":
            device_netconf_junos.check(self.device)

    def close(self, _: ET.Element) -> None:
        """Nothing: the session ends when the answer is out."""

    def _need(self, capability: str) -> None:
        if not any(one.startswith(capability) for one in self.offered):
            raise RefusedError("operation-not-supported", f"{capability} is not offered")

    def _store(self, name: str) -> Config:
        if name == "candidate":
            self._need("candidate")
            return self.device.candidate or self.device.running
        if name == "startup":
            self._need("startup")
            return self.device.startup
        if name != "running":
            raise RefusedError("invalid-value", f"there is no datastore {name}")
        return self.device.running

    def edit(self, operation: ET.Element) -> None:
        target = store_of(operation, "target")
        default = text_of(operation, "default-operation") or "merge"
        change = find(operation, "config")
        change = find(operation, "config-text") if change is None else change
        if change is None:
            raise RefusedError("missing-element", "config")
        if target == "candidate":
            self._need("candidate")
            changed = self.device.open_candidate(self.number).copy()
        else:
            self._need("writable-running")
            self.device.check_free("running", self.number)
            changed = self.device.running.copy()
        apply(changed, change, default)
        if target == "candidate":
            self.device.candidate = changed
        else:
            self.device.running = changed
            self.device.note("edit-config")

    def commit(self, operation: ET.Element) -> None:
        self._need("candidate")
        if self.device.platform == "junos":
            device_netconf_junos.check(self.device)
        if find(operation, "confirmed") is None:
            self.device.commit(self.number, persist_id=text_of(operation, "persist-id"))
            return
        self._need("confirmed-commit")
        if text_of(operation, "persist") or text_of(operation, "persist-id"):
            self._need("confirmed-commit:1.1")
        seconds = text_of(operation, "confirm-timeout") or "600"
        if not seconds.isdigit() or int(seconds) == 0:
            raise RefusedError("invalid-value", "confirm-timeout")
        self.device.commit(
            self.number,
            seconds=int(seconds) * self.device.minute / 60,
            persist=text_of(operation, "persist"),
            persist_id=text_of(operation, "persist-id"),
        )

    def kill(self, operation: ET.Element) -> None:
        number = text_of(operation, "session-id") or ""
        cut = self.device.sessions.get(int(number)) if number.isdigit() and int(number) != self.number else None
        if cut is None:
            raise RefusedError("invalid-value", "session-id")
        cut()
        self.device.gone(int(number), reverts=True)


OPERATIONS: dict[str, Callable[[NetconfSession, ET.Element], None]] = {
    "edit-config": NetconfSession.edit,
    "copy-config": NetconfSession.copy,
    "lock": NetconfSession.lock,
    "unlock": NetconfSession.unlock,
    "commit": NetconfSession.commit,
    "cancel-commit": NetconfSession.cancel,
    "discard-changes": NetconfSession.discard,
    "validate": NetconfSession.validate,
    "kill-session": NetconfSession.kill,
    "close-session": NetconfSession.close,
}


def _place(operation: ET.Element, *, pending: bool) -> Place:
    name = local(operation)
    if name in {"commit", "commit-configuration"}:
        return Place.CONFIRM if pending and find(operation, "confirmed") is None else Place.COMMIT
    return Place.LINE if name in {"edit-config", "load-configuration"} else Place.COMMAND
