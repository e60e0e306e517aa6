"""A file or folder of captured texts -> devices as read, line by line, and what is wrong with the files.

The one idea: nothing is asked of a file's name: what a text is and whose it is stands in the text. A file that is no
configuration is named and left out, never passed over in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from intents.finding import Finding, FindingsError, Severity, Where, make_finding
from intents.reason import Reason, because
from routing.captured_text import CapturedText, recognise, tidy
from routing.device_texts import MAXIMUM_SIZE, is_of_a_reading
from routing.model import Device, LinePath, UnknownLine
from routing.vendors import VENDORS
from routing.vendors.session_keys import has_keys, with_marks
from routing.vendors.vendor import ReadDevice
from verification.evidence.evidence import lines_of_text

_CONTROL = frozenset(range(32)) - {8, 9, 10, 12, 13, 27}
"""Bytes that no configuration has and no terminal leaves in one."""


class LineKind(StrEnum):
    """What a reader makes of a line."""

    MODELLED = "modelled"
    HARMLESS = "harmless"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """One configuration line of a file: number, path, what a reader makes of it, and why if nothing."""

    number: int
    path: LinePath
    kind: LineKind
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadText:
    """One file with a device's text, as read; `named` False: the text gives no name, so that of the file stands for it."""

    file: str
    captured: CapturedText
    read: ReadDevice
    lines: tuple[ReadLine, ...]
    named: bool

    @property
    def device(self) -> Device:
        """Return the device that the text configures."""
        return self.read.device

    def count(self, kind: LineKind) -> int:
        """Return how many lines are of a kind."""
        return sum(1 for line in self.lines if line.kind is kind)


def read_captured(path: Path, platform: str | None) -> tuple[tuple[ReadText, ...], tuple[Finding, ...]]:
    """Return every device text of a file, or of a folder and all below it, and findings.

    FindingsError if the path is not there, the platform is none, or no file holds a device's text.
    """
    if platform is not None and platform not in VENDORS:
        raise FindingsError([make_finding("TR708", Where(), platform=platform, platforms=", ".join(sorted(VENDORS)))])
    if not path.is_dir() and not path.is_file():
        raise FindingsError([make_finding("TR709", Where(file=str(path)))])
    texts: list[ReadText] = []
    findings: list[Finding] = []
    severity = Severity.WARNING if path.is_dir() else Severity.ERROR
    for file in files_of(path):
        outcome = read_file(file, str(file), platform, severity)
        findings += outcome[1]
        texts += outcome[0]
    if not texts:
        if path.is_dir():
            findings.append(make_finding("TR710", Where(file=str(path))))
        raise FindingsError(findings)
    return tuple(texts), tuple(findings)


def files_of(path: Path) -> Iterable[Path]:
    """Return a file itself, or all files of a folder and below it but hidden ones and `readings.json`, by name."""
    if not path.is_dir():
        return (path,)
    inside = (
        file for file in path.rglob("*") if not any(part.startswith(".") for part in file.relative_to(path).parts)
    )
    return sorted(file for file in inside if file.is_file() and not is_of_a_reading(file.name))


def read_file(
    path: Path, shown: str, platform: str | None, severity: Severity
) -> tuple[tuple[ReadText, ...], tuple[Finding, ...]]:
    """Return the device text in a file, none if there is none, and findings; `severity` of what leaves the file out."""
    where = Where(file=shown)
    if path.stat().st_size > MAXIMUM_SIZE:
        return (), (make_finding("TR704", where, severity=severity, limit=MAXIMUM_SIZE),)
    raw = path.read_bytes()
    if not raw.strip():
        return (), (make_finding("TR711", where, severity=severity),)
    if not _CONTROL.isdisjoint(raw):
        return (), (make_finding("TR712", where, severity=severity, byte=f"0x{min(_CONTROL & set(raw)):02X}"),)
    captured = tidy(raw.decode("utf-8", errors="surrogateescape").removeprefix("\ufeff"))
    if captured.several:
        return (), (make_finding("TR713", where, severity=severity, prompts=", ".join(captured.several)),)
    found = platform or recognise(captured.text)
    if found is None:
        if not captured.text.strip():
            return (), (make_finding("TR711", where, severity=severity),)
        return (), (make_finding("TR714", where, severity=severity, platforms=", ".join(sorted(VENDORS))),)
    text = _read(captured, found, path.stem, shown)
    return (text,), tuple(_notes(text, where))


