"""`truc verify` says the same, byte for byte, whether an earlier run has judged or not; and what has changed is judged."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from controller.cache.store import Store
from controller.jobs.judging import Extent, judging_key
from controller.jobs.pipeline import Compiled
from controller.jobs.verify import verify
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.output.words import Language
from intents.reason import Reason
from tests.batfish_cases import texts_of
from tests.small_builds import compiled
from tests.small_commands import ON, SMALL, copy_small, start_truc, truc


def noted(folder: Path) -> tuple[Store, list[Reason]]:
    """Return a cache in a folder, and what it says."""
    notes: list[Reason] = []

    def note(_: Path, why: Reason) -> None:
        notes.append(why)

    return Store(folder=folder / "truc", warn=note, note=note), notes


NO_NOTE = "in the cache is not used"


def kept() -> list[Path]:
    """Return the files of this test's cache."""
    return sorted(Path(os.environ["XDG_CACHE_HOME"]).glob("truc/*"))


def texts_folder(folder: Path, change: Callable[[str], str]) -> Path:
    """Return a folder with the texts of the small example, one device's changed."""
    folder.mkdir()
    for name, item in compiled().configs.items():
        text = change(item.text) if name == "cpe-gia-sang" else item.text
        (folder / item.file_name).write_text(text, encoding="utf-8")
    return folder


CHANGES: dict[str, tuple[Callable[[str], str], ExitCode]] = {
    "nothing": (lambda text: text, ExitCode.FINE),
    "an entry less": (lambda text: re.sub(r"^ 20 permit tcp .*\n", "", text, flags=re.MULTILINE), ExitCode.ERROR),
    "a line that nobody knows": (lambda text: f"frobnicate\n{text}", ExitCode.INCONCLUSIVE),
}


WORDS = ((), ("--json",), ("--lang", "vi"), ("--no-failures",))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param(name, words, marks=pytest.mark.long if words and name != "an entry less" else ())
        for name in CHANGES
        for words in WORDS
    ],
)
def test_a_report_is_the_same_with_and_without_what_was_kept(tmp_path: Path, name: str, words: tuple[str, ...]) -> None:
    change, code = CHANGES[name]
    folder = texts_folder(tmp_path / "texts", change)
    told = []
    for number, more in enumerate((("--no-cache",), (), (), ("--no-cache",))):
        html, junit = tmp_path / "report.html", tmp_path / "report.xml"
        command = ("verify", "-w", SMALL, "--on", ON, "--configs", folder, "--html", html, "--junit", junit)
        result = truc(*command, *words, *more)
        assert result[0] == code
        told.append((result, html.read_bytes(), junit.read_bytes()))
        assert len(kept()) == (1 if number else 0)
    assert told[1:] == told[:1] * 3


def test_a_process_of_its_own_finds_what_another_has_kept(tmp_path: Path) -> None:
    surroundings = {"XDG_CACHE_HOME": str(tmp_path)}
    found = [
        start_truc("verify", "-w", SMALL, "--on", ON, environment={**surroundings, "PYTHONHASHSEED": seed})
        for seed in ("0", "1")
    ]
    assert found[0].returncode == ExitCode.FINE
    assert found[0].stdout == found[1].stdout
    assert len(list((tmp_path / "truc").iterdir())) == 1


def damaged(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def of_another_form(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"truc cache 2", b"truc cache 1"))


def as_link(path: Path) -> None:
    elsewhere = path.parent.parent / "elsewhere"
    path.parent.rename(elsewhere)
    path.parent.symlink_to(elsewhere)


def unreadable(path: Path) -> None:
    path.unlink()
    path.mkdir()


def open_to_all(path: Path) -> None:
    path.parent.chmod(0o777)


@pytest.mark.parametrize("harm", [damaged, of_another_form, unreadable, open_to_all, as_link])
@pytest.mark.parametrize("language", Language)
def test_what_somebody_may_have_put_there_is_told_and_judged_anew(
    harm: Callable[[Path], None], language: Language
) -> None:
    command = ("verify", "-w", SMALL, "--on", ON, "--lang", language)
    plain = truc(*command)
    (path,) = kept()
    harm(path)
    code, said = truc(*command)
    note = Output(language).words("cache_unused", file="@", why="@").split("@")[1].strip(" :")
    assert said.count(note) == 1
    assert (code, re.sub(rf"^.*{note}.*\n", "", said, flags=re.MULTILINE)) == plain


