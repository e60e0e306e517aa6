"""The text that shall stand on a device, and what it shows now -> the same text in the device's own spelling.

The one idea: a device prints what it was told otherwise than it was typed: keys encoded, some lines and most defaults never
(IOS-SHOW). A line that says what one on the device says already is no change, so it stands as the device prints it; otherwise a
plan would type all of them again on every device, and end at a text that no device ever shows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from routing.config import DeviceConfig
from routing.model import Device, LinePath
from routing.vendors import VENDORS
from routing.vendors.secrets import names_in
from routing.vendors.vendor import Likeness, Vendor
from verification.drift.difference import meaning_of

MOST_TRIED = 20
"""Lines of which it is tried whether a text means the same without them; more are taken to mean something."""


def spelled_as_found(config: DeviceConfig, running: str, typed: Collection[LinePath]) -> str:
    """Return a text as the device on which another one was found would print it. `typed`: what it was told before, shown or
    not."""
    vendor, device, standing = VENDORS[config.platform], config.device, config.text
    wanted, there = vendor.paths(standing), vendor.paths(running)
    if set(wanted) == set(there):
        return standing
    found = _Found(vendor, there, typed)
    read = vendor.read(device, standing).device
    spoken = _likenesses(vendor, {*wanted, *typed})
    beside = tuple(_beside(found, vendor.read(device, running).device, there, frozenset(wanted), spoken))
    ours = frozenset(wanted) - frozenset(config.foreign)
    for spelled in (_all_lines(found, wanted, typed), _secrets(found, wanted, typed)):
        lines = (*dict.fromkeys(spelled), *beside)
        if lines == wanted:
            return standing
        kept = frozenset(lines) & (found.paths - ours)
        text = vendor.merged_text(
            tuple(path for path in lines if path not in kept), tuple(path for path in there if path in kept)
        )
        if meaning_of(vendor.read(device, text).device) == meaning_of(read):
            return text
    return standing


class _Found:
    """What a device shows: each line by what all lines that say the same have in common. `typed`: what it was told before."""

    def __init__(self, vendor: Vendor, there: Collection[LinePath], typed: Collection[LinePath]) -> None:
        self.vendor, self.paths = vendor, frozenset(there)
        self._told = {like.path: path for path in typed if (like := vendor.likeness(path)) is not None}
        self._shown: dict[LinePath, LinePath] = {}
        self._commands: dict[LinePath, list[str]] = {}
        for path in there:
            like = vendor.likeness(path)
            if like is not None:
                self._shown.setdefault(like.path, path)
                self._commands.setdefault(like.path[:-1], []).append(f"{like.path[-1].removeprefix('no ')} ")

    def line(self, path: LinePath, like: Likeness) -> LinePath | None:
        """Return how a line stands on the device, None if it doesn't: what was told with another secret is another line."""
        told = self._told.get(like.path, path)
        return self._shown.get(like.path) if names_in(told[-1]) == names_in(path[-1]) else None

    def leaves_out(self, like: Likeness) -> bool:
        """Return whether a line says a default in a section of which the device shows no line of its command."""
        section = like.path[:-1]
        if not like.default_of or (section and section not in self._shown):
            return False
        return not any(said.startswith(f"{like.default_of} ") for said in self._commands.get(section, ()))


def _all_lines(found: _Found, wanted: tuple[LinePath, ...], typed: Collection[LinePath]) -> Iterator[LinePath]:
    spellings: dict[LinePath, LinePath] = {}
    for path in wanted:
        like = found.vendor.likeness(path)
        if path in found.paths:
            yield path
        elif like is None:
            if path not in typed:
                yield path
        elif (known := found.line(path, like)) is not None:
            spellings[path] = known
            yield known
        elif not found.leaves_out(like):
            yield _below(path, spellings)


def _secrets(found: _Found, wanted: tuple[LinePath, ...], typed: Collection[LinePath]) -> Iterator[LinePath]:
    """Yield the lines with no more than keys as they are shown, and without what is not shown."""
    for path in wanted:
        like = found.vendor.likeness(path)
        if like is None and path not in found.paths and path in typed:
            continue
        known = found.line(path, like) if like is not None and names_in(path[-1]) else None
        yield path if known is None or path in found.paths else known


def _below(path: LinePath, spellings: Mapping[LinePath, LinePath]) -> LinePath:
    """Return a line below its section as that is spelled."""
    section = spellings.get(path[:-1], path[:-1])
    return (*section, path[-1])


def _beside(
    found: _Found, running: Device, there: tuple[LinePath, ...], ours: frozenset[LinePath], spoken: frozenset[LinePath]
) -> Iterator[LinePath]:
    """Yield what sections of ours (`ours`: paths) show beside what is said there, now or before (`spoken`), of other commands,
    and that means nothing: it is no drift, so it is left."""
    commands = {(like[:-1], _command(like[-1])) for like in spoken}
    beside = [
        path
        for path in there
        if len(path) > 1
        and path not in ours
        and path[:-1] in ours
        and (like := found.vendor.likeness(path)) is not None
        and (like.path[:-1], _command(like.path[-1])) not in commands
    ]
    harmless, unknown = frozenset(running.harmless), frozenset(item.path for item in running.unknown)
    doubtful = dict.fromkeys(path[-1] for path in beside if path not in harmless and path not in unknown)
    silent = {line for line in islice(doubtful, MOST_TRIED) if _says_nothing(found.vendor, running.name, there, line)}
    yield from (path for path in beside if path in harmless or (path not in unknown and path[-1] in silent))


def _says_nothing(vendor: Vendor, device: str, there: tuple[LinePath, ...], line: str) -> bool:
    """Return whether a text means the same without a line, wherever that stands."""
    texts = (vendor.merged_text(paths, ()) for paths in (there, tuple(path for path in there if path[-1] != line)))
    one, other = (meaning_of(vendor.read(device, text).device) for text in texts)
    return one == other


def _likenesses(vendor: Vendor, paths: Collection[LinePath]) -> frozenset[LinePath]:
    return frozenset(like.path for like in map(vendor.likeness, paths) if like is not None)


def _command(line: str) -> str:
    """Return what tells a command from others, as far as its first word does."""
    return line.removeprefix("no ").partition(" ")[0]
