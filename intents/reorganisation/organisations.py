"""An order -> the unit that each site comes to, and the fate of each organisation.

The one idea: bodies of one category and tier that come into one unit become one, if each unit had one of them; the one at the
seat goes on and takes the others over. Where a unit had several (departments of a province) nobody is merged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from intents.finding import Finding, Where, make_finding
from intents.parser.site_choices import ChosenKind, SiteUse
from intents.registry import (
    AdministrativeUnit,
    Category,
    ConnectionKind,
    Organisation,
    OrganisationName,
    SiteName,
    Tier,
    UnitKey,
)
from intents.reorganisation.fates import FateGround, FateKind, OrganisationFate
from intents.reorganisation.naming import name_after, title_after
from intents.reorganisation.order import Order
from intents.reorganisation.succession import short_name
from intents.rule_packs import report_breach

SiteUnits = Mapping[SiteName, UnitKey | None]
"""The unit of each site from the first day on; None: nothing follows, or nobody said which of several."""
_Cell = tuple[UnitKey, Category, Tier]


@dataclass(slots=True)
class Whereabouts:
    """The unit that each thing comes to, None if none does; the old unit at whose site each new one has its seat; and what
    nobody decided."""

    sites: dict[SiteName, UnitKey | None] = field(default_factory=dict)
    organisations: dict[OrganisationName, UnitKey | None] = field(default_factory=dict)
    seats: dict[UnitKey, UnitKey] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def place(order: Order) -> Whereabouts:
    """Return where sites and organisations come to: where their unit went, else as chosen, else (organisations) where their main
    point is. A site that nobody chose for is asked about only if somebody's fate hangs on it (D11)."""
    placed, sites = Whereabouts(), order.registry.sites
    for site in sites.values():
        goal = _goal(order, placed, ChosenKind.SITE, site.name, site.unit, None, site.where, must=False)
        placed.sites[site.name] = goal
    home = _homes(order)
    for item in order.registry.organisations.values():
        at = home.get(item.name)
        near = None if at is None else placed.sites[at]
        waits = at is not None and near is None and order.use_of(at) is not SiteUse.RELEASE
        goal = _goal(order, placed, ChosenKind.ORGANISATION, item.name, item.unit, near, item.where, must=not waits)
        placed.organisations[item.name] = goal
        if at is not None and waits and goal is None and order.succession.after[item.unit]:
            placed.findings.append(undecided(order, ChosenKind.SITE, at, sites[at].unit, sites[at].where))
    return placed


def _homes(order: Order) -> Mapping[OrganisationName, SiteName]:
    """Return the site of each organisation's first main point, or of its first point at all."""
    found: dict[OrganisationName, SiteName] = {}
    ordered = sorted(
        order.registry.attachments.values(), key=lambda item: (item.connection is not ConnectionKind.MAIN, item.name)
    )
    for item in ordered:
        if item.organisation is not None:
            found.setdefault(item.organisation, item.site)
    return found


def _goal(
    order: Order, placed: Whereabouts, kind: ChosenKind, name: str, unit: UnitKey, near: UnitKey | None, where: Where, *,
    must: bool,
) -> UnitKey | None:  # fmt: skip
    """Return where a thing of one unit comes to; a finding if nothing decides and something `must`."""
    following = order.succession.after.get(unit, (unit,))
    choice = order.choices.get((kind, name))
    if choice is not None and choice.unit is not None:
        if choice.unit not in following and not (unit in order.succession.after and order.follows(unit, choice.unit)):
            placed.findings.append(
                make_finding(
                    "TR250",
                    choice.where,
                    also=(where,),
                    kind=kind,
                    name=name,
                    unit=choice.unit,
                    units=_listed(following),
                )
            )
            return following[0] if following else None
        return choice.unit
    if len(following) < 2:
        return following[0] if following else None
    if near in following:
        return near
    if must:
        placed.findings.append(undecided(order, kind, name, unit, where))
    return None


def undecided(order: Order, kind: ChosenKind, name: str, unit: UnitKey, where: Where) -> Finding:
    """Return the finding that nobody said where a thing comes to (D11)."""
    units = _listed(order.succession.after[unit])
    return report_breach("D11", "TR249", where, order.reform.day, kind=kind, name=name, unit=unit, units=units)


