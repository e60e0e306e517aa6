"""A file of `changes` -> the `ChangeRequest` that it holds, its names those of both workspaces.

The one idea: what is closed may be gone afterwards and what is opened may be new, so a name may stand in either workspace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from controller.jobs.pipeline import Compiled, Wanted
from intents.change_request import ChangeRequest
from intents.finding import NOWHERE, raise_errors
from intents.parser.change_request import read_change_request
from intents.reader.excerpts import add_excerpts
from intents.reader.parser_context import NameKind, ParserContext
from intents.reader.yaml_reader import read_yaml


def load_change_request(file: Path, ends: Iterable[Compiled], folder: Path) -> ChangeRequest:
    """Return the change request of a file; FindingsError. `folder`: the workspace, which a file in it is named from."""
    return request_between(file, [end.addressed.wanted for end in ends], folder)


def request_between(file: Path, ends: Iterable[Wanted], folder: Path) -> ChangeRequest:
    """Return the change request of a file that speaks of workspaces of which no texts are made; FindingsError."""
    shown = _shown(file, folder)
    reading = ParserContext()
    for end in ends:
        for kind, name in _names(end):
            reading.declared[kind].setdefault(name, NOWHERE)
    root, findings = read_yaml(file, shown)
    reading.findings.extend(findings)
    request = None if root is None else read_change_request(root, reading, file.stem)
    raise_errors(add_excerpts(folder, reading.findings))
    if request is None:
        raise AssertionError("no change request and no finding")
    return request


def _shown(file: Path, folder: Path) -> str:
    """Return a file's name in messages: from the workspace, if it is in there."""
    path, home = file.resolve(), folder.resolve()
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else str(path)


def _names(wanted: Wanted) -> Iterator[tuple[NameKind, str]]:
    registry = wanted.registry
    yield from ((NameKind.UNIT, name) for name in registry.units)
    yield from ((NameKind.ORGANISATION, name) for name in registry.organisations)
    yield from ((NameKind.LABEL, label) for item in registry.organisations.values() for label in item.labels)
    yield from ((NameKind.PURPOSE, name) for name in registry.purposes)
    yield from ((NameKind.SYSTEM, name) for name in registry.systems)
    yield from ((NameKind.OUTSIDE_NETWORK, name) for name in registry.outside_networks)
    yield from ((NameKind.INTENT, intent.head.identifier) for intent in wanted.intents)
    yield from ((NameKind.DEVICE, name) for name in wanted.inventory.devices)
