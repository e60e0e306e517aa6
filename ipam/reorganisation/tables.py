"""The tables of a workspace and the fates of what stands in them -> the tables from the first day on.

The one idea: what goes on otherwise than it was begins anew on that day, in its own line; what ends keeps its line with its last
day, so that nothing is lost that anybody may ask for later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from intents.registry import AdministrativeUnit, AttachmentName, OrganisationName, SiteName, UnitKey
from intents.reorganisation.fates import AttachmentFate, FateKind, Fates
from intents.reorganisation.naming import title_after
from intents.reorganisation.succession import Reform, Succession
from ipam.reorganisation.prefix_lines import EndedEquipment
from ipam.store.table_files import Line, Tables, line_key


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedTables:
    """The lines of each table, and today's key of each line that had another."""

    lines: Tables
    renamed: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    reform: Reform
    succession: Succession
    fates: Fates
    ended: EndedEquipment

    @property
    def first_day(self) -> str:
        return str(self.reform.day)

    def today(self, organisation: str) -> str:
        """Return an organisation's name from the first day on, which lines of before have to use, too."""
        fate = self.fates.organisations.get(OrganisationName(organisation))
        return fate.name if fate is not None and fate.kind is FateKind.RENAMED else organisation

    def closed(self, line: Line) -> Line:
        """Return a line whose thing ends on the last day."""
        return {**line, "valid_to": str(self.reform.last_day)}


Turn = Callable[[Line, _Change], Line]
"""What becomes of one line."""


def change_tables(
    tables: Tables, succession: Succession, fates: Fates, ended: EndedEquipment, reform: Reform
) -> ChangedTables:
    """Return the tables from the first day of a reform on."""
    change = _Change(reform=reform, succession=succession, fates=fates, ended=ended)
    pairs = {
        "units.csv": [*_paired(tables["units.csv"], change, _unit), *_new_units(succession)],
        "organisations.csv": list(_paired(tables["organisations.csv"], change, _organisation)),
        "sites.csv": list(_paired(tables["sites.csv"], change, _site)),
        "attachments.csv": [
            *_paired(tables["attachments.csv"], change, _attachment),
            *_renumbered(tables["attachments.csv"], change),
        ],
        "devices.csv": list(_paired(tables["devices.csv"], change, _device)),
        "channels.csv": list(_paired(tables["channels.csv"], change, _channel)),
    }
    return ChangedTables(
        lines={file: tuple(new for _, new in found) for file, found in pairs.items()},
        renamed={
            file: {
                line_key(file, old): line_key(file, new)
                for old, new in found
                if old and line_key(file, old) != line_key(file, new)
            }
            for file, found in pairs.items()
        },
    )


def _paired(lines: Iterable[Line], change: _Change, turn: Turn) -> Iterator[tuple[Line, Line]]:
    for line in lines:
        yield line, turn(line, change)


def _unit(line: Line, change: _Change) -> Line:
    return change.closed(line) if UnitKey(line_key("units.csv", line)) in change.succession.after else line


def _new_units(succession: Succession) -> Iterator[tuple[Line, Line]]:
    for unit in succession.new.values():
        yield {}, _line_of(unit)


def _line_of(unit: AdministrativeUnit) -> Line:
    return {
        "code": unit.code, "valid_from": str(unit.validity.start), "valid_to": "", "name": unit.name, "type": unit.type,
        "parent": unit.parent or "", "root_block": unit.root_block,
    }  # fmt: skip


def _organisation(line: Line, change: _Change) -> Line:
    fate = change.fates.organisations.get(OrganisationName(line["name"]))
    if fate is None or fate.kind is FateKind.UNCHANGED or fate.unit is None:
        return change.closed(line) if fate is not None and fate.kind is FateKind.ENDED else line
    if fate.kind is FateKind.MERGED:
        return change.closed(line)
    found = {**line, "name": fate.name, "title": fate.title, "unit": fate.unit, "valid_from": change.first_day}
    if fate.kind is FateKind.RENAMED:
        found["renamed_from"] = ";".join(filter(None, (line["name"], line.get("renamed_from", ""))))
    return found


def _site(line: Line, change: _Change) -> Line:
    fate = change.fates.sites.get(SiteName(line["name"]))
    if fate is None or fate.kind is FateKind.UNCHANGED:
        return line
    if fate.unit is None:
        return change.closed(line)
    title, old = line["title"], UnitKey(line["unit"])
    if change.fates.seats.get(fate.unit) == old:
        title = title_after(title, change.succession.old[old], change.succession.new[fate.unit])
    return {**line, "unit": fate.unit, "title": title, "valid_from": change.first_day}


def _attachment(line: Line, change: _Change) -> Line:
    fate = change.fates.attachments.get(AttachmentName(line["name"]))
    if fate is None or fate.kind is FateKind.ENDED or fate.renumbered:
        named = {**line, "organisation": change.today(line["organisation"])}
        return named if fate is None else change.closed(named)
    return _going_on(line, fate, change)


def _going_on(line: Line, fate: AttachmentFate, change: _Change) -> Line:
    """Return an attachment's line from the first day on; one of which nothing changes stays as it is."""
    found = {
        **line, "name": fate.name, "organisation": fate.organisation, "connection": fate.connection,
        "justification_ref": fate.justification_ref,
    }  # fmt: skip
    owner = change.fates.organisations[OrganisationName(line["organisation"])]
    same = found == line and owner.kind is FateKind.UNCHANGED
    return line if same else {**found, "valid_from": change.first_day}


def _renumbered(lines: Iterable[Line], change: _Change) -> Iterator[tuple[Line, Line]]:
    """Yield new lines of the attachments that get other addresses: another name is what brings them."""
    for line in lines:
        fate = change.fates.attachments.get(AttachmentName(line["name"]))
        if fate is not None and fate.renumbered:
            yield {}, {**_going_on(line, fate, change), "valid_from": change.first_day}


def _device(line: Line, change: _Change) -> Line:
    return change.closed(line) if line["name"] in change.ended.devices else line


def _channel(line: Line, change: _Change) -> Line:
    return change.closed(line) if line["name"] in change.ended.channels else line
