"""How the house stands: modules, functions, folders and imports of the five packages, counted.

Prints one line a package and the list of what no package may have: import cycles, and folders that hold too many modules; either
ends with exit code 1. Run in the project's folder: `python -m scripts.house`. Only the standard library is needed.

The one idea: a *room* is a folder of a package or a module that stands in none; a package has as many *floors* as the longest
chain of rooms that import one another.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
PACKAGES = ("intents", "ipam", "routing", "verification", "controller")
MOST_MODULES = 25
"""How many modules a folder may hold."""

Sources = Mapping[str, str]
"""Text by dotted module name."""
Graph = Mapping[str, frozenset[str]]
"""What each name imports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function or method: where it stands, how many lines it has, and whether a public one says what it does."""

    name: str
    lines: int
    is_public: bool
    has_docstring: bool


def read_sources(root: Path = ROOT) -> dict[str, str]:
    """Return the text of every module of the five packages."""
    sources = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            sources[".".join(part for part in parts if part != "__init__")] = path.read_text(encoding="utf-8")
    return sources


@cache
def tree_of(text: str) -> ast.Module:
    """Return the syntax of a module."""
    return ast.parse(text)


@cache
def imports_of(text: str) -> tuple[tuple[str, ...], ...]:
    """Return, for each thing imported, the dotted names that it may be: `from a import b` is a.b or a."""
    found: list[tuple[str, ...]] = []
    for node in ast.walk(tree_of(text)):
        if isinstance(node, ast.Import):
            found += [(alias.name,) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(f"{node.module}.{alias.name}", str(node.module)) for alias in node.names]
    return tuple(found)


def import_graph(sources: Sources) -> dict[str, frozenset[str]]:
    """Return which of our modules each of our modules imports."""
    graph = {}
    for name, text in sources.items():
        found = (next((one for one in names if one in sources), None) for names in imports_of(text))
        graph[name] = frozenset(one for one in found if one is not None)
    return graph


def reachable(graph: Graph, start: str) -> frozenset[str]:
    """Return all that `start` imports, directly or through others."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for name in graph[waiting.pop()] - seen:
            seen.add(name)
            waiting.append(name)
    return frozenset(seen)


def cycles(graph: Graph) -> list[tuple[str, ...]]:
    """Return the groups of names that import one another in a circle, sorted."""
    reached = {name: reachable(graph, name) for name in graph}
    found = {tuple(sorted(other for other in reached[name] if name in reached[other])) for name in graph}
    return sorted(group for group in found if group)


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def rooms_graph(graph: Graph, package: str) -> dict[str, frozenset[str]]:
    """Return which rooms of a package import which others of it."""
    rooms: dict[str, set[str]] = {}
    for name, imported in graph.items():
        if name.startswith(f"{package}."):
            others = {room_of(one) for one in imported if one.startswith(f"{package}.")}
            rooms.setdefault(room_of(name), set()).update(others - {room_of(name)})
    return {room: frozenset(others) for room, others in rooms.items()}


def floors(graph: Graph) -> int:
    """Return how many names the longest chain of imports has; names in a circle are one floor."""
    reached = {name: reachable(graph, name) | {name} for name in graph}
    heights: dict[str, int] = {}
    for name in sorted(graph, key=lambda one: len(reached[one])):
        below = (heights[one] for one in reached[name] if name not in reached[one])
        heights[name] = 1 + max(below, default=0)
    return max(heights.values(), default=0)


def functions_of(module: str, text: str) -> Iterator[Function]:
    """Yield the functions of a module and the methods of its classes."""
    tree = tree_of(text)
    owners: list[tuple[str, Sequence[ast.stmt]]] = [("", tree.body)]
    owners += [(f"{node.name}.", node.body) for node in tree.body if isinstance(node, ast.ClassDef)]
    for owner, body in owners:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield Function(
                    name=f"{module}.{owner}{node.name}",
                    lines=(node.end_lineno or node.lineno) - node.lineno + 1,
                    is_public=not (owner + node.name).startswith("_") and "._" not in owner + node.name,
                    has_docstring=ast.get_docstring(node) is not None,
                )


def folders_too_full(sources: Sources, most: int = MOST_MODULES) -> list[str]:
    """Return the folders that hold more modules than a person takes in at a glance."""
    counts: dict[str, int] = {}
    for name in sources:
        folder = name.rpartition(".")[0]
        counts[folder] = counts.get(folder, 0) + 1
    return [f"{folder} holds {count} modules" for folder, count in sorted(counts.items()) if folder and count > most]


def describe(package: str, sources: Sources, graph: Graph) -> str:
    """Return what is said of one package, as cells of a line."""
    lengths = {name: text.count("\n") for name, text in sources.items() if name.startswith(f"{package}.") and text}
    functions = [one for name in lengths for one in functions_of(name, sources[name])]
    largest, longest = max(lengths, key=lambda name: lengths[name]), max(functions, key=lambda one: one.lines)
    silent = sum(one.is_public and not one.has_docstring for one in functions)
    rooms = rooms_graph(graph, package)
    circles = "".join(f", {' and '.join(group)} import each other" for group in cycles(rooms))
    return (
        f"{package}: {len(lengths)} modules of {median(lengths.values()):.0f} lines (largest {largest}: {lengths[largest]}); "
        f"{len(functions)} functions of {median(one.lines for one in functions):.0f} lines (largest {longest.name}: "
        f"{longest.lines}), {silent} public ones without docstring; {len(rooms)} rooms on {floors(rooms)} floors{circles}"
    )


def main() -> int:
    """Print how the house stands; 1 if something stands that no package may have."""
    sources = read_sources()
    graph = import_graph(sources)
    for package in PACKAGES:
        print(describe(package, sources, graph))
    circles = [f"import cycle: {' <-> '.join(group)}" for group in cycles(graph)]
    circles += [
        f"rooms that import each other: {' <-> '.join(group)}"
        for package in PACKAGES
        for group in cycles(rooms_graph(graph, package))
    ]
    wrong = [*circles, *folders_too_full(sources)]
    print(f"{len(circles)} import cycles, {len(wrong) - len(circles)} folders of more than {MOST_MODULES} modules")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
