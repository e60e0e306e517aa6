"""The cache folder: what was kept is found, and whatever else stands there is as good as nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from controller.cache.store import Store, _is_own, cache_folder
from controller.cache.words import Words
from intents.reason import Reason
from tests.small_commands import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Something to keep."""

    text: str
    many: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Something of another kind that is written alike."""

    text: str
    many: tuple[int, ...] = ()


class Notes(list[str]):
    """Keeps what is told."""

    def __call__(self, path: Path, why: Reason) -> None:
        self.append(f"{path.name}: {why.key}")


VALUE = Kept(text="đường trục \udcff", many=(1, 2, 3))
NO_NOTES: list[str] = []


WORDS = Words(own=("", "x", *map(str, range(200))), declared=(VALUE.text,), texts=(), code=lambda: ())


def store(folder: Path, most_bytes: int = 100_000) -> tuple[Store, Notes]:
    notes = Notes()
    return Store(folder=folder / "truc", warn=notes, note=notes, most_bytes=most_bytes), notes


def only_file(folder: Path) -> Path:
    (path,) = (folder / "truc").iterdir()
    return path


def test_what_was_kept_is_found_under_its_key_and_kind_alone(tmp_path: Path) -> None:
    made, notes = store(tmp_path)
    assert made.find(Kept, "a", WORDS) is None
    made.keep("a", VALUE, WORDS)
    assert made.find(Kept, "a", WORDS) == VALUE
    assert made.find(Kept, "b", WORDS) is None
    assert made.find(Alike, "a", WORDS) is None
    assert notes == NO_NOTES


def test_only_the_user_may_look_at_it(tmp_path: Path) -> None:
    made, _ = store(tmp_path)
    old = os.umask(0)
    try:
        made.keep("a", VALUE, WORDS)
    finally:
        os.umask(old)
    assert made.folder.stat().st_mode & 0o777 == 0o700
    assert only_file(tmp_path).stat().st_mode & 0o777 == 0o600


def test_a_folder_that_others_could_look_into_is_closed(tmp_path: Path) -> None:
    made, notes = store(tmp_path)
    made.folder.mkdir(mode=0o755)
    made.keep("a", VALUE, WORDS)
    assert made.folder.stat().st_mode & 0o777 == 0o700
    assert made.find(Kept, "a", WORDS) == VALUE
    assert notes == NO_NOTES


def test_nothing_is_kept_where_others_may_write(tmp_path: Path) -> None:
    made, notes = store(tmp_path)
    made.folder.mkdir()
    made.folder.chmod(0o777)
    made.keep("a", VALUE, WORDS)
    assert list(made.folder.iterdir()) == []
    assert notes == ["truc: cache_folder_of_others"]


def test_nothing_is_kept_behind_a_link(tmp_path: Path) -> None:
    made, notes = store(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    made.folder.symlink_to(elsewhere)
    made.keep("a", VALUE, WORDS)
    assert list(elsewhere.iterdir()) == []
    assert notes == ["truc: cache_folder_of_others"]


def test_what_has_a_word_that_nobody_has_at_hand_is_not_kept(tmp_path: Path) -> None:
    made, notes = store(tmp_path)
    made.keep("a", Kept(text="hunter2"), WORDS)
    assert list(made.folder.iterdir()) == []
    assert [note.split(": ")[1] for note in notes] == ["cache_not_kept"]


def test_a_flipped_bit_anywhere_is_noticed(tmp_path: Path) -> None:
    made, notes = store(tmp_path)
    made.keep("a", VALUE, WORDS)
    path = only_file(tmp_path)
    whole = path.read_bytes()
    for index in range(len(whole)):
        for bit in (1, 128):
            path.write_bytes(whole[:index] + bytes([whole[index] ^ bit]) + whole[index + 1 :])
            assert made.find(Kept, "a", WORDS) is None
            assert not path.exists()
    assert len(notes) == 2 * len(whole)
    path.write_bytes(whole)
    assert made.find(Kept, "a", WORDS) == VALUE


def test_a_file_cut_off_or_longer_is_noticed(tmp_path: Path) -> None:
    made, notes = store(tmp_path)
    made.keep("a", VALUE, WORDS)
    path = only_file(tmp_path)
    whole = path.read_bytes()
    for data in (*(whole[:length] for length in range(len(whole))), whole + b"\n", whole + whole):
        path.write_bytes(data)
        assert made.find(Kept, "a", WORDS) is None
        assert not path.exists()
    assert len(notes) == len(whole) + 2


def sealed(text: bytes) -> bytes:
    body = zlib.compress(text)
    return b"truc cache 2\n" + sha256(body).digest() + body


def sealed_raw(body: bytes) -> bytes:
    return b"truc cache 2\n" + sha256(body).digest() + body


FOREIGN = {
    "an older form": sealed(b'["Kept","a",["x",[1]]]').replace(b"cache 2", b"cache 1"),
    "of another key": sealed(b'["Kept","b",["x",[1]]]'),
    "of another kind": sealed(b'["Alike","a",["x",[1]]]'),
    "a part more": sealed(b'["Kept","a",["x",[1]],1]'),
    "a field less": sealed(b'["Kept","a",["x"]]'),
    "a field of another type": sealed(b'["Kept","a",["x",["1"]]]'),
    "fields by name": sealed(b'["Kept","a",{"text":"x","many":[]}]'),
    "no list": sealed(b'{"Kept":"a"}'),
    "no number": sealed(b'["Kept","a",["x",[NaN]]]'),
    "no JSON": sealed(b"Kept"),
    "no text": sealed(b"\xff\xfe"),
    "nested too deep": sealed(b"[" * 100_000),
    "a number too long": sealed(b'["Kept","a",["x",[' + b"9" * 5000 + b"]]]"),
    "not packed": sealed_raw(b'["Kept","a",["x",[1]]]'),
    "two packed": sealed_raw(zlib.compress(b'["Kept","a",["x",[1]]]') * 2),
    "packed in part": sealed_raw(zlib.compress(b'["Kept","a",["x",[1]]]')[:-1]),
    "empty": b"",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_of_something_else_is_removed(tmp_path: Path, name: str) -> None:
    made, notes = store(tmp_path)
    made.keep("a", VALUE, WORDS)
    path = only_file(tmp_path)
    path.write_bytes(FOREIGN[name])
    assert made.find(Kept, "a", WORDS) is None
    assert len(notes) == 1
    assert not path.exists()
    made.keep("a", VALUE, WORDS)
    assert made.find(Kept, "a", WORDS) == VALUE


def test_what_is_forged_well_is_read(tmp_path: Path) -> None:
    made, _ = store(tmp_path)
    made.keep("a", VALUE, WORDS)
    only_file(tmp_path).write_bytes(sealed(b'["Kept","a",["x",[1]]]'))
    assert made.find(Kept, "a", WORDS) == Kept(text="x", many=(1,))  # so the cases above fail for what they name


def set_mode(mode: int, *, of_folder: bool) -> Callable[[Path], None]:
    def act(path: Path) -> None:
        (path.parent if of_folder else path).chmod(mode)

    return act


def as_link(path: Path) -> None:
    path.rename(path.parent.parent / "elsewhere")
    path.symlink_to(path.parent.parent / "elsewhere")


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def as_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def folder_as_link(path: Path) -> None:
    path.parent.rename(path.parent.parent / "elsewhere")
    path.parent.symlink_to(path.parent.parent / "elsewhere")


STRANGE: dict[str, Callable[[Path], None]] = {
    "others may write into the folder": set_mode(0o777, of_folder=True),
    "a group may write into the folder": set_mode(0o770, of_folder=True),
    "others may write the file": set_mode(0o606, of_folder=False),
    "a link": as_link,
    "a folder in the file's place": as_folder,
    "a pipe": as_pipe,
    "a link in the folder's place": folder_as_link,
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_another_user_could_have_put_there_is_not_believed(tmp_path: Path, name: str) -> None:
    made, notes = store(tmp_path)
    made.keep("a", VALUE, WORDS)
    STRANGE[name](only_file(tmp_path))
    assert made.find(Kept, "a", WORDS) is None
    assert len(notes) == 1


def test_what_belongs_to_another_user_is_not_believed(tmp_path: Path) -> None:
    made, _ = store(tmp_path)
    made.keep("a", VALUE, WORDS)
    path = only_file(tmp_path)
    assert _is_own(path.lstat())
    if os.geteuid() == 0:  # only root may give files away
        os.chown(path, 12345, 12345)
    assert not _is_own((path if os.geteuid() == 0 else Path("/")).lstat())
    if os.geteuid() == 0:
        assert made.find(Kept, "a", WORDS) is None


def test_a_place_where_nothing_can_be_kept_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for folder in (tmp_path / "file", Path("/proc/none"), Path("/dev/null")):
        made, notes = store(folder)
        made.keep("a", VALUE, WORDS)
        assert made.find(Kept, "a", WORDS) is None
        assert notes != NO_NOTES


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    made, _ = store(tmp_path)
    numbers = tuple(range(2000))
    made.keep("0", Kept(text="0", many=numbers), WORDS)
    size = only_file(tmp_path).stat().st_size
    made, notes = store(tmp_path, most_bytes=3 * size + 100)
    for name in ("1", "2"):
        made.keep(name, Kept(text=name, many=numbers), WORDS)
    for age, name in ((30, "0"), (20, "1"), (10, "2")):
        path = made._path(Kept, name)
        os.utime(path, (path.stat().st_atime - age, path.stat().st_mtime - age))
    assert made.find(Kept, "0", WORDS) is not None
    made.keep("3", Kept(text="3", many=numbers), WORDS)
    assert [made.find(Kept, name, WORDS) is not None for name in "0123"] == [True, False, True, True]
    assert notes == NO_NOTES


def test_what_is_larger_than_all_may_be_is_not_kept(tmp_path: Path) -> None:
    made, _ = store(tmp_path, most_bytes=50)
    made.keep("a", Kept(text="", many=tuple(range(5000))), WORDS)
    assert list(made.folder.iterdir()) == []


def test_a_file_that_was_left_half_written_goes_in_its_time(tmp_path: Path) -> None:
    made, _ = store(tmp_path, most_bytes=1000)
    made.keep("a", VALUE, WORDS)
    left = made.folder / "left.new"
    left.write_bytes(b"x" * 900)
    os.utime(left, (1, 1))
    (made.folder / "of somebody else").write_bytes(b"x" * 5000)
    made.keep("b", VALUE, WORDS)
    assert not left.exists()
    assert made.find(Kept, "a", WORDS) == made.find(Kept, "b", WORDS) == VALUE
    assert (made.folder / "of somebody else").exists()


TOGETHER = """
import sys
from pathlib import Path
from tests.test_controller_cache_store import Kept, WORDS, store
made, notes = store(Path(sys.argv[1]), 3000)
for number in range(150):
    key = str(number % 7)
    found = made.find(Kept, key, WORDS)
    assert found is None or found == Kept(text=key, many=tuple(range(200))), found
    made.keep(key, Kept(text=key, many=tuple(range(200))), WORDS)
