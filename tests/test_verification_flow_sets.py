"""Flow sets: Boolean algebra, agreement with a dull first-match evaluator, and faults that are always seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.prefix import Family
from routing.model import ESTABLISHED, Acl, AclEntry, Action, AddressMatch, Device, FlagMatch, IcmpMatch, NonInitial
from verification.packets.acl_sets import deciding_entry, permitted, permitted_of
from verification.packets.bit_sets import bit
from verification.packets.compare_acl import GapKind, check_destination_fence, check_source_fence
from verification.packets.flow_sets import (
    FlowSet,
    NotExpressibleError,
    Packet,
    flow_of,
    packet_of,
    rectangle,
    spans_of,
    whole,
)
from verification.packets.header_space import HeaderSpace, header_space
from verification.packets.headers import Header, HeaderMatch, header_match
from verification.packets.permitted_sets import PacketBounds, bounds_of
from verification.packets.unreachable_entries import matches_all_of, unreached
from verification.reference.acl import judge_acl
from verification.verdicts.flow import Flow

ONES = (1 << 32) - 1
BASE = 0x0A000000
ADDRESSES = (
    None,
    (),
    (AddressMatch(value=BASE, care=ONES & ~7),),
    (AddressMatch(value=BASE + 4, care=ONES & ~3),),
    (AddressMatch(value=BASE + 5, care=ONES),),
    (AddressMatch(value=BASE + 1, care=ONES & ~6),),  # the odd ones of eight: discontiguous
    (AddressMatch(value=BASE + 2, care=ONES), AddressMatch(value=BASE + 8, care=ONES & ~7)),
)
PORTS = (None, ((80, 80),), ((22, 22), (443, 443)), ((50, 100),), ((60, 200),), ((0, 65535),))
FLAGS = (None, ESTABLISHED, (FlagMatch(value=2, care=18),), (FlagMatch(value=32, care=33),))
MESSAGES = (None, (IcmpMatch(type=8),), (IcmpMatch(type=3, code=4), IcmpMatch(type=11)), (IcmpMatch(type=3),))
PROTOCOLS = (None, (6,), (17,), (1,), (6, 17), (47,), (132,), (1, 6, 89))

CORNER_ADDRESSES = (0, BASE - 1, *range(BASE, BASE + 17), ONES)
EVERY_KIND = tuple(BASE + offset for offset in (-1, 0, 1, 2, 4, 5, 7, 8))
"""One address of each kind that the address matches above tell apart."""
CORNER_PORTS = (0, 21, 22, 23, 49, 50, 79, 80, 81, 100, 101, 200, 201, 443, 65535)
CORNER_FLAGS = (0, 2, 4, 16, 18, 24, 32, 48, 255)
NUMBERS = (0, 1, 2, 6, 17, 47, 58, 89, 132, 255)
CORNER_HEADERS = (
    *(Header(6, 80, target, flags) for target in CORNER_PORTS for flags in CORNER_FLAGS),
    *(Header(6, source, 80, flags) for source in CORNER_PORTS for flags in CORNER_FLAGS),
    *(Header(number, source, target) for number in (17, 132) for source in (22, 80) for target in CORNER_PORTS),
    *(Header(number, source, 80) for number in (17, 132) for source in CORNER_PORTS),
    *(Header(1, icmp_type=kind, icmp_code=code) for kind in (0, 3, 8, 11, 255) for code in (0, 4, 255)),
    *(Header(number) for number in NUMBERS if number not in (1, 6, 17, 132)),
    *(Header(number, non_initial=True) for number in NUMBERS),
)
corner_headers = st.sampled_from(sorted({header.protocol for header in CORNER_HEADERS})).flatmap(
    lambda number: st.sampled_from([header for header in CORNER_HEADERS if header.protocol == number])
)


def entries_with(**choices: Sequence[object]) -> st.SearchStrategy[AclEntry]:
    """Return entries with any addresses, and layer-4 terms among these (others None)."""
    unset = dict.fromkeys(("source_ports", "destination_ports", "tcp_flags", "icmp"), (None,))
    return st.fixed_dictionaries(
        {
            "action": st.sampled_from(Action),
            "sources": st.sampled_from(ADDRESSES),
            "destinations": st.sampled_from(ADDRESSES),
            "non_initial": st.sampled_from(NonInitial),
            **{name: st.sampled_from(values) for name, values in {**unset, **choices}.items()},
        }
    ).map(lambda fields: AclEntry(**fields))


entries = st.one_of(
    entries_with(protocols=((6,),), source_ports=PORTS, destination_ports=PORTS, tcp_flags=FLAGS),
    entries_with(protocols=((17,), (6, 17), (132,)), source_ports=PORTS, destination_ports=PORTS),
    entries_with(protocols=((1,),), icmp=MESSAGES),
    entries_with(protocols=PROTOCOLS),
    entries_with(protocols=PROTOCOLS, source_ports=PORTS, destination_ports=PORTS, tcp_flags=FLAGS, icmp=MESSAGES),
)
acls = st.lists(entries, max_size=6).map(lambda found: Acl(name="a", family=Family.V4, entries=tuple(found)))
packets = st.builds(
    Packet,
    source=st.sampled_from(CORNER_ADDRESSES),
    destination=st.sampled_from(CORNER_ADDRESSES),
    header=corner_headers,
)


def space_of(*lists: Acl) -> HeaderSpace:
    return header_space(Family.V4, {header_match(entry) for acl in lists for entry in acl.entries})


def passes(acl: Acl, packet: Packet) -> bool:
    """First match decides, no match denies: as dull as can be."""
    for entry in acl.entries:
        if applies(entry, packet.source, packet.destination, packet.header):
            return entry.action is Action.PERMIT
    return False


def applies(entry: AclEntry, source: int, destination: int, header: Header) -> bool:
    if entry.protocols is not None and header.protocol not in entry.protocols:
        return False
    for wanted, address in ((entry.sources, source), (entry.destinations, destination)):
        if wanted is not None and not [one for one in wanted if address & one.care == one.value]:
            return False
    if header.non_initial:
        return entry.non_initial in (NonInitial.MATCH, NonInitial.ONLY)
    if entry.non_initial is NonInitial.ONLY:
        return False
    for ranges, port in ((entry.source_ports, header.source_port), (entry.destination_ports, header.destination_port)):
        if ranges is not None and (port is None or not [one for one in ranges if one[0] <= port <= one[1]]):
            return False
    flags = header.tcp_flags
    if entry.tcp_flags is not None and (
        flags is None or not [one for one in entry.tcp_flags if flags & one.care == one.value]
    ):
        return False
    kinds = ((header.icmp_type, header.icmp_code), (header.icmp_type, None))
    return entry.icmp is None or bool([one for one in entry.icmp if (one.type, one.code) in kinds])


def three_sets(data: st.DataObject) -> tuple[FlowSet, FlowSet, FlowSet]:
    one, two, three = data.draw(acls), data.draw(acls), data.draw(acls)
    space = space_of(one, two, three)
    return permitted(one, space), permitted(two, space), permitted(three, space)


@given(acls, st.lists(packets, min_size=1, max_size=30))
def test_a_set_holds_a_packet_iff_first_match_permits_it(acl: Acl, tried: list[Packet]) -> None:
    found = permitted(acl, space_of(acl))
    for packet in tried:
        assert (packet in found) == passes(acl, packet)


@given(acls, st.data())
def test_restricting_to_spans_is_the_same_as_intersecting_afterwards(acl: Acl, data: st.DataObject) -> None:
    space = space_of(acl)
    spans = st.sampled_from(ADDRESSES).map(lambda found: spans_of(found, Family.V4))
    sources, destinations = data.draw(spans), data.draw(spans)
    restricted = permitted(acl, space, (sources, destinations))
    assert restricted == permitted(acl, space) & rectangle(space, sources, destinations, space.full)


@given(st.data())
def test_flow_sets_obey_boolean_algebra(data: st.DataObject) -> None:
    a, b, c = three_sets(data)
    everything = rectangle(a.space, whole(Family.V4), whole(Family.V4), a.space.full)
    nothing = FlowSet(space=a.space)
    assert a | b == b | a
    assert a & b == b & a
    assert (a | b) | c == a | (b | c)
    assert a & (b | c) == (a & b) | (a & c)
    assert a | (b & c) == (a | b) & (a | c)
    assert a - b == a & (everything - b)
    assert everything - (a | b) == (everything - a) & (everything - b)
    assert everything - (everything - a) == a
    assert a | nothing == a
    assert (a & nothing).is_empty
    assert (a - a).is_empty
    assert (a | b).covers(a)
    assert (a == b) == ((a - b).is_empty and (b - a).is_empty)


@given(acls)
def test_a_witness_is_in_its_set_and_only_an_empty_set_has_none(acl: Acl) -> None:
    found = permitted(acl, space_of(acl))
    packet = found.witness()
    assert (packet is None) == found.is_empty
    if packet is not None:
        assert packet in found
        assert passes(acl, packet)


@given(acls, packets)
def test_the_deciding_entry_is_the_first_that_applies(acl: Acl, packet: Packet) -> None:
    index = deciding_entry(acl, packet)
    hits = [place for place, entry in enumerate(acl.entries) if applies(entry, *packet)]
    assert index == (hits[0] if hits else None)


@given(acls.filter(lambda acl: bool(acl.entries)), entries, st.data())
def test_a_changed_entry_changes_the_set_iff_some_packet_is_treated_otherwise(
    acl: Acl, wrong: AclEntry, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(acl.entries) - 1))
    mutant = replace(acl, entries=(*acl.entries[:place], wrong, *acl.entries[place + 1 :]))
    space = space_of(acl, mutant)
    before, after = permitted(acl, space), permitted(mutant, space)
    tried = [Packet(one, two, header) for one in EVERY_KIND for two in EVERY_KIND for header in space.headers]
    noticed = any(passes(acl, packet) != passes(mutant, packet) for packet in tried)
    assert noticed == (before != after)
    for one, other in ((before, after), (after, before)):
        packet = (one - other).witness()
        if packet is not None:
            assert passes(acl, packet) != passes(mutant, packet)


def exactly(packets: FlowSet) -> PacketBounds:
    return bounds_of([packets])


@given(acls, acls, acls)
def test_a_fence_between_two_bounds_has_a_gap_iff_it_drops_what_both_want_or_admits_what_neither_does(
    acl: Acl, one: Acl, other: Acl
) -> None:
    space = space_of(acl, one, other)
    admitted, wanted = permitted(acl, space), [permitted(item, space) for item in (one, other)]
    gaps = check_source_fence(acl, bounds_of(wanted), [(BASE, BASE + 7)], ("cpe", "Gi0.100")).gaps
    kinds = {gap.kind for gap in gaps}
    assert (GapKind.TOO_LITTLE in kinds) == (not admitted.covers(wanted[0] & wanted[1]))
    assert (GapKind.TOO_MUCH in kinds) == (not (wanted[0] | wanted[1]).covers(admitted))
    for gap in gaps:
        packet = packet_of(gap.flow)
        held = [packet in item for item in (admitted, *wanted)]
        assert held == ([True, False, False] if gap.kind is GapKind.TOO_MUCH else [False, True, True])
    assert gaps == check_source_fence(acl, bounds_of(wanted[::-1]), [(BASE, BASE + 7)], ("cpe", "Gi0.100")).gaps


@given(acls, acls)
def test_a_fence_has_a_gap_iff_it_differs_and_each_example_shows_it(acl: Acl, wanted: Acl) -> None:
    space = space_of(acl, wanted)
    gaps = check_source_fence(acl, exactly(permitted(wanted, space)), [(BASE, BASE + 7)], ("cpe", "Gi0.100")).gaps
    assert bool(gaps) == (permitted(acl, space) != permitted(wanted, space))
    for gap in gaps:
        packet = packet_of(gap.flow)
        assert passes(acl, packet) == (gap.kind is GapKind.TOO_MUCH)
        assert passes(wanted, packet) == (gap.kind is GapKind.TOO_LITTLE)
        assert gap.entry == deciding_entry(acl, packet)


@given(acls, acls)
def test_a_destination_fence_is_judged_over_every_source_with_likely_examples(acl: Acl, wanted: Acl) -> None:
    space, likely = space_of(acl, wanted), ((BASE, BASE + 3), (BASE + 8, BASE + 9))
    bounds = exactly(permitted(wanted, space))
    gaps = check_destination_fence(acl, bounds, likely, lambda source: ("cpe", f"Gi{source}")).gaps
    assert bool(gaps) == (permitted(acl, space) != permitted(wanted, space))
    honest = rectangle(space, likely, whole(Family.V4), space.full)
    for gap in gaps:
        is_likely = any(low <= gap.flow.source <= high for low, high in likely)
        assert is_likely == (not (gap.packets & honest).is_empty)
        assert gap.flow.start_interface == f"Gi{gap.flow.source}"


cares = st.one_of(
    st.integers(0, ONES),
    st.sampled_from((0x000000FF, 0xFF0000FF, 0x0F0F0F0F, ONES & ~7, ONES & ~6, 0)),
)
holes = st.builds(lambda care, low: AddressMatch(value=(BASE + low) & care, care=care), cares, st.integers(0, 40))
entries_with_holes = st.builds(
    AclEntry,
    action=st.sampled_from(Action),
    protocols=st.sampled_from((None, (6,))),
    sources=st.one_of(st.none(), st.tuples(holes), st.tuples(holes, holes)),
    destinations=st.one_of(st.none(), st.tuples(holes)),
)
lists_with_holes = st.lists(entries_with_holes, max_size=4).map(
    lambda found: Acl(name="a", family=Family.V4, entries=(*found, AclEntry(action=Action.PERMIT)))
)


@given(lists_with_holes, st.lists(entries_with(protocols=PROTOCOLS), max_size=4))
def test_walk_sees_every_gap_of_a_list_whose_masks_have_holes(acl: Acl, wanted: list[AclEntry]) -> None:
    """Whatever the mask leaves free, an example of a gap is a packet that the one-packet meaning treats so, too."""
    other = Acl(name="a", family=Family.V4, entries=tuple(wanted))
    space, likely = space_of(acl, other), ((BASE, BASE + 15), (BASE + 32, BASE + 39))
    found = check_source_fence(acl, exactly(permitted(other, space)), likely, ("cpe", "Gi0.100"))
    for gap in found.gaps:
        admitted = judge_acl(Device(name="cpe", platform="cisco_ios", acls=(acl,)), Family.V4, "a", gap.flow).passes
        assert admitted == (gap.kind is GapKind.TOO_MUCH)
        assert passes(other, packet_of(gap.flow)) == (gap.kind is GapKind.TOO_LITTLE)
    inside = [
        Packet(one, two, header)
        for one in range(BASE, BASE + 16, 3)
        for two in (BASE, BASE + 5)
        for header in space.headers
    ]
    if any(passes(acl, packet) != passes(other, packet) for packet in inside):
        assert found.gaps


@given(lists_with_holes, st.integers(0, 60), st.integers(0, 20))
def test_what_a_list_permits_of_some_packets_is_what_walk_lets_pass(acl: Acl, first: int, more: int) -> None:
    space = space_of(acl)
    here = ((BASE + first, BASE + first + more),)
    found = permitted_of(acl, rectangle(space, here, ((BASE, BASE + 1),), space.full))
    device = Device(name="cpe", platform="cisco_ios", acls=(acl,))
    for source in range(BASE + first, BASE + first + more + 1):
        for header in space.headers:
            packet = Packet(source, BASE + 1, header)
            flow = flow_of(packet, Family.V4, "cpe", "Gi0.100")
            assert (packet in found) == judge_acl(device, Family.V4, "a", flow).passes


def test_a_gap_of_a_mask_with_24_free_bits_is_found_where_the_plan_has_addresses() -> None:
    """What `deny ip 10.0.0.6 255.255.255.0 any` drops is one address in 256, of which one is planned."""
    odd = AclEntry(action=Action.DENY, sources=(AddressMatch(value=6, care=255),))
    every = AclEntry(action=Action.PERMIT)
    space = header_space(Family.V4, {HeaderMatch()})
    wanted = exactly(permitted(Acl(name="w", family=Family.V4, entries=(every,)), space))
    likely = ((BASE, BASE + 15),)
    acl = Acl(name="a", family=Family.V4, entries=(odd, every))
    found = check_source_fence(acl, wanted, likely, ("cpe", "Gi0.100"))
    assert found.problem is not None
    assert [(gap.kind, gap.flow.source, gap.entry) for gap in found.gaps] == [(GapKind.TOO_LITTLE, BASE + 6, 0)]
    elsewhere = check_source_fence(acl, wanted, ((BASE + 16, BASE + 31),), ("cpe", "Gi0.100"))
    assert elsewhere.problem is not None
    assert not elsewhere.gaps


def every_packet(space: HeaderSpace) -> list[Packet]:
    """Return a packet of each kind that the addresses above and the conditions of a space tell apart."""
    return [Packet(one, other, header) for one in EVERY_KIND for other in EVERY_KIND for header in space.headers]


@given(acls)
def test_an_entry_is_unreached_iff_no_packet_is_decided_by_it_and_those_before_it_are_named(acl: Acl) -> None:
    space = space_of(acl)
    deciding: dict[int, set[int]] = {index: set() for index in range(len(acl.entries))}
    for packet in every_packet(space):
        first = deciding_entry(acl, packet)
        for index, entry in enumerate(acl.entries):
            if applies(entry, packet.source, packet.destination, packet.header):
                assert first is not None  # this one applies, so one decides
                deciding[index].add(first)
    expected = {index: tuple(sorted(found)) for index, found in deciding.items() if index not in found}
    assert unreached(acl, space) == expected


@given(st.tuples(entries, entries).map(lambda both: Acl(name="a", family=Family.V4, entries=both)))
def test_an_entry_matches_all_of_another_iff_no_packet_says_otherwise(acl: Acl) -> None:
    space = space_of(acl)
    one, other = acl.entries
    inner = [packet for packet in every_packet(space) if applies(other, *packet)]
    assert not inner or matches_all_of(acl, space, 0, 1) == all(applies(one, *packet) for packet in inner)


def test_a_fence_that_is_not_there_admits_everything() -> None:
    acl = Acl(name="a", family=Family.V4, entries=(AclEntry(action=Action.PERMIT, protocols=(6,)),))
    bounds = exactly(permitted(acl, space_of(acl)))
    (gap,) = check_source_fence(None, bounds, [(BASE, BASE + 7)], ("cpe", "Gi0.100")).gaps
    assert gap.kind is GapKind.TOO_MUCH
    assert gap.entry is None
    assert gap.flow.protocol == 17
    assert (gap.flow.source, gap.flow.destination) == (BASE + 2, BASE + 2)


@given(packets)
def test_a_packet_made_a_flow_and_back_is_the_same_packet(packet: Packet) -> None:
    flow = flow_of(packet, Family.V4, "cpe", "Gi0.100")
    assert isinstance(flow, Flow)
    assert packet_of(flow) == packet


@given(st.lists(entries, min_size=2, max_size=8))
def test_every_header_lies_in_the_atoms_of_exactly_the_conditions_it_meets(found: list[AclEntry]) -> None:
    space = header_space(Family.V4, {header_match(entry) for entry in found})
    anywhere = [replace(entry, sources=None, destinations=None) for entry in found]
    for header in CORNER_HEADERS:
        atom = space.locate(header)
        assert atom.bit_count() == 1
        for entry in anywhere:
            assert bool(space.mask(header_match(entry)) & atom) == applies(entry, 0, 0, header)


@given(st.lists(entries, max_size=8))
def test_the_sample_of_each_atom_lies_in_it(found: list[AclEntry]) -> None:
    space = header_space(Family.V4, {header_match(entry) for entry in found})
    for number, header in enumerate(space.headers):
        signature = [bool(mask & bit(number)) for mask in space.masks.values()]
        atom = space.locate(header)
        assert signature == [bool(mask & atom) for mask in space.masks.values()]


def test_examples_are_natural_headers() -> None:
    web = HeaderMatch((6,), None, ((443, 443),), None, None, NonInitial.SKIP)
    error = HeaderMatch((58,), icmp=(IcmpMatch(type=2),), non_initial=NonInitial.SKIP)
    space = header_space(Family.V6, {web, error})
    assert space.sample(space.mask(web)) == Header(6, 40000, 443, 2)
    assert space.sample(space.mask(error)) == Header(58, icmp_type=2, icmp_code=0)
    assert space.sample(space.full & ~space.mask(web)) == Header(6, 40000, 40000, 2)


def test_a_mask_with_too_many_pieces_is_refused_and_one_at_the_limit_is_not() -> None:
    def odd(bits: int) -> AddressMatch:
        return AddressMatch(value=1, care=ONES & ~(((1 << bits) - 1) << 1))

    assert len(spans_of((odd(12),), Family.V4)) == 4096
    with pytest.raises(NotExpressibleError):
        spans_of((odd(13),), Family.V4)


def test_sets_of_different_header_spaces_do_not_mix() -> None:
    one, two = header_space(Family.V4, [HeaderMatch()]), header_space(Family.V4, [HeaderMatch()])
    with pytest.raises(ValueError, match="different header spaces"):
        FlowSet(space=one) | FlowSet(space=two)


def test_an_acl_without_entries_permits_nothing() -> None:
    empty = Acl(name="a", family=Family.V4, entries=())
    assert permitted(empty, space_of(empty)).is_empty
