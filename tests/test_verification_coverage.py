"""Coverage: what no question rests on may go, and every answer stays; and what is planted for nobody is found."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.jobs.evidence import give
from controller.jobs.pipeline import Compiled
from tests.small_builds import compiled
from tests.strategies import Province, compile_province, provinces
from verification.coverage.lines import Coverage, coverage_of, percent
from verification.engine.engine import prove
from verification.mutation.edits import FaultKind
from verification.mutation.faults import Fault, mutate, uniform_faults
from verification.questions.judgement import Judgement

LOST = (FaultKind.DELETED_LINE, FaultKind.DELETED_BLOCK)

IOS_FOR_NOBODY = """\
ip access-list extended FOR-NOBODY
 10 permit ip any any
interface Loopback99
 description for nobody
 ip address 192.0.2.99 255.255.255.255
 shutdown
vrf definition EMPTY
 rd 65000:999
 address-family ipv4
  route-target import 65000:999
 exit-address-family
vrf definition ROUTED
 rd 65000:998
 address-family ipv4
 exit-address-family
ip route vrf ROUTED 198.51.100.0 255.255.255.0 203.0.113.9
route-map FOR-NOBODY permit 10
 match ip address prefix-list NOBODY-LIST
ip prefix-list NOBODY-LIST seq 5 permit 203.0.113.0/24
"""


def texts_of(done: Compiled) -> dict[str, str]:
    return {name: item.text for name, item in done.configs.items()}


def judged(done: Compiled, texts: Mapping[str, str], *, with_failures: bool = False) -> tuple[Judgement, Coverage]:
    proven = prove(give(done, texts), with_failures=with_failures)
    coverage = coverage_of(proven)
    assert coverage is not None
    return proven.judgement, coverage


def said(judgement: Judgement) -> list[tuple[object, type]]:
    return [(answer.question, type(answer.verdict)) for answer in judgement.answers]


def without_uncovered(texts: Mapping[str, str], coverage: Coverage) -> dict[str, str]:
    """Return the texts without the lines that no question rests on."""
    gone = {(item.line.device, item.line.line) for item in coverage.uncovered}
    return {
        name: "\n".join(line for at, line in enumerate(text.split("\n"), start=1) if (name, at) not in gone)
        for name, text in texts.items()
    }


@cache
def small() -> tuple[Judgement, Coverage]:
    return judged(compiled(), texts_of(compiled()), with_failures=True)


def test_what_no_question_rests_on_may_go() -> None:
    judgement, coverage = small()
    assert coverage.uncovered
    left, _ = judged(compiled(), without_uncovered(texts_of(compiled()), coverage), with_failures=True)
    assert said(left) == said(judgement)


@settings(max_examples=25)
@given(st.data(), provinces(most_sites=3))
def test_what_no_question_rests_on_may_go_after_faults(data: st.DataObject, province: Province) -> None:
    """A fault takes something out of use: what then stands there for nobody may go as well."""
    done = compile_province(province)
    texts = texts_of(done)
    faults = uniform_faults(texts, 12, seed=data.draw(st.integers(0, 1000)))
    for fault in data.draw(st.lists(st.sampled_from(faults), max_size=3)):
        texts[fault.device] = faulty(texts, fault)
    proven = prove(give(done, texts))
    coverage = coverage_of(proven)
    if coverage is None:
        return
    left, _ = judged(done, without_uncovered(texts, coverage), with_failures=True)
    assert said(left) == said(proven.judgement)


def faulty(texts: Mapping[str, str], fault: Fault) -> str:
    try:
        return mutate(texts[fault.device], fault)
    except ValueError:  # made for the text before another fault
        return texts[fault.device]


def test_a_lost_line_that_is_seen_was_covered() -> None:
    """Set beside the seeded faults: whatever a deleted line changes, some question rested on that line."""
    judgement, coverage = small()
    uncovered = {(item.line.device, item.line.line) for item in coverage.uncovered}
    texts = texts_of(compiled())
    tried = [item for item in uniform_faults(texts, 400, seed=16) if item.kind in LOST]
    dead = 0
    for fault in tried:
        gone = {(fault.device, edit.line + at) for edit in fault.edits for at in range(len(edit.before))}
        if not gone & uncovered:
            continue
        dead += 1
        changed, _ = judged(compiled(), {**texts, fault.device: mutate(texts[fault.device], fault)})
        if gone <= uncovered:
            assert said(changed) == said(judgement), fault
    assert len(tried) > 50


def test_what_is_planted_for_nobody_is_found_with_the_reason() -> None:
    texts = texts_of(compiled())
    name = "cpe-gia-sang"
    before = len(texts[name].rstrip().split("\n"))
    end = texts[name].rstrip() + "\n"
    _, coverage = judged(compiled(), {**texts, name: end + IOS_FOR_NOBODY})
    found = {
        item.line.text: item.why.key
        for item in coverage.uncovered
        if item.line.device == name and item.line.line > before
    }
    assert found == {
        "ip access-list extended FOR-NOBODY": "coverage_unbound",
        "10 permit ip any any": "coverage_unbound",
        "interface Loopback99": "coverage_down",
        "description for nobody": "coverage_down",
        "ip address 192.0.2.99 255.255.255.255": "coverage_down",
        "shutdown": "coverage_down",
        "vrf definition EMPTY": "coverage_empty_vrf",
        "rd 65000:999": "coverage_empty_vrf",
        "address-family ipv4": "coverage_empty_vrf",
        "route-target import 65000:999": "coverage_no_partner",
        "ip route vrf ROUTED 198.51.100.0 255.255.255.0 203.0.113.9": "coverage_no_way",
        "route-map FOR-NOBODY permit 10": "coverage_not_named",
        "match ip address prefix-list NOBODY-LIST": "coverage_not_named",
        "ip prefix-list NOBODY-LIST seq 5 permit 203.0.113.0/24": "coverage_not_named",
    }


def test_nothing_is_said_of_a_network_whose_routes_do_not_settle() -> None:
    assert percent(0, 0) == 100.0
    assert percent(999, 1000) == 99.9
    assert percent(9999, 10000) == 99.9


@pytest.mark.parametrize("name", ["small"])
def test_coverage_of_an_example(name: str) -> None:
    _, coverage = small()
    assert (coverage.modelled, len(coverage.uncovered), coverage.percent) == (6644, 4, 99.9)
