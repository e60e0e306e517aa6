"""The house keeps its walls: which module may import what, and how modules look.

Each check is shown a bad sample, too, so that none of them can pass by seeing nothing.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from scripts.house import (
    MOST_MODULES,
    PACKAGES,
    Sources,
    cycles,
    floors,
    folders_too_full,
    import_graph,
    imports_of,
    reachable,
    read_sources,
    rooms_graph,
    tree_of,
)

ROOT = Path(__file__).parent.parent

# The judge may not know the author: what makes a network is one room, and nothing that verification imports leads there.
AUTHOR = ("routing.build*",)

# The two meanings may not know each other: what each side is, and all that they share within verification.
WALK_SIDE = ("verification.reference*",)
ENGINE_SIDE = (
    "verification.engine*",
    "verification.routes*",
    "verification.packets*",
    "verification.change.access",
    "verification.change.suspects",
)
SHARED_BY_BOTH = ("verification", "verification.verdicts*")

# Which modules may import an outside library; a library that is not here may not be imported at all.
OUTSIDE = {
    "yaml": ("intents.reader.yaml_reader",),
    "typer": ("controller.cli*",),
    "numpy": ("verification.*",),
    "netaddr": ("ipam.*",),
    "jinja2": ("controller.board.report",),
    "xlsxwriter": ("controller.reports.office.workbook",),
    "rfc8785": ("controller.output.canonical_json",),
    "pynetbox": ("ipam.netbox*",),
    "pybatfish": ("verification.batfish.client",),
    "watchfiles": ("controller.jobs.file_events",),
    "nornir": ("controller.fleet*",),
    "netmiko": ("controller.fleet*",),
    "ncclient": ("controller.fleet*",),
    "paramiko": ("controller.fleet*",),
    "sshsig": ("controller.approval.signatures",),
    "cryptography": ("controller.approval.hardware_keys",),
    "ntc_templates": ("controller.fleet.templates",),
    "textfsm": ("controller.fleet.templates",),
}

# Edges read text whose shape nobody has checked yet; only there may a value have no type. typer's contexts and errors have none
# that it names in public.
ANY_ALLOWED = (
    "controller.cli.spoken",
    "controller.cli.usage",
    "intents.reader.yaml_reader",
    "ipam.netbox*",
    "verification.batfish*",
    "verification.change.batfish",
    "controller.fleet*",
)

FORBIDDEN_NAMES = frozenset({"common", "util", "utils", "helper", "helpers", "core", "misc", "base", "manager"})
FORBIDDEN_CLASS_ENDS = ("Manager", "Helper", "Util", "Utils", "Handler", "Base")

# A platform is an opaque word outside its vendor module, but for the table in which an office names it: a misspelt one
# is found there, with line and column, in a room below the vendor modules.
VENDOR_WORDS = ("cisco", "junos", "juniper", "ios_xe", "huawei")
VENDOR_WORDS_ALLOWED = ("routing.vendors*", "ipam.inventory_reader")

# One closed set of small values that are read together; cutting it in two would only scatter them.
LONG_ALLOWED = ("routing.model",)

SOURCES = read_sources()


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def judges_who_know_the_author(sources: Sources) -> list[str]:
    graph = import_graph(sources)
    return [
        f"{judge} reaches {name}"
        for judge in graph
        if judge.split(".")[0] == "verification"
        for name in sorted(reachable(graph, judge))
        if matches(name, AUTHOR)
    ]


def sides_that_meet(sources: Sources) -> list[str]:
    """Return what both sides stand on, themselves included, beyond what they may share."""
    graph = import_graph(sources)
    walk, engine = (
        frozenset().union(*(reachable(graph, name) | {name} for name in graph if matches(name, side)))
        for side in (WALK_SIDE, ENGINE_SIDE)
    )
    return [
        name for name in sorted(walk & engine) if name.startswith("verification") and not matches(name, SHARED_BY_BOTH)
    ]


def imports_that_climb(sources: Sources) -> list[str]:
    return [
        f"{name} imports {other}"
        for name, others in import_graph(sources).items()
        for other in sorted(others)
        if PACKAGES.index(other.split(".")[0]) > PACKAGES.index(name.split(".")[0])
    ]


def outside_imports_out_of_place(sources: Sources) -> list[str]:
    ours = (*PACKAGES, *sys.stdlib_module_names)
    return [
        f"{name} imports {library}"
        for name, text in sources.items()
        for library in sorted({names[-1].split(".")[0] for names in imports_of(text)} - set(ours))
        if not matches(name, OUTSIDE.get(library, ()))
    ]


def imports_in_functions(sources: Sources) -> list[str]:
    return [
        f"{name}:{line}"
        for name, text in sources.items()
        if not matches(name, ("controller.cli*", "controller.entry"))
        for line in inner_imports(tree_of(text), inside=False)
    ]


def inner_imports(node: ast.AST, *, inside: bool) -> Iterator[int]:
    """Yield the line of each import below a function."""
    if inside and isinstance(node, ast.Import | ast.ImportFrom):
        yield node.lineno
    inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    for below in ast.iter_child_nodes(node):
        if isinstance(below, ast.stmt | ast.excepthandler | ast.match_case):
            yield from inner_imports(below, inside=inside)


def modules_without_docstring(sources: Sources) -> list[str]:
    return [name for name, text in sources.items() if not ast.get_docstring(tree_of(text))]


def uses_of_any(sources: Sources) -> list[str]:
    return [
        f"{name}:{node.lineno}"
        for name, text in sources.items()
        if not matches(name, ANY_ALLOWED)
        for node in ast.walk(tree_of(text))
        if (isinstance(node, ast.Name) and node.id == "Any") or (isinstance(node, ast.Attribute) and node.attr == "Any")
    ]


def badly_named(sources: Sources) -> list[str]:
    modules = [name for name in sources if FORBIDDEN_NAMES & set(name.split("."))]
    classes = [
        f"{name}.{node.name}"
        for name, text in sources.items()
        for node in ast.walk(tree_of(text))
        if isinstance(node, ast.ClassDef) and node.name.endswith(FORBIDDEN_CLASS_ENDS)
    ]
    return modules + classes


def modules_too_long(sources: Sources) -> list[str]:
    return [name for name, text in sources.items() if text.count("\n") > 400 and name not in LONG_ALLOWED]


def circles_of(sources: Sources) -> list[str]:
    return [" <-> ".join(group) for group in cycles(import_graph(sources))]


def rooms_that_meet(sources: Sources) -> list[str]:
    graph = import_graph(sources)
    return [" <-> ".join(group) for package in PACKAGES for group in cycles(rooms_graph(graph, package))]


def code_strings(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and value of every string of the code: docstrings and other bare strings explain, they do nothing."""
    tree = tree_of(text)
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.lineno, node.value


