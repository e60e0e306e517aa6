"""A folder of captured texts -> the text of each device, and of every file what became of it.

The one idea: no file is passed over: each is taken or left out for a reason that is told, and one that may say less than its
device has is left out, for nothing could be said of what is missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from controller.jobs.captured import ReadText, files_of, read_file
from intents.finding import Finding, FindingsError, Severity, Where, make_finding
from routing.captured_text import tidy
from routing.device_texts import MAXIMUM_SIZE, READINGS
from routing.vendors import VENDORS


class FileState(StrEnum):
    """What became of a file."""

    TAKEN = "taken"
    NOT_READ = "not read"
    """No text of a device, or of none that is read."""
    NOT_WHOLE = "not whole"
    NOT_AS_READ = "not as read"
    """Another text than `readings.json` says was read."""
    NAMELESS = "nameless"
    REPEATED = "repeated"
    """Another file has another text of the same device."""
    COPY = "copy"
    """Another file has the same text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """One file: its name below the folder, the digest of its bytes, what became of it, and the device that its text names."""

    name: str
    digest: str
    state: FileState
    text: ReadText | None = None

    @property
    def device(self) -> str:
        """Return the name of the device, "" if the file gives none."""
        return "" if self.text is None else self.text.device.name


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFolder:
    """All files of a folder by name, and what is wrong with them."""

    path: Path
    files: tuple[FoundFile, ...]
    findings: tuple[Finding, ...]

    @property
    def texts(self) -> Mapping[str, ReadText]:
        """Return the texts that are taken, by device."""
        taken = (item for item in self.files if item.state is FileState.TAKEN and item.text is not None)
        return {item.device: item.text for item in sorted(taken, key=lambda item: item.device) if item.text is not None}

    @property
    def left_out(self) -> tuple[FoundFile, ...]:
        """Return the files of which nothing is used, copies apart."""
        return tuple(item for item in self.files if item.state not in (FileState.TAKEN, FileState.COPY))

    def original(self, device: str) -> str:
        """Return the text of a device with the secrets that stand in it: for nothing but to compare (OSError)."""
        name = next(item.name for item in self.files if item.state is FileState.TAKEN and item.device == device)
        return tidy(_decoded((self.path / name).read_bytes())).text


def read_found(path: Path, platform: str | None) -> FoundFolder:
    """Return the files of a folder; FindingsError if it is none, or no file in it can be taken; OSError."""
    if platform is not None and platform not in VENDORS:
        raise FindingsError([make_finding("TR708", Where(), platform=platform, platforms=", ".join(sorted(VENDORS)))])
    if not path.is_dir():
        raise FindingsError([make_finding("TR730", Where(file=str(path)))])
    files: list[FoundFile] = []
    findings: list[Finding] = []
    expected = _readings(path)
    for place in files_of(path):
        file, said = _read(path, place, platform, expected)
        files.append(file)
        findings += said
    files, repeated = _alone(path, files)
    findings += [*repeated, *_missing(path, files, expected)]
    found = FoundFolder(path=path, files=tuple(files), findings=tuple(findings))
    if not found.texts:
        raise FindingsError([*findings, make_finding("TR710", Where(file=str(path)))])
    return found


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", errors="surrogateescape").removeprefix("\ufeff")


def _read(
    folder: Path, place: Path, platform: str | None, expected: Mapping[str, str | None]
) -> tuple[FoundFile, list[Finding]]:
    name, where = place.relative_to(folder).as_posix(), Where(file=str(place))
    if place.stat().st_size > MAXIMUM_SIZE:
        too_large = make_finding("TR704", where, severity=Severity.WARNING, limit=MAXIMUM_SIZE)
        return FoundFile(name=name, digest="", state=FileState.NOT_READ), [too_large]
    raw = place.read_bytes()
    texts, said = read_file(place, str(place), platform, Severity.WARNING)
    findings = [*said, *_not_utf8(raw, where)]
    state = FileState.TAKEN if texts else FileState.NOT_READ
    text = texts[0] if texts else None
    digest = sha256(raw).hexdigest()
    if text is not None:
        fault = VENDORS[text.device.platform].why_not_whole(text.captured.text)
        if expected.get(name, digest) != digest:
            state = FileState.NOT_AS_READ
            findings.append(make_finding("TR735", where, severity=Severity.WARNING, readings=READINGS))
        elif fault is not None:
            state = FileState.NOT_WHOLE
            findings.append(make_finding("TR731", where, severity=Severity.WARNING, reason=fault))
        elif not text.named:
            state = FileState.NAMELESS
            findings.append(make_finding("TR736", where, severity=Severity.WARNING))
        elif text.device.name not in (place.stem, place.name):
            renamed = make_finding("TR732", where, severity=Severity.WARNING, file=place.name, device=text.device.name)
            findings.append(renamed)
    return FoundFile(name=name, digest=f"sha256:{digest}", state=state, text=text), findings


def _not_utf8(raw: bytes, where: Where) -> Iterator[Finding]:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        place = replace(where, line=line, column=column)
        yield make_finding("TR707", place, severity=Severity.WARNING, byte=f"0x{raw[error.start]:02X}")


def _alone(folder: Path, files: list[FoundFile]) -> tuple[list[FoundFile], list[Finding]]:
    """Return files of which no two are taken for one device, and what is said of those that were: copies count as one, and of
    two that differ neither is taken."""
    by_device: dict[str, list[FoundFile]] = {}
    for item in files:
        if item.device:
            by_device.setdefault(item.device, []).append(item)
    turned: dict[str, FileState] = {}
    findings: list[Finding] = []
    for device, items in by_device.items():
        first, *others = sorted(items, key=lambda item: (item.state is not FileState.TAKEN, item.name))
        for other in others:
            is_copy = other.digest == first.digest
            turned[other.name] = FileState.COPY if is_copy else FileState.REPEATED
            if not is_copy:
                turned[first.name] = FileState.REPEATED
            where = Where(file=str(folder / other.name))
            findings.append(
                make_finding(
                    "TR734" if is_copy else "TR733", where, severity=Severity.WARNING, device=device, other=first.name
                )
            )
    return [replace(item, state=turned.get(item.name, item.state)) for item in files], findings


def _readings(folder: Path) -> dict[str, str | None]:
    """Return the digest of each text that `truc read-devices` says it has read, by file; None for one of an earlier reading."""
    try:
        found = json.loads((folder / READINGS).read_bytes())["devices"]
        read = {str(item["file"]): str(item["sha256"]).removeprefix("sha256:") for item in found if item["read"]}
        return {**{str(item["kept"]["file"]): None for item in found if not item["read"] and item["kept"]}, **read}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError) as error:
        raise FindingsError([make_finding("TR882", Where(file=str(folder / READINGS)))]) from error


def _missing(folder: Path, files: list[FoundFile], expected: Mapping[str, str | None]) -> Iterator[Finding]:
    """Yield the texts that were read and are not there."""
    for name in sorted({name for name, digest in expected.items() if digest} - {item.name for item in files}):
        where = Where(file=str(folder / name))
        yield make_finding("TR737", where, severity=Severity.WARNING, readings=READINGS)