def _notes(text: ReadText, where: Where) -> Iterator[Finding]:
    if text.captured.wrapped:
        lines = ", ".join(str(number) for number in text.captured.wrapped[:5])
        # No line in `where`: the source line would be shown with it, secrets included.
        yield make_finding("TR715", where, severity=Severity.WARNING, lines=lines, width=text.captured.width)


def _read(captured: CapturedText, platform: str, stem: str, shown: str) -> ReadText:
    # Secrets go before anything is read: what follows can't give them away, and the device is the same, but for marks of keys.
    vendor, original = VENDORS[platform], captured.text
    captured = replace(captured, text=vendor.hide_secrets(original))
    own = vendor.host_name(captured.text)
    name = own or captured.prompt or stem
    read = _with_wrapped(vendor.read(name, captured.text), captured)
    if has_keys(read.device):
        read = replace(read, device=with_marks(read.device, vendor.read(name, original).device))
    lines = tuple(_lines(read, vendor.numbered_paths(captured.text), captured))
    return ReadText(file=shown, captured=captured, read=read, lines=lines, named=bool(own or captured.prompt))


def _with_wrapped(read: ReadDevice, captured: CapturedText) -> ReadDevice:
    """Return a device with lines that may be cut among those not understood: what stands there may say less than was meant."""
    texts = captured.text.split("\n")
    cut = tuple(number for number in captured.wrapped if number not in read.unknown_lines)
    lines = tuple(UnknownLine(path=(texts[n - 1].strip(),), reason=because("may_be_wrapped")) for n in cut)
    device = replace(read.device, unknown=(*read.device.unknown, *lines))
    return replace(read, device=device, unknown_lines=(*read.unknown_lines, *cut))


def _lines(read: ReadDevice, numbered: tuple[tuple[int, LinePath], ...], captured: CapturedText) -> Iterator[ReadLine]:
    """Yield every configuration line once, by number; of several statements in one line the least understood one."""
    reasons = {item.path: item.reason for item in read.device.unknown}
    harmless = frozenset(read.device.harmless)
    numbers = frozenset(read.unknown_lines)
    texts = captured.text.split("\n")
    found: dict[int, ReadLine] = {}
    for number, statement in numbered:
        # a line that may be cut is named by its text among the lines not understood
        path = (texts[number - 1].strip(),) if number in captured.wrapped else statement
        unknown = number in numbers and path in reasons
        kind = LineKind.UNKNOWN if unknown else LineKind.HARMLESS if path in harmless else LineKind.MODELLED
        line = ReadLine(number=number, path=path, kind=kind, reason=reasons.get(path) if unknown else None)
        if number not in found or (found[number].kind, kind) in _OUTWEIGHED:
            found[number] = line
    for number in numbers:
        if number not in found or found[number].kind is not LineKind.UNKNOWN:
            # Named otherwise by the reader (a statement that a group brings in): the line itself stands for it.
            path = (texts[number - 1].strip(),)
            found[number] = ReadLine(number=number, path=path, kind=LineKind.UNKNOWN, reason=because("not_modelled"))
    yield from (found[number] for number in sorted(found))


_OUTWEIGHED = frozenset(
    {
        (LineKind.HARMLESS, LineKind.MODELLED),
        (LineKind.HARMLESS, LineKind.UNKNOWN),
        (LineKind.MODELLED, LineKind.UNKNOWN),
    }
)


def by_name(texts: Iterable[ReadText]) -> Mapping[str, ReadText]:
    """Return texts by their device's name; FindingsError if two give the same."""
    found: dict[str, ReadText] = {}
    findings: list[Finding] = []
    for text in texts:
        name = text.device.name
        if name in found:
            findings.append(make_finding("TR719", Where(file=text.file), device=name, other=found[name].file))
        found.setdefault(name, text)
    if findings:
        raise FindingsError(findings)
    return found


def text_lines(text: ReadText) -> tuple[str, ...]:
    """Return the lines of a text, as they are counted."""
    return lines_of_text(text.captured.text)
