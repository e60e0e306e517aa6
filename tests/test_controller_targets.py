"""Outputs never overwrite what is read, each other, or what is no place for them; that is said before any work is done."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from controller.jobs.targets import Target, check_targets
from controller.output.exit_codes import ExitCode
from intents.finding import FindingsError
from tests.small_commands import copy_small, start_truc, truc

FILES = ("--html", "--junit", "--record")
OURS = (
    "truc.lock.csv", "units.csv", "devices.csv", "settings.yaml", "systems.yml", "new.csv", "Units.CSV", ".git/config", ".hidden",
    "intents/government.yaml", "intents/page.html", "running/core-1.cfg", "out", "out/page.html", "out/configs/core-1.cfg",
    "intents/../truc.lock.csv",
)  # fmt: skip


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_small(tmp_path_factory.mktemp("compiled"))
    assert truc("compile", "-w", folder)[0] == ExitCode.FINE
    return folder


@pytest.fixture
def workspace(compiled: Path, tmp_path: Path) -> Path:
    return shutil.copytree(compiled, tmp_path / compiled.name, symlinks=True)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def codes(*targets: Target, workspace: Path | None = None, read: tuple[Path, ...] = ()) -> list[str]:
    try:
        check_targets(targets, workspace, read)
    except FindingsError as error:
        return [item.code for item in error.findings]
    return []


def file(path: Path | str, option: str = "--html") -> Target:
    return Target(option=option, path=Path(path))


def folder(path: Path | str) -> Target:
    return Target(option="-o", path=Path(path), is_folder=True)


@pytest.mark.parametrize("option", FILES)
@pytest.mark.parametrize("place", OURS)
def test_no_option_overwrites_what_a_workspace_has(option: str, place: str, workspace: Path) -> None:
    before = contents(workspace)
    code, text = truc("verify", "-w", workspace, option, workspace / place)
    assert code == ExitCode.ERROR
    assert "TR846" in text or ("TR848" in text and not (workspace / place).parent.is_dir())
    assert contents(workspace) == before


def test_a_page_beside_the_tables_is_no_harm(workspace: Path) -> None:
    assert codes(file(workspace / "report.html"), workspace=workspace) == []


@pytest.mark.parametrize("place", [".", "..", "intents", "running", "running/new", "intents/new", "out/configs", "Out"])
def test_no_folder_of_texts_replaces_what_a_workspace_has(place: str, workspace: Path) -> None:
    before = contents(workspace)
    code, text = truc("compile", "-w", workspace, "-o", workspace / place)
    assert (code, "TR846" in text) == (ExitCode.ERROR, True)
    assert contents(workspace) == before


def test_a_link_to_what_is_read_is_what_it_leads_to(workspace: Path, tmp_path: Path) -> None:
    link = tmp_path / "page.html"
    link.symlink_to(workspace / "truc.lock.csv")
    assert codes(file(link), workspace=workspace) == ["TR846"]
    (tmp_path / "way").symlink_to(workspace)
    assert codes(file(tmp_path / "way" / "settings.yaml"), workspace=workspace) == ["TR846"]


def test_what_is_read_besides_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "core-1.cfg").write_text("hostname core-1\n", encoding="utf-8")
    recording = tmp_path / "answers.jsonl.gz"
    recording.write_bytes(b"")
    read = (tmp_path / "texts", recording)
    assert codes(file(recording), read=read) == ["TR846"]
    assert codes(file(tmp_path / "texts" / "core-1.cfg"), read=read) == ["TR846"]
    assert codes(file(tmp_path / "texts" / "core-2.conf"), read=read) == ["TR846"]
    assert codes(file(tmp_path / "texts" / "page.html"), read=read) == ["TR846"]
    assert codes(folder(tmp_path / "texts"), read=read) == ["TR846"]


@pytest.mark.parametrize("other", ["page.html", "./page.html", "sub/../page.html", "page.html/more"])
def test_two_outputs_are_two_files(other: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    assert "TR847" in codes(file(tmp_path / "page.html"), file(tmp_path / other, "--junit"))


def test_outputs_meet_by_links_too(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "page.html")
    assert codes(file(tmp_path / "page.html"), file(tmp_path / "link", "--junit")) == ["TR847"]


def test_a_place_that_is_none_for_a_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "file").write_text("", encoding="utf-8")
    for place in (tmp_path, tmp_path / "pipe", tmp_path / "loop", tmp_path / "no" / "page", tmp_path / "file" / "page",
                  Path("/dev/null"), Path("/dev/stdout"), Path("/proc/self/fd/1"), Path("/dev/full"), Path("/"),
                  Path()):  # fmt: skip
        assert codes(file(place)) == ["TR848"], place
    for place in (Path("/"), Path("/proc"), tmp_path / "file", tmp_path / "file" / "out"):
        assert codes(folder(place)) == ["TR848"], place
    assert codes(folder(tmp_path / "new" / "out")) == []
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("place", ["/sys/page.html", f"{'x' * 255}"])
def test_what_the_system_refuses_is_tried_before_the_work(place: str, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"page|xxx"):
        check_targets([file(tmp_path / place)], None)


def test_a_refused_place_costs_no_judging(workspace: Path, tmp_path: Path) -> None:
    result = start_truc("verify", "-w", workspace, "--html", tmp_path, "--junit", "/dev/null")
    assert (result.returncode, b"TR848" in result.stderr, result.stdout) == (ExitCode.ERROR, True, b"")


def test_a_link_is_written_through_and_stays_a_link(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "page.xml"
    link.symlink_to(tmp_path / "there" / "page.xml")
    assert truc("verify", "-w", workspace, "--no-failures", "--junit", link)[0] == ExitCode.FINE
    assert link.is_symlink()
    assert (tmp_path / "there" / "page.xml").read_bytes().startswith(b"<?xml")
    (tmp_path / "texts").symlink_to(tmp_path / "there" / "texts")
    for _ in range(2):
        assert truc("compile", "-w", workspace, "-o", tmp_path / "texts")[0] == ExitCode.FINE
    assert (tmp_path / "texts").is_symlink()
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == ["page.xml", "texts"]


def test_check_tries_no_place(workspace: Path, tmp_path: Path) -> None:
    assert truc("compile", "-w", workspace, "--check", "-o", tmp_path / "nowhere" / "out")[0] == ExitCode.FINE
    assert not (tmp_path / "nowhere").exists()
