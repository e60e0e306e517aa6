"""truc as an operator types it: each command a process of its own, what it said, how it ended and what it cost.

The one idea: what a command costs is asked of the system, and a command that ends otherwise than told beforehand ends all.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TRUC = (sys.executable, "-c", "from controller.entry import start; start()")
MIB = 1024


class UnexpectedError(Exception):
    """A command ended otherwise than told beforehand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What became of a command: its exit code, what it said, wall and processor seconds, the most memory it held (MiB)."""

    code: int
    said: str
    seconds: float
    cpu: float
    mib: float


def run(words: Sequence[str | Path], folder: Path, *, interrupt_in: int = 0) -> Ended:
    """Run truc; with `interrupt_in`, press Ctrl-C once a line of that wave is on its way (its events must be asked for)."""
    said: list[str] = []
    began, pressed = time.monotonic(), not interrupt_in
    with subprocess.Popen(
        [*TRUC, *map(str, words)],
        cwd=folder,
        env=_environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        memory = _Memory(process.pid)
        wave = 0
        for line in iter(process.stdout.readline, b""):
            said.append(line.decode())
            if pressed or not line.startswith(b"{"):
                continue
            event = json.loads(line).get("event", {})
            wave = event.get("number", wave) if event.get("kind") == "wave begun" else wave
            if wave == interrupt_in and event.get("kind") == "taken":
                process.send_signal(signal.SIGINT)
                pressed = True
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(
        code=process.returncode,
        said="".join(said),
        seconds=time.monotonic() - began,
        cpu=used.ru_utime + used.ru_stime,
        mib=memory.most / MIB,
    )


class _Memory:
    """The most memory (KiB) that a process has held, looked up while it runs; 0 where nobody tells. What the system says of it in
    the end counts what this process held when it was started, too."""

    def __init__(self, process: int) -> None:
        self.most = 0
        self._status = Path(f"/proc/{process}/status")
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        with suppress(OSError):
            while found := re.search(r"VmHWM:\s+(\d+)", self._status.read_text(encoding="utf-8")):
                self.most = int(found[1])
                time.sleep(0.05)


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "HOME": str(folder), "USER": "an",
        "LOGNAME": "an", "TRUC_DEVICES": "truc:truc",
    }  # fmt: skip


def must(ended: Ended, *codes: int) -> Ended:
    """Return what ended; UnexpectedError if not with one of these exit codes."""
    if ended.code not in codes:
        raise UnexpectedError(f"exit code {ended.code}, not {' or '.join(map(str, codes))}:\n{ended.said[-4000:]}")
    return ended
