"""Hostile command lines, kept as data (`tests/data/hostile_commands/*.txt`): run each in a process of its own, quickly.

A line is the code that must be said, then the words; `{w}` is a workspace, `{t}` a folder with strange things, other braces stand
for words that no file should hold. A line `stdout: closed|full|gone` says where the following ones write. One process imports
truc and forks for each line, so that hundreds take seconds: `python -m tests.hostile_commands FOLDER` reads lines as JSON.
"""

from __future__ import annotations

import io
import json
import os
import resource
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TextIO

from tests.small_commands import ROOT, SMALL

LISTS = Path(__file__).parent / "data" / "hostile_commands"
WORDS = {
    "x300": "x" * 300,
    "x5000": "x" * 5000,
    "x100000": "x" * 100_000,
    "deep": "a/" * 2000,
    "up": "../" * 500,
    "esc": "\x1b[2J\x1b[31m",
    "nl": "a\nb",
    "bidi": "\u202egnp.exe",
    "bytes": os.fsdecode(b"\xff\xfe\x80"),
    "nines": "9" * 5000,
    "wide": "２０２６-０９-０１",  # noqa: RUF001 (digits that are none)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileLine:
    """One command line: where it stands, the code that it must end with, where it writes, and its words."""

    place: str
    code: str
    stdout: str
    words: tuple[str, ...]


def read_lines() -> Iterator[HostileLine]:
    """Yield every line of every list."""
    for path in sorted(LISTS.glob("*.txt")):
        stdout = "open"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.startswith("stdout: "):
                stdout = line.removeprefix("stdout: ")
            elif line and not line.startswith("#"):
                code, *words = shlex.split(line)
                yield HostileLine(place=f"{path.stem}:{number}", code=code, stdout=stdout, words=tuple(words))


def make_surroundings(folder: Path) -> dict[str, str]:
    """Make a workspace and a folder with strange things; return what the braces of a line stand for."""
    workspace, strange = folder / "w", folder / "t"
    shutil.copytree(SMALL, workspace)
    for name in ("empty", "texts"):
        (strange / name).mkdir(parents=True)
    (strange / "file").write_text("hello\n", encoding="utf-8")
    (strange / "binary").write_bytes(bytes(range(256)))
    (strange / "zeros").write_bytes(b"")
    with (strange / "huge").open("wb") as file:
        file.truncate(1 << 40)  # a hole: no disk is used
    (strange / "letter.cfg").write_text("Dear router,\n", encoding="utf-8")
    (strange / "texts" / "core-1.cfg").write_text("hostname core-1\n", encoding="utf-8")
    (strange / "link").symlink_to(workspace / "settings.yaml")
    (strange / "loop").symlink_to(strange / "loop")
    (strange / "nowhere").symlink_to(strange / "gone" / "gone")
    os.mkfifo(strange / "fifo")
    return {"w": str(workspace), "t": str(strange), **WORDS}


def run_lines(folder: Path, stream: TextIO) -> None:
    """Run lines that come as JSON, each in a child, and print what became of it."""
    from controller.cli import main  # noqa: PLC0415 (after what is set up for it)

    for path in sorted((ROOT / "controller").rglob("[a-z]*.py")):  # what commands import, before the children start
        if path.stem != "entry":
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for text in stream:
        item = json.loads(text)
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            _become(folder, item["stdout"], item["words"])
            try:
                main()
            finally:
                sys.stdout.flush()
            os._exit(0)
        _, status, used = os.wait4(child, 0)
        seconds = time.monotonic() - started
        said = (folder / "said").read_bytes() + (folder / "wrong").read_bytes()
        ended = os.waitstatus_to_exitcode(status)
        found = {
            "code": ended,
            "said": said.decode("utf-8", "replace"),
            "seconds": seconds,
            "cpu": used.ru_utime + used.ru_stime,
            "mib": used.ru_maxrss / 1024,
        }
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


def _become(folder: Path, stdout: str, words: list[str]) -> None:
    """Make this child what a shell would have started."""
    signal.alarm(20)
    os.chdir(folder / "t")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    (folder / "said").write_bytes(b"")
    said = os.open(folder / "said", os.O_WRONLY | os.O_TRUNC)
    wrong = os.open(folder / "wrong", os.O_WRONLY | os.O_TRUNC | os.O_CREAT)
    if stdout == "full":
        said = os.open("/dev/full", os.O_WRONLY)
    elif stdout == "gone":
        reader, said = os.pipe()
        os.close(reader)
    os.dup2(said, 1)
    os.dup2(wrong, 2)
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", closefd=False), encoding="utf-8")
    sys.stderr = io.TextIOWrapper(os.fdopen(2, "wb", closefd=False), encoding="utf-8", line_buffering=True)
    if stdout == "closed":
        sys.stdout = None  # as Python has it then
        os.close(1)
    os.environ.pop("TRUC_LANG", None)
    sys.argv = ["truc", *words]


if __name__ == "__main__":
    run_lines(Path(sys.argv[1]), sys.stdin)
