"""CONTRIBUTING.md names the files that five ordinary tasks open: all there, and few."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MOST = {
    "A further platform": 5,
    "A rule of the regulation that needs equipment": 4,
    "A question about the network": 5,
    "A wrong answer of Batfish about a fence": 4,
    "One more ICMP type in the fences": 4,
}
"""How many files a task may open: half of what it opened when a newcomer was watched (10, 9, 11, 9, 8)."""


def tasks_of(page: str) -> dict[str, list[str]]:
    """Return the files of each task's table."""
    sections = re.split(r"^### ", page, flags=re.MULTILINE)[1:]
    return {
        section.split("\n", 1)[0]: re.findall(r"^\| `([^`]+)` \|", section.split("\n## ", 1)[0], flags=re.MULTILINE)
        for section in sections
    }


TASKS = tasks_of((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))


def test_the_tasks_are_the_five_that_were_watched() -> None:
    assert TASKS.keys() == MOST.keys()


@pytest.mark.parametrize("task", MOST)
def test_a_task_names_files_that_are_there_and_no_more_than_it_may(task: str) -> None:
    files = TASKS[task]
    assert 0 < len(set(files)) == len(files) <= MOST[task]
    assert [file for file in files if not (ROOT / file).is_file()] == []


def test_a_table_is_read_up_to_the_next_task() -> None:
    page = "# A\n### One\n| file | what |\n|---|---|\n| `a.py` | `b.py` |\n\nNew\n### Two\n| `c.py` | y |\n## End\n| `d` | |\n"
    assert tasks_of(page) == {"One": ["a.py"], "Two": ["c.py"]}
