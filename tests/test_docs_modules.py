"""ARCHITECTURE.md lists every module once, in one line, and none that is gone.

The lines are made from the first sentences of the modules themselves. To write them anew, in the project's folder:
`python -m tests.test_docs_modules`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "ARCHITECTURE.md"
PACKAGES = ("intents", "ipam", "routing", "verification", "controller")
START, END = "<!-- modules -->", "<!-- end of modules -->"


def modules_of(package: str) -> Iterator[Path]:
    """Yield the modules of a package that say something of their own (an empty `__init__` does not)."""
    for path in sorted((ROOT / package).rglob("*.py")):
        if path.name != "__init__.py" or "vendors" in path.parts[-3:-1]:
            yield path


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def first_sentence(text: str) -> str:
    """Return the first sentence of a module's docstring as one line of a table."""
    paragraph = " ".join((ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0].split())
    sentence = re.split(r"(?<=[.?])\s(?=[A-Z])", paragraph)[0]
    return sentence.replace("|", "\\|")


def listing() -> str:
    """Return the whole listing: a table for each package."""
    parts = []
    for package in PACKAGES:
        rows = [
            f"| `{name_of(path)}` | {first_sentence(path.read_text(encoding='utf-8'))} |"
            for path in modules_of(package)
        ]
        parts.append("\n".join([f"### {package}", "", "| module | what it is |", "|---|---|", *rows]))
    return "\n\n".join(parts)


def write_listing() -> None:
    """Put the listing into ARCHITECTURE.md, between its two marks."""
    before, rest = PAGE.read_text(encoding="utf-8").split(START)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{START}\n\n{listing()}\n\n{END}{after}", encoding="utf-8")


def listed(page: str) -> list[str]:
    return re.findall(r"^\| `([a-z_0-9.]+)` \|", page.split(START)[1].split(END, maxsplit=1)[0], flags=re.MULTILINE)


def test_every_module_has_one_line_in_the_architecture() -> None:
    modules = [name_of(path) for package in PACKAGES for path in modules_of(package)]
    assert listed(PAGE.read_text(encoding="utf-8")) == modules


def test_every_module_opens_with_a_sentence() -> None:
    silent = [
        name_of(path)
        for package in PACKAGES
        for path in modules_of(package)
        if not first_sentence(path.read_text(encoding="utf-8"))
    ]
    assert silent == []


def test_a_sentence_ends_where_the_next_one_begins() -> None:
    assert (
        first_sentence('"""intents/*.yaml -> intents. The rest\nis elsewhere.\n\nMore.\n"""')
        == "intents/*.yaml -> intents."
    )


if __name__ == "__main__":
    write_listing()