def vendor_words_out_of_place(sources: Sources) -> list[str]:
    return [
        f"{name}:{line} {value!r}"
        for name, text in sources.items()
        if not matches(name, VENDOR_WORDS_ALLOWED)
        for line, value in code_strings(text)
        if any(word in value.lower() for word in VENDOR_WORDS)
    ]


def known_by_identity(sources: Sources) -> list[str]:
    """Return where `id` is asked: its numbers are given out again, and differ from run to run."""
    return [
        f"{name}:{node.lineno}"
        for name, text in sources.items()
        for node in ast.walk(tree_of(text))
        if isinstance(node, ast.Name) and node.id == "id"
    ]


Check = Callable[[Sources], list[str]]

# Each rule of the house with a sample that breaks it.
RULES: dict[str, tuple[Check, Sources]] = {
    "imports run one way only": (
        imports_that_climb,
        {"intents.policy": "from ipam.inventory import Role", "ipam.inventory": ""},
    ),
    "the judge does not know the author": (
        judges_who_know_the_author,
        {
            "verification.reference.walk": "import routing.merge",
            "routing.merge": "from routing.build import fence_entries",
            "routing.build.fence_entries": "",
        },
    ),
    "walk does not know the engine": (
        sides_that_meet,
        {
            "verification.reference.routes": "from verification.packets import flow_sets",
            "verification.packets.flow_sets": "",
        },
    ),
    "the engine does not know walk": (
        sides_that_meet,
        {
            "verification.engine.engine": "from verification.verdicts.flow import Flow",
            "verification.verdicts.flow": "import verification.reference.allowed",
            "verification.reference.allowed": "",
        },
    ),
    "the two meanings do not share a third one": (
        sides_that_meet,
        {
            "verification.engine.engine": "import verification.matching",
            "verification.reference.walk": "import verification.matching",
            "verification.matching": "",
        },
    ),
    "an outside library is imported in its one place": (
        outside_imports_out_of_place,
        {"intents.policy": "from yaml import compose"},
    ),
    "a library that nobody chose is not imported": (
        outside_imports_out_of_place,
        {"controller.cli": "import requests"},
    ),
    "imports stand at the top": (imports_in_functions, {"ipam.allocator": "def allocate():\n    import json\n"}),
    "a module says what it is for": (modules_without_docstring, {"ipam.allocator": "x = 1\n"}),
    "every value has a type": (uses_of_any, {"ipam.allocator": '"""A."""\nfrom typing import Any\nx: Any = 1\n'}),
    "a module is named for what it holds": (badly_named, {"routing.utils": '"""A."""\n'}),
    "a class is named for what it is": (badly_named, {"routing.build.fence_entries": "class AclManager: ...\n"}),
    "a module fits a few screens": (modules_too_long, {"routing.build.fence_entries": "x = 1\n" * 401}),
    "a folder is taken in at a glance": (
        folders_too_full,
        {f"routing.build.part_{number}": "" for number in range(MOST_MODULES + 1)},
    ),
    "modules import one another in no circle": (
        circles_of,
        {
            "ipam.pools": "import ipam.space",
            "ipam.space": "import ipam.utilisation",
            "ipam.utilisation": "import ipam.pools",
        },
    ),
    "rooms import one another in no circle": (
        rooms_that_meet,
        {
            "intents.parser.settings": "import intents.reader.nodes",
            "intents.reader.nodes": "",
            "intents.reader.fields": "import intents.parser.reading",
            "intents.parser.reading": "",
        },
    ),
    "nothing is known by where it lies in memory": (
        known_by_identity,
        {"routing.build.fences": "known[id(peers)] = 1\nkeys = map(id, filters)\n"},
    ),
    "a platform is named in its vendor module only": (
        vendor_words_out_of_place,
        {"routing.build.builder": 'if platform == "cisco_ios": pass\n'},
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps_its_rule(rule: str) -> None:
    check, _ = RULES[rule]
    assert check(SOURCES) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_sample_that_breaks_the_rule_is_caught(rule: str) -> None:
    check, sample = RULES[rule]
    assert check(sample) != []


def test_there_is_something_to_check() -> None:
    assert {name.split(".")[0] for name in SOURCES} == set(PACKAGES)
    assert len(SOURCES) > len(PACKAGES)


def test_a_docstring_may_name_a_vendor() -> None:
    assert vendor_words_out_of_place({"routing.model": '"""As on Cisco IOS."""\n'}) == []


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", code, "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_contracts_of_import_linter_hold() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


# What each contract of import-linter forbids: an import that breaks it, written into the module that it starts from.
BREAKING = {
    "imports run one way only": ("intents.policy", "controller.cli"),
    "rooms of verification stand on one another": ("verification.batfish.judge", "verification.engine.engine"),
    "rooms of the controller stand on one another": ("controller.jobs.pipeline", "controller.reports.verify"),
    "what is built and where cables end are read apart": ("routing.build.builder", "routing.cabling"),
    "the judge does not know the author": ("verification.verdicts.gate", "routing.build.builder"),
}


@pytest.fixture
def bare_house(tmp_path: Path) -> Path:
    """Make the five packages with every module empty, and the contracts."""
    for name in SOURCES:
        is_package = any(other.startswith(f"{name}.") for other in SOURCES)
        path = tmp_path.joinpath(*name.split("."), "__init__.py") if is_package else tmp_path.joinpath(*name.split("."))
        path = path if is_package else path.with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("contract", BREAKING)
def test_import_linter_sees_what_a_contract_forbids(bare_house: Path, contract: str) -> None:
    module, imported = BREAKING[contract]
    path = bare_house.joinpath(*module.split(".")).with_suffix(".py")
    assert path.exists()
    path.write_text(f"import {imported}\n", encoding="utf-8")
    said = lint_imports(bare_house)
    assert said.returncode != 0
    assert f"{contract} BROKEN" in said.stdout


def test_every_contract_has_an_import_that_breaks_it() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]} == set(BREAKING)


def test_a_floor_is_a_room_that_stands_on_another() -> None:
    sources = {
        "ipam.store.a": "import ipam.pools",
        "ipam.store.b": "import ipam.store.a",
        "ipam.pools": "import ipam.plan, intents.policy",
        "ipam.plan": "import ipam.pools",
        "intents.policy": "",
    }
    graph = import_graph(sources)
    assert floors(rooms_graph(graph, "ipam")) == 2
    assert floors(graph) == 4
    assert cycles(graph) == [("ipam.plan", "ipam.pools")]
