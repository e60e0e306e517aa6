"""A terminal on a made-up device: lines with an echo of its own, pages, and faults that keep an answer back.

The one idea: the device echoes what is typed, as a device does; asyncssh's own line editor would rewrite what a client waits for.
"""

from __future__ import annotations

import asyncio
import codecs

import asyncssh

from tests.device_faults import Fault
from tests.device_state import Device

MORE = " --More-- "
QUESTIONS = {
    Fault.ODD_PROMPT: "{name}:odd%",
    Fault.ASKS: "This operation will remove all that hangs on it. Do you want to continue? [confirm]",
}


class GoneError(Exception):
    """The session is over: the client left, or a fault took it."""


class Terminal:
    """Reads lines and writes answers; `\\n` becomes what a terminal needs."""

    def __init__(self, process: asyncssh.SSHServerProcess[bytes], device: Device) -> None:
        self.process = process
        self.device = device
        self.length = 24
        self._typed = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._said: list[str] = []

    def write(self, text: str) -> None:
        self._said.append(text.replace("\n", "\r\n"))

    def flush(self) -> None:
        if self._said:
            try:
                self.process.stdout.write("".join(self._said).encode())
            except (BrokenPipeError, ConnectionError) as error:
                raise GoneError from error
            self._said.clear()

    async def _more(self) -> None:
        self.flush()
        try:
            typed = await self.process.stdin.read(65536)
        except (asyncssh.BreakReceived, asyncssh.SignalReceived):
            typed = b"\x03"
        except asyncssh.TerminalSizeChanged:
            return
        except (asyncssh.Error, ConnectionError) as error:
            raise GoneError from error
        if not typed:
            raise GoneError
        self._typed += self._decoder.decode(typed)

    async def key(self) -> str:
        while not self._typed:
            await self._more()
        key, self._typed = self._typed[0], self._typed[1:]
        return key

    async def line(self, *, echo: bool = True) -> str:
        """Return the next line; Ctrl-C, Ctrl-D and Ctrl-Z end one, too, and are all that is returned of it."""
        line = ""
        while True:
            while not self._typed:
                await self._more()
            end = next((at for at, char in enumerate(self._typed) if char in "\r\n\x03\x04\x1a\x7f\b"), None)
            if end is None:
                line, self._typed = line + self._type(self._typed, echo=echo), ""
                continue
            stop = self._typed[end]
            line += self._type(self._typed[:end], echo=echo)
            self._typed = self._typed[end + 1 :]
            if stop in "\x7f\b":
                line = line[:-1]
                self._said.append("\b \b")
                continue
            if stop == "\r" and self._typed.startswith("\n"):
                self._typed = self._typed[1:]
            self.write("\n" if stop in "\r\n" else f"^{chr(ord(stop) + 64)}\n")
            return line if stop in "\r\n" else stop

    def _type(self, typed: str, *, echo: bool) -> str:
        if echo:
            self._said.append(typed)
        return typed

    async def page(self, text: str) -> None:
        """Write a long answer, stopping after each page unless the terminal has no length."""
        lines = text.splitlines(keepends=True)
        if self.length == 0 or len(lines) < self.length:
            self.write(text)
            return
        at = 0
        step = self.length - 1
        while at < len(lines):
            self.write("".join(lines[at : at + step]))
            at += step
            if at >= len(lines):
                return
            self._said.append(MORE)
            pressed = await self.key()
            self._said.append("\b" * len(MORE) + " " * len(MORE) + "\b" * len(MORE))
            if pressed in "qQ\x03":
                return
            step = 1 if pressed in "\r\n" else self.length - 1

    async def wait(self) -> None:
        if self.device.delay:
            self.flush()
            await asyncio.sleep(self.device.delay)

    async def suffer(self, fault: Fault | None, answer: str) -> None:
        """Do what a fault does to an answer; those that only change what is done are the platform's."""
        if fault is Fault.STALL:
            await self._silence()
        elif fault is Fault.HALF_ANSWER:
            self.write(answer[: len(answer) // 2])
            await self._silence()
        elif fault in QUESTIONS:
            self.write(QUESTIONS[fault].format(name=self.device.name))
            await self._silence()
        elif fault is Fault.DROP:
            self.cut()
            raise GoneError
        elif fault is Fault.REBOOT:
            self.device.reboot()
            raise GoneError

    async def _silence(self) -> None:
        while True:
            await self._more()
            self._typed = ""

    def cut(self) -> None:
        """End the connection without a word."""
        self._said.clear()
        self.process.channel.get_connection().abort()
