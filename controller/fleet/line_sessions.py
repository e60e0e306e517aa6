"""A command line that writes: lines typed in one go, every answer looked at.

The one idea: what a device sends is cut at its prompts into one answer for each line that was typed; an answer begins with the
line itself, as the device echoes it, and is else empty or a notice that the plan foretells. Whatever else comes ends the session,
and so does a device that asks back, or waits behind what is no prompt of its own: it would say nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from controller.fleet.asking import ask_again, ask_text
from controller.fleet.lines import Line
from controller.fleet.readings import ReadingError
from controller.fleet.terminals import Terminal
from controller.fleet.words import DeviceWords
from controller.fleet.writing import WritingError, WritingTrouble
from intents.reason import because
from routing.vendors.entering import LineEntry

_MOST_BYTES = 4096
"""Bytes that are sent before the answers to them are waited for: no device's buffer is smaller."""
_SHOWN = 120
_MODE = rb"\([^()\r\n]{1,64}\)"
"""What a prompt says of the mode, whatever it is called: `(config-sg-tacacs+)`, `(ca-trustpoint)` (IOS-GRAM-11)."""
_ASKS = rb"[\r\n][^\r\n]{1,200}(?:\[confirm\]|\[(?:yes/no|y/n)\]:?|\?|password:) ?$"
"""A last line behind which a device waits for an answer."""
_STILL = 2.0
"""Seconds of silence behind what may be such a line, or a prompt of no known form, that make it one."""


