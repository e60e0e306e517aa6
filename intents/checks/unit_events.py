"""Recorded events of units against the units themselves, and against what stands on a unit that ends (D11).

The one idea: the dates of units and the events tell the same story twice, so each is held against the other; none of it hangs on
the day, for a unit's end is known long before it comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from intents.finding import Finding, Where
from intents.reason import Reason, because
from intents.registry import EventKind, Organisation, Registry, Site, UnitEvent, UnitKey
from intents.rule_packs import report_breach

ONE_DAY = timedelta(days=1)


def check_unit_events(registry: Registry) -> Iterator[Finding]:
    """Yield what is wrong with the events of a registry of all days, and units whose end nothing explains."""
    circles = _circles(registry.events)
    first: dict[tuple[UnitKey, UnitKey | None], UnitEvent] = {}
    pairs = {(item.before, item.after) for item in registry.events}
    befores, afters = Counter(before for before, _ in pairs), Counter(after for _, after in pairs)
    for event in registry.events:
        earlier = first.setdefault((event.before, event.after), event)
        if earlier is not event:
            yield _breach("TR239", event, also=(earlier.where,))
            continue
        misfit = _misfit(event, befores[event.before], afters[event.after])
        if misfit is not None:
            yield _breach("TR236", event, kind=event.kind, reason=misfit)
        if event.before in circles:
            yield _breach("TR237", event)
        else:
            yield from _check_days(event, registry)
    yield from _check_ends(registry)


def _breach(code: str, event: UnitEvent, also: tuple[Where, ...] = (), **values: Reason | str) -> Finding:
    """Return a finding about an event and both of its units."""
    units: dict[str, object] = {"before": event.before, "after": event.after or "-", **values}
    return report_breach("D11", code, event.where, None, also=also, about=event.before, **units)


def _misfit(event: UnitEvent, ways_out: int, ways_in: int) -> Reason | None:
    """Return why an event is not of its kind, by how many units follow the one and how many go before the other."""
    if event.kind is EventKind.ABOLISH:
        return None if event.after is None else because("event_needs_no_successor")
    if event.after is None:
        return because("event_needs_a_successor")
    if event.kind is EventKind.SPLIT and ways_out < 2:
        return because("event_splits_into_one")
    if event.kind is not EventKind.SPLIT and ways_out > 1:
        return because("event_has_several_successors", count=ways_out)
    if event.kind is EventKind.MERGE and ways_in < 2:
        return because("event_merges_only_one")
    if event.kind is EventKind.RENAME and ways_in > 1:
        return because("event_renames_several", count=ways_in)
    return None


def _circles(events: Iterable[UnitEvent]) -> frozenset[UnitKey]:
    """Return the units that come after themselves."""
    after: dict[UnitKey, list[UnitKey]] = {}
    for event in events:
        if event.after is not None:
            after.setdefault(event.before, []).append(event.after)
    return frozenset(key for key in after if key in _all_after(key, after))


def _all_after(key: UnitKey, after: Mapping[UnitKey, list[UnitKey]]) -> set[UnitKey]:
    found: set[UnitKey] = set()
    waiting = list(after.get(key, ()))
    while waiting:
        unit = waiting.pop()
        if unit not in found:
            found.add(unit)
            waiting += after.get(unit, ())
    return found


def _check_days(event: UnitEvent, registry: Registry) -> Iterator[Finding]:
    """Yield that the earlier unit does not end the day before, or the later does not begin on the day."""
    before, after = registry.units[event.before], registry.units[event.after] if event.after else None
    end = event.day - ONE_DAY
    if before.validity.end != end:
        yield report_breach(
            "D11", "TR235", event.where, None, also=(before.where,), unit=event.before, day=event.day,
            reason=because("unit_should_end", wanted=end, found=before.validity.end or "-"),
        )  # fmt: skip
    if after is not None and after.validity.start != event.day:
        yield report_breach(
            "D11", "TR235", event.where, None, also=(after.where,), unit=event.after, day=event.day,
            reason=because("unit_should_begin", wanted=event.day, found=after.validity.start or "-"),
        )  # fmt: skip


def _check_ends(registry: Registry) -> Iterator[Finding]:
    """Yield units that end, without an event that says what comes after, while something stands on them."""
    told = {event.before for event in registry.events}
    standing: dict[UnitKey, list[Organisation | Site]] = {}
    things: tuple[Organisation | Site, ...] = (*registry.organisations.values(), *registry.sites.values())
    for thing in things:
        standing.setdefault(thing.unit, []).append(thing)
    for key, unit in registry.units.items():
        end = unit.validity.end
        if end is None or key in told:
            continue
        on_it = [item for item in standing.get(key, ()) if item.validity.holds(end)]
        if on_it:
            also = tuple(item.where for item in on_it[:1])
            yield report_breach(
                "D11", "TR238", unit.where, None, also=also, unit=key, end=end, first=on_it[0].name, count=len(on_it)
            )
