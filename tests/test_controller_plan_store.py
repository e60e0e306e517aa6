"""Runs of truc that meet each other, an editor or their own end while they write a workspace: nothing is lost or half."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from controller.jobs.pipeline import LOCKFILE
from controller.output.exit_codes import ExitCode
from tests.interrupted import PLACING, WRITING, run_interrupted
from tests.small_commands import ON, ROOT, START, copy_small, edit, truc

LINE = "prefix,lan/xx-old,10.196.63.0/26,communes-pc-gov-v4,quarantined,2026-07-15,2027-01-01,,,,0,,,by hand"


STAGED, STAGING = f".{LOCKFILE}.", ("tempfile.mkstemp",)
"""The lockfile is about to be written beside its place: it was read long ago, and nothing is renamed yet."""


def files_of(folder: Path) -> dict[str, bytes]:
    """Return what stands in a workspace's lockfile and texts."""
    found = [folder / LOCKFILE, *sorted((folder / "out").rglob("*"))]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if path.is_file()}


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes], dict[str, bytes]]:
    """Return a compiled workspace in which something was changed since, its files, and what compiling makes of them."""
    folder = copy_small(tmp_path_factory.mktemp("plan-store"))
    assert truc("compile", "-w", folder, "--on", ON)[0] == ExitCode.FINE
    edit(folder / "settings.yaml", "headroom_percent: 25", "headroom_percent: 100")
    edit(folder / "attachments.csv", "hdnd-tan-cuong-cq,", "# hdnd-tan-cuong-cq,")
    old = files_of(folder)
    done = folder.with_name("done")
    shutil.copytree(folder, done)
    assert truc("compile", "-w", done, "--on", ON)[0] == ExitCode.FINE
    assert files_of(done)[LOCKFILE] != old[LOCKFILE]
    return folder, old, files_of(done)


@pytest.fixture
def workspace(ends: tuple[Path, dict[str, bytes], dict[str, bytes]], tmp_path: Path) -> Path:
    shutil.copytree(ends[0], tmp_path / "w")
    return tmp_path / "w"


def test_of_two_runs_at_once_one_writes_and_the_other_says_so(
    workspace: Path, ends: tuple[Path, dict[str, bytes], dict[str, bytes]]
) -> None:
    command = [sys.executable, "-c", START, "compile", "-w", str(workspace), "--on", ON]
    runs = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)]
    try:
        told = [run.communicate(timeout=120) for run in runs]
    finally:
        for run in runs:
            run.kill()
            run.wait()
    assert ExitCode.FINE in [run.returncode for run in runs]
    for run, (_, errors) in zip(runs, told, strict=True):
        assert (run.returncode, b"TR897" in errors) in ((ExitCode.FINE, False), (ExitCode.ERROR, True)), errors
    assert files_of(workspace) == ends[2]


