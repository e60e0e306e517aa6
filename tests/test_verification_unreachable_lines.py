"""Lines that no packet reaches: which they are, why, by what they are covered, and when two judges may differ about one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intents.prefix import Family
from routing.model import ControlFilter, Device
from routing.vendors import VENDORS
from tests.batfish_cases import given_of, judged
from verification.evidence.evidence import Given
from verification.questions.line_differences import line_differences
from verification.questions.unreachable_lines import Anomaly, BoundLists, check_lines
from verification.verdicts.opinions import BATFISH, ENGINE, LineOpinion, Unseen

IOS = """interface GigabitEthernet0/0/1
 ip access-group A in
!
ip access-list extended A
 remark who may do what
{lines}!
"""
TERM = "set firewall family inet filter A term"
BOUND = (
    "set interfaces ge-0/0/0 unit 0 family inet filter input A\n"
    "set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24\nset policy-options prefix-list NOBODY\n"
)


def read(platform: str, text: str, *names: str) -> Given:
    """Return what a judge gets of devices of these names that all have one text."""
    found = {name: VENDORS[platform].read(name, text) for name in names or ("r",)}
    assert not [line for item in found.values() for line in item.device.unknown]
    return replace(
        given_of("right"),
        network=replace(given_of("right").network, devices={name: item.device for name, item in found.items()}),
        lines={name: item.lines for name, item in found.items()},
        texts=dict.fromkeys(found, tuple(text.splitlines())),
    )


def ios(*lines: str) -> Given:
    return read("cisco_ios", IOS.format(lines="".join(f" {line}\n" for line in lines)))


def junos(*statements: str) -> Given:
    return read("junos", BOUND + "".join(f"{TERM} {statement}\n" for statement in statements))


def told(lists: BoundLists) -> list[tuple[str, str, list[str]]]:
    return [(item.anomaly, item.places[0].text, [one.text for one in item.covers]) for item in lists.unreachable]


def test_a_line_whose_contrary_is_done_before_it_is_shadowed() -> None:
    given = ios("permit tcp any any", "deny tcp any host 10.0.0.1 eq 22", "deny ip any any")
    assert told(check_lines(given)) == [
        ("shadowed", "deny tcp any host 10.0.0.1 eq 22", ["permit tcp any any"]),
    ]
    (found,) = check_lines(given).unreachable
    assert (found.family, found.places[0].device, found.places[0].line) == (Family.V4, "r", 7)


def test_a_line_before_which_the_same_is_done_is_redundant() -> None:
    given = ios("permit udp any any eq 53", "permit tcp any any", "permit tcp any any established")
    assert told(check_lines(given)) == [("redundant", "permit tcp any any established", ["permit tcp any any"])]


def test_several_lines_may_cover_one_and_those_that_act_otherwise_come_first() -> None:
    lines = ("permit tcp any any range 0 1023", "deny tcp any any range 1024 65535", "permit tcp host 10.0.0.1 any")
    assert told(check_lines(ios(*lines))) == [("shadowed", lines[2], [lines[1], lines[0]])]


def test_what_is_said_of_fragments_alone_hides_no_line_about_packets() -> None:
    given = ios("deny tcp any any fragments", "permit tcp any any", "permit tcp any any eq 22")
    assert told(check_lines(given)) == [("redundant", "permit tcp any any eq 22", ["permit tcp any any"])]
    given = ios("permit ip any any", "deny udp any any fragments")
    assert told(check_lines(given)) == [("shadowed", "deny udp any any fragments", ["permit ip any any"])]


def test_a_list_that_ends_in_a_line_for_all_has_no_unreachable_line() -> None:
    lists = check_lines(ios("permit tcp any any eq 22", "permit tcp any any eq 443", "deny ip any any log"))
    assert (lists.lists, lists.unreachable, lists.disputed) == (1, (), ())


def test_a_list_that_nothing_binds_is_not_looked_at() -> None:
    given = ios("permit ip any any", "permit tcp any any")
    (device,) = given.network.devices.values()
    loose = replace(device, interfaces=())
    assert check_lines(with_device(given, loose)) == BoundLists()
    guarded = replace(loose, control_filters=(ControlFilter(family=Family.V4, acl="A"),))
    assert len(check_lines(with_device(given, guarded)).unreachable) == 1


def with_device(given: Given, device: Device) -> Given:
    return replace(given, network=replace(given.network, devices={device.name: device}))


def test_a_list_of_one_content_is_told_once_with_every_place() -> None:
    text = IOS.format(lines=" permit ip any any\n permit tcp any any\n")
    lists = check_lines(read("cisco_ios", text, "b", "a"))
    assert lists.lists == 1
    ((places, covers),) = ((item.places, item.covers) for item in lists.unreachable)
    assert [(place.device, place.line) for place in places] == [("a", 7), ("b", 7)]
    assert [cover.device for cover in covers] == ["a"]


def test_a_term_that_is_several_entries_is_unreachable_only_if_all_of_them_are() -> None:
    wide = ("a from source-address 10.0.0.0/8", "a then accept")
    either = ("b from address 10.1.0.0/16", "b then discard")
    assert told(check_lines(junos(*wide, *either))) == []
    other = ("c from destination-address 10.0.0.0/8", "c then accept")
    (found,) = told(check_lines(junos(*wide, *other, *either)))
    assert found == ("shadowed", f"{TERM} b from address 10.1.0.0/16", [f"{TERM} {wide[0]}", f"{TERM} {other[0]}"])


def test_a_term_that_can_match_nothing_is_empty() -> None:
    given = junos("a from source-address 10.0.0.0/8 except", "a then accept")
    assert told(check_lines(given)) == [(Anomaly.EMPTY, f"{TERM} a from source-address 10.0.0.0/8 except", [])]


def test_a_mask_in_too_many_pieces_is_counted_as_not_looked_at() -> None:
    lists = check_lines(ios("permit ip 10.0.0.1 0.255.255.254 any", "permit ip 10.0.0.1 0.255.255.254 any"))
    assert (lists.lists, lists.skipped, lists.unreachable) == (0, 1, ())


@pytest.mark.parametrize("name", ["right", "no packet reaches some lines"])
def test_rendered_texts_have_no_unreachable_line_and_a_verdict_does_not_depend_on_any(name: str) -> None:
    judgement = judged(name)
    assert {type(item.verdict).__name__ for item in judgement.answers} == {"Holds"}
    assert len(judgement.lists.unreachable) == (0 if name == "right" else 3)


@pytest.mark.parametrize(
    ("platform", "text", "number", "name"),
    [
        ("cisco_ios", " 10 permit  tcp any any", 1, "10 permit tcp any any"),
        ("cisco_ios", "access-list 101 permit ip any any", 1, "permit ip any any"),
        ("junos", f"{TERM} web from protocol tcp", 1, "web"),
        ("junos", "filter A {\n    term one {\n        from {\n            protocol tcp;\n", 4, "one"),
    ],
)
def test_batfish_calls_an_entry_by_a_name_of_the_platform(platform: str, text: str, number: int, name: str) -> None:
    assert VENDORS[platform].entry_name(text.splitlines(), number) == name


# two judges


def opinion(*lines: str, whole: bool = True) -> LineOpinion:
    lists = frozenset({("r", "A")}) if whole else frozenset()
    return LineOpinion(judge=BATFISH, lists=lists, lines=frozenset(("r", "A", line) for line in lines))


def differences(given: Given, second: LineOpinion) -> list[tuple[str, str, Unseen | None]]:
    found = line_differences(given, check_lines(given).unreachable, second)
    return [(item.place.text, item.judge, item.unseen) for item in found]


def test_judges_who_say_the_same_do_not_differ() -> None:
    given = ios("permit tcp any any", "deny tcp any any eq 22")
    assert differences(given, opinion("deny tcp any any eq 22")) == []


def test_a_line_that_one_judge_alone_calls_unreachable_is_a_difference_without_a_reason() -> None:
    given = ios("permit tcp any any", "deny tcp any any eq 22")
    assert differences(given, opinion()) == [("deny tcp any any eq 22", ENGINE, None)]
    assert differences(given, opinion("deny tcp any any eq 22", "permit tcp any any")) == [
        ("permit tcp any any", BATFISH, None)
    ]
    assert differences(given, opinion("deny tcp any any eq 22", "what no text says")) == [
        ("what no text says", BATFISH, None)
    ]


def test_an_entry_for_fragments_may_be_unreachable_to_a_judge_that_leaves_it_out() -> None:
    given = ios("permit tcp any any fragments", "deny ip any any")
    assert differences(given, opinion("permit tcp any any fragments")) == [
        ("permit tcp any any fragments", BATFISH, Unseen.FRAGMENTS)
    ]


def test_a_line_that_only_fragments_reach_may_be_unreachable_to_a_judge_that_finds_ports_in_them() -> None:
    given = ios("deny tcp any any range 0 65535", "permit tcp any any")
    assert check_lines(given).unreachable == ()
    assert differences(given, opinion("permit tcp any any")) == [("permit tcp any any", BATFISH, Unseen.FRAGMENTS)]
    assert differences(given, opinion("deny tcp any any range 0 65535")) == [
        ("deny tcp any any range 0 65535", BATFISH, None)
    ]


def test_of_a_list_that_the_second_judge_has_not_whole_nothing_is_held_against_it() -> None:
    given = ios("permit tcp any any", "deny tcp any any eq 22")
    assert differences(given, opinion(whole=False)) == [("deny tcp any any eq 22", ENGINE, Unseen.LIST)]


def test_what_the_second_judge_does_not_see_at_all_is_no_difference() -> None:
    text = "interface GigabitEthernet1\n ipv6 traffic-filter A in\nipv6 access-list A\n permit ipv6 any any\n deny ipv6 any any\n"
    given = read("cisco_ios", text)
    assert len(check_lines(given).unreachable) == 1
    assert differences(given, opinion()) == []
