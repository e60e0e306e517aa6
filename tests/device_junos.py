"""The command line of a made-up Junos: operational and configuration mode, loads from the terminal, commits on trial, rollbacks.

The one idea: a session edits the candidate that all share, unless it is `configure exclusive`; only a commit changes what runs.
After Juniper's CLI User Guide; a commit, or `commit check`, confirms a `commit confirmed`.
"""

from __future__ import annotations

import difflib

import asyncssh

from tests.device_faults import Fault, Place
from tests.device_junos_config import TOP, JunosConfig
from tests.device_junos_text import Path
from tests.device_netconf_junos import VERSION, earlier, junos, whole_braces, whole_set
from tests.device_state import Device, RefusedError
from tests.device_terminal import GoneError, Terminal

EDITS = ("set ", "delete ", "rename ", "insert ", "activate ", "deactivate ")


class JunosSession:
    """One terminal on one device."""

    def __init__(self, device: Device, process: asyncssh.SSHServerProcess[bytes]) -> None:
        self.device = device
        self.terminal = Terminal(process, device)
        self.user = process.get_extra_info("username") or "truc"
        self.editing: Path | None = None  # None: operational mode
        self.exclusive = False
        self.named = ""
        self.number = device.new_session(self.terminal.cut)

    @property
    def candidate(self) -> JunosConfig:
        return junos(self.device.candidate or self.device.running)

    @property
    def prompt(self) -> str:
        name = self.named or junos(self.device.running).hostname
        if self.editing is None:
            return f"{self.user}@{name}> "
        where = " ".join(("edit", *self.editing))
        pending = self.device.pending
        trial = (
            f"# commit confirmed will be rolled back in {pending.minutes:g} minutes\n" if pending is not None else ""
        )
        return f"\n{trial}[{where}]\n{self.user}@{name}# "

    async def serve(self, command: str | None) -> None:
        """Serve a person's terminal, or one command without a terminal."""
        self.device.notices.append(self._hear)
        try:
            if command is not None:
                self.terminal.length = 0
                await self._operational(command)
                self.terminal.flush()
                return
            over = False
            while not over:
                self.terminal.write(self.prompt)
                line = (await self.terminal.line()).strip()
                await self.terminal.wait()
                if line in {"\x03", "\x04", "\x1a", ""}:
                    continue
                over = await self._one(line)
            self.terminal.flush()
        except GoneError:
            return
        finally:
            self.device.notices.remove(self._hear)
            self.device.gone(self.number)

    def _hear(self, what: str) -> None:
        if what == "revert":
            self.terminal.write("\nCommit was not confirmed; automatic rollback complete.\n")
            self.terminal.flush()

    async def _one(self, line: str) -> bool:
        try:
            return await (self._operational(line) if self.editing is None else self._configuration(line))
        except RefusedError as error:
            self.terminal.write(f"{error.said}\n" if error.said.startswith("error") else f"error: {error.said}\n")
            return False

    async def _say(self, line: str, answer: str) -> None:
        fault = self.device.bite(Place.COMMAND, line)
        if fault is Fault.WRONG_PROMPT:
            self.named = "another-device"
        await self.terminal.suffer(fault, answer or f"{self.prompt} ")
        await self.terminal.page("error: refused\n" if fault is Fault.REFUSE_LINE else answer)

    # -- operational mode ----------------------------------------------------------------------------------------------

    async def _operational(self, line: str) -> bool:
        self.device.log.append(f"command {line}")
        words, _, pipe = line.partition("|")
        match words.split():
            case ["exit" | "quit"]:
                return True
            case ["configure", *how] | ["edit", *how]:
                self.terminal.write(self._enter(how))
            case ["set", "cli", "screen-length", number]:
                self.terminal.length = int(number)
                self.terminal.write(f"Screen length set to {number}\n")
            case ["set", "cli", "screen-width", number]:
                self.terminal.write(f"Screen width set to {number}\n")
            case ["set", "cli", what, *_]:
                self.terminal.write(f"{what} set\n")
            case ["show", "configuration", *path]:
                await self._say(line, _printed(junos(self.device.running), tuple(path), pipe))
            case ["show", "version", *_]:
                name = junos(self.device.running).hostname
                await self._say(line, f"Hostname: {name}\nModel: vmx\nJunos: {VERSION}\n")
            case ["request", "system", "reboot", *_]:
                self.device.reboot()
                raise GoneError
            case ["show" | "clear" | "ping" | "request" | "monitor", *_]:
                await self._say(line, _shown(self.device.table(words.strip()) or "", pipe))
            case _:
                self.terminal.write(f"{' ' * len(self.prompt)}^\nunknown command.\n")
        return False

    def _enter(self, how: list[str]) -> str:
        if how[:1] == ["private"]:
            raise RefusedError("operation-not-supported", "no private candidate here")
        holder = self.device.locks.get("candidate")
        if holder not in {None, self.number}:
            raise RefusedError(
                "lock-denied", f"configuration database locked by:\n  truc terminal pts/{holder} (pid {holder})"
            )
        said = "Entering configuration mode\n"
        if how[:1] == ["exclusive"]:
            if self.device.dirty:
                raise RefusedError("lock-denied", "configuration database modified")
            self.device.lock("candidate", self.number)
            self.exclusive = True
            said = f"warning: uncommitted changes will be discarded on exit\n{said}"
        elif self.device.dirty:
            said += "The configuration has been changed but not committed\n"
        self.editing = ()
        return said

    # -- configuration mode --------------------------------------------------------------------------------------------

    async def _configuration(self, line: str) -> bool:
        assert self.editing is not None
        words, _, pipe = line.partition("|")
        match words.split():
            case ["exit" | "quit", *rest] if rest or not self.editing:
                await self._leave()
            case ["exit" | "quit" | "top" | "up" | "edit", *path]:
                self.editing = self._moved(words.split()[0], tuple(path))
            case ["run", *_]:
                await self._operational(line.removeprefix("run "))
            case ["show", *path]:
                where = (*self.editing, *path)
                await self._say(line, self._compare() if "compare" in pipe else _printed(self.candidate, where, pipe))
            case ["load", how, "terminal", *_]:
                await self._load(how)
            case ["rollback", *number]:
                self._open()
                self.device.candidate = earlier(self.device, int(number[0]) if number else 0).copy()
                self.terminal.write("load complete\n")
            case ["commit", *rest]:
                await self._commit(line, rest)
            case _ if line.startswith(EDITS):
                await self._edit(line)
            case _:
                self.terminal.write(f"{' ' * self.prompt.count(' ')}^\nunknown command.\n")
        return False

    def _moved(self, word: str, path: Path) -> Path:
        here = self.editing or ()
        return (*here, *path) if word == "edit" else here[:-1] if word == "up" else ()

    def _open(self) -> JunosConfig:
        return junos(self.device.open_candidate(self.number))

    async def _edit(self, line: str) -> None:
        self.device.log.append(f"line {line}")
        fault = self.device.bite(Place.LINE, line)
        top = (*(self.editing or ()), *line.split()[1:2])[:1]
        if fault is Fault.REFUSE_LINE or (top and top[0] not in TOP):
            self.terminal.write(f"{' ' * (len(self.user) + 2)}^\nsyntax error.\n")
            return
        candidate = self._open()
        answer = "" if fault is Fault.DOES_NOTHING else candidate.command(line, self.editing or ())
        if fault is Fault.WRONG_PROMPT:
            self.named = "another-device"
        await self.terminal.suffer(fault, answer or f"{self.prompt} ")
        self.terminal.write(answer)

    async def _load(self, how: str) -> None:
        self.terminal.write("[Type ^D at a new line to end input]\n")
        lines: list[str] = []
        while (line := await self.terminal.line()) not in {"\x04", "\x03"}:
            lines.append(line)
        self.device.log.append("loaded")
        fault = self.device.bite(Place.LINE, "\n".join(lines))
        if fault is Fault.REFUSE_LINE:
            self.terminal.write("error: syntax error\nload complete (1 errors)\n")
            return
        if fault is not Fault.DOES_NOTHING:
            changed = self._open().copy()
            changed.load("\n".join(lines), how)
            self.device.candidate = changed
        await self.terminal.suffer(fault, "load complete\n")
        self.terminal.write("load complete\n")

    def _compare(self) -> str:
        old, new = junos(self.device.running), self.candidate
        rows = difflib.unified_diff(old.set_text().splitlines(), new.set_text().splitlines(), lineterm="", n=0)
        return "".join(f"{row}\n" for row in rows if not row.startswith(("---", "+++", "@@")))

    async def _commit(self, line: str, rest: list[str]) -> None:
        fault = self.device.bite(Place.CONFIRM if self.device.pending is not None else Place.COMMIT, line)
        if fault is Fault.REFUSE_LINE:
            raise RefusedError("operation-failed", "error: configuration check-out failed")
        said = self.candidate.check()
        if said:
            raise RefusedError("operation-failed", "\n".join([*said, "error: configuration check-out failed"]))
        minutes = float(rest[1]) if len(rest) > 1 and rest[1].isdigit() else 10.0
        answer = "commit complete\n"
        if rest[:1] == ["check"]:
            answer = "configuration check succeeds\n"
            self.device.settle()
        else:
            if rest[:1] == ["confirmed"]:
                answer = f"commit confirmed will be automatically rolled back in {minutes:g} minutes unless confirmed\n{answer}"
            if fault is not Fault.DOES_NOTHING:
                seconds = minutes * self.device.minute if rest[:1] == ["confirmed"] else None
                self.device.commit(self.number, seconds=seconds)
        if fault is Fault.WRONG_PROMPT:
            self.named = "another-device"
        await self.terminal.suffer(fault, answer)
        self.terminal.write(answer)
        if "and-quit" in rest:
            await self._leave()

    async def _leave(self) -> None:
        if self.device.dirty and self.device.locks.get("candidate") in {None, self.number}:
            ours = self.exclusive
            self.terminal.write(
                "The configuration has been changed but not committed\n"
                + ("warning: Auto rollback will be performed\nDiscard" if ours else "Exit with")
                + " uncommitted changes? [yes,no] (yes) "
            )
            if (await self.terminal.line()).strip() not in {"", "y", "yes"}:
                return
        if self.exclusive:
            self.device.candidate = None
            self.device.locks.pop("candidate", None)
        self.exclusive, self.editing = False, None
        self.terminal.write("Exiting configuration mode\n")


def _shown(answer: str, pipe: str) -> str:
    """Return an answer, as a reply of its own if XML was asked for."""
    if "display xml" not in pipe or not answer:
        return answer
    return (
        f'<rpc-reply xmlns:junos="http://xml.juniper.net/junos/{VERSION}/junos">\n{answer}'
        "    <cli>\n        <banner></banner>\n    </cli>\n</rpc-reply>\n\n"
    )


def _printed(config: JunosConfig, path: Path, pipe: str) -> str:
    if not path:
        return whole_set(config) if "display set" in pipe else whole_braces(config)
    return config.set_text(path) if "display set" in pipe else config.brace_text(path)