EDITS = {
    "a line more": (f"echo '{LINE}' >> {LOCKFILE}", b"(new 1, gone 0), the first of them: " + LINE.encode()),
    "saved by rename": (f"{{ cat {LOCKFILE}; echo '{LINE}'; }} > x~ && mv x~ {LOCKFILE}", b"(new 1, gone 0)"),
    "deleted": (f"rm {LOCKFILE}", b"deleted it"),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_an_editor_does_to_the_lockfile_meanwhile_stays(name: str, workspace: Path) -> None:
    command, said = EDITS[name]
    wanted = workspace.with_name("wanted")
    shutil.copytree(workspace, wanted)
    subprocess.run(["sh", "-c", command], cwd=wanted, check=True, timeout=60)
    edits = ("sh", "-c", f"cd '{workspace}' && {command}")
    words = ("compile", "-w", workspace, "--on", ON)
    found = run_interrupted(*words, start=workspace / STAGED, at=1, events=STAGING, command=edits)
    assert found.returncode == ExitCode.ERROR, found.stdout
    assert b"TR912" in found.stderr
    assert said in found.stderr
    assert b"run the command again" in found.stderr
    assert files_of(workspace) == files_of(wanted)
    assert [path.name for path in workspace.iterdir() if path.name.startswith(".")] == []
    code, text = truc(*words)
    assert code == ExitCode.FINE, text
    assert (LINE.encode() in (workspace / LOCKFILE).read_bytes()) is ("rm" not in command)


def test_an_import_does_not_write_over_what_was_changed_meanwhile(workspace: Path) -> None:
    (workspace / LOCKFILE).unlink()
    table = workspace.with_name("plan.csv")
    table.write_text(
        "key,prefix,registration_ref,since\nlan/ubnd-gia-sang-cq,10.196.2.0/26,1/CV,2019-03-01\n", encoding="utf-8"
    )
    made = ("sh", "-c", f"printf 'truc address plan, format 1\\n' > '{workspace / LOCKFILE}'")
    words = ("ipam", "import", table, "-w", workspace, "--on", ON)
    found = run_interrupted(*words, start=workspace / STAGED, at=1, events=STAGING, command=made)
    assert (found.returncode, b"TR912" in found.stderr) == (ExitCode.ERROR, True), found.stderr + found.stdout
    assert b"there was none" in found.stderr
    assert (workspace / LOCKFILE).read_bytes() == b"truc address plan, format 1\n"


def test_where_there_are_no_locks_the_revision_keeps_two_runs_apart(
    workspace: Path, ends: tuple[Path, dict[str, bytes], dict[str, bytes]]
) -> None:
    words = ("compile", "-w", str(workspace), "--on", ON)
    inner = (sys.executable, "-c", START, *words)
    found = run_interrupted(*words, start=workspace / STAGED, at=1, events=STAGING, command=inner, lockless=True)
    assert (found.returncode, b"TR912" in found.stderr) == (ExitCode.ERROR, True), found.stderr
    assert files_of(workspace) == ends[2]


def killed_at(
    workspace: Path, at: int, events: tuple[str, ...], ends: tuple[Path, dict[str, bytes], dict[str, bytes]]
) -> bool:
    """Kill a run before a step, look at what it left, and run again; return whether there was such a step."""
    _, old, new = ends
    words = ("compile", "-w", workspace, "--on", ON)
    found = run_interrupted(*words, start=workspace, at=at, events=events)
    if found.returncode == ExitCode.FINE:
        return False
    assert found.returncode == -signal.SIGKILL, found.stderr
    left = files_of(workspace)
    assert left[LOCKFILE] in (old[LOCKFILE], new[LOCKFILE])
    texts = {name: text for name, text in left.items() if name != LOCKFILE}
    whole = [{name: text for name, text in end.items() if name != LOCKFILE} for end in (old, new)]
    assert texts in (*whole, {})
    assert texts != whole[1] or left[LOCKFILE] == new[LOCKFILE], "an address stands in a text and not in the lockfile"
    code, text = truc(*words)
    assert code == ExitCode.FINE, text
    assert files_of(workspace) == new
    return True


@pytest.mark.parametrize("at", [4, 5])
def test_a_run_that_is_killed_while_it_puts_things_in_place_leaves_old_or_new(
    at: int, workspace: Path, ends: tuple[Path, dict[str, bytes], dict[str, bytes]]
) -> None:
    assert killed_at(workspace, at, PLACING, ends)


@pytest.mark.long
def test_a_run_may_be_killed_before_any_step(
    tmp_path: Path, ends: tuple[Path, dict[str, bytes], dict[str, bytes]]
) -> None:
    steps = 0
    while True:
        workspace = tmp_path / f"w{steps}"
        shutil.copytree(ends[0], workspace)
        if not killed_at(workspace, steps + 1, WRITING, ends):
            break
        shutil.rmtree(workspace)
        steps += 1
    assert steps > len(ends[2])
