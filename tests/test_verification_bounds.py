"""The bounds of declared states: what they are made of, and what is refused because it would have two owners."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from intents.policy import DevicesEndpoint, Effect, Policy, Rule, ViaAssertion
from intents.prefix import Family
from intents.registry import AttachmentName, PurposeName
from ipam.address_plan import EntryState, PrefixEntry
from ipam.keys import LanKey
from tests.bounded import between, declared_by, texts_of
from tests.small_builds import compiled
from verification.batfish.allowed_acls import Cover
from verification.engine.engine import judge
from verification.evidence.evidence import gather
from verification.evidence.permitted_matrix import permitted_matrix_of
from verification.packets.bit_sets import bit, union
from verification.packets.header_space import HeaderSpace, header_space
from verification.packets.headers import HeaderMatch, HeaderSet
from verification.verdicts.bounds import Bounds, Declared, NoBoundsError
from verification.verdicts.question import QuestionKind
from verification.verdicts.verdict import Holds, Verdict, Violated


@cache
def declared() -> Declared:
    return declared_by(compiled())


def with_rules(*rules: Rule) -> Declared:
    return replace(declared(), policy=Policy(rules=rules, sources={rule: (f"i-{rule.effect}",) for rule in rules}))


def test_there_are_no_bounds_of_nothing() -> None:
    with pytest.raises(ValueError, match="no declared state"):
        Bounds(declared=())


def test_the_statements_of_all_states_are_asked_about_with_all_who_make_them_in_any_order() -> None:
    first, second = declared().policy.rules[:2]
    forbid = replace(first, effect=Effect.FORBID)
    states = (with_rules(first, second), replace(with_rules(first, forbid), address_plan=declared().address_plan))
    here, there = Bounds(declared=states).policy, Bounds(declared=states[::-1]).policy
    assert here == there
    assert set(here.rules) == {first, second, forbid}
    assert here.sources == there.sources == {rule: (f"i-{rule.effect}",) for rule in here.rules}
    assert Bounds(declared=(declared(),)).policy.rules == declared().policy.rules


def test_ports_of_one_state_are_in_the_order_that_they_have_there() -> None:
    assert Bounds(declared=(declared(),)).ports == declared().ports


def refused(other: Declared) -> str:
    """Return why nothing stands between the small example and another state, which must be so in either order."""
    reasons = []
    for states in ((declared(), other), (other, declared())):
        with pytest.raises(NoBoundsError) as caught:
            Bounds(declared=states)
        reasons.append(caught.value.reason.key)
    assert len(set(reasons)) == 1
    return reasons[0]


def lan_entry() -> PrefixEntry:
    return next(item for item in declared().address_plan.prefixes if isinstance(item.key, LanKey))


def with_entry(old: PrefixEntry, new: PrefixEntry) -> Declared:
    entries = tuple(new if item == old else item for item in declared().address_plan.prefixes)
    return replace(declared(), address_plan=replace(declared().address_plan, prefixes=entries))


def test_a_prefix_of_somebody_else_in_the_other_state_is_refused() -> None:
    entry = lan_entry()
    assert (
        refused(with_entry(entry, replace(entry, key=LanKey(AttachmentName("somebody-else")))))
        == "prefix_of_two_owners"
    )


def test_half_a_prefix_of_somebody_else_is_refused_and_in_quarantine_it_is_not() -> None:
    entry = lan_entry()
    half = replace(
        entry, key=LanKey(AttachmentName("somebody-else")), prefix=entry.prefix._replace(length=entry.prefix.length + 1)
    )
    assert refused(with_entry(entry, half)) == "prefix_of_two_owners"
    Bounds(declared=(declared(), with_entry(entry, replace(half, state=EntryState.QUARANTINED))))
    Bounds(declared=(declared(), with_entry(entry, replace(half, key=entry.key))))


def test_a_port_of_somebody_else_is_refused() -> None:
    first, second, *others = declared().ports
    moved = replace(second, device=first.device, interface=first.interface)
    assert refused(replace(declared(), ports=(moved, *others))) == "port_of_two_owners"


def test_a_name_that_means_somebody_else_is_refused() -> None:
    name = AttachmentName(declared().ports[0].attachment)
    attachments = declared().registry.attachments
    other = {**attachments, name: replace(attachments[name], purpose=PurposeName("elsewhere"))}
    assert (
        refused(replace(declared(), registry=replace(declared().registry, attachments=other))) == "name_of_two_owners"
    )


def test_who_talks_by_all_states_and_by_any_follows_from_each() -> None:
    """With half of the permits in either state, and one of them in both."""
    rules = declared().policy.rules
    permits = [rule for rule in rules if rule.effect is Effect.PERMIT]
    halves = [with_rules(*permits[::2], permits[1]), with_rules(*permits[1::2])]
    given = between((compiled(),), texts_of(compiled()))
    bounds, *alone = (
        permitted_matrix_of(gather(replace(given, bounds=Bounds(declared=states))))
        for states in (tuple(halves), (halves[0],), (halves[1],))
    )
    assert any(bounds.must.sets.values())
    for key, found in bounds.may.sets.items():
        one, other = (item.may.sets[key] for item in alone)
        assert (bounds.must.sets[key], found) == (one & other, one | other)
        assert alone[0].must == alone[0].may


def test_what_two_states_both_let_pass_is_a_union_of_conditions_for_batfish() -> None:
    """Also where they permit different services of one protocol, or sessions from different ends."""
    permits = [rule for rule in declared().policy.rules if rule.effect is Effect.PERMIT]
    turned = [replace(rule, source=rule.destination, destination=rule.source) for rule in permits]
    states = (with_rules(*permits), with_rules(*turned))
    given = replace(between((compiled(),), texts_of(compiled())), bounds=Bounds(declared=states))
    side = gather(given).sides[Family.V4]
    cover, shared = Cover(side.space), 0
    for name in side.own:
        for _, _, row in side.sent_from(name).must.rows:
            for _, _, mask in row:
                conditions = cover(mask)
                shared += any(item.source_ports and item.destination_ports for item in conditions)
                assert_covers(side.space, mask, conditions)
    assert shared


def assert_covers(space: HeaderSpace, mask: HeaderSet, conditions: tuple[HeaderMatch, ...]) -> None:
    """Each kind of header that is no fragment is in a mask iff some condition takes it."""
    finer = header_space(space.family, {*space.masks, *conditions})
    taken = union(map(finer.mask, conditions))
    for number, header in enumerate(space.headers):
        if not header.non_initial:
            assert bool(mask & bit(number)) == bool(finer.locate(header) & taken), header


# What the engine answers between two states of the small example, of things that its texts don't change.


def answers(kind: QuestionKind, *states: Declared) -> list[Verdict]:
    given, bounds = between((compiled(),), texts_of(compiled())), Bounds(declared=states)
    given = replace(given, bounds=bounds, network=replace(given.network, ports=bounds.ports))
    found = judge(given, with_failures=False).answers
    return [item.verdict for item in found if item.question.kind is kind]


def asserting(devices: tuple[str, ...], rules: tuple[Rule, ...]) -> Declared:
    """The small example with a way asserted for every permit that joins attachments."""
    policy = declared().policy
    permit = next(item for item in policy.rules if item.effect is Effect.PERMIT and not _is_of_devices(item))
    via = ViaAssertion(source=permit.source, destination=permit.destination, devices=devices)
    return replace(declared(), policy=Policy(rules=rules, vias=(via,)))


def _is_of_devices(rule: Rule) -> bool:
    return DevicesEndpoint() in (rule.source, rule.destination)


def test_a_way_is_wrong_iff_no_state_takes_it_for_right() -> None:
    rules = declared().policy.rules
    missed = asserting(("no-such-device",), rules)
    silent = replace(declared(), policy=Policy(rules=rules))
    forbidding = replace(declared(), policy=Policy(rules=tuple(filter(_is_of_devices, rules))))
    assert isinstance(answers(QuestionKind.VIA, missed)[0], Violated)
    assert isinstance(answers(QuestionKind.VIA, missed, silent)[0], Holds)
    assert isinstance(answers(QuestionKind.VIA, missed, forbidding)[0], Violated)
    assert all(
        isinstance(item, Violated) for item in answers(QuestionKind.VIA, missed, asserting(("nor-this",), rules))
    )


def test_who_may_log_in_by_one_state_may_and_nobody_must_who_may_not_by_the_other() -> None:
    nobody = replace(declared(), login_sources=())
    assert all(isinstance(item, Holds) for item in answers(QuestionKind.MANAGEMENT, declared()))
    assert any(isinstance(item, Violated) for item in answers(QuestionKind.MANAGEMENT, nobody))
    for states in ((declared(), nobody), (nobody, declared())):
        assert all(isinstance(item, Holds) for item in answers(QuestionKind.MANAGEMENT, *states))


def test_a_port_with_another_tag_is_right_iff_some_state_plans_it() -> None:
    ports = tuple(replace(item, vlan=(item.vlan or 0) + 1000) for item in declared().ports)
    other = replace(declared(), ports=ports)
    assert all(isinstance(item, Violated) for item in answers(QuestionKind.SOURCE_FENCE, other))
    assert all(isinstance(item, Holds) for item in answers(QuestionKind.SOURCE_FENCE, other, declared()))
    assert all(isinstance(item, Holds) for item in answers(QuestionKind.ADDRESSING, other, declared()))
