"""Law 11: any seeded fault is seen or refused, unless enumeration shows that it changes nothing. And how faults are drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from controller.jobs.evidence import give
from controller.jobs.pipeline import address, compile_network, want
from controller.jobs.workers import make_workers
from intents.prefix import Family, parse_prefix
from intents.reason import describe_reason
from routing.model import Device, OspfInstance, OspfInterface
from verification.evidence.evidence import Given
from verification.mutation.affected_prefixes import affected_prefixes, routing_part
from verification.mutation.edits import FaultKind, TextEdit
from verification.mutation.faults import Fault, describe_fault, mutate, named_faults, uniform_faults
from verification.mutation.kinds import NAMED_KINDS
from verification.mutation.score import Outcome, Score, score, text_of, with_text

EXAMPLE = Path(__file__).parent.parent / "examples" / "small"
SECTIONS = "hostname a\ninterface Gi0\n ip address 10.0.0.1 255.255.255.0\n shutdown\n!\nline vty 0 4\n"
SET_LINES = "set system host-name b\nset interfaces ge-0/0/0 unit 0 vlan-id 1\nset interfaces ge-0/0/0 unit 0 disable\n"


@cache
def given() -> Given:
    compiled = compile_network(address(want(EXAMPLE, None)))
    return give(compiled, {name: config.text for name, config in compiled.configs.items()})


@cache
def texts() -> Mapping[str, str]:
    return {name: text_of(given(), name) for name in given().texts}


def missed(found: Score) -> list[str]:
    return [
        f"{describe_fault(item.fault, 'en')} | {describe_reason(item.detail or '', 'en')}"
        for item in found.faults
        if item.outcome is Outcome.MISSED
    ]


# Law 11 on the small example.


def test_one_fault_of_every_named_kind_on_each_platform_is_seen_refused_or_changes_nothing() -> None:
    faults = named_faults({name: texts()[name] for name in ("cpe-gia-sang", "agg-2")}, seed=1, each=1)
    found = score(given(), faults)
    assert missed(found) == []
    assert {item.fault.kind for item in found.faults} == set(NAMED_KINDS)
    assert found.count(Outcome.UNCLASSIFIED) == 0


@pytest.mark.slow
def test_every_named_kind_is_seen_or_refused_somewhere_and_missed_nowhere() -> None:
    found = score(given(), named_faults(texts(), seed=2, each=1))
    assert missed(found) == []
    caught = {item.fault.kind for item in found.faults if item.outcome in (Outcome.SEEN, Outcome.REFUSED)}
    assert caught == set(NAMED_KINDS)


@pytest.mark.slow
def test_sixty_faults_drawn_over_all_lines_are_seen_refused_or_shown_to_change_nothing() -> None:
    found = score(given(), uniform_faults(texts(), 60, seed=3))
    assert missed(found) == []
    assert found.count(Outcome.SEEN) > 20


def test_on_a_network_too_large_to_enumerate_what_may_change_routes_unseen_is_unclassified() -> None:
    lines = texts()["agg-1"].split("\n")
    comment = (TextEdit(line=lines.index("!") + 1, before=("!",), after=()),)
    at = next(number for number, line in enumerate(lines, start=1) if line.startswith("route-map "))
    unused = (TextEdit(line=at - 1, before=(), after=("route-map NOBODY permit 10",)),)
    faults = [Fault(device="agg-1", kind=FaultKind.MOVED_LINE, edits=edits) for edits in (comment, unused)]
    found = score(given(), faults, enumerate_unseen=False)
    assert [item.outcome for item in found.faults] == [Outcome.SAME, Outcome.UNCLASSIFIED]
    assert [item.harmless for item in found.faults] == [True, False]
    assert found.to_list() == ()


def test_a_judge_that_complains_of_the_right_texts_can_score_nothing() -> None:
    fault = uniform_faults(texts(), 1, seed=4)
    broken = with_text(given(), "agg-1", "hostname agg-1\n")
    with pytest.raises(ValueError, match="the unmutated texts are not right"):
        score(broken, fault)


def test_faults_come_out_the_same_side_by_side() -> None:
    faults = uniform_faults(texts(), 12, seed=8)
    assert score(given(), faults, workers=make_workers()) == score(given(), faults)


def test_what_routes_of_ospf_hang_on_is_looked_at() -> None:
    ospf = OspfInstance(vrf=None, family=Family.V4, area=0, distance=110, external_distance=110)
    one, other = (
        Device(
            name="a", platform="cisco_ios", ospf=(replace(ospf, interfaces=(OspfInterface(name="Gi0", cost=cost),)),)
        )
        for cost in (1, 2)
    )
    prefixes = (parse_prefix("10.0.0.0/8"), parse_prefix("2001:db8::/32"))
    assert routing_part(one) != routing_part(other)
    assert affected_prefixes(one, other, prefixes) == prefixes[:1]


# How faults are drawn.


def test_the_same_seed_draws_the_same_faults_and_another_seed_draws_others() -> None:
    assert uniform_faults(texts(), 50, seed=5) == uniform_faults(texts(), 50, seed=5)
    assert uniform_faults(texts(), 50, seed=5) != uniform_faults(texts(), 50, seed=6)
    assert named_faults(texts(), seed=5) == named_faults(texts(), seed=5)


def test_every_fault_changes_the_text_of_its_device() -> None:
    for fault in (*uniform_faults(texts(), 300, seed=7), *named_faults(texts(), seed=7)):
        assert mutate(texts()[fault.device], fault) != texts()[fault.device]
        assert fault.lines


def test_lines_are_drawn_evenly_and_every_kind_that_fits_comes() -> None:
    small = {"a": SECTIONS, "b": SET_LINES}
    drawn = uniform_faults(small, 3000, seed=8)
    devices = Counter(fault.device for fault in drawn)
    assert devices["a"] / devices["b"] == pytest.approx(2, rel=0.15)
    assert {fault.kind for fault in drawn} == {kind for kind in FaultKind if kind not in NAMED_KINDS}
    touched = {line for fault in drawn for line in fault.touched}
    assert {*SECTIONS.splitlines(), *SET_LINES.splitlines()} <= touched


def test_nothing_to_draw_from_is_an_error() -> None:
    with pytest.raises(ValueError, match="no lines to draw from"):
        uniform_faults({"a": ""}, 1, seed=9)


def test_a_fault_fits_only_the_text_that_it_was_made_for() -> None:
    edit = TextEdit(line=2, before=("interface Gi0",), after=("interface Gi1", " shutdown"))
    fault = Fault(device="a", kind=FaultKind.CHANGED_NUMBER, edits=(edit,))
    assert mutate(SECTIONS, fault).split("\n")[1:3] == ["interface Gi1", " shutdown"]
    assert fault.lines == (2,)
    assert fault.touched == ("interface Gi0", "interface Gi1", " shutdown")
    with pytest.raises(ValueError, match="not the text of this fault"):
        mutate(SET_LINES, fault)


def test_edits_of_one_fault_are_all_counted_in_the_lines_of_the_unmutated_text() -> None:
    edits = (TextEdit(line=1, before=(), after=("x", "y")), TextEdit(line=4, before=(" shutdown",), after=()))
    fault = Fault(device="a", kind=FaultKind.MOVED_LINE, edits=edits)
    assert mutate(SECTIONS, fault) == SECTIONS.replace(" shutdown\n", "").replace("hostname a\n", "hostname a\nx\ny\n")
    assert describe_fault(fault, "en") == "a:1 moved line: -« shutdown» +«x» +«y»"


def test_only_the_text_of_one_device_is_read_anew() -> None:
    changed = with_text(given(), "core-1", texts()["core-1"].replace("hostname core-1\n", "hostname core-1\n!\n"))
    assert changed.network.devices["core-1"] == given().network.devices["core-1"]
    assert changed.texts["core-1"][1] == "!"
    assert replace(changed, lines={}, texts={}).network.links == given().network.links
