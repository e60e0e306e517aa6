"""The command line of a made-up IOS-XE: user, privileged and configuration mode, saving, the revert timer, replacing.

The one idea: a session is a loop over lines, and running is the device's, so that each line takes effect at once for all. The
revert timer follows Cisco's "Configuration Rollback Confirmed Change": it needs an archive with a path, and any session confirms.
"""

from __future__ import annotations

import asyncssh

from tests import device_ios_exec
from tests.device_faults import Fault, Place
from tests.device_ios_config import IosConfig
from tests.device_ios_edit import Typing, marker, type_line
from tests.device_state import Device
from tests.device_terminal import GoneError, Terminal

NO_ARCHIVE = "Turn config archive on before using Rollback Confirmed Change\n"
NOTHING_PENDING = "%No Rollback Confirmed Change pending\n"
CUT = 20
"""How much of a host name a prompt of configuration mode has, in characters."""


class IosSession:
    """One terminal on one device."""

    def __init__(self, device: Device, process: asyncssh.SSHServerProcess[bytes]) -> None:
        self.device = device
        self.terminal = Terminal(process, device)
        self.privileged = device.enable_password is None
        self.typing: Typing | None = None
        self.named = ""  # what a fault makes it call itself
        self.number = device.new_session(self.terminal.cut)

    @property
    def running(self) -> IosConfig:
        assert isinstance(self.device.running, IosConfig)
        return self.device.running

    @property
    def prompt(self) -> str:
        name = self.named or self.running.hostname
        if self.typing is not None:
            return f"{name[:CUT]}({self.typing.prompt})#"
        return f"{name}{'#' if self.privileged else '>'}"

    async def serve(self, command: str | None) -> None:
        """Serve a person's terminal, or one command without a terminal."""
        self.device.notices.append(self._hear)
        try:
            if command is not None:
                self.terminal.length = 0
                await self._one(command)
                self.terminal.flush()
                return
            self.terminal.write("\n")
            while True:
                if self.typing is None or self.typing.banner is None:
                    self.terminal.write(self.prompt)
                line = await self.terminal.line()
                await self.terminal.wait()
                if await self._one(line):
                    self.terminal.flush()
                    return
        except GoneError:
            return
        finally:
            self.device.notices.remove(self._hear)
            if self.device.locks.get("cli") == self.number:
                del self.device.locks["cli"]
            self.device.gone(self.number)

    def _hear(self, what: str) -> None:
        if what == "revert":
            self.terminal.write("\nRollback Confirmed Change: rolling to:flash:rollback-confirmed\n")
            self.terminal.flush()

    async def _one(self, line: str) -> bool:
        """Do one line; tell if the session ends."""
        if line in {"\x03", "\x1a"}:
            self._leave()
        elif self.typing is not None:
            await self._configure(line)
        elif line.strip():
            return await self._command(line.strip())
        return False

    def _leave(self) -> None:
        self.typing = None
        if self.device.locks.get("cli") == self.number:
            del self.device.locks["cli"]

    # -- configuration mode --------------------------------------------------------------------------------------------

    async def _configure(self, line: str) -> None:
        assert self.typing is not None
        said = line.strip()
        if self.typing.banner is None:
            if said == "end" or (said == "exit" and not self.typing.path):
                self._leave()
                return
            if said.startswith("do "):
                await self._command(said[3:])
                return
        fault = self.device.bite(Place.LINE, said) if said else None
        self.device.log.append(f"line {said}")
        if fault is Fault.REFUSE_LINE:
            self.terminal.write(marker(line, said, len(self.prompt)))
            return
        config = self.running.copy() if fault is Fault.DOES_NOTHING else self.running
        answer = type_line(config, self.typing, line, prompt=len(self.prompt), later=self.device.later)
        self.device.note(said)
        if fault is Fault.WRONG_PROMPT:
            self.named = "another-device"
        await self.terminal.suffer(fault, answer or f"{self.prompt} ")
        self.terminal.write(answer)

    # -- commands ------------------------------------------------------------------------------------------------------

    async def _command(self, line: str) -> bool:
        self.device.log.append(f"command {line}")
        found = device_ios_exec.find(line)
        if found is None or (not self.privileged and found[0] not in device_ios_exec.USER_COMMANDS):
            self.terminal.write(marker(line, line, len(self.prompt)))
            return False
        command, rest = found
        if command in {"exit", "logout"}:
            return True
        fault = self.device.bite(_place(command), line)
        if fault is Fault.REFUSE_LINE:
            self.terminal.write(marker(line, line, len(self.prompt)))
            return False
        answer = await self._answer(command, rest, idle=fault is Fault.DOES_NOTHING)
        if fault is Fault.WRONG_PROMPT:
            self.named = "another-device"
        await self.terminal.suffer(fault, answer or f"{self.prompt} ")
        await self.terminal.page(answer)
        return False

    async def _answer(self, command: str, rest: list[str], *, idle: bool) -> str:
        match command.split():
            case ["show", *_]:
                return device_ios_exec.show(self.device, command, rest)
            case ["terminal", "length"]:
                self.terminal.length = int(rest[0]) if rest and rest[0].isdigit() else 24
            case ["enable"]:
                await self._enable()
            case ["disable"]:
                self.privileged = False
            case ["configure", *_]:
                return self._configuring(command, rest, idle=idle)
            case ["write", *_] | ["copy", "running-config", "startup-config"]:
                return await self._save(ask=command.startswith("copy"), idle=idle)
            case ["copy", "running-config"]:
                self.device.files[rest[0]] = self.running.copy()
                return f"{len(self.running.text())} bytes copied in 0.1 secs\n"
            case ["clear", *_] if unknown := device_ios_exec.unknown_neighbor(self.running, rest):
                return unknown
            case ["clear", *_]:
                if any("soft".startswith(word) or word in {"in", "out"} for word in rest[1:]):
                    self.device.cleared += 1
            case ["reload"]:
                self.device.reboot()
                raise GoneError
            case _:
                pass
        return ""

    async def _enable(self) -> None:
        if self.device.enable_password is not None:
            self.terminal.write("Password: ")
            if await self.terminal.line(echo=False) != self.device.enable_password:
                self.terminal.write("% Access denied\n\n")
                return
        self.privileged = True

    async def _save(self, *, ask: bool, idle: bool) -> str:
        if ask:
            self.terminal.write("Destination filename [startup-config]? ")
            await self.terminal.line()
        if not idle:
            self.device.startup = self.running.copy()
            self.device.log.append("saved")
        return "Building configuration...\n[OK]\n"

    def _configuring(self, command: str, rest: list[str], *, idle: bool) -> str:
        holder = self.device.locks.get("cli")
        if command.startswith("configure terminal") and holder not in {None, self.number}:
            return (
                f"Configuration mode is locked by process '{200 + (holder or 0)}' user 'truc' from terminal '{holder}'. "
                "Please try later.\n"
            )
        match command.split()[1:]:
            case ["terminal"] | ["terminal", "lock"]:
                if command.endswith("lock"):
                    self.device.locks["cli"] = self.number
                return self._enter("")
            case ["terminal", "revert", "timer"]:
                return self._on_trial(rest, idle=idle)
            case ["confirm"]:
                if self.device.pending is None:
                    return NOTHING_PENDING
                if not idle:
                    self.device.settle()
                return ""
            case ["revert", "now"]:
                if self.device.pending is None:
                    return NOTHING_PENDING
                self.device.revert("asked for")
                return "Rollback Done\n"
            case ["revert", "timer"]:
                return self._prolong(rest)
            case _:
                return self._replace(rest)

    def _enter(self, before: str) -> str:
        self.typing = Typing()
        return f"{before}Enter configuration commands, one per line.  End with CNTL/Z.\n"

    def _on_trial(self, rest: list[str], *, idle: bool) -> str:
        if not rest or not rest[0].isdigit() or not 1 <= int(rest[0]) <= 120:
            return "% Incomplete command.\n"
        archive = self.running.block("archive")
        if archive is None or "path" not in archive.lines:
            return NO_ARCHIVE
        if self.device.pending is not None:
            return "%Rollback Confirmed Change is already pending\n"
        if not idle:
            self.device.arm(self.running.copy(), self.number, int(rest[0]) * self.device.minute, None)
        return self._enter(
            "Rollback Confirmed Change: Backing up current running config to flash:rollback-confirmed\n\n"
        )

    def _prolong(self, rest: list[str]) -> str:
        pending = self.device.pending
        if pending is None:
            return NOTHING_PENDING
        self.device.arm(pending.before, pending.session, int(rest[0]) * self.device.minute, None)
        return ""

    def _replace(self, rest: list[str]) -> str:
        target = self.device.files.get(rest[0]) if rest else None
        if not isinstance(target, IosConfig):
            return f"%Error opening {rest[0] if rest else ''} (No such file or directory)\n"
        if "force" not in rest:
            return "% This device takes `configure replace` with `force` only\n"
        for step, made_by in self.running.way_back(target):
            self.device.running = step
            self.device.note(f"replace: {made_by}")
        self.device.running = target.copy()
        return "\nThe rollback configlet from the last pass is listed below:\n\nTotal number of passes: 1\nRollback Done\n\n"


def _place(command: str) -> Place:
    if command.startswith(("write", "copy")):
        return Place.COMMIT
    return Place.CONFIRM if command == "configure confirm" else Place.COMMAND