assert notes == [], notes
"""


def test_processes_share_a_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TOGETHER, str(tmp_path)]
    running = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for process in running:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert sum(path.stat().st_size for path in (tmp_path / "truc").iterdir()) <= 3000


@pytest.mark.parametrize(
    ("environment", "platform", "folder"),
    [
        ({"XDG_CACHE_HOME": "/c", "HOME": "/h"}, "linux", "/c/truc"),
        ({"XDG_CACHE_HOME": "c", "HOME": "/h"}, "linux", "/h/.cache/truc"),
        ({"XDG_CACHE_HOME": "", "HOME": "/h"}, "linux", "/h/.cache/truc"),
        ({"HOME": "/h"}, "darwin", "/h/Library/Caches/truc"),
        ({"XDG_CACHE_HOME": "/c"}, "darwin", "/c/truc"),
        ({"LOCALAPPDATA": "/l"}, "win32", "/l/truc/cache"),
        ({}, "win32", None),
        ({}, "linux", None),
        ({"HOME": ""}, "linux", None),
        ({"HOME": "here"}, "linux", None),
    ],
)
def test_the_folder_is_the_system_s(environment: dict[str, str], platform: str, folder: str | None) -> None:
    assert cache_folder(environment, platform) == (None if folder is None else Path(folder))
