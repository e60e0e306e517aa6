"""Files and folders that are put in place together: all are new, or all are what they were."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.jobs.files import Placing, write_bytes
from controller.output.exit_codes import ExitCode
from intents.finding import FindingsError
from tests.small_commands import copy_small, edit, put_folder, start_truc, truc


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """A lockfile and a folder of texts, both old."""
    write_bytes(tmp_path / "lock", b"old\n")
    put_folder(tmp_path / "out", {"configs/a": "old\n"})
    return tmp_path / "lock", tmp_path / "out"


def put_new(lock: Path, out: Path) -> None:
    with Placing() as placing:
        placing.file(lock, b"new\n")
        placing.folder(out, {"configs/b": "new\n"})
        placing.put()


def standing(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_all_are_new_together_and_nothing_is_left_beside(places: tuple[Path, Path], tmp_path: Path) -> None:
    put_new(*places)
    assert standing(tmp_path) == {"lock": "new\n", "out/configs/b": "new\n"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "out"]


def test_the_mode_of_a_file_stays(places: tuple[Path, Path]) -> None:
    places[0].chmod(0o600)
    put_new(*places)
    assert places[0].stat().st_mode & 0o777 == 0o600


Renaming = Callable[[Path, Path], Path]


def failing(real: Renaming, at: int, error: BaseException, *, lasting: bool) -> Renaming:
    """Return `Path.rename` or its like, refused or interrupted at one call, or from that one on."""
    calls = []

    def called(path: Path, to: Path) -> Path:
        calls.append(path)
        if len(calls) == at or (lasting and len(calls) > at):
            raise error
        return real(path, to)

    return called


@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()])
@pytest.mark.parametrize("at", [1, 2])
def test_a_rename_that_fails_undoes_the_others(
    at: int, error: BaseException, places: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "rename", failing(Path.rename, at, error, lasting=False))
    with pytest.raises(type(error)):
        put_new(*places)
    assert standing(tmp_path) == {"lock": "old\n", "out/configs/a": "old\n"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "out"]


def test_what_was_not_there_goes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Path, "rename", failing(Path.rename, 1, OSError(errno.EIO, "Input/output error"), lasting=False)
    )
    with pytest.raises(OSError, match="Input/output error"):
        put_new(tmp_path / "lock", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_way_back_that_is_refused_is_said(places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    error = OSError(errno.EIO, "Input/output error")
    monkeypatch.setattr(Path, "rename", failing(Path.rename, 1, error, lasting=True))
    monkeypatch.setattr(Path, "replace", failing(Path.replace, 2, error, lasting=True))
    with pytest.raises(FindingsError) as raised:
        put_new(*places)
    assert [(item.code, item.where.file) for item in raised.value.findings] == [("TR849", str(places[0]))]
    assert places[0].read_text() == "new\n"


def test_a_file_system_without_hard_links_keeps_a_copy(
    places: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    monkeypatch.setattr(
        Path, "rename", failing(Path.rename, 2, OSError(errno.EIO, "Input/output error"), lasting=False)
    )
    with pytest.raises(OSError, match="Input/output error"):
        put_new(*places)
    assert standing(tmp_path) == {"lock": "old\n", "out/configs/a": "old\n"}


@pytest.mark.parametrize("blocks", [8, 64])
def test_a_full_disk_leaves_lockfile_and_texts_as_they_were(blocks: int, tmp_path: Path) -> None:
    """The first limit is too small for the lockfile, the second one for a text alone."""
    workspace = copy_small(tmp_path)
    truc("compile", "-w", workspace)
    edit(workspace / "settings.yaml", "headroom_percent: 25", "headroom_percent: 900")
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    full = ("sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh")
    # Python itself would leave half of its compiled modules.
    result = start_truc("compile", "-w", workspace, before=full, environment={"PYTHONDONTWRITEBYTECODE": "1"})
    assert result.returncode == ExitCode.ERROR
    assert b"TR803" in result.stderr
    assert b"File too large" in result.stderr
    assert {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()} == before
    assert [path for path in workspace.iterdir() if path.name.startswith(".")] == []
    assert (workspace / "truc.lock.csv").stat().st_size > 8 * 512