def _listed(units: Sequence[UnitKey]) -> str:
    return ", ".join(units) or "-"


def choose_seats(order: Order, placed: Whereabouts) -> None:
    """Find the old unit at whose site each new one has its seat: as chosen, else the one that has the new one's bare name, else
    the one whose code it has, else the lowest key. Only where an organisation came from can be a seat."""
    came: dict[UnitKey, set[UnitKey]] = {}
    for name, goal in placed.organisations.items():
        unit = order.registry.organisations[name].unit
        if goal is not None and goal in order.succession.new and unit in order.succession.after:
            came.setdefault(goal, set()).add(unit)
    chosen = _chosen_seats(order, placed)
    for goal, sources in sorted(came.items()):
        ranks = {key: _rank(order.succession.old[key], order.succession.new[goal]) for key in sources}
        placed.seats[goal] = chosen.get(goal) or min(ranks, key=lambda key: ranks[key])


def _rank(old: AdministrativeUnit, new: AdministrativeUnit) -> tuple[bool, bool, UnitKey]:
    same = short_name(old.name)[1].casefold() == short_name(new.name)[1].casefold()
    return (not same, old.code != new.code, old.key)


def _chosen_seats(order: Order, placed: Whereabouts) -> Mapping[UnitKey, UnitKey]:
    found: dict[UnitKey, tuple[UnitKey, Where]] = {}
    for (kind, name), choice in order.choices.items():
        goal = placed.sites.get(SiteName(name)) if kind is ChosenKind.SITE else None
        if choice.use is not SiteUse.SEAT or goal is None:
            continue
        unit = order.registry.sites[SiteName(name)].unit
        earlier = found.setdefault(goal, (unit, choice.where))
        if earlier[0] != unit:
            placed.findings.append(make_finding("TR251", choice.where, also=(earlier[1],), unit=goal, site=name))
    return {goal: unit for goal, (unit, _) in found.items()}


def decide_organisations(order: Order, placed: Whereabouts) -> Mapping[OrganisationName, OrganisationFate]:
    """Return the fate of each organisation."""
    fates: dict[OrganisationName, OrganisationFate] = {}
    cells: dict[_Cell, list[Organisation]] = {}
    for item in order.registry.organisations.values():
        goal = placed.organisations[item.name]
        if item.unit not in order.succession.after:
            fates[item.name] = _going_on(item, FateKind.UNCHANGED, FateGround.UNTOUCHED, item.unit)
        elif goal is None:
            fates[item.name] = _going_on(item, FateKind.ENDED, FateGround.ABOLISHED, None)
        else:
            cells.setdefault((goal, item.category, item.tier), []).append(item)
    taken = set(order.names)
    for (goal, _, _), items in sorted(cells.items()):
        alone = len({item.unit for item in items}) == len(items)
        heirs = [min(items, key=lambda item: (item.unit != placed.seats.get(goal), item.unit))] if alone else items
        for heir in heirs:
            fates[heir.name] = _heir(order, heir, goal, taken, is_only=alone)
        heir_fate = fates[heirs[0].name]
        for item in items:
            if item not in heirs:
                fates[item.name] = OrganisationFate(
                    kind=FateKind.MERGED, ground=FateGround.UNIT, name=heir_fate.name, title=heir_fate.title, unit=goal
                )
    return dict(sorted(fates.items()))


def _going_on(item: Organisation, kind: FateKind, ground: FateGround, unit: UnitKey | None) -> OrganisationFate:
    return OrganisationFate(kind=kind, ground=ground, name=item.name, title=item.title, unit=unit)


def _heir(order: Order, item: Organisation, goal: UnitKey, taken: set[str], *, is_only: bool) -> OrganisationFate:
    """Return the fate of an organisation that goes on: it is called after its new unit, if that is new and it is alone of its
    kind there."""
    old, new = order.succession.old[item.unit], order.succession.new.get(goal)
    if new is None or not is_only:
        return _going_on(item, FateKind.MOVED, FateGround.UNIT, goal)
    name = name_after(item.name, old, new, taken)
    taken.add(name)
    kind = FateKind.MOVED if name == item.name else FateKind.RENAMED
    title = title_after(item.title, old, new)
    return OrganisationFate(kind=kind, ground=FateGround.UNIT, name=OrganisationName(name), title=title, unit=goal)
