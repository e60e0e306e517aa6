"""truc as a process to which something happens right before one of its steps on the files of a workspace.

The one idea: Python itself tells of each step before it is done (audit events), so nothing of truc is replaced; at the step
that is asked for, the process is killed, or another process is started and waited for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.small_commands import ROOT

PLACING = ("os.link", "os.rename", "os.remove", "shutil.rmtree")
"""Steps with which things are put in their places."""
WRITING = ("tempfile.mkstemp", "tempfile.mkdtemp", "os.mkdir", "os.chmod", "open", *PLACING)
"""All steps that write."""

_CHILD = """
import json, os, signal, subprocess, sys
wanted = json.loads(sys.argv[1])
count, busy = 0, False

def step(event, args):
    global count, busy
    if busy or event not in wanted["events"] or not any(str(item).startswith(wanted["start"]) for item in args):
        return
    if event == "open" and not args[2] & (os.O_WRONLY | os.O_RDWR):
        return
    count += 1
    if count != wanted["at"]:
        return
    busy = True
    if not wanted["command"]:
        os.kill(os.getpid(), signal.SIGKILL)
    subprocess.run(wanted["command"], check=True, timeout=60)
    busy = False

if wanted["lockless"]:
    import fcntl
    def refuse(*_):
        raise OSError(95, "Operation not supported")
    fcntl.flock = refuse  # as on a file system that knows no such locks

sys.addaudithook(step)
sys.argv = ["truc", *sys.argv[2:]]
from controller.cli import main
main()
"""


def run_interrupted(
    *words: str | Path,
    start: Path,
    at: int,
    events: Sequence[str] = PLACING,
    command: Sequence[str] = (),
    lockless: bool = False,
) -> subprocess.CompletedProcess[bytes]:
    """Return truc run with `words`: right before its step number `at` on what begins with the path `start` the command runs, or
    (without one) it is killed."""
    wanted = {"start": str(start), "at": at, "events": events, "command": command, "lockless": lockless}
    program = [sys.executable, "-c", _CHILD, json.dumps(wanted), *(str(word) for word in words)]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=120)
