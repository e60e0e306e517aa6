"""FILE:LINE as people and reports write it -> the line of a device's text, or the intent, that is meant.

The one idea: a path is taken as given or from the workspace, and whichever way it is written it must lead to what truc compiles
or reads; a file with other contents is refused, never explained by the line of the same number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from controller.jobs.pipeline import READ, Compiled
from intents.finding import FindingsError, Where, make_finding
from intents.reader.nodes import MappingNode, Node, ScalarNode, SequenceNode
from intents.reader.yaml_reader import read_yaml

_PLACE = re.compile(r"(?P<file>[^:]+|.+?\.\w+):(?P<line>[0-9]{1,9})(?::.*)?", re.DOTALL)
_ENDINGS = (".cfg", ".conf")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPlace:
    """A line of a device's text, numbers from 1."""

    device: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentPlace:
    """The intent that stands in a line of a file of intents."""

    identifier: str


def named_file(text: str) -> str:
    """Return the file or device that a place names, the text itself if it is no place: what is looked for in suggestions."""
    found = _PLACE.fullmatch(text)
    return text if found is None else device_of(found["file"])


def device_of(file: str) -> str:
    """Return the device whose text a file's name says that it holds."""
    name = Path(file).name
    return next((name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending)), name)


def find_place(compiled: Compiled, text: str) -> TextPlace | IntentPlace | None:
    """Return what a place means, None if it leads nowhere; FindingsError if the file has something else there."""
    found = _PLACE.fullmatch(text)
    if found is None:
        return None
    file, line = found["file"], int(found["line"])
    folder = compiled.addressed.wanted.folder
    if "/" not in file and device_of(file) in compiled.configs:
        return TextPlace(device=device_of(file), line=line)
    if _is_of_workspace(file, folder):
        raise FindingsError([make_finding("TR856", Where(file=file, line=line), path=file, line=line)])
    if "/" not in file:
        return None
    for path in (Path(file), folder / file):
        if path.resolve().parent == (folder / "intents").resolve() and path.is_file():
            return IntentPlace(identifier=_intent_in(path, file, line))
        device = device_of(file)
        if device in compiled.configs and _is_text(compiled, device, path):
            _check_line(compiled, device, path, line)
            return TextPlace(device=device, line=line)
    if device_of(file) in compiled.configs and any(path.is_file() for path in (Path(file), folder / file)):
        raise FindingsError([make_finding("TR854", Where(file=file), path=file, out=folder / "out" / "configs")])
    return None


def _is_of_workspace(file: str, folder: Path) -> bool:
    """Return whether a name leads to a table or a YAML file of the workspace beside its intents, or to its lockfile."""
    return any(
        path.resolve().parent == folder.resolve() and path.name in READ and path.is_file()
        for path in (Path(file), folder / file)
    )


def _is_text(compiled: Compiled, device: str, path: Path) -> bool:
    """Return whether a path is the one that `truc compile` writes, or a file with the very text."""
    config = compiled.configs[device]
    written = compiled.addressed.wanted.folder / "out" / "configs" / config.file_name
    return path.resolve() == written.resolve() or (path.is_file() and _read(path) == config.text)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="surrogateescape")


def _check_line(compiled: Compiled, device: str, path: Path, line: int) -> None:
    """FindingsError if the file says something else in a line than what is compiled; a file that is not written yet can't."""
    if not path.is_file():
        return
    there, compiled_lines = _read(path).splitlines(), compiled.configs[device].text.splitlines()
    found, wanted = (lines[line - 1].strip() if 0 < line <= len(lines) else "" for lines in (there, compiled_lines))
    if found != wanted:
        where = Where(file=str(path), line=line)
        raise FindingsError(
            [make_finding("TR855", where, path=path, line=line, found=found, compiled=wanted, device=device)]
        )


def _intent_in(path: Path, file: str, line: int) -> str:
    root, _ = read_yaml(path, file)
    for item in _items(root):
        entry = item.entries[0]
        if entry.where.line <= line <= _last_line(entry.value) and isinstance(entry.value, MappingNode):
            for field in entry.value.entries:
                if field.key == "id" and isinstance(field.value, ScalarNode):
                    return field.value.text
    raise FindingsError([make_finding("TR856", Where(file=file, line=line), path=file, line=line)])


def _items(root: Node | None) -> tuple[MappingNode, ...]:
    """Return the items of a file of intents; the parsers have found it in order."""
    if not isinstance(root, MappingNode) or not isinstance(root.entries[0].value, SequenceNode):
        return ()
    return tuple(item for item in root.entries[0].value.items if isinstance(item, MappingNode))


def _last_line(node: Node) -> int:
    inner: tuple[Node, ...] = ()
    if isinstance(node, MappingNode):
        inner = tuple(entry.value for entry in node.entries)
    elif isinstance(node, SequenceNode):
        inner = node.items
    return max([node.where.line, *(_last_line(item) for item in inner)])
