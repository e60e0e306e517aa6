"""What stands around the code is as it says: one version, packages marked as typed, and hooks that check what lint checks."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import typer
import yaml

from controller.cli import app
from scripts.house import PACKAGES
from tests.small_commands import truc

ROOT = Path(__file__).parent.parent
COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined] # an app with commands is a group
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_command_the_project_and_the_changelog_name_one_version() -> None:
    releases = re.findall(r"^## (\d[\d.]*)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert releases[0] == PROJECT["version"]
    assert truc("--version") == (0, f"truc {PROJECT['version']}\n")


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)], ids=str)
def test_the_short_word_for_help_says_the_same(command: tuple[str, ...]) -> None:
    code, said = truc(*command, "-h")
    assert code == 0
    assert said == truc(*command, "--help")[1]


def test_the_wheel_has_the_five_packages_each_marked_as_typed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.iterdir()
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")}
    assert tops == set(PACKAGES)
    assert "Typing :: Typed" in PROJECT["classifiers"]
    assert {f"{package}/py.typed" for package in PACKAGES} <= names
    # What `truc init`, `truc init --empty` and `truc help` need is in it, too.
    assert {
        "controller/template/settings.yaml",
        "controller/blank/vi/units.csv",
        "controller/documents/vi/workspace.md",
    } <= names


def test_the_hooks_are_local_and_check_what_lint_checks() -> None:
    settings = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {repo["repo"] for repo in settings["repos"]} == {"local"}
    tool = re.compile(r"\.venv-test/bin/((?:ruff \w+|[\w-]+))")
    hooks = [match[1] for repo in settings["repos"] for hook in repo["hooks"] for match in tool.finditer(hook["entry"])]
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").split("\nlint:\n")[1].split("\n\n")[0]
    assert hooks == [name for name in tool.findall(recipe) if name != "python"]
