"""A folder of DEVICE.cfg and DEVICE.conf files -> the text of each device, and what is wrong with the folder.

The one idea: whether texts are merged into what is intended or judged as they are, a folder is read in one way: no file is
passed over, none hides another, and no byte is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from intents.finding import Finding, Severity, Where, make_finding
from intents.reader.unread import is_beside
from routing.captured_text import recognise
from routing.vendors import VENDORS

SUFFIXES = (".cfg", ".conf")
READINGS = "readings.json"
"""What `truc read-devices` writes beside the texts."""
TABLES_SUFFIX = ".tables.json"
"""How the names of files end that hold what devices showed beside their texts."""
MAXIMUM_SIZE = 64 * 1024 * 1024
_ENOUGH = 1 << 18
"""Characters of a text that show whose it is."""


def is_of_a_reading(name: str) -> bool:
    """Return whether a file is what `truc read-devices` writes beside the texts, and no text."""
    return name == READINGS or name.endswith(TABLES_SUFFIX)


def read_device_texts(
    folder: Path, devices: Mapping[str, str], shown: str, *, strangers: Severity
) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """Return the text of every device that has one file, by device, and findings; a folder that is not there has no files.

    `devices` gives the platform of each device; `shown` names the folder in findings; `strangers` says how bad a file of no
    device is. Bytes that are not UTF-8 stay what they are (as lone surrogates, PEP 383) and are warned of: names and
    descriptions may hold them, and a device takes bytes.
    """
    texts: dict[str, str] = {}
    findings: list[Finding] = []
    first: dict[str, Path] = {}
    if not folder.is_dir() and (folder.exists() or folder.is_symlink()):
        findings.append(make_finding("TR720", Where(file=shown), severity=Severity.WARNING))
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        where = Where(file=f"{shown}/{path.name}")
        if path.suffix not in SUFFIXES or path.name.startswith(".") or not path.is_file():
            if not is_of_a_reading(path.name) and not is_beside(path.name):
                findings.append(make_finding("TR720", where, severity=Severity.WARNING))
            continue
        if path.stem not in devices:
            findings.append(make_finding("TR705", where, severity=strangers, device=path.stem))
        elif path.stem in first:
            findings.append(make_finding("TR703", where, device=path.stem, other=first[path.stem].name))
            texts.pop(path.stem, None)
        elif path.stat().st_size > MAXIMUM_SIZE:
            findings.append(make_finding("TR704", where, limit=MAXIMUM_SIZE))
            first[path.stem] = path
        else:
            first[path.stem] = path
            texts[path.stem], odd = _decode(path.read_bytes(), where)
            findings += [*odd, *_foreign(texts[path.stem], path, devices[path.stem], where)]
    return texts, tuple(findings)


def _foreign(text: str, path: Path, platform: str, where: Where) -> Iterator[Finding]:
    """Yield an error if a text is of another platform than its device: its lines would be taken for something else.

    A name of another platform's texts is a warning: the text is read as its device's.
    """
    found, suffix = recognise(text[:_ENOUGH]), VENDORS[platform].capabilities.suffix
    if found not in (None, platform):
        yield make_finding("TR721", where, device=path.stem, platform=platform, found=found)
    elif path.suffix != suffix:
        right = path.stem + suffix
        yield make_finding("TR722", where, severity=Severity.WARNING, device=path.stem, platform=platform, right=right)


def _decode(found: bytes, where: Where) -> tuple[str, list[Finding]]:
    """Return a file's text, and the first byte that is not UTF-8 as a finding."""
    try:
        return found.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = found.count(b"\n", 0, error.start) + 1
        column = error.start - (found.rfind(b"\n", 0, error.start) + 1) + 1
        place = Where(file=where.file, line=line, column=column)
        text = found.decode("utf-8", errors="surrogateescape")
        return text, [make_finding("TR707", place, severity=Severity.WARNING, byte=f"0x{found[error.start]:02X}")]