class TerminalLines:
    """A terminal in which lines are typed. `seconds`: what each step may take."""

    def __init__(self, terminal: Terminal, line: Line, words: DeviceWords, seconds: float) -> None:
        assert isinstance(words.entry, LineEntry)
        self._entry: LineEntry = words.entry
        self._words = words
        self._terminal = terminal
        self._line = line
        self._seconds = seconds
        self._is_ready = False
        self._left = b""
        own = re.escape(line.reach.device[: self._entry.cut].encode())
        self._ends = re.compile(_ASKS + rb"|[\r\n]" + own + rb"[^\r\n]{0,99}[#>%$:] ?$", re.IGNORECASE)

    def text(self) -> str:
        """Return the device's whole text. ReadingError."""
        with self._line.step(self._seconds):
            if self._is_ready:
                return ask_again(self._terminal, self._words.showing)
            self._is_ready = True
            return ask_text(self._terminal, self._line, self._words)

    def enter(self, minutes: int = 0) -> None:
        """Enter configuration mode. ReadingError, WritingError."""
        timer = self._entry.timer
        command = timer.arm.format(minutes=minutes) if timer is not None and minutes else self._entry.enter
        said = self._command(command)
        if self._entry.busy.search(said):
            raise WritingError(WritingTrouble.BUSY, because("writing_busy"))
        if not self._entry.entered.search(said):
            raise self._unexpected(command, said, WritingTrouble.REFUSED)
        if timer is not None and minutes and not timer.armed.search(said):
            raise self._unexpected(command, said, WritingTrouble.REFUSED)

    def leave(self) -> None:
        """Leave configuration mode. ReadingError, WritingError."""
        said = self._command(self._entry.leave)
        if said.strip():
            raise self._unexpected(self._entry.leave, said, WritingTrouble.SAID)

    def confirm(self) -> bool:
        """Confirm what waits for it; False: nothing did. ReadingError, WritingError."""
        timer = self._entry.timer
        assert timer is not None
        said = self._command(timer.confirm)
        if timer.unarmed.search(said):
            return False
        if said.strip():
            raise self._unexpected(timer.confirm, said, WritingTrouble.REFUSED)
        return True

    def save(self) -> bool:
        """Keep the text over a restart. ReadingError, WritingError."""
        return self._entry.saved.search(self._command(self._entry.save)) is not None

    def type_lines(self, lines: Sequence[str], notices: frozenset[str]) -> None:
        """Type lines; WritingError, with how many were taken before it, at the first that is not. ReadingError.

        What was sent with a line that is not taken acts all the same, so its answers are waited for: whoever reads the device
        next reads what it has come to.
        """
        done = 0
        for some in _portions(lines):
            with self._line.step(self._seconds):
                self._terminal.put("".join(f"{line}\n" for line in some).encode())
            for number, line in enumerate(some, start=1):
                with self._line.step(self._seconds):
                    said = self._answer(line, self._entry.prompt)
                try:
                    self._check(line, said, notices, done)
                except WritingError:
                    self._hear_out(some[number:])
                    raise
                done += 1

    def _hear_out(self, lines: Sequence[str]) -> None:
        """Wait for the answers to lines that are sent; what they are does not matter any more."""
        with suppress(ReadingError):
            for line in lines:
                with suppress(WritingError), self._line.step(self._seconds):
                    self._answer(line, self._entry.prompt)

    def _check(self, line: str, said: str, notices: frozenset[str], done: int) -> None:
        rest = said.strip()
        if rest and not _is_known(rest, notices) and "\n" not in line:
            trouble = (
                WritingTrouble.REFUSED if self._words.showing.refusal.match(said.lstrip("\n")) else WritingTrouble.SAID
            )
            raise self._unexpected(line, said, trouble, done)

    def _command(self, command: str) -> str:
        """Return the answer to a command that may change the mode. ReadingError, WritingError."""
        with self._line.step(self._seconds):
            self._terminal.put(f"{command}\n".encode())
            return self._answer(command, None)

    def _answer(self, line: str, prompt: re.Pattern[str] | None) -> str:
        """Return what a device says to a line up to its next prompt, the echo left out. ReadingError, WritingError."""
        waits = self._waits(prompt)
        data = self._left
        while (found := waits.search(data)) is None:
            more = self._terminal.take(_STILL if self._ends.search(data[-_SHOWN * 3 :]) else None)
            if not more:
                raise WritingError(WritingTrouble.PROMPT, because("writing_prompt", line=self._shown(line)))
            data += more
        self._left = data[found.end() :]
        answer = data[: found.start(1)].decode("utf-8", errors="replace").replace("\r", "").removeprefix("\n")
        echo = line.rstrip()
        if not answer.removeprefix(" ").startswith(echo):
            raise WritingError(WritingTrouble.ECHO, because("writing_echo", line=self._shown(line)))
        self._check_prompt(found[1].decode("utf-8", errors="replace"), line, prompt)
        return answer.removeprefix(" ")[len(echo) :]

    def _waits(self, prompt: re.Pattern[str] | None) -> re.Pattern[bytes]:
        """Return what finds any prompt: behind a line in configuration mode more may follow it, for the next line is sent."""
        end = rb" ?$" if prompt is None else rb""
        return re.compile(rb"[\r\n]([\w.-]{1,99}(?:" + _MODE + rb")?[#>])" + end)

    def _check_prompt(self, waits: str, line: str, prompt: re.Pattern[str] | None) -> None:
        """WritingError if a device waits with a prompt that is not its own, or not that of the mode."""
        found = (prompt or self._entry.prompt).fullmatch(waits)
        if found is None and prompt is None:
            found = self._words.showing.prompt.fullmatch(waits)
        name = self._line.reach.device
        if found is None or not name.startswith(found["name"]) or len(found["name"]) < min(len(name), self._entry.cut):
            raise WritingError(WritingTrouble.PROMPT, because("writing_prompt", line=self._shown(line)))

    def _unexpected(self, line: str, said: str, trouble: WritingTrouble, done: int = 0) -> WritingError:
        """Return the error that quotes a line and the first words of an answer, without what may be a secret."""
        words = next((row.strip() for row in said.splitlines() if row.strip(" ^")), "")
        answer = self._words.hide_secrets(words[:_SHOWN]).strip()
        return WritingError(trouble, because("writing_said", line=self._shown(line), said=answer), done)

    def _shown(self, line: str) -> str:
        return self._words.hide_secrets(line).splitlines()[0].strip() if line.strip() else ""


def _portions(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield lines in portions that are small enough to be sent at once, each at least one line."""
    start, size = 0, 0
    for at, line in enumerate(lines):
        length = len(line.encode()) + 1
        if at > start and size + length > _MOST_BYTES:
            yield lines[start:at]
            start, size = at, 0
        size += length
    if start < len(lines):
        yield lines[start:]


def _is_known(said: str, notices: frozenset[str]) -> bool:
    """Return whether an answer is nothing but notices that were foretold, in whatever order."""
    left = " ".join(said.split())
    for notice in sorted(notices, key=len, reverse=True):
        left = left.replace(" ".join(notice.split()), "")
    return not left.strip()