@pytest.mark.parametrize("surroundings", [{}, {"TRUC_DEBUG": "1"}], ids=["plain", "debug"])
def test_that_there_is_no_place_is_told_with_debug_alone(surroundings: dict[str, str]) -> None:
    place = {"XDG_CACHE_HOME": "/dev/null"}
    found = start_truc("verify", "-w", SMALL, "--on", ON, environment={**place, **surroundings})
    assert found.returncode == ExitCode.FINE
    assert (NO_NOTE in found.stderr.decode()) is bool(surroundings)


@pytest.mark.parametrize(
    "surroundings", [{}, {"HOME": "/dev/null"}, {"HOME": "/proc"}, {"XDG_CACHE_HOME": "/dev/null"}]
)
def test_without_a_place_for_it_nothing_is_kept_and_nothing_said(surroundings: dict[str, str]) -> None:
    found = start_truc("verify", "-w", SMALL, "--on", ON, environment=surroundings)
    assert found.returncode == ExitCode.FINE
    assert found.stderr == b""


def key(*, done: Compiled | None = None, texts: Mapping[str, str] | None = None, with_failures: bool = True) -> str:
    return judging_key(done or compiled(), texts or plain_texts(), Extent(failures=with_failures))


@cache
def plain_texts() -> dict[str, str]:
    return {name: item.text for name, item in compiled().configs.items()}


def changed_keys() -> Iterator[str]:
    done = compiled()
    addressed, wanted = done.addressed, done.addressed.wanted
    management = replace(wanted.settings.management, login_from=())
    for other in (
        replace(wanted, on=wanted.on + timedelta(days=1)),
        replace(wanted, policy=replace(wanted.policy, rules=wanted.policy.rules[1:])),
        replace(wanted, registry=replace(wanted.registry, organisations={})),
        replace(wanted, inventory=replace(wanted.inventory, channels={})),
        replace(wanted, settings=replace(wanted.settings, management=management)),
    ):
        yield key(done=replace(done, addressed=replace(addressed, wanted=other)))
    for number in range(len(addressed.address_plan.prefixes)):
        prefixes = addressed.address_plan.prefixes[:number] + addressed.address_plan.prefixes[number + 1 :]
        if number % 20 == 0:
            plan = replace(addressed.address_plan, prefixes=prefixes)
            yield key(done=replace(done, addressed=replace(addressed, address_plan=plan)))
    yield key(with_failures=False)
    texts = plain_texts()
    yield key(texts={name: text for name, text in texts.items() if name != "core-1"})
    yield key(texts={**texts, "core-1": texts["core-2"], "core-2": texts["core-1"]})
    for number in range(0, len(texts["core-1"]), 997):
        text = texts["core-1"]
        yield key(texts={**texts, "core-1": text[:number] + chr(ord(text[number]) ^ 1) + text[number + 1 :]})


def test_whatever_changes_is_another_key() -> None:
    keys = [key(), *changed_keys()]
    assert len(keys) > 20
    assert len(set(keys)) == len(keys)
    assert key(texts=dict(reversed(plain_texts().items()))) == key()


def test_an_edited_workspace_is_judged_and_an_edit_undone_is_found(tmp_path: Path) -> None:
    folder = copy_small(tmp_path / "w")
    command = ("verify", "-w", folder, "--on", ON)
    first = truc(*command)
    path = next(folder.glob("intents/*.yaml"))
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("443", "444"), encoding="utf-8")
    assert before.count("443")
    assert truc(*command) != first
    assert len(kept()) == 2
    path.write_text(before, encoding="utf-8")
    assert truc(*command) == first
    assert len(kept()) == 2


def test_lines_that_no_packet_reaches_are_kept_whole(tmp_path: Path) -> None:
    store, notes = noted(tmp_path)
    texts = texts_of("no packet reaches some lines")
    found = [
        verify(compiled(), texts, Output(Language.EN), extent=Extent(failures=False), store=used)
        for used in (None, store, store)
    ]
    assert found[0] == found[1] == found[2]
    assert repr(found[0].judgement) == repr(found[2].judgement)
    assert found[0].judgement.lists.unreachable
    assert not notes
