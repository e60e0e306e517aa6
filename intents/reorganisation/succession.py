"""Units of the last day and the table of a reorganisation -> which unit follows which, and the units that begin.

The one idea: codes are used again, so both sides are keys (code and first day) from here on, and nothing is known by name or
code alone. What ends is what the table names, and districts and provinces that have nothing left in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from intents.finding import NOWHERE, Finding, FindingsError, Where, make_finding, raise_errors
from intents.parser.unit_map import MapKind, MapRow
from intents.reason import because
from intents.registry import AdministrativeUnit, EventKind, UnitEvent, UnitKey, UnitType, Validity

TYPES: Mapping[str, UnitType] = MappingProxyType(
    {"xã": UnitType.COMMUNE, "phường": UnitType.WARD, "thị trấn": UnitType.TOWNSHIP}
)
"""What a commune's name begins with, and its type."""
Units = Mapping[UnitKey, AdministrativeUnit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reform:
    """A reorganisation as it was decided: its first day, and the decision."""

    day: date
    decision_ref: str

    @property
    def last_day(self) -> date:
        """Return the last day of what was before."""
        return self.day - timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """Which unit follows which. `old`: the units of the last day; `after`: the successors of each that ends, none for those that
    are abolished; `new`: the units that begin; `events`: all of it as it is recorded."""

    old: Units
    after: Mapping[UnitKey, tuple[UnitKey, ...]]
    new: Units
    events: tuple[UnitEvent, ...]

    def sources(self, key: UnitKey) -> tuple[UnitKey, ...]:
        """Return the units that a new one was made of."""
        return tuple(old for old, following in self.after.items() if key in following)


def short_name(name: str) -> tuple[UnitType | None, str]:
    """Return the type that a commune's name begins with (None: none that there is), and the rest of it."""
    for word, kind in TYPES.items():
        if name.casefold().startswith(f"{word} "):
            return kind, name[len(word) + 1 :].strip()
    return None, name


def find_succession(units: Units, rows: Sequence[MapRow], reform: Reform, province: str) -> Succession:
    """Return the succession that a table means; `units`: those of the last day; `province`: the name of the one that goes on if
    several are joined. FindingsError."""
    return _Search(units=units, reform=reform, province=province).run(rows)


@dataclass(slots=True)
class _Search:
    """One run over the rows of a table."""

    units: Units
    reform: Reform
    province: str
    findings: list[Finding] = field(default_factory=list)
    after: dict[UnitKey, tuple[UnitKey, ...]] = field(default_factory=dict)
    new: dict[UnitKey, AdministrativeUnit] = field(default_factory=dict)

    def run(self, rows: Sequence[MapRow]) -> Succession:
        by_code: dict[str, list[AdministrativeUnit]] = {}
        for unit in self.units.values():
            by_code.setdefault(unit.code, []).append(unit)
        olds: dict[UnitKey, list[MapRow]] = {}
        for row in rows:
            old = self._old(row, by_code)
            if old is not None:
                olds.setdefault(old.key, []).append(row)
        for key, held in olds.items():
            self._check_parts(held)
            self.after[key] = tuple(dict.fromkeys(self._key(row.new_code) for row in held))
        raise_errors(self.findings)
        provinces = self._end_above()
        self._begin(olds, provinces)
        raise_errors(self.findings)
        return Succession(
            old=self.units,
            after=dict(sorted(self.after.items())),
            new=dict(sorted(self.new.items())),
            events=tuple(self._events()),
        )

    def _key(self, code: str) -> UnitKey:
        return UnitKey(f"{code}@{self.reform.day}")

    def _old(self, row: MapRow, by_code: Mapping[str, Sequence[AdministrativeUnit]]) -> AdministrativeUnit | None:
        """Return the unit of the last day that a row begins with; a finding if there is none, or it is called otherwise."""
        found = by_code.get(row.old_code, ())
        if len(found) != 1:
            self.findings.append(
                make_finding("TR242", row.where, unit=row.old_code, name=row.old_name, on=self.reform.last_day)
            )
            return None
        unit = found[0]
        above = [self.units[key].name for key in _above(unit.key, self.units)]
        for said, there in ((row.old_name, [unit.name]), (row.old_district, above), (row.old_province, above)):
            if said and said.casefold() not in {name.casefold() for name in there}:
                names = ", ".join((unit.name, *above))
                also = (unit.where,)
                self.findings.append(
                    make_finding("TR243", row.where, also=also, unit=row.old_code, said=said, there=names)
                )
                return None
        return unit

    def _check_parts(self, rows: Sequence[MapRow]) -> None:
        """Record a finding if the rows of one old unit say neither one whole nor several parts."""
        first, last = rows[0], rows[-1]
        whole = [row for row in rows if row.kind is MapKind.WHOLE]
        goals = {row.new_code for row in rows}
        if len(goals) < len(rows):
            reason = because("map_row_twice")
        elif whole and len(rows) > 1:
            reason = because("map_whole_and_parts", count=len(rows))
        elif not whole and len(rows) == 1:
            reason = because("map_single_part")
        else:
            return
        also = (first.where,) if last is not first else ()
        self.findings.append(make_finding("TR244", last.where, also=also, unit=first.old_code, reason=reason))

    def _end_above(self) -> dict[UnitKey, UnitKey]:
        """End districts and provinces that have nothing left; return the province of today for each one of before.

        A single province goes on as it is. Of several, the one that is named begins anew, and the others go into it.
        """
        touched = {key: _province_of(key, self.units) for key in self.after}
        provinces = sorted(set(touched.values()))
        children: dict[UnitKey, list[UnitKey]] = {}
        for unit in self.units.values():
            if unit.parent is not None:
                children.setdefault(unit.parent, []).append(unit.key)
        for unit in self.units.values():
            below = children.get(unit.key, [])
            if unit.type is UnitType.DISTRICT and below and all(key in self.after for key in below):
                self.after[unit.key] = ()
        if len(provinces) < 2:
            return {key: key for key in provinces}
        goes_on = self._named_province(provinces)
        new = self._key(goes_on.code)
        for key in provinces:
            self.after[key] = (new,)
            self._check_left(key)
        self._add(new, goes_on.code, goes_on.name, UnitType.PROVINCE, None, goes_on.root_block)
        return dict.fromkeys(provinces, new)

    def _named_province(self, provinces: Iterable[UnitKey]) -> AdministrativeUnit:
        """Return the province that the workspace is named for; FindingsError if it is not exactly one of them."""
        wanted = self.province.casefold()
        named = [self.units[key] for key in provinces if self.units[key].name.casefold().endswith(wanted)]
        if len(named) != 1:
            names = ", ".join(self.units[key].name for key in provinces)
            where = Where(file="settings.yaml")
            raise FindingsError([make_finding("TR245", where, province=self.province, names=names)])
        return named[0]

    def _check_left(self, province: UnitKey) -> None:
        """Record a finding for each lowest unit below a province that ends while the table does not name the unit."""
        above = {unit.parent for unit in self.units.values()}
        for unit in self.units.values():
            if unit.key not in {*self.after, *above} and province in _above(unit.key, self.units):
                self.findings.append(
                    make_finding("TR246", unit.where, unit=unit.key, name=unit.name, province=province)
                )

    def _begin(self, olds: Mapping[UnitKey, Sequence[MapRow]], provinces: Mapping[UnitKey, UnitKey]) -> None:
        """Add the new communes: each in the province of today, in the root block of the old unit whose code it has."""
        rows_of: dict[str, list[tuple[UnitKey, MapRow]]] = {}
        for key, held in olds.items():
            for row in held:
                rows_of.setdefault(row.new_code, []).append((key, row))
        for code, found in sorted(rows_of.items()):
            first = found[0][1]
            for _, row in found:
                if row.new_name != first.new_name:
                    reason = because("map_two_names", one=first.new_name, other=row.new_name)
                    self.findings.append(
                        make_finding("TR244", row.where, also=(first.where,), unit=code, reason=reason)
                    )
            kind, _ = short_name(first.new_name)
            above = {provinces[_province_of(key, self.units)] for key, _ in found}
            if kind is None:
                allowed = ", ".join(TYPES)
                self.findings.append(make_finding("TR248", first.where, name=first.new_name, allowed=allowed))
                continue
            namesake = next((key for key, row in found if row.old_code == code), min(key for key, _ in found))
            block = self.units[namesake].root_block
            self._add(self._key(code), code, first.new_name, kind, min(above), block)

    def _add(self, key: UnitKey, code: str, name: str, kind: UnitType, parent: UnitKey | None, block: str) -> None:
        self.new[key] = AdministrativeUnit(
            key=key, code=code, name=name, type=kind, parent=parent, root_block=block,
            validity=Validity(start=self.reform.day), where=NOWHERE,
        )  # fmt: skip

    def _events(self) -> Iterator[UnitEvent]:
        ways_in: dict[UnitKey, int] = {}
        for following in self.after.values():
            for key in following:
                ways_in[key] = ways_in.get(key, 0) + 1
        for old, following in sorted(self.after.items()):
            goals: tuple[UnitKey | None, ...] = following or (None,)
            for new in goals:
                if new is None:
                    kind = EventKind.ABOLISH
                elif len(following) > 1:
                    kind = EventKind.SPLIT
                else:
                    kind = EventKind.MERGE if ways_in[new] > 1 else EventKind.RENAME
                yield UnitEvent(
                    kind=kind, day=self.reform.day, before=old, after=new, decision_ref=self.reform.decision_ref,
                    where=NOWHERE,
                )  # fmt: skip


def _above(key: UnitKey, units: Units) -> tuple[UnitKey, ...]:
    """Return the units above one, the nearest first; the tree is without circles."""
    found: list[UnitKey] = []
    parent = units[key].parent
    while parent is not None and parent in units:
        found.append(parent)
        parent = units[parent].parent
    return tuple(found)


def _province_of(key: UnitKey, units: Units) -> UnitKey:
    """Return the province above a unit, or the highest unit that there is."""
    return (key, *_above(key, units))[-1]
