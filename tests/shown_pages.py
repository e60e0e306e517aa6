"""Documents as things to be done: the files that they show are written, the commands are run, and what they print is compared.

A fenced block says in its info string what it is:

- `console`: lines `$ COMMAND`, each followed by what it prints; a line `...` stands for any lines, `...` or `…` at a line's end
  for the rest of that line;
- `sh`: one command a line, which must succeed;
- `KIND write FILE`, `KIND add FILE`, `KIND change FILE`: a file as a whole, lines at its end, or lines in place of those with the
  same first word.

All blocks of a page are done in one folder and one shell, in their order.
"""

from __future__ import annotations

import difflib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FENCE = re.compile(r"^( *)```([^\n`]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
MARK = "@@truc-shown@@"
DEADLINE = 240
"""Seconds that all commands of a page may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: the words of its info string, its lines, and where its first line stands in the page."""

    info: tuple[str, ...]
    lines: tuple[str, ...]
    first: int

    @property
    def kind(self) -> str:
        """What is to be done with it."""
        return self.info[1] if len(self.info) == 3 else self.info[0] if len(self.info) == 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A command that a page shows, and what it is said to print (None: nothing is said, but it must succeed)."""

    command: str
    shown: tuple[str, ...] | None
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command really printed, and its exit code."""

    call: Call
    printed: tuple[str, ...]
    code: int

    @property
    def fits(self) -> bool:
        """Whether the page is right."""
        if self.call.shown is None:
            return self.code == 0
        return bool(pattern_of(self.call.shown).fullmatch("".join(f"{line}\n" for line in self.printed)))


def blocks_of(page: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for found in FENCE.finditer(page):
        first = page.count("\n", 0, found.start(3)) + 1
        yield Block(info=tuple(found[2].split()), lines=tuple(found[3].splitlines()), first=first)


def calls_of(block: Block) -> Iterator[Call]:
    """Yield the commands of a block."""
    if block.kind == "sh":
        lines = ((number, line) for number, line in enumerate(block.lines, start=block.first) if line.strip())
        yield from (Call(command=line, shown=None, first=number) for number, line in lines)
        return
    starts = [at for at, line in enumerate(block.lines) if line.startswith("$ ")]
    for at, after in zip(starts, (*starts[1:], len(block.lines)), strict=False):
        shown = _stripped(block.lines[at + 1 : after])
        yield Call(command=block.lines[at][2:], shown=shown, first=block.first + at)


def _stripped(lines: Sequence[str]) -> tuple[str, ...]:
    """Return lines without the empty ones at both ends."""
    full = [at for at, line in enumerate(lines) if line.strip()]
    return tuple(lines[full[0] : full[-1] + 1]) if full else ()


def pattern_of(shown: Sequence[str]) -> re.Pattern[str]:
    """Return what shown lines stand for."""
    parts = []
    for line in shown:
        text = line.rstrip()
        if text.strip() in {"...", "…"}:
            parts.append(r"(?:.*\n)*?")
        else:
            cut = next((mark for mark in ("...", "…") if text.endswith(mark)), "")
            parts.append(re.escape(text.removesuffix(cut)) + (".*" if cut else " *") + r"\n")
    return re.compile("".join(parts))


def written(block: Block) -> str:
    """Return the shell's words that do with a file what a block says."""
    path, text = Path(block.info[2]), "".join(f"{line}\n" for line in block.lines)
    if block.kind != "change":
        sign = ">" if block.kind == "write" else ">>"
        return (
            f"mkdir -p {shlex.quote(str(path.parent))}; printf %s {shlex.quote(text)} {sign} {shlex.quote(str(path))}"
        )
    first_words = [line.split()[0] for line in block.lines]
    script = "".join(f"s\x01^{word} .*\x01{line}\x01\n" for word, line in zip(first_words, block.lines, strict=True))
    return f"sed -i {shlex.quote(script)} {shlex.quote(str(path))}"


def run_page(
    page: str, folder: Path, before: Sequence[str] = (), unrun: Mapping[str, str] | None = None
) -> list[Outcome]:
    """Do all that a page shows in a folder; commands in `unrun` (with the reason) are left out."""
    calls: list[Call] = []
    script = ["exec 2>&1", *before]
    for block in blocks_of(page):
        if block.kind in {"write", "add", "change"}:
            script.append(written(block))
        elif block.kind in {"console", "sh"}:
            for call in calls_of(block):
                if without_comment(call.command) not in (unrun or {}):
                    script += [f"echo {MARK}", call.command, f'echo "{MARK}$?"']
                    calls.append(call)
    printed = _run("\n".join(script), folder).split(f"{MARK}\n")[1:]
    assert len(printed) == len(calls)
    outcomes = []
    for call, text in zip(calls, printed, strict=True):
        said, code = text.split(MARK)[:2]
        outcomes.append(Outcome(call=call, printed=_stripped(said.splitlines()), code=int(code.split()[0])))
    return outcomes


def without_comment(command: str) -> str:
    """Return a command without the comment behind it."""
    return re.sub(r"\s+# .*", "", command)


def _run(script: str, folder: Path) -> str:
    program = folder / ".venv" / "bin" / "truc"
    program.parent.mkdir(parents=True)
    start = "import sys; sys.argv[0] = 'truc'; from controller.cli import main; main()"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{start}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    environment = {
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
    }
    result = subprocess.run(
        ["sh", "-c", script], cwd=folder, env=environment, stdout=subprocess.PIPE, check=False, timeout=DEADLINE
    )
    return result.stdout.decode()


def mended(page: str, outcomes: Sequence[Outcome]) -> str:
    """Return a page that shows what its commands print: whole outputs anew, of cut ones each line by the nearest there is."""
    lines = page.splitlines()
    for outcome in reversed(outcomes):
        call = outcome.call
        if call.shown is None or outcome.fits:
            continue
        at = next(i for i in range(call.first, len(lines) + 1) if lines[i : i + len(call.shown)] == list(call.shown))
        lines[at : at + len(call.shown)] = _nearest(call.shown, outcome.printed)
    return "\n".join(lines) + "\n"


def _nearest(shown: Sequence[str], printed: Sequence[str]) -> list[str]:
    if not shown or not any(line.strip() in {"...", "…"} for line in shown):
        return list(printed)
    found = []
    for line in shown:
        near = difflib.get_close_matches(line, printed, n=1, cutoff=0.4)
        is_cut = line.rstrip().endswith(("...", "…"))
        found.append(line if is_cut or line in printed or not near else near[0])
    return found


def told(outcome: Outcome) -> str:
    """Return a page's mistake in words."""
    shown = "\n".join(outcome.call.shown or ())
    printed = "\n".join(outcome.printed)
    return f"line {outcome.call.first}: $ {outcome.call.command}\n--- shown\n{shown}\n--- printed ({outcome.code})\n{printed}"
