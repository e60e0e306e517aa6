"""Documents name only what there is: every command and option of `truc`, every target of make, and every module and file.

The one idea: commands and options are asked of the command line itself, not of another document.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from controller.cli import app
from controller.output.exit_codes import ExitCode
from scripts.house import PACKAGES

ROOT = Path(__file__).parent.parent
GROUP = typer.main.get_command(app)
PAGES = sorted([
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md")),
    *(ROOT / "docs").rglob("*.md"),
])  # fmt: skip
TOPS = (*PACKAGES, "bench", "scripts", "tests")

# Options of other programs that a document explains.
FOREIGN = {
    "--require-hashes": "pip",
    "--rm": "docker",
}
OTHER_PROGRAMS = re.compile(r"\b(?:docker|pip|git|apt-get|pytest|PYTEST_ARGS)\b|python -m|^make\b")

# Files that truc or a person makes, in a workspace or beside it; they are in no repository.
MADE = frozenset(
    {
        "addresses.csv",
        "reachability.csv",
        "adoption.json",
        "secrets.csv",
        "today.yaml",
        "truc.lock.csv",
        "provenance.json",
        "report.txt",
        "reach.csv",
        "inventory.csv",
        "probes.csv",
        "objects.csv",
        "unit_events.csv",
        "choices.csv",
        "reorganisation.csv",
    }
)


def codes_of(text: str) -> Iterator[str]:
    """Yield what a document shows as code: each line of a fenced block, and each span in backticks."""
    blocks = re.compile(r"^ *```.*?^ *```$", flags=re.MULTILINE | re.DOTALL)
    for block in blocks.findall(text):
        yield from block.splitlines()[1:-1]
    for span in re.findall(r"`([^`]+)`", blocks.sub("", text)):
        yield " ".join(span.split())


@pytest.mark.parametrize("page", ["README.md", "docs/en/commands.md", "docs/vi/commands.md"])
def test_every_exit_code_has_one_row(page: str) -> None:
    rows = re.findall(r"^\| (\d+) \| ", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert rows == [str(int(code)) for code in ExitCode]


def commands_in(code: str) -> Iterator[str]:
    """Yield what stands after `truc` where a line or span calls it; a sentence that begins with the word calls nothing."""
    yield from re.findall(r"(?:^|\$ |[;&|] |/bin/|=\S* )truc ([a-z][a-z-]*)(?![\w.])", code)


def options_in(code: str) -> list[str]:
    return re.findall(r"(?<![\w-])--[a-z][a-z-]+", code)


def options_of(command: str | None) -> set[str]:
    """Return the long options of a command, of all commands if none is named."""
    commands = GROUP.commands  # type: ignore[attr-defined] # an app with commands is a group
    chosen = commands.values() if command is None else [commands[command]]
    found = {option for one in (*chosen, GROUP) for parameter in one.params for option in parameter.opts}
    return {option for option in found if option.startswith("--")} | {"--help"}


def wrong_calls(text: str) -> Iterator[str]:
    """Yield commands and options that truc does not have."""
    commands = GROUP.commands  # type: ignore[attr-defined] # as above
    for code in codes_of(text):
        called = list(commands_in(code))
        yield from (f"truc {name}" for name in called if name not in commands)
        if OTHER_PROGRAMS.search(code) and not called:
            continue
        command = called[0] if called and called[0] in commands else None
        known = options_of(command) | FOREIGN.keys()
        yield from (f"{option} in {code!r}" for option in options_in(code) if option not in known)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))


def things_of(module: Path) -> set[str]:
    """Return the names that a module defines at its top."""
    found: set[str] = set()
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case _:
                pass
    return found


def is_there(dotted: str) -> bool:
    """Return whether a dotted name is a package, a module, or something at the top of a module."""
    *parents, last = dotted.split(".")
    path = ROOT.joinpath(*parents, last)
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    return len(parents) > 1 and is_there(".".join(parents)) and last in _things(parents)


def _things(parents: list[str]) -> set[str]:
    module = ROOT.joinpath(*parents).with_suffix(".py")
    return things_of(module) if module.is_file() else {parents[-1]}


def modules_in(text: str) -> list[str]:
    """Return dotted names that begin with a folder of ours."""
    return [
        name
        for name in re.findall(rf"(?<![\w/.-])(?:{'|'.join(TOPS)})(?:\.[A-Za-z_]\w*)+(?![\w/(-])", text)
        if not name.endswith((".md", ".yaml", ".csv"))
    ]


def named_things() -> set[str]:
    """Return the name of every class, and of every type or table at the top of a module."""
    modules = (path for top in (*PACKAGES, "bench", "scripts", "tests") for path in (ROOT / top).rglob("*.py"))
    return {name for module in modules for name in things_of(module)}


def classes_in(text: str) -> set[str]:
    """Return the words of a document's code that look like a class of ours: two humps at least, and no interface's name."""
    humps = r"(?<![\w/.:-])[A-Z][a-z]+(?:[A-Z][a-z]+)+\b(?![/\d])"
    return {word for code in codes_of(text) for word in re.findall(humps, code)}


def file_names() -> set[str]:
    """Return the name of every file of the repository."""
    skipped = {".git", ".venv", ".venv-test", "__pycache__"}
    return {path.name for path in ROOT.rglob("*") if path.is_file() and not skipped & set(path.relative_to(ROOT).parts)}


def files_in(text: str) -> Iterator[str]:
    """Yield the names of files of ours that a document names alone or with their folder, in backticks or not."""
    without_blocks = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)
    for word in re.findall(r"(?<![\w/.*-])(?:[\w.-]+/)*[\w-][\w.-]*\.(?:py|md|toml|yaml|csv|txt|sh)\b", without_blocks):
        name = word.rsplit("/", 1)[-1]
        if not name.split(".")[0].isupper() or name.endswith(".md"):  # FILE.csv stands for any
            yield name


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_and_option_that_a_document_names_is_there(page: Path) -> None:
    assert list(wrong_calls(page.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_target_that_a_document_names_is_there(page: Path) -> None:
    called = [
        name for code in codes_of(page.read_text(encoding="utf-8")) for name in re.findall(r"^make ([a-z-]+)", code)
    ]
    assert sorted(set(called) - targets()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_that_a_document_names_is_there(page: Path) -> None:
    named = modules_in(page.read_text(encoding="utf-8"))
    assert [name for name in named if not is_there(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_document_names_is_there(page: Path) -> None:
    known = file_names() | MADE
    assert sorted({name for name in files_in(page.read_text(encoding="utf-8")) if name not in known}) == []


def test_every_class_that_a_document_names_is_there() -> None:
    known = named_things()
    missing = {page.name: classes_in(page.read_text(encoding="utf-8")) - known for page in PAGES}
    assert {name: words for name, words in missing.items() if words} == {}


def test_what_is_not_there_is_found() -> None:
    text = (
        "`truc prove`, `truc verify --fast`, `truc show --json` and `--slow`; truc proves.\n"
        "```console\n$ .venv/bin/truc deploy -w x\n$ docker run --rm --tty x\n```\n"
        "`verification.walk`, `routing.build`, `intents.prefix.Prefix`, `intents.prefix.Subnet`; `ipam/gone.py`\n"
    )
    assert list(wrong_calls(text)) == [
        "truc deploy",
        "truc prove",
        "--fast in 'truc verify --fast'",
        "--slow in '--slow'",
    ]
    named = modules_in(text)
    assert [name for name in named if not is_there(name)] == ["verification.walk", "intents.prefix.Subnet"]
    assert list(files_in(text)) == ["gone.py"]
    assert classes_in("`NotModelled`, `AddressPlanner`, `GigabitEthernet0/0/1` and PlainWords") - named_things() == {
        "AddressPlanner"
    }
